//! Applications: who calls APIs in a name of its own. What they may call acts at once, without a release.

use serde::{Deserialize, Serialize};

use crate::{AccessKeyId, ApiId, ApplicationId, EnvironmentName, Name, Secret, ServiceId, Text, Timestamp};

/// An application with the pair that it signs with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its identifier.
    pub id: ApplicationId,
    /// The public half of its pair; no other application has it.
    pub key: AccessKeyId,
    /// The secret half. It is not part of the serialised form: the store seals it beside the record.
    #[serde(skip)]
    pub secret: Secret,
    /// Its name; several applications may share one.
    pub name: Name,
    /// For people.
    #[serde(default)]
    pub description: Text,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed; binding it is no change.
    pub modified: Timestamp,
}

/// An application may call an API in an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationBinding {
    /// The application.
    pub application: ApplicationId,
    /// The service that the API belongs to.
    pub service: ServiceId,
    /// Where it may call.
    pub environment: EnvironmentName,
    /// What it may call there.
    pub api: ApiId,
    /// Since when.
    pub created: Timestamp,
}
