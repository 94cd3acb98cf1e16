//! The functions that plugins ask.

use serde::{Deserialize, Serialize};

use crate::{FunctionName, Invalid};

/// A function, and how long it is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginFunction {
    /// The function.
    pub name: FunctionName,
    /// How long it is waited for.
    #[serde(default)]
    pub timeout: FunctionTimeout,
    /// Whose account it was said to be in; kept only to be told back.
    #[serde(default)]
    pub account: Option<u64>,
}

/// How long a function is waited for: 0 to 60 seconds, of which 0 is the usual time, 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct FunctionTimeout(u32);

impl FunctionTimeout {
    /// The usual time in seconds.
    pub const USUAL: u32 = 15;

    /// The number as it was said.
    pub fn said(self) -> u32 {
        self.0
    }

    /// The time in seconds.
    pub fn seconds(self) -> u32 {
        if self.0 == 0 { Self::USUAL } else { self.0 }
    }
}

impl TryFrom<u32> for FunctionTimeout {
    type Error = Invalid;

    fn try_from(raw: u32) -> Result<Self, Invalid> {
        match raw {
            0..=60 => Ok(Self(raw)),
            _ => Err(Invalid::new("timeout", format!("{raw} is out of range; 0 to 60 are allowed"))),
        }
    }
}

impl From<FunctionTimeout> for u32 {
    fn from(timeout: FunctionTimeout) -> Self {
        timeout.0
    }
}
