//! `CircuitBreaker`: what becomes of calls while their backend fails (spec: circuit breaker).

use std::collections::BTreeMap;

use model::{CircuitBreaker as Model, FailureCondition};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::data::{unfit, whole};
use super::other_backend;
use crate::code::Code;
use crate::refusal::Fault;

/// The `backend_type` that has calls refused while the breaker is open.
const DISABLE: &str = "Disable";

/// The data as they stand in the text.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CircuitBreaker {
    failure_condition: String,
    failure_threshold: i64,
    time_window: i64,
    open_state_duration: i64,
    backend_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    backend_config: Option<Value>,
}

impl CircuitBreaker {
    pub(super) fn into_model(self) -> Result<Model, Fault> {
        let failure = FailureCondition::try_from(self.failure_condition)
            .map_err(|invalid| Fault::invalid(Code::InvalidCondition, "PluginData.failure_condition", &invalid))?;
        let mut annotations = BTreeMap::new();
        let stand_in = if self.backend_type == DISABLE {
            // The console sends the member all the same.
            match self.backend_config {
                None | Some(Value::Null) => None,
                Some(Value::Object(members)) if members.is_empty() => None,
                Some(_) => {
                    return Err(unfit(
                        "backend_config",
                        "has no meaning where `backend_type` is Disable: leave it out",
                    ));
                }
            }
        } else {
            let config = self.backend_config.ok_or_else(|| {
                let reason = format!("is missing: backends of type {} need it", self.backend_type.escape_debug());
                Fault::value(Code::PluginConfig, "PluginData.backend_config", reason)
            })?;
            Some(other_backend::into_model("", self.backend_type, config, &mut annotations)?)
        };
        Ok(Model {
            failure,
            threshold: whole("failure_threshold", self.failure_threshold)?,
            window: whole("time_window", self.time_window)?,
            open: whole("open_state_duration", self.open_state_duration)?,
            stand_in,
            annotations,
        })
    }
}

impl From<&Model> for CircuitBreaker {
    fn from(data: &Model) -> Self {
        let backend = data.stand_in.as_ref();
        Self {
            failure_condition: data.failure.as_str().to_owned(),
            failure_threshold: data.threshold.get().into(),
            time_window: data.window.get().into(),
            open_state_duration: data.open.get().into(),
            backend_type: match backend {
                Some(backend) => other_backend::word(backend, &data.annotations),
                None => DISABLE.to_owned(),
            },
            backend_config: backend.map(|_| other_backend::config(&data.annotations)),
        }
    }
}
