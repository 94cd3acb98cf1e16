//! Usage plans: how much the holder of a key may call.

use serde::{Deserialize, Serialize};

use crate::{AccessKeyId, ApiId, EnvironmentName, Name, ServiceId, Tag, Text, Timestamp, UsagePlanId};

/// A bound on calls, given to keys and put on environments or APIs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsagePlan {
    /// Its identifier.
    pub id: UsagePlanId,
    /// Its name.
    pub name: Name,
    /// For people.
    pub description: Text,
    /// Calls per second for each key; `None` is no bound.
    pub rate: Option<u32>,
    /// Calls in all, over all keys of the plan; `None` is no bound.
    pub quota: Option<u64>,
    /// Labels that operators put on it.
    pub tags: Vec<Tag>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

/// A key is in a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct KeyBinding {
    pub plan: UsagePlanId,
    pub key: AccessKeyId,
    pub created: Timestamp,
}

/// A plan rules an environment of a service, or one API there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct PlanBinding {
    pub plan: UsagePlanId,
    pub service: ServiceId,
    pub environment: EnvironmentName,
    pub scope: BindingScope,
    pub created: Timestamp,
}

/// How much of an environment a plan rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BindingScope {
    /// All of it.
    Service,
    /// One API.
    Api(ApiId),
}
