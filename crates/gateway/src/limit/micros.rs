//! Time, as limits see it.

/// Microseconds since the process started.
///
/// Limits keep 48 bits of it, which is enough for 8 years and 11 months; how they compare times makes the wrap at the
/// end of that harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(pub u64);

impl Micros {
    /// One second.
    pub const SECOND: Self = Self(1_000_000);
}
