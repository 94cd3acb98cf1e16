//! Time, as limits see it.

/// Microseconds since the process started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(pub u64);

impl Micros {
    /// One second.
    pub const SECOND: Self = Self(1_000_000);
}
