//! An API: what callers ask for, and what answers them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::exact;
use crate::{
    ApiId, Auth, Backend, Constant, FrontendPath, Invalid, Mapping, MethodMatch, Name, Oauth, Parameter, ServiceId,
    Tag, Text, Timestamp,
};

/// An API as its operators edit it. Callers see it only after a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Api {
    /// Its identifier.
    pub id: ApiId,
    /// The service that it belongs to.
    pub service: ServiceId,
    /// What it does now. The frozen form of the same revision shares it.
    pub definition: Arc<ApiDefinition>,
    /// Counts the edits, from 1; a release freezes the definition under this number.
    pub revision: u32,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

/// An API's definition as one release took it: never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiRevision {
    /// The API.
    pub api: ApiId,
    /// The service that it belongs to.
    pub service: ServiceId,
    /// The number of the edit.
    pub revision: u32,
    /// The API's own age decides among templates that match the same path: the older first.
    pub api_created: Timestamp,
    /// The frozen definition.
    pub definition: Arc<ApiDefinition>,
}

/// Everything that says what an API does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ApiDefinition {
    /// Its name; unique within the service.
    pub name: Name,
    /// For people.
    #[serde(default)]
    pub description: Text,
    /// What kind of API the console lists it under.
    #[serde(default)]
    pub kind: ApiKind,
    /// What callers speak.
    #[serde(default)]
    pub protocol: ApiProtocol,
    /// The path that it answers at; with `method` unique within the service.
    pub path: FrontendPath,
    /// The methods that it answers.
    pub method: MethodMatch,
    /// How callers prove who they are.
    pub auth: Auth,
    /// Its part in OAuth 2.0, where that is how.
    #[serde(default)]
    pub oauth: Option<Oauth>,
    /// Browsers on other sites may call it.
    #[serde(default)]
    pub cors: bool,
    /// The parameters that callers send.
    #[serde(default, deserialize_with = "exact::list")]
    pub parameters: Vec<Parameter>,
    /// What answers the call.
    pub backend: Backend,
    /// How long the backend may take.
    #[serde(default)]
    pub timeout: Timeout,
    /// Where parameters go in the request to the backend.
    #[serde(default, deserialize_with = "exact::list")]
    pub mappings: Vec<Mapping>,
    /// What the gateway adds to each request to the backend.
    #[serde(default, deserialize_with = "exact::list")]
    pub constants: Vec<Constant>,
    /// What the API's author tells about its answers; documentation only.
    #[serde(default)]
    pub response: ResponseGuide,
    /// Labels that operators put on it.
    #[serde(default, deserialize_with = "exact::list")]
    pub tags: Vec<Tag>,
    /// Facts that a dialect keeps here only to tell them back.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

/// What kind of API it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ApiKind {
    /// Any API.
    #[default]
    General,
}

/// What callers of an API speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ApiProtocol {
    /// HTTP or HTTPS.
    #[default]
    Http,
    /// WebSocket, in the clear or within TLS.
    #[serde(rename = "websocket")]
    WebSocket,
}

/// How long a backend may take to begin its answer: 1–1800 whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Timeout(u32);

impl Timeout {
    /// Whole seconds.
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

impl Default for Timeout {
    /// 15 seconds, as the console of the compatible service proposes.
    fn default() -> Self {
        Self(15)
    }
}

impl TryFrom<u32> for Timeout {
    type Error = Invalid;

    fn try_from(seconds: u32) -> Result<Self, Invalid> {
        if (1..=1800).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(Invalid::new("timeout", format!("{seconds} is out of range; 1 to 1800 seconds are allowed")))
        }
    }
}

impl From<Timeout> for u32 {
    fn from(timeout: Timeout) -> Self {
        timeout.0
    }
}

/// What the author tells about the answers. The gateway passes answers through and does not read this.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ResponseGuide {
    /// What kind of body to expect: a vendor's word such as `JSON`.
    pub body_type: Option<String>,
    /// An answer when all went well.
    #[serde(default)]
    pub success_example: Text,
    /// An answer when it did not.
    #[serde(default)]
    pub failure_example: Text,
    /// The codes that may come back.
    #[serde(default)]
    pub error_codes: Vec<ErrorCode>,
}

/// A code that an API may answer with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ErrorCode {
    /// The code.
    pub code: i64,
    /// What it says.
    #[serde(default)]
    pub message: String,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// A code that the author wishes callers to see in its place.
    pub converted: Option<i64>,
    /// Whether the author asks for that.
    #[serde(default)]
    pub convert: bool,
}
