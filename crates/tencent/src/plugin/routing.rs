//! `Routing`: where else calls go, by what they say (spec: conditional routing).

use std::collections::BTreeMap;

use model::{Condition, Route, Routing};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::data::{condition, unfit};
use super::other_backend;
use crate::code::Code;
use crate::refusal::Fault;

/// Longest name of a strategy, in characters.
const LONGEST_NAME: usize = 50;

/// The annotation that keeps `ReserveReqHost`.
const RESERVE_REQ_HOST: &str = "ReserveReqHost";

/// One of the data's list.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Strategy {
    strategy_name: String,
    #[serde(default)]
    strategy_weight: i64,
    condition: String,
    backend_type: String,
    backend_config: Value,
    #[serde(rename = "ReserveReqHost", skip_serializing_if = "Option::is_none")]
    reserve_req_host: Option<bool>,
}

/// The model's form of the list.
pub(super) fn into_model(sent: Vec<Strategy>) -> Result<Routing, Fault> {
    if sent.is_empty() || sent.len() > Routing::MOST {
        let reason = format!("has {} strategies; 1 to {} are allowed", sent.len(), Routing::MOST);
        return Err(Fault::value(Code::InvalidPluginConfig, "PluginData", reason));
    }
    let mut routes: Vec<Route> = Vec::new();
    for (index, strategy) in sent.into_iter().enumerate() {
        let route = strategy.into_model(index)?;
        if routes.iter().any(|other| other.name == route.name) {
            let reason = format!("`{}` is given twice", route.name.escape_debug());
            return Err(unfit(&format!("{index}.strategy_name"), reason));
        }
        routes.push(route);
    }
    Ok(Routing { routes })
}

impl Strategy {
    fn into_model(self, index: usize) -> Result<Route, Fault> {
        let at = |member: &str| format!("{index}.{member}");
        let length = self.strategy_name.chars().count();
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "%~_\\-.{}?&=".contains(c);
        if length == 0 || length > LONGEST_NAME || !self.strategy_name.chars().all(is_letter) {
            let reason = format!("is no name: 1 to {LONGEST_NAME} letters, digits and `%~_\\-.{{}}?&=` are");
            return Err(unfit(&at("strategy_name"), reason));
        }
        let weight = u8::try_from(self.strategy_weight).ok().filter(|weight| *weight <= 100);
        let weight = weight.ok_or_else(|| unfit(&at("strategy_weight"), "is out of range; 0 to 100 are allowed"))?;
        let condition = condition(&at("condition"), self.condition)?.ok_or_else(|| {
            let reason = "is empty; a strategy is for the calls of its condition";
            Fault::value(Code::InvalidCondition, &format!("PluginData.{}", at("condition")), reason)
        })?;
        let mut annotations = BTreeMap::new();
        let place = format!("{index}.");
        let backend = other_backend::into_model(&place, self.backend_type, self.backend_config, &mut annotations)?;
        if let Some(keeps) = self.reserve_req_host {
            annotations.insert(RESERVE_REQ_HOST.to_owned(), keeps.to_string());
        }
        Ok(Route { name: self.strategy_name, weight, condition, backend, annotations })
    }
}

impl From<&Route> for Strategy {
    fn from(route: &Route) -> Self {
        Self {
            strategy_name: route.name.clone(),
            strategy_weight: route.weight.into(),
            condition: Condition::as_str(&route.condition).to_owned(),
            backend_type: other_backend::word(&route.backend, &route.annotations),
            backend_config: other_backend::config(&route.annotations),
            reserve_req_host: route.annotations.get(RESERVE_REQ_HOST).map(|word| word == "true"),
        }
    }
}
