//! The fields of `CreateApi` and `ModifyApi` that belong to kinds of API which are not served.
//!
//! They are never swallowed: one that says something is refused by name. Those that say nothing (empty, `false`, 0) are
//! what clients send who write out every field, and are let pass.

use serde_json::Value;

use crate::code::Code;
use crate::refusal::Fault;
use crate::wire::Params;

/// Which of the two actions has a field.
#[derive(PartialEq, Eq)]
enum In {
    Both,
    CreateApi,
}

const EVENT_BUSES: &str = "event bus (EB) backends";
const MICROSERVICES: &str = "microservice (TSF) backends";
const TARGETS: &str = "TARGET backends";

#[rustfmt::skip]
const FIELDS: &[(&str, In, &str)] = &[
    ("MicroServices", In::Both, MICROSERVICES),
    ("ServiceTsfLoadBalanceConf", In::Both, MICROSERVICES),
    ("ServiceTsfHealthCheckConf", In::Both, MICROSERVICES),
    ("TargetServices", In::CreateApi, TARGETS),
    ("TargetServicesLoadBalanceConf", In::Both, TARGETS),
    ("TargetServicesHealthCheckConf", In::Both, TARGETS),
    ("EventBusId", In::Both, EVENT_BUSES),
];

/// The first field that says something which is not served.
#[derive(Debug, Default)]
pub(crate) struct Unserved(Option<(&'static str, &'static str)>);

impl Unserved {
    /// Takes the fields that are not served out of `params`. One that `action` does not have stays there, to be refused
    /// as unknown.
    pub(crate) fn take(params: &mut Params, action: &str) -> Self {
        let mut first = None;
        for (name, place, what) in FIELDS {
            let fits = match place {
                In::Both => true,
                In::CreateApi => action == "CreateApi",
            };
            if fits && params.take(name).is_some_and(|value| says_something(&value)) && first.is_none() {
                first = Some((*name, *what));
            }
        }
        Self(first)
    }

    /// Refuses what is not served.
    pub(crate) fn refuse(self) -> Result<(), Fault> {
        match self.0 {
            None => Ok(()),
            Some((name, what)) => Err(Fault::value(
                Code::UnsupportedParameter,
                name,
                format!("belongs to {what}, which are not served by this version of Tollgate"),
            )),
        }
    }
}

/// False for what clients send in place of nothing.
pub(crate) fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(text.to_ascii_lowercase().as_str(), "" | "false" | "0"),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => members.values().any(says_something),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn take(body: &Value, action: &str) -> Result<(), Fault> {
        Unserved::take(&mut Params::from_json(body.to_string().as_bytes()).unwrap(), action).refuse()
    }

    #[test]
    fn a_field_that_says_something_is_refused_by_name() {
        for (body, name) in [
            (json!({"EventBusId": "eb-1"}), "EventBusId"),
            (json!({"MicroServices": [{}]}), "MicroServices"),
            (json!({"TargetServicesLoadBalanceConf": "1"}), "TargetServicesLoadBalanceConf"),
        ] {
            let refused = take(&body, "CreateApi").unwrap_err();
            assert_eq!(refused.code, Code::UnsupportedParameter);
            assert!(refused.message.contains(name), "{}", refused.message);
        }
    }

    #[test]
    fn a_field_that_says_nothing_is_let_pass() {
        let body = json!({
            "TargetServices": [], "MicroServices": [],
            "ServiceTsfHealthCheckConf": {"IsHealthCheck": false}, "EventBusId": null,
        });
        assert_eq!(take(&body, "CreateApi"), Ok(()));
    }
}
