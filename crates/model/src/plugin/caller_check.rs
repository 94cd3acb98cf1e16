//! A function that says who may call.

use serde::{Deserialize, Serialize};

use super::PluginFunction;
use crate::{FieldName, Invalid};

/// Asks a function about callers, after the API's own authentication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerCheck {
    /// The function.
    pub function: PluginFunction,
    /// It is told the body too.
    #[serde(default)]
    pub tells_body: bool,
    /// How long what it said is remembered, in seconds: 0 is not at all.
    #[serde(default)]
    pub memory: CheckMemory,
    /// The headers by whose values it is remembered; a call without one of them is refused.
    #[serde(default)]
    pub headers: Vec<FieldName>,
    /// The query parameters by whose values it is remembered.
    #[serde(default)]
    pub queries: Vec<String>,
    /// What operators change to have everything forgotten.
    #[serde(default)]
    pub version: String,
}

/// How long a function's word on a caller is remembered: 0 to 3600 seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct CheckMemory(u32);

impl CheckMemory {
    /// The time in seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for CheckMemory {
    type Error = Invalid;

    fn try_from(raw: u32) -> Result<Self, Invalid> {
        match raw {
            0..=3600 => Ok(Self(raw)),
            _ => Err(Invalid::new("memory", format!("{raw} is out of range; 0 to 3600 are allowed"))),
        }
    }
}

impl From<CheckMemory> for u32 {
    fn from(memory: CheckMemory) -> Self {
        memory.0
    }
}

impl CallerCheck {
    /// Most headers and most query parameters by which a word is remembered.
    pub const MOST_PARAMETERS: usize = 20;
}
