//! Releases: what the environments of a service run.

use serde::{Deserialize, Serialize};

use crate::{ApiId, EnvironmentName, ServiceId, Text, Timestamp, VersionName};

/// A frozen set of API revisions. Immutable: rolling back is running an older one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Its name; unique among all services.
    pub version: VersionName,
    /// The service that was released.
    pub service: ServiceId,
    /// What the operator said of it.
    pub description: Text,
    /// When.
    pub created: Timestamp,
    /// What is in it, oldest API first.
    pub members: Vec<Member>,
}

/// An API revision in a release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Member {
    pub api: ApiId,
    pub revision: u32,
}

/// What an environment of a service runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentState {
    /// The service.
    pub service: ServiceId,
    /// The environment.
    pub environment: EnvironmentName,
    /// The running release; `None` when the environment was taken offline.
    pub running: Option<VersionName>,
    /// When that last changed.
    pub changed: Timestamp,
}

/// One line of an environment's history: a release, or a switch to an older one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseEvent {
    /// The service.
    pub service: ServiceId,
    /// The environment.
    pub environment: EnvironmentName,
    /// Counts the events of this environment, from 1.
    pub sequence: u32,
    /// What runs since.
    pub version: VersionName,
    /// What the operator said.
    pub description: Text,
    /// When.
    pub time: Timestamp,
}
