//! How often an API may be called in a window of time: by all together, by each application, from each address.

use std::net::IpAddr;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// Bounds on the calls of an API in each window. All of them hold together, and beside those of the definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLimit {
    /// The window.
    pub window: Window,
    /// Calls of the API.
    pub api: NonZeroU32,
    /// Calls of each application that has no bound of its own.
    #[serde(default)]
    pub application: Option<NonZeroU32>,
    /// Calls from each address that has no bound of its own.
    #[serde(default)]
    pub address: Option<NonZeroU32>,
    /// Applications with bounds of their own, by their identifiers.
    #[serde(default)]
    pub applications: Vec<(String, NonZeroU32)>,
    /// Addresses with bounds of their own.
    #[serde(default)]
    pub addresses: Vec<(IpAddr, NonZeroU32)>,
}

/// A span of time; windows follow one another from the Unix epoch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawWindow", into = "RawWindow")]
pub struct Window {
    unit: WindowUnit,
    length: u32,
}

#[derive(Serialize, Deserialize)]
struct RawWindow {
    unit: WindowUnit,
    length: u32,
}

/// What a window's length is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum WindowUnit {
    Second,
    Minute,
    Hour,
    Day,
}

impl Window {
    /// Longest window, in seconds: 366 days.
    pub const LONGEST: u32 = 366 * 86_400;

    /// A window of `length` units.
    ///
    /// # Errors
    /// A length of 0, and one of more than [`Window::LONGEST`].
    pub fn new(unit: WindowUnit, length: u32) -> Result<Self, Invalid> {
        let seconds = length.checked_mul(unit.seconds()).filter(|seconds| (1..=Self::LONGEST).contains(seconds));
        match seconds {
            Some(_) => Ok(Self { unit, length }),
            None => Err(Invalid::new("window", "is out of range; 1 second to 366 days are allowed")),
        }
    }

    /// What the length is counted in.
    pub fn unit(self) -> WindowUnit {
        self.unit
    }

    /// How many units.
    pub fn length(self) -> u32 {
        self.length
    }

    /// The length in seconds.
    pub fn seconds(self) -> u32 {
        self.length * self.unit.seconds()
    }
}

impl WindowUnit {
    fn seconds(self) -> u32 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }
}

impl TryFrom<RawWindow> for Window {
    type Error = Invalid;

    fn try_from(raw: RawWindow) -> Result<Self, Invalid> {
        Self::new(raw.unit, raw.length)
    }
}

impl From<Window> for RawWindow {
    fn from(window: Window) -> Self {
        Self { unit: window.unit, length: window.length }
    }
}

impl CallLimit {
    /// Most applications, and most addresses, with bounds of their own.
    pub const MOST_SPECIAL: usize = 30;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_second_to_a_leap_year() {
        assert_eq!(Window::new(WindowUnit::Hour, 2).unwrap().seconds(), 7200);
        assert!(Window::new(WindowUnit::Day, 366).is_ok());
        for (unit, length) in [(WindowUnit::Second, 0), (WindowUnit::Day, 367), (WindowUnit::Day, u32::MAX)] {
            assert!(Window::new(unit, length).is_err(), "{unit:?} {length}");
        }
        assert!(serde_json::from_str::<Window>(r#"{"unit":"day","length":0}"#).is_err());
    }
}
