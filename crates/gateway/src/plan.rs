//! The plan: the configuration in the form in which calls use it.
//!
//! A plan is made beside the running one and swapped in whole ([`compile::Compiler`]). Everything that a call needs is
//! prepared in it: routes, key states, header bytes. What a change did not touch is the same `Arc` in both plans.

use std::sync::Arc;
use std::time::Duration;

use model::{ApiId, ApiRevision, Auth, Revision, Snapshot, UpstreamId, VersionName};
use net::Target;
use observe::EnvironmentMetrics;
use rustc_hash::FxHashMap;

use crate::ahead;
use crate::limit::Rate;
use crate::parameter::ParameterPlan;
use crate::plugin::Plugins;
use crate::route::Router;
use crate::upstream::{UpstreamPlan, Upstreams};

mod applications;
mod bucket;
pub mod compile;
mod conversation;
mod function;
mod grants;
mod hosts;
mod tokens;
mod upstreams;

pub use applications::{ApplicationPlan, Applications};
pub use bucket::{BucketPlan, BucketSigner};
pub use conversation::{ConversationPlan, FunctionPlan};
pub use function::{EventPlan, Invocation, WebPlan};
pub use grants::{Grant, Grants};
pub use hosts::{DomainPlan, Hosts, MappingPlan};
pub use tokens::{KeySource, TokenPlan};

/// The end of a header line.
const END: &str = "\r\n";

/// What the whole gateway runs.
#[derive(Debug)]
pub struct Plan {
    /// The revision of the configuration that it was made from.
    pub revision: Revision,
    /// The services, by identifier.
    pub services: FxHashMap<Box<str>, Arc<ServicePlan>>,
    /// The upstreams, by identifier.
    pub upstreams: Arc<Upstreams>,
    /// Custom domains, and how handshakes are answered.
    pub hosts: Arc<Hosts>,
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
    /// The upstreams that its environments call, each once: what a change of one touches.
    pub upstreams: Box<[UpstreamId]>,
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

/// How calls of an API are judged.
#[derive(Debug, Clone, Copy)]
pub struct ApiRules {
    /// How callers prove who they are.
    pub auth: Auth,
    /// Which pages of other sites may call it.
    pub cors: CrossOriginRule,
    /// Parameters stand in the body, so that it must be read before it can be sent on.
    pub uses_form: bool,
    /// Its calls are handshakes of WebSockets.
    pub is_websocket: bool,
    /// How long the backend may take, in seconds.
    pub timeout_s: u32,
}

/// Which pages of other sites may call an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrossOriginRule {
    /// None.
    Closed,
    /// All, as the vendor's gateway tells browsers.
    Open,
    /// Those that the API's plugin allows.
    Plugin,
}

impl ApiRules {
    /// How long the backend may take.
    pub fn timeout(self) -> Duration {
        Duration::from_secs(self.timeout_s.into())
    }
}

/// An API of a release with what acts on it without a release.
#[derive(Debug, Clone)]
// One line of the processor's cache.
#[repr(align(64))]
pub struct ApiEntry {
    /// The definition's rules: a copy, for a call that is being judged has not come to the definition yet.
    pub rules: ApiRules,
    /// The frozen definition, compiled.
    pub api: Arc<ApiPlan>,
    /// The throttle on its calls.
    pub rate: Option<Arc<Rate>>,
    /// Who may call it, and how much.
    pub grants: Arc<Grants>,
    /// What acts on its calls beside its definition; mostly nothing does.
    pub plugins: Option<Arc<Plugins>>,
    /// Which applications may call it; `None` is no application.
    pub applications: Option<Arc<Applications>>,
    /// The tokens that a business API of OAuth 2.0 is called with.
    pub tokens: Option<Arc<TokenPlan>>,
}

/// A frozen definition, compiled.
#[derive(Debug)]
pub struct ApiPlan {
    /// What it was compiled from.
    pub frozen: Arc<ApiRevision>,
    /// How calls are judged.
    pub rules: ApiRules,
    /// The parameters.
    pub parameters: ParameterPlan,
    /// What answers.
    pub backend: BackendPlan,
    /// The response header line that names the API, then the literals of the backend path: what a call needs of an API
    /// lies close together, for it finds it cold in memory.
    pub text: Box<str>,
    /// Where the header line ends in `text`.
    pub head_end: u16,
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
    /// A function that is called with an event.
    Event(Box<EventPlan>),
    /// Functions that a WebSocket talks to.
    Conversation(Arc<ConversationPlan>),
    /// A function that is a web server; `None` where nothing stands behind its name.
    Web(Option<Box<WebPlan>>),
    /// A bucket; `None` where nothing stands behind its name, or nothing signs what should be signed.
    Bucket(Option<Box<BucketPlan>>),
    /// The nodes of an upstream.
    Upstream(UpstreamUse),
    /// What speaks gRPC.
    Rpc(RpcPlan),
}

/// What speaks gRPC.
#[derive(Debug)]
pub enum RpcPlan {
    /// An origin.
    Origin(HttpPlan),
    /// The nodes of an upstream.
    Upstream(UpstreamUse),
}

/// An origin, and how it is asked.
#[derive(Debug)]
pub struct HttpPlan {
    /// The origin; APIs share it.
    pub origin: Arc<OriginPlan>,
    /// The method there; `None` is the caller's.
    pub method: Option<&'static str>,
}

/// An upstream, and how its nodes are asked.
#[derive(Debug)]
pub struct UpstreamUse {
    /// The upstream; APIs share it. `None` where there is none, which the rules of the configuration do not let happen.
    pub upstream: Option<Arc<UpstreamPlan>>,
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
    /// The date is among them.
    pub has_date: bool,
    /// The body.
    pub body: Box<[u8]>,
}

impl ApiEntry {
    /// Asks for the definition, which is needed when it is known who calls.
    pub fn fetch_ahead(&self) {
        ahead::fetch(&self.api.text);
        ahead::fetch(&self.api.parameters);
        ahead::fetch(&self.api.backend);
    }

    /// Asks for the definition's texts. The definition itself must have come.
    pub fn fetch_text_ahead(&self) {
        ahead::fetch_text(&self.api.text);
    }
}

impl ApiPlan {
    const HEAD: &str = "X-Api-ID: ";

    /// The response header line that names `api`.
    fn head_line(api: &ApiId) -> String {
        format!("{}{api}\r\n", Self::HEAD)
    }

    /// The response header line that names the API.
    pub fn head(&self) -> &str {
        self.text.get(..self.head_end.into()).unwrap_or_default()
    }

    /// The API's identifier.
    pub fn id(&self) -> &str {
        self.text.get(Self::HEAD.len()..usize::from(self.head_end) - END.len()).unwrap_or_default()
    }
}

impl Plan {
    /// A plan that runs nothing.
    pub fn empty() -> Self {
        Self {
            revision: Revision(0),
            services: FxHashMap::default(),
            upstreams: Arc::default(),
            hosts: Arc::default(),
            snapshot: Arc::default(),
        }
    }
}
