//! Throttles: how much an environment, or one API in it, may be called by everybody together.

use serde::{Deserialize, Serialize};

use crate::{ApiId, EnvironmentName, ServiceId};

/// A bound on calls per second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Throttle {
    pub service: ServiceId,
    pub environment: EnvironmentName,
    pub scope: ThrottleScope,
    /// Calls per second; `None` is no bound.
    pub rate: Option<u32>,
}

/// What a throttle bounds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThrottleScope {
    /// All calls of the environment.
    Service,
    /// The calls of one API.
    Api(ApiId),
}
