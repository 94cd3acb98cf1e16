//! What acts on the calls of an API beside its definition, without a release: its plugins, and its IP strategy.
//!
//! Compiled once for each API and environment; an API without any has none of it, and its calls pay a branch for that.

use std::net::IpAddr;
use std::sync::Arc;

use crate::access::AccessPlan;
use crate::refusal::Refusal;

/// What acts on the calls of an API.
#[derive(Debug, Default)]
pub struct Plugins {
    /// Which addresses may call: each list must agree.
    pub access: Vec<Arc<AccessPlan>>,
}

impl Plugins {
    /// What is asked before it is known who calls.
    pub fn check_address(&self, address: IpAddr) -> Result<(), Refusal> {
        self.access.iter().try_for_each(|access| access.check(address))
    }
}
