//! What becomes of calls while their backend fails.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Backend, FailureCondition, UpstreamId, Whole};

/// Keeps calls away from a backend that fails. When a window has more failures than the threshold, the breaker is open for
/// a while: calls go to another backend, or are refused. Then everything is as before, and counting begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CircuitBreaker {
    /// Which answers are failures. No answer - the backend cannot be reached, breaks off, or takes too long - always is.
    pub failure: FailureCondition,
    /// How many failures a window may have.
    pub threshold: Whole<1, 10_000>,
    /// The window in seconds; it slides.
    pub window: Whole<10, 90>,
    /// How long the breaker is open, in seconds.
    pub open: Whole<15, 300>,
    /// What answers while it is open; `None` is nothing, and calls are refused.
    #[serde(default)]
    pub stand_in: Option<Backend>,
    /// Facts that a dialect keeps here only to tell them back.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

impl CircuitBreaker {
    /// The upstream whose nodes answer while it is open.
    pub fn upstream(&self) -> Option<&UpstreamId> {
        self.stand_in.as_ref().and_then(Backend::upstream)
    }
}
