//! `TrafficControlByParameter`: how often an API may be called with each value of a parameter (spec:
//! TrafficControlByParameter).

use model::{Condition, CountedParameter, ParameterLimit, ParameterStrategy, Window, WindowLimit, WindowUnit};
use serde::{Deserialize, Serialize};

use super::data::{condition, positive, unfit};
use crate::refusal::Fault;

/// Longest name of a strategy, in characters.
const LONGEST_NAME: usize = 50;

/// The data as they stand in the text.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByParameter {
    default_window: i64,
    default_rate_limit: i64,
    strategies: Vec<Strategy>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Strategy {
    name: String,
    strategy_weight: i64,
    parameters: Vec<Parameter>,
    rate_limit: i64,
    window: i64,
    #[serde(default)]
    condition: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    #[serde(rename = "type")]
    place: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl ByParameter {
    pub(super) fn into_model(self) -> Result<ParameterLimit, Fault> {
        let calls = positive("default_rate_limit", self.default_rate_limit)?;
        let overall = match self.default_window {
            0 => None,
            seconds => Some(WindowLimit { window: window("default_window", seconds)?, calls }),
        };
        if self.strategies.is_empty() || self.strategies.len() > ParameterLimit::MOST {
            let reason = format!("has {} strategies; 1 to {} are allowed", self.strategies.len(), ParameterLimit::MOST);
            return Err(unfit("strategies", reason));
        }
        let mut strategies: Vec<ParameterStrategy> = Vec::new();
        for (index, strategy) in self.strategies.into_iter().enumerate() {
            let at = |member: &str| format!("strategies.{index}.{member}");
            let strategy = strategy.into_model(at)?;
            if strategies.iter().any(|other| other.name == strategy.name) {
                return Err(unfit(&at("name"), format!("`{}` is given twice", strategy.name.escape_debug())));
            }
            if strategies.iter().any(|other| other.weight == strategy.weight) {
                return Err(unfit(&at("strategy_weight"), format!("{} is given twice", strategy.weight)));
            }
            strategies.push(strategy);
        }
        strategies.sort_by_key(|strategy| std::cmp::Reverse(strategy.weight));
        Ok(ParameterLimit { idle_limit: overall.is_none().then_some(calls), overall, strategies })
    }
}

impl Strategy {
    fn into_model(self, at: impl Fn(&str) -> String) -> Result<ParameterStrategy, Fault> {
        let length = self.name.chars().count();
        if length == 0 || length > LONGEST_NAME {
            let reason = format!("is {length} characters long; 1 to {LONGEST_NAME} are allowed");
            return Err(unfit(&at("name"), reason));
        }
        let weight = u8::try_from(self.strategy_weight).ok().filter(|weight| *weight <= 100);
        let weight = weight.ok_or_else(|| unfit(&at("strategy_weight"), "is out of range; 0 to 100 are allowed"))?;
        let mut parameters = self.parameters.into_iter();
        let (Some(parameter), None) = (parameters.next(), parameters.next()) else {
            return Err(unfit(&at("parameters"), "must hold exactly one parameter"));
        };
        let name = parameter.name.filter(|name| !name.is_empty());
        let named = || {
            let name = name.clone().filter(|name| name.len() <= 128);
            name.ok_or_else(|| unfit(&at("parameters.0.name"), "is needed: 1 to 128 bytes"))
        };
        let parameter = match parameter.place.as_str() {
            "query" => CountedParameter::Query(named()?),
            "header" => CountedParameter::Header(named()?),
            "path" if name.is_none() => CountedParameter::Path,
            "path" => return Err(unfit(&at("parameters.0.name"), "belongs to `query` and `header`; a path has none")),
            other => {
                let reason = format!("`{}` is not one of query, header, path", other.escape_debug());
                return Err(unfit(&at("parameters.0.type"), reason));
            }
        };
        let limit = WindowLimit {
            window: window(&at("window"), self.window)?,
            calls: positive(&at("rate_limit"), self.rate_limit)?,
        };
        let condition = condition(&at("condition"), self.condition)?;
        Ok(ParameterStrategy { name: self.name, weight, parameter, limit, condition })
    }
}

fn window(member: &str, seconds: i64) -> Result<Window, Fault> {
    let length = positive(member, seconds)?;
    Window::new(WindowUnit::Second, length.get()).map_err(|invalid| unfit(member, invalid.reason))
}

impl From<&ParameterLimit> for ByParameter {
    fn from(data: &ParameterLimit) -> Self {
        let calls = data.overall.map(|limit| limit.calls).or(data.idle_limit);
        Self {
            default_window: data.overall.map_or(0, |limit| limit.window.seconds().into()),
            default_rate_limit: calls.map_or(0, |calls| calls.get().into()),
            strategies: data.strategies.iter().map(Strategy::from).collect(),
        }
    }
}

impl From<&ParameterStrategy> for Strategy {
    fn from(strategy: &ParameterStrategy) -> Self {
        let (place, name) = match &strategy.parameter {
            CountedParameter::Query(name) => ("query", Some(name.clone())),
            CountedParameter::Header(name) => ("header", Some(name.clone())),
            CountedParameter::Path => ("path", None),
        };
        Self {
            name: strategy.name.clone(),
            strategy_weight: strategy.weight.into(),
            parameters: vec![Parameter { place: place.to_owned(), name }],
            rate_limit: strategy.limit.calls.get().into(),
            window: strategy.limit.window.seconds().into(),
            condition: strategy.condition.as_ref().map(Condition::as_str).unwrap_or_default().to_owned(),
        }
    }
}
