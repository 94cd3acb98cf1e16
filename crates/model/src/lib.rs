//! The nouns of the product as plain, always-valid data.
//!
//! Everything that an operator manages is one of these types. A value of a type in this crate is valid by
//! construction: raw input is parsed once, at the door, by a `TryFrom` or a `new` that answers [`Invalid`], and is
//! never checked again. The crate knows no SQL, no HTTP server, no clock and no vendor's words; times come in as
//! [`Timestamp`]s, randomness as bytes.
//!
//! Reading order: the values ([`id`], [`text`], [`timestamp`], [`secret`], [`method`], [`path`]), the nouns
//! ([`service`], [`api`] with [`parameter`], [`backend`] (with [`function`] and [`bucket`]) and [`auth`] with [`oauth`], [`release`],
//! [`usage_plan`], [`credential`], [`application`], [`throttle`], [`ip_strategy`], [`plugin`] with [`condition`],
//! [`upstream`], [`certificate`], [`domain`], [`acme`], [`operator`], [`instance`], [`api_document`],
//! [`audit`]), how they are kept together ([`record`], [`snapshot`]), and what is told of calls ([`traffic`],
//! [`call_log`]).

pub mod acme;
pub mod api;
pub mod api_document;
pub mod application;
pub mod audit;
pub mod auth;
pub mod backend;
pub mod bucket;
pub mod call_log;
pub mod certificate;
pub mod condition;
pub mod credential;
pub mod domain;
mod exact;
pub mod function;
pub mod id;
pub mod instance;
pub mod invalid;
pub mod ip_strategy;
pub mod method;
pub mod oauth;
pub mod operator;
pub mod parameter;
pub mod path;
pub mod plugin;
pub mod record;
pub mod release;
#[cfg(feature = "schema")]
mod schema;
pub mod secret;
pub mod service;
pub mod snapshot;
pub mod text;
pub mod throttle;
pub mod timestamp;
pub mod told_header;
pub mod traffic;
pub mod upstream;
pub mod usage_plan;
pub mod whole;

pub use acme::{AcmeAccount, AcmeFailure};
pub use api::{Api, ApiDefinition, ApiKind, ApiProtocol, ApiRevision, ErrorCode, ResponseGuide, Timeout};
pub use api_document::{ApiDocument, DocumentedApi};
pub use application::{Application, ApplicationBinding};
pub use audit::AuditEntry;
pub use auth::Auth;
pub use backend::{
    Backend, BackendMethod, BackendPath, HttpBackend, MockBackend, Origin, PathPart, Scheme, UpstreamBackend,
    WebSocketBackend, WebSocketOrigin,
};
pub use bucket::{BucketAction, BucketBackend, BucketName, PathMatchMode};
pub use call_log::{Comparison, LogCondition, LogPage, LogQuestion, LoggedCall};
pub use certificate::{Certificate, CertificateSource};
pub use condition::{
    Condition, Constant as ConditionConstant, FailureCondition, FailureQuestion, Question, Relation, Subject,
};
pub use credential::{Credential, CredentialOrigin};
pub use domain::{Domain, DomainCertificate, DomainMapping, DomainName, MappingPath, PathMapping, TlsVersion};
pub use function::{
    Base64Rule, Base64Trigger, ConversationBackend, EventCall, FunctionBackend, FunctionCall, FunctionName,
    TriggerHeader, TriggerValue,
};
pub use id::{
    AccessKeyId, ApiDocumentId, ApiId, ApplicationId, CertificateId, EnvironmentName, IpStrategyId, OperatorId,
    PluginId, ServiceId, UpstreamId, UsagePlanId, VersionName,
};
pub use instance::Instance;
pub use invalid::Invalid;
pub use ip_strategy::{AddressList, AddressRange, IpBinding, IpStrategy, IpStrategyKind};
pub use method::{Method, MethodMatch};
pub use oauth::{LoginUrl, Oauth, TokenLocation, TokenRules, UserPool};
pub use operator::{Operator, OperatorKey, Role};
pub use parameter::{Constant, Location, Mapping, Parameter};
pub use path::{FrontendPath, PathForm, Piece};
pub use plugin::{
    AddressAccess, AnswerCache, AnswerEdit, AnyOr, Attachment, CacheParameter, CallLimit, CallerCheck, CheckMemory,
    CircuitBreaker, CountedParameter, CrossOrigin, FieldName, FunctionTimeout, NonceMemory, ParameterLimit,
    ParameterStrategy, Plugin, PluginData, PluginFunction, PluginKind, ReplayGuard, RequestEdit, Route, Routing,
    SiteOrigin, Transcoding, Window, WindowLimit, WindowUnit,
};
pub use record::{Kind, Record, RecordKey, Revision, Write};
pub use release::{EnvironmentState, Member, Release, ReleaseEvent};
pub use secret::Secret;
pub use service::{Network, Service, ServiceProtocol, Tag};
pub use snapshot::{ServiceTree, Snapshot};
pub use text::{Name, Text};
pub use throttle::{Throttle, ThrottleScope};
pub use timestamp::Timestamp;
pub use told_header::is_told_header;
pub use traffic::{Latency, TrafficCounts, TrafficKind, TrafficOf, TrafficPoint, TrafficRow, TrafficScope, TrafficTop};
pub use upstream::{
    Authority, Balancing, DnsLabel, HashKey, HeaderName, HealthCheck, KubernetesService, Members, Node, NodeHealth,
    NodeHost, NodePort, ProbePath, Retries, Statuses, Threshold, Upstream, UpstreamProtocol, Weight,
};
pub use usage_plan::{BindingScope, KeyBinding, PlanBinding, UsagePlan};
pub use whole::Whole;
