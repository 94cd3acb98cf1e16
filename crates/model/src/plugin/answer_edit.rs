//! A function that changes answers.

use serde::{Deserialize, Serialize};

use super::PluginFunction;

/// Has a function change answers of the backend on their way to the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerEdit {
    /// The function.
    pub function: PluginFunction,
    /// It may change the status.
    #[serde(default)]
    pub status: bool,
    /// It may change headers.
    #[serde(default)]
    pub headers: bool,
    /// It may change the body.
    #[serde(default)]
    pub body: bool,
    /// It is told the body in Base64.
    #[serde(default)]
    pub base64: bool,
}
