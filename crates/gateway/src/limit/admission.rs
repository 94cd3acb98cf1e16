//! All limits of one call together.

use super::{Micros, Quota, Rate};

/// The limits that one call is under; an absent one does not bound it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits<'a> {
    /// All calls of the environment.
    pub service: Option<&'a Rate>,
    /// The calls of the API in the environment.
    pub api: Option<&'a Rate>,
    /// The calls of the key under its usage plan.
    pub plan: Option<&'a Rate>,
    /// The calls that the usage plan has altogether, and how many it may have.
    pub quota: Option<(&'a Quota, u64)>,
}

/// The limit that refused a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Exceeded {
    Service,
    Api,
    Plan,
    Quota,
}

impl Limits<'_> {
    /// Admits the call under all limits, or says which one refused it; a refused call uses up nothing.
    pub fn admit(&self, _now: Micros) -> Result<(), Exceeded> {
        todo!()
    }
}
