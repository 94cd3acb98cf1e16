//! Calls that may be made once only.

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// Refuses a call whose nonce was seen before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayGuard {
    /// A call without a nonce is refused.
    #[serde(default)]
    pub required: bool,
    /// How long a nonce is remembered.
    #[serde(default)]
    pub memory: NonceMemory,
}

/// How long a nonce is remembered: 1 to 1800 seconds, by default 900.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct NonceMemory(u32);

impl NonceMemory {
    /// The time in seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl Default for NonceMemory {
    fn default() -> Self {
        Self(900)
    }
}

impl TryFrom<u32> for NonceMemory {
    type Error = Invalid;

    fn try_from(raw: u32) -> Result<Self, Invalid> {
        match raw {
            1..=1800 => Ok(Self(raw)),
            _ => Err(Invalid::new("nonce memory", format!("{raw} is out of range; 1 to 1800 are allowed"))),
        }
    }
}

impl From<NonceMemory> for u32 {
    fn from(memory: NonceMemory) -> Self {
        memory.0
    }
}
