//! `backend_type` and `backend_config`: a backend beside the API's own (spec: conditional routing, circuit breaker).

use std::collections::BTreeMap;

use model::Backend;
use serde_json::Value;

use crate::api::{RouteBackend, backend_word};
use crate::code::Code;
use crate::refusal::Fault;
use crate::wire::read_tree;

/// The annotation that keeps `backend_config` as it was sent, with the names of its members in order.
const CONFIG: &str = "backend_config";

/// The annotation that keeps `backend_type`: several words mean an origin.
const TYPE: &str = "backend_type";

/// The backend. What is wrong is named from `place` on, which ends with a dot or is empty; what is told back goes into
/// `annotations`.
pub(super) fn into_model(
    place: &str,
    word: String,
    config: Value,
    annotations: &mut BTreeMap<String, String>,
) -> Result<Backend, Fault> {
    let text = config.to_string();
    let below = |fault: Fault| Fault {
        code: match fault.code {
            Code::MissingParameter => Code::BackendSpecificParam,
            Code::InvalidParameter | Code::UnknownParameter => Code::InvalidPluginConfig,
            code => code,
        },
        message: fault.message.replacen('`', &format!("`PluginData.{place}backend_config."), 1),
        ..fault
    };
    let fields: RouteBackend = read_tree(config).map_err(below)?;
    let backend = fields.into_model(&word).map_err(below)?;
    annotations.insert(CONFIG.to_owned(), text);
    annotations.insert(TYPE.to_owned(), word);
    Ok(backend)
}

/// `backend_type`, as it was sent.
pub(super) fn word(backend: &Backend, annotations: &BTreeMap<String, String>) -> String {
    annotations.get(TYPE).cloned().unwrap_or_else(|| backend_word(backend).to_owned())
}

/// `backend_config`, as it was sent.
pub(super) fn config(annotations: &BTreeMap<String, String>) -> Value {
    annotations.get(CONFIG).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}
