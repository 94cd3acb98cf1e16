//! What keeps a noun from going: its uses, as refusals list them.

use std::fmt::Display;

use model::{ApiId, EnvironmentName, ServiceId, UsagePlanId};

/// A plan, and the environment where it rules something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct PlanUse {
    pub plan: UsagePlanId,
    pub environment: EnvironmentName,
}

impl Display for PlanUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in {}", self.plan, self.environment)
    }
}

/// An API that uses an upstream.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct UpstreamUse {
    pub service: ServiceId,
    pub api: ApiId,
}

impl Display for UpstreamUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.api, self.service)
    }
}
