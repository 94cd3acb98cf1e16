//! What acts on the calls of an API beside its definition, without a release: its plugins, and its IP strategy.
//!
//! Compiled once for each API and environment; an API without any has none of it, and its calls pay a branch for that. The
//! order on a call is fixed: addresses before anything else, pages of other sites next ([`CrossOriginPlan`] stands in place
//! of the definition's rule), after authentication a function's word on the caller, then the nonce and the limits, together with
//! those of the definition; what is admitted is routed, unless the breaker is open, and in the end a function may change the
//! request. An answer that is kept comes in place of the backend's, and a function may change
//! either in the end.

mod answer_edit;
mod breaker;
mod cache;
mod caller_check;
mod counted;
mod cross_origin;
mod facts;
mod function;
mod nonces;
mod request_edit;
mod routes;
mod transcoding;

use std::net::IpAddr;
use std::sync::Arc;

use model::Timestamp;

use crate::access::AccessPlan;
use crate::refusal::Refusal;

pub use answer_edit::AnswerEditPlan;
pub use breaker::{BreakerPlan, BreakerState};
pub use cache::{AnswerStore, Asking, CachePlan, CacheSource, Caching, Keeping, Kept, Whole};
pub use caller_check::CheckPlan;
pub use counted::{CallLimitPlan, Counted, Counts, ParameterLimitPlan};
pub use cross_origin::CrossOriginPlan;
pub use facts::Facts;
pub use function::Asked;
pub use nonces::{Nonces, ReplayPlan};
pub use request_edit::{EditPlan, Edited};
pub use routes::{RoutePlan, Routes};
pub use transcoding::TranscodingPlan;

/// What acts on the calls of an API.
#[derive(Debug, Default)]
pub struct Plugins {
    /// Which addresses may call: each list must agree.
    pub access: Vec<Arc<AccessPlan>>,
    /// Which pages of other sites may call.
    pub cross_origin: Option<Arc<CrossOriginPlan>>,
    /// Who may call, as a function says.
    pub caller_check: Option<Arc<CheckPlan>>,
    /// How often it may be called.
    pub call_limit: Option<CallLimitPlan>,
    /// How often it may be called with each value of a parameter.
    pub parameter_limit: Option<ParameterLimitPlan>,
    /// Which of its calls may be made once only.
    pub replay: Option<ReplayPlan>,
    /// Where else its calls go.
    pub routes: Option<Routes>,
    /// What keeps its calls away from a backend that fails.
    pub breaker: Option<BreakerPlan>,
    /// What a function changes of requests.
    pub edit: Option<EditPlan>,
    /// Which answers are given again.
    pub cache: Option<Arc<CachePlan>>,
    /// How calls become calls of gRPC, where the backend speaks it.
    pub transcoding: Option<Arc<TranscodingPlan>>,
    /// What a function changes of answers.
    pub answer_edit: Option<AnswerEditPlan>,
}

/// What plugins do with the answer of one call.
#[derive(Debug)]
pub struct Answering<'p> {
    /// It may be kept.
    pub caching: Option<Caching<'p>>,
    /// A function may change it.
    pub edit: Option<&'p AnswerEditPlan>,
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
