//! Plugins: what is done with the calls of the APIs that they are attached to. They act at once, without a release.
//!
//! A plugin belongs to no service; it is attached to APIs of any of them, in an environment. An API has at most one of
//! each [`PluginKind`] in an environment, so their order on a call needs no saying: it is that of the kinds.

mod address_access;
mod answer_cache;
mod answer_edit;
mod call_limit;
mod caller_check;
mod circuit_breaker;
mod cross_origin;
mod function;
mod parameter_limit;
mod replay_guard;
mod request_edit;
mod routing;
mod transcoding;

use serde::{Deserialize, Serialize};

use crate::{ApiId, EnvironmentName, Name, PluginId, ServiceId, Tag, Text, Timestamp, UpstreamId};

pub use address_access::AddressAccess;
pub use answer_cache::{AnswerCache, CacheParameter};
pub use answer_edit::AnswerEdit;
pub use call_limit::{CallLimit, Window, WindowUnit};
pub use caller_check::{CallerCheck, CheckMemory};
pub use circuit_breaker::CircuitBreaker;
pub use cross_origin::{AnyOr, CrossOrigin, FieldName, SiteOrigin};
pub use function::{FunctionTimeout, PluginFunction};
pub use parameter_limit::{CountedParameter, ParameterLimit, ParameterStrategy, WindowLimit};
pub use replay_guard::{NonceMemory, ReplayGuard};
pub use request_edit::RequestEdit;
pub use routing::{Route, Routing};
pub use transcoding::Transcoding;

/// Something that is done with calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plugin {
    /// Its identifier.
    pub id: PluginId,
    /// Its name; several may share one.
    pub name: Name,
    /// What it is for.
    #[serde(default)]
    pub description: Text,
    /// What is done. Its kind never changes.
    pub data: PluginData,
    /// What operators sort it by.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed; attaching it is no change.
    pub modified: Timestamp,
}

/// What a plugin does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum PluginData {
    AddressAccess(AddressAccess),
    CrossOrigin(CrossOrigin),
    CallLimit(CallLimit),
    ParameterLimit(ParameterLimit),
    CallerCheck(CallerCheck),
    ReplayGuard(ReplayGuard),
    Routing(Routing),
    CircuitBreaker(CircuitBreaker),
    RequestEdit(RequestEdit),
    AnswerCache(AnswerCache),
    Transcoding(Transcoding),
    AnswerEdit(AnswerEdit),
}

/// What plugins of a sort do, in the order in which a call meets them. Its words are those that [`PluginData`] is told
/// apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PluginKind {
    /// Refuses callers by their addresses.
    AddressAccess,
    /// Says which pages of other sites may call.
    CrossOrigin,
    /// Has a function say who may call.
    CallerCheck,
    /// Refuses calls that were made before.
    ReplayGuard,
    /// Bounds calls by API, application and address.
    CallLimit,
    /// Bounds calls by the values of parameters.
    ParameterLimit,
    /// Says where else calls go.
    Routing,
    /// Keeps calls away from a backend that fails.
    CircuitBreaker,
    /// Has a function change requests.
    RequestEdit,
    /// Gives answers again.
    AnswerCache,
    /// Makes calls of gRPC of calls with JSON.
    Transcoding,
    /// Has a function change answers.
    AnswerEdit,
}

impl PluginData {
    /// Which kind it is.
    pub fn kind(&self) -> PluginKind {
        match self {
            Self::AddressAccess(_) => PluginKind::AddressAccess,
            Self::CrossOrigin(_) => PluginKind::CrossOrigin,
            Self::CallLimit(_) => PluginKind::CallLimit,
            Self::ParameterLimit(_) => PluginKind::ParameterLimit,
            Self::ReplayGuard(_) => PluginKind::ReplayGuard,
            Self::Routing(_) => PluginKind::Routing,
            Self::CircuitBreaker(_) => PluginKind::CircuitBreaker,
            Self::CallerCheck(_) => PluginKind::CallerCheck,
            Self::RequestEdit(_) => PluginKind::RequestEdit,
            Self::AnswerCache(_) => PluginKind::AnswerCache,
            Self::Transcoding(_) => PluginKind::Transcoding,
            Self::AnswerEdit(_) => PluginKind::AnswerEdit,
        }
    }
}

impl PluginData {
    /// The upstreams that calls may be sent to.
    pub fn upstreams(&self) -> impl Iterator<Item = &UpstreamId> {
        let (routing, breaker) = match self {
            Self::Routing(routing) => (Some(routing), None),
            Self::CircuitBreaker(breaker) => (None, Some(breaker)),
            Self::AddressAccess(_)
            | Self::CrossOrigin(_)
            | Self::CallLimit(_)
            | Self::ParameterLimit(_)
            | Self::CallerCheck(_)
            | Self::RequestEdit(_)
            | Self::AnswerCache(_)
            | Self::Transcoding(_)
            | Self::AnswerEdit(_)
            | Self::ReplayGuard(_) => (None, None),
        };
        let stand_in = breaker.and_then(CircuitBreaker::upstream);
        routing.into_iter().flat_map(Routing::upstreams).chain(stand_in)
    }
}

impl PluginKind {
    /// True when an API cannot have one of each in one environment.
    pub fn excludes(self, other: Self) -> bool {
        let limits = [Self::CallLimit, Self::ParameterLimit];
        self == other || (limits.contains(&self) && limits.contains(&other))
    }
}

/// A plugin on an API in an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The plugin.
    pub plugin: PluginId,
    /// The API's service.
    pub service: ServiceId,
    /// The environment.
    pub environment: EnvironmentName,
    /// The API.
    pub api: ApiId,
    /// When it was attached.
    pub attached: Timestamp,
}

impl Attachment {
    /// What it is found by within its service.
    pub fn key(&self) -> (EnvironmentName, ApiId, PluginId) {
        (self.environment.clone(), self.api.clone(), self.plugin.clone())
    }
}
