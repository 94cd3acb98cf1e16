//! The rules: every use case once, who may do what, and publishing.
//!
//! A dialect turns foreign bytes into the model's words, asks the [`Door`] who is calling, and calls one method of
//! [`Control`]. A use case either happens as a whole (one durable change with its audit entry) or is refused with a
//! [`Refusal`], which says why in the product's own words and carries what a message needs; a dialect owns the table
//! that gives each refusal its foreign code. Reads need no use case: a dialect reads [`Control::snapshot`], with
//! [`read`] for the questions that more than one dialect asks.
//!
//! The crate knows no HTTP, no status code and no vendor's word.
//!
//! Reading order: who asks and what may be answered ([`actor`], [`refusal`]), what this installation is
//! ([`installation`], [`quotas`], [`clock`]), how a change is made ([`terms`], `control`, `rule`, `write`), the use cases by noun
//! ([`service`], [`api`] with `definition`, [`release`], [`credential`], [`usage_plan`], [`binding`], [`throttle`], [`ip_strategy`], [`plugin`],
//! [`upstream`], [`certificate`], [`domain`], [`acme`], [`operator`], [`instance`], [`api_document`]), what is known of calls ([`observation`]) and made of
//! them ([`debug`]), then [`openapi`], [`read`], [`diff`], [`mint`], [`password`], and who comes in: [`door`] for what is signed,
//! [`session`] with `lockout` for people.

pub mod acme;
pub mod actor;
pub mod api;
pub mod api_document;
pub mod application;
pub mod binding;
pub mod certificate;
pub mod clock;
pub mod configuration;
mod control;
pub mod credential;
pub mod debug;
mod definition;
pub mod diff;
pub mod domain;
pub mod door;
pub mod installation;
pub mod instance;
pub mod ip_strategy;
mod lockout;
pub mod mint;
pub mod oauth;
pub mod observation;
pub mod openapi;
pub mod operator;
pub mod password;
pub mod plugin;
pub mod quotas;
pub mod read;
pub mod refusal;
pub mod release;
mod rule;
pub mod service;
pub mod session;
pub mod terms;
pub mod throttle;
pub mod upstream;
pub mod usage_plan;
mod write;

#[cfg(test)]
mod world;
pub mod yaml;

pub use acme::Issuance;
pub use actor::Actor;
pub use api_document::NewApiDocument;
pub use application::{ApplicationChange, NewApplication};
pub use binding::BindTarget;
pub use certificate::NewCertificate;
pub use clock::{Clock, SystemClock};
pub use configuration::{ChangeKind, Configuration, ConfigurationChange};
pub use control::Control;
pub use credential::{CredentialChange, NewCredential};
pub use domain::{DomainChange, NewDomain};
pub use door::{Door, DoorRefusal, SignedRequest};
pub use installation::{DomainPolicy, Installation, NodeWatch, UsageCounts};
pub use instance::InstanceChange;
pub use ip_strategy::{IpStrategyChange, NewIpStrategy};
pub use observation::{CallSource, CallTail, Later, Observation, ObservationFault, TailSource, TrafficSource};
pub use operator::{NewOperator, OperatorChange};
pub use password::verify_password;
pub use plugin::{NewPlugin, PluginChange};
pub use quotas::Quotas;
pub use refusal::{
    ApiDocumentRefusal, ApplicationRefusal, ApplicationUse, IpStrategyRefusal, OauthRefusal, OperatorRefusal, PlanUse,
    PluginRefusal, Refusal, UpstreamUse,
};
pub use service::{NewService, ServiceChange};
pub use session::{LoginRefusal, Session, SessionLimits, Sessions, Ticket};
pub use sign::certificate::Unfit;
pub use store::AuditFilter;
pub use terms::Terms;
pub use upstream::{NewUpstream, UpstreamChange};
pub use usage_plan::{NewUsagePlan, UsagePlanChange};
