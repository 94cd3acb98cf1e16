//! A bound on calls per second.

use super::Micros;

/// At most so many admissions in any second.
#[derive(Debug)]
pub struct Rate {
    limit: u32,
}

impl Rate {
    /// A rate of `per_second` admissions, none of them used.
    pub fn new(per_second: u32) -> Self {
        Self { limit: per_second }
    }

    /// The same rate with another bound; recent admissions count on.
    pub fn resized(&self, _per_second: u32) -> Self {
        todo!()
    }

    /// Admissions a second.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// True when [`Rate::admit`] would admit. Takes nothing.
    pub fn would_admit(&self, _now: Micros) -> bool {
        todo!()
    }

    /// Takes one admission; false when there is none left in the second that ends at `now`.
    pub fn admit(&self, _now: Micros) -> bool {
        todo!()
    }

    /// How many more admissions there are room for at `now`.
    pub fn remaining(&self, _now: Micros) -> u32 {
        todo!()
    }
}
