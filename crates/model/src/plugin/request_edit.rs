//! A function that changes requests.

use serde::{Deserialize, Serialize};

use super::PluginFunction;

/// Has a function change requests on their way to the backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestEdit {
    /// The function.
    pub function: PluginFunction,
    /// It is told the headers.
    #[serde(default)]
    pub tells_headers: bool,
    /// It is told the query.
    #[serde(default)]
    pub tells_query: bool,
    /// It is told the body.
    #[serde(default)]
    pub tells_body: bool,
    /// Bodies are told in Base64.
    #[serde(default)]
    pub base64: bool,
}
