//! Documents of APIs: what is published for those who call, as it was when it was built.

use serde::{Deserialize, Serialize};

use crate::{ApiDefinition, ApiDocumentId, ApiId, EnvironmentName, Name, Secret, ServiceId, Tag, Timestamp};

/// A published page about some APIs of one environment of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiDocument {
    /// Its identifier, which is in its address.
    pub id: ApiDocumentId,
    /// Its name.
    pub name: Name,
    /// The service.
    pub service: ServiceId,
    /// The environment that it is about.
    pub environment: EnvironmentName,
    /// The APIs, in their order.
    pub apis: Vec<ApiId>,
    /// What readers must know. It is not part of the serialised form: the store seals it beside the record.
    #[serde(skip)]
    pub password: Secret,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// What the page says of each API: edits show when it is built anew.
    pub content: Vec<DocumentedApi>,
    /// How often it was built.
    pub builds: u32,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last built, or its password changed.
    pub modified: Timestamp,
}

/// An API as a document tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentedApi {
    /// The API.
    pub api: ApiId,
    /// The environment ran it, in this form; otherwise it is told as it was edited.
    pub released: bool,
    /// What it did.
    pub definition: ApiDefinition,
}
