//! The plan: the configuration in the form in which calls use it.
//!
//! A plan is made beside the running one and swapped in whole ([`compile::Compiler`]). Everything that a call needs is
//! prepared in it: routes, key states, header bytes. What a change did not touch is the same `Arc` in both plans.

use std::sync::Arc;
use std::time::Duration;

use model::{ApiId, ApiRevision, Auth, Revision, Snapshot, VersionName};
use net::Target;
use observe::EnvironmentMetrics;
use rustc_hash::FxHashMap;
use sign::key_pair::Key;

use crate::limit::{Quota, Rate};
use crate::parameter::ParameterPlan;
use crate::route::Router;

pub mod compile;

/// What the whole gateway runs.
#[derive(Debug)]
pub struct Plan {
    /// The revision of the configuration that it was made from.
    pub revision: Revision,
    /// The services, by identifier.
    pub services: FxHashMap<Box<str>, Arc<ServicePlan>>,
    /// The configuration itself: looked into only to tell a refusal exactly.
    pub snapshot: Arc<Snapshot>,
}

/// What a service runs.
#[derive(Debug)]
pub struct ServicePlan {
    /// Callers may use http.
    pub allows_http: bool,
    /// Callers may use https.
    pub allows_https: bool,
    /// What each environment runs, in the order of [`model::EnvironmentName::NAMES`].
    pub environments: [Option<Arc<EnvironmentPlan>>; 3],
}

/// What an environment of a service runs.
#[derive(Debug)]
pub struct EnvironmentPlan {
    /// The service's identifier.
    pub service: Box<str>,
    /// The environment's name.
    pub environment: &'static str,
    /// The release.
    pub version: VersionName,
    /// Path and method to a place in `apis`.
    pub router: Arc<Router<usize>>,
    /// The APIs of the release.
    pub apis: Vec<ApiEntry>,
    /// The throttle on all calls.
    pub rate: Option<Arc<Rate>>,
    /// Where its calls are counted.
    pub metrics: Arc<EnvironmentMetrics>,
}

/// An API of a release with what acts on it without a release.
#[derive(Debug, Clone)]
pub struct ApiEntry {
    /// The frozen definition, compiled.
    pub api: Arc<ApiPlan>,
    /// The throttle on its calls.
    pub rate: Option<Arc<Rate>>,
    /// Who may call it, and how much.
    pub grants: Arc<Grants>,
}

/// The keys that may call, each with its plan.
#[derive(Debug, Default)]
pub struct Grants {
    /// By the key's public half. Only enabled keys stand here.
    pub by_key: FxHashMap<Box<str>, Grant>,
    /// True when some plan rules the API, with keys or without.
    pub is_ruled: bool,
}

/// A key in a usage plan.
#[derive(Debug)]
pub struct Grant {
    /// The key's public half.
    pub key_id: Box<str>,
    /// The key's prepared states.
    pub key: Arc<Key>,
    /// The plan's identifier.
    pub plan_id: Box<str>,
    /// The plan's calls per second for this key.
    pub rate: Option<Arc<Rate>>,
    /// The plan's calls in all, and how many it allows.
    pub quota: Option<(Arc<Quota>, u64)>,
    /// The response header lines that name key and plan.
    pub head: Box<[u8]>,
}

/// A frozen definition, compiled.
#[derive(Debug)]
pub struct ApiPlan {
    /// What it was compiled from.
    pub frozen: Arc<ApiRevision>,
    /// How callers prove who they are.
    pub auth: Auth,
    /// Browsers on other sites may call it.
    pub cors: bool,
    /// The parameters.
    pub parameters: ParameterPlan,
    /// What answers.
    pub backend: BackendPlan,
    /// How long the backend may take.
    pub timeout: Duration,
    /// The response header line that names the API.
    pub head: Box<str>,
}

/// What answers a call.
#[derive(Debug)]
pub enum BackendPlan {
    /// An origin.
    Http(HttpPlan),
    /// A fixed answer.
    Mock(MockPlan),
    /// An origin that speaks WebSocket after a handshake.
    WebSocket(HttpPlan),
}

/// An origin, and how it is asked.
#[derive(Debug)]
pub struct HttpPlan {
    /// The origin; APIs share it.
    pub origin: Arc<OriginPlan>,
    /// The method there; `None` is the caller's.
    pub method: Option<&'static str>,
}

/// An origin.
#[derive(Debug)]
pub struct OriginPlan {
    /// Where to connect; `None` where the host can never be connected to.
    pub target: Option<Arc<Target>>,
    /// What the `Host` header says.
    pub host: Box<str>,
}

/// A fixed answer, rendered.
#[derive(Debug)]
pub struct MockPlan {
    /// The status.
    pub status: u16,
    /// The header lines.
    pub head: Box<[u8]>,
    /// The body.
    pub body: Box<[u8]>,
}

impl ApiPlan {
    const HEAD: &str = "X-Api-ID: ";

    /// The response header line that names `api`.
    fn head_line(api: &ApiId) -> Box<str> {
        format!("{}{api}\r\n", Self::HEAD).into()
    }

    /// The API's identifier: read from the header line, which a call has at hand anyway.
    pub fn id(&self) -> &str {
        self.head.get(Self::HEAD.len()..).unwrap_or("").trim_end()
    }
}

impl Plan {
    /// A plan that runs nothing.
    pub fn empty() -> Self {
        Self { revision: Revision(0), services: FxHashMap::default(), snapshot: Arc::default() }
    }
}
