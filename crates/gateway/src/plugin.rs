//! What acts on the calls of an API beside its definition, without a release: its plugins, and its IP strategy.
//!
//! Compiled once for each API and environment; an API without any has none of it, and its calls pay a branch for that. The
//! order on a call is fixed: addresses before anything else, pages of other sites next ([`CrossOriginPlan`] stands in place
//! of the definition's rule), and once it is known who calls the limits, together with those of the definition.

mod counted;
mod cross_origin;
mod facts;

use std::net::IpAddr;
use std::sync::Arc;

use model::Timestamp;

use crate::access::AccessPlan;
use crate::refusal::Refusal;

pub use counted::{CallLimitPlan, Counted, Counts, ParameterLimitPlan};
pub use cross_origin::CrossOriginPlan;
pub use facts::Facts;

/// What acts on the calls of an API.
#[derive(Debug, Default)]
pub struct Plugins {
    /// Which addresses may call: each list must agree.
    pub access: Vec<Arc<AccessPlan>>,
    /// Which pages of other sites may call.
    pub cross_origin: Option<Arc<CrossOriginPlan>>,
    /// How often it may be called.
    pub call_limit: Option<CallLimitPlan>,
    /// How often it may be called with each value of a parameter.
    pub parameter_limit: Option<ParameterLimitPlan>,
}

impl Plugins {
    /// What is asked before it is known who calls.
    pub fn check_address(&self, address: IpAddr) -> Result<(), Refusal> {
        self.access.iter().try_for_each(|access| access.check(address))
    }

    /// The limits that a call is under.
    pub fn counted<'c>(&'c self, facts: &Facts<'c>, now: Timestamp) -> Result<Counted<'c>, Refusal> {
        let mut counted = Counted::default();
        if let Some(plan) = &self.call_limit {
            counted.add_calls(plan, facts, now);
        }
        if let Some(plan) = &self.parameter_limit {
            counted.add_values(plan, facts, now)?;
        }
        Ok(counted)
    }
}
