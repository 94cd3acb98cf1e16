//! Whole numbers with bounds.

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// A whole number from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Whole<const LEAST: u32, const MOST: u32>(u32);

impl<const LEAST: u32, const MOST: u32> Whole<LEAST, MOST> {
    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl<const LEAST: u32, const MOST: u32> TryFrom<u32> for Whole<LEAST, MOST> {
    type Error = Invalid;

    fn try_from(raw: u32) -> Result<Self, Invalid> {
        match raw {
            _ if (LEAST..=MOST).contains(&raw) => Ok(Self(raw)),
            _ => Err(Invalid::new("number", format!("{raw} is out of range; {LEAST} to {MOST} are allowed"))),
        }
    }
}

impl<const LEAST: u32, const MOST: u32> From<Whole<LEAST, MOST>> for u32 {
    fn from(number: Whole<LEAST, MOST>) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_within_its_bounds() {
        assert_eq!(Whole::<10, 90>::try_from(90).unwrap().get(), 90);
        assert_eq!(Whole::<10, 90>::try_from(9).unwrap_err().reason, "9 is out of range; 10 to 90 are allowed");
        assert!(serde_json::from_str::<Whole<10, 90>>("91").is_err());
    }
}
