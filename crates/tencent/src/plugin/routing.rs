//! `Routing`: where else calls go, by what they say (spec: conditional routing).

use std::collections::BTreeMap;

use model::{Condition, Route, Routing};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::data::{condition, unfit};
use crate::api::{RouteBackend, backend_word};
use crate::code::Code;
use crate::refusal::Fault;
use crate::wire::read_tree;

/// Longest name of a strategy, in characters.
const LONGEST_NAME: usize = 50;

/// The annotation that keeps `backend_config` as it was sent, with the names of its members in order.
const BACKEND_CONFIG: &str = "backend_config";

/// The annotation that keeps `backend_type`: several words mean an origin.
const BACKEND_TYPE: &str = "backend_type";

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
        let text = self.backend_config.to_string();
        let below = |fault: Fault| Fault {
            code: match fault.code {
                Code::MissingParameter => Code::BackendSpecificParam,
                Code::InvalidParameter | Code::UnknownParameter => Code::InvalidPluginConfig,
                code => code,
            },
            message: fault.message.replacen('`', &format!("`PluginData.{}.", at("backend_config")), 1),
            ..fault
        };
        let fields: RouteBackend = read_tree(self.backend_config).map_err(below)?;
        let backend = fields.into_model(&self.backend_type).map_err(below)?;
        let mut annotations =
            BTreeMap::from([(BACKEND_CONFIG.to_owned(), text), (BACKEND_TYPE.to_owned(), self.backend_type)]);
        if let Some(keeps) = self.reserve_req_host {
            annotations.insert(RESERVE_REQ_HOST.to_owned(), keeps.to_string());
        }
        Ok(Route { name: self.strategy_name, weight, condition, backend, annotations })
    }
}

impl From<&Route> for Strategy {
    fn from(route: &Route) -> Self {
        let config = route.annotations.get(BACKEND_CONFIG).and_then(|text| serde_json::from_str(text).ok());
        Self {
            strategy_name: route.name.clone(),
            strategy_weight: route.weight.into(),
            condition: Condition::as_str(&route.condition).to_owned(),
            backend_type: match route.annotations.get(BACKEND_TYPE) {
                Some(word) => word.clone(),
                None => backend_word(&route.backend).to_owned(),
            },
            backend_config: config.unwrap_or_default(),
            reserve_req_host: route.annotations.get(RESERVE_REQ_HOST).map(|word| word == "true"),
        }
    }
}
