//! Nouns as records: what a store keeps.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    AcmeAccount, AcmeFailure, Api, ApiDocument, ApiRevision, Application, ApplicationBinding, Attachment, BindingScope,
    Certificate, Credential, Domain, EnvironmentState, Instance, Invalid, IpStrategy, KeyBinding, Operator,
    OperatorKey, PlanBinding, Plugin, Release, ReleaseEvent, Secret, Service, Throttle, ThrottleScope, Upstream,
    UsagePlan,
};

/// Counts the acknowledged changes of a store, from 0 for an empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Any noun. Serialised as its own body; the [`Kind`] stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum Record {
    Service(Service),
    Api(Api),
    ApiRevision(ApiRevision),
    Release(Release),
    Environment(EnvironmentState),
    ReleaseEvent(ReleaseEvent),
    UsagePlan(UsagePlan),
    Credential(Credential),
    KeyBinding(KeyBinding),
    PlanBinding(PlanBinding),
    Throttle(Throttle),
    IpStrategy(IpStrategy),
    Application(Application),
    ApplicationBinding(ApplicationBinding),
    Certificate(Certificate),
    Domain(Domain),
    AcmeAccount(AcmeAccount),
    AcmeFailure(AcmeFailure),
    Operator(Operator),
    OperatorKey(OperatorKey),
    Upstream(Upstream),
    Plugin(Plugin),
    Attachment(Attachment),
    Instance(Instance),
    ApiDocument(ApiDocument),
}

/// Which noun a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Service,
    Api,
    ApiRevision,
    Release,
    Environment,
    ReleaseEvent,
    UsagePlan,
    Credential,
    KeyBinding,
    PlanBinding,
    Throttle,
    IpStrategy,
    Application,
    ApplicationBinding,
    Certificate,
    Domain,
    AcmeAccount,
    AcmeFailure,
    Operator,
    OperatorKey,
    Upstream,
    Plugin,
    Attachment,
    Instance,
    ApiDocument,
}

impl Kind {
    /// Every kind, parents before children.
    pub const ALL: [Self; 25] = [
        Self::Service,
        Self::Api,
        Self::ApiRevision,
        Self::Release,
        Self::Environment,
        Self::ReleaseEvent,
        Self::UsagePlan,
        Self::Credential,
        Self::KeyBinding,
        Self::PlanBinding,
        Self::Throttle,
        Self::IpStrategy,
        Self::Application,
        Self::ApplicationBinding,
        Self::Certificate,
        Self::Domain,
        Self::AcmeAccount,
        Self::AcmeFailure,
        Self::Operator,
        Self::OperatorKey,
        Self::Upstream,
        Self::Plugin,
        Self::Attachment,
        Self::Instance,
        Self::ApiDocument,
    ];

    /// The kind's name in a store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Api => "api",
            Self::ApiRevision => "api_revision",
            Self::Release => "release",
            Self::Environment => "environment",
            Self::ReleaseEvent => "release_event",
            Self::UsagePlan => "usage_plan",
            Self::Credential => "credential",
            Self::KeyBinding => "key_binding",
            Self::PlanBinding => "plan_binding",
            Self::Throttle => "throttle",
            Self::IpStrategy => "ip_strategy",
            Self::Application => "application",
            Self::ApplicationBinding => "application_binding",
            Self::Certificate => "certificate",
            Self::Domain => "domain",
            Self::AcmeAccount => "acme_account",
            Self::AcmeFailure => "acme_failure",
            Self::Operator => "operator",
            Self::OperatorKey => "operator_key",
            Self::Upstream => "upstream",
            Self::Plugin => "plugin",
            Self::Attachment => "attachment",
            Self::Instance => "instance",
            Self::ApiDocument => "api_document",
        }
    }
}

impl FromStr for Kind {
    type Err = Invalid;

    fn from_str(raw: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == raw)
            .ok_or_else(|| Invalid::new("kind", format!("`{raw}` is no kind of record")))
    }
}

/// What a record is found by: its kind and, among that kind, its identifier.
///
/// A binding has no identifier of its own; its key is made of what it binds, joined by `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub struct RecordKey {
    pub kind: Kind,
    pub id: String,
}

/// One record written or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// The record is now this.
    Put(Record),
    /// This record is no more. Removing what is not there is no error; removing a service removes all that is in it
    /// from a [`Snapshot`](crate::Snapshot), while a store is told of each record.
    Remove(Record),
}

impl Write {
    /// The record that is written or removed.
    pub fn record(&self) -> &Record {
        match self {
            Self::Put(record) | Self::Remove(record) => record,
        }
    }
}

impl Record {
    /// The record's kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Service(_) => Kind::Service,
            Self::Api(_) => Kind::Api,
            Self::ApiRevision(_) => Kind::ApiRevision,
            Self::Release(_) => Kind::Release,
            Self::Environment(_) => Kind::Environment,
            Self::ReleaseEvent(_) => Kind::ReleaseEvent,
            Self::UsagePlan(_) => Kind::UsagePlan,
            Self::Credential(_) => Kind::Credential,
            Self::KeyBinding(_) => Kind::KeyBinding,
            Self::PlanBinding(_) => Kind::PlanBinding,
            Self::Throttle(_) => Kind::Throttle,
            Self::IpStrategy(_) => Kind::IpStrategy,
            Self::Application(_) => Kind::Application,
            Self::ApplicationBinding(_) => Kind::ApplicationBinding,
            Self::Certificate(_) => Kind::Certificate,
            Self::Domain(_) => Kind::Domain,
            Self::AcmeAccount(_) => Kind::AcmeAccount,
            Self::AcmeFailure(_) => Kind::AcmeFailure,
            Self::Operator(_) => Kind::Operator,
            Self::OperatorKey(_) => Kind::OperatorKey,
            Self::Upstream(_) => Kind::Upstream,
            Self::Plugin(_) => Kind::Plugin,
            Self::Attachment(_) => Kind::Attachment,
            Self::Instance(_) => Kind::Instance,
            Self::ApiDocument(_) => Kind::ApiDocument,
        }
    }

    /// The record's key.
    pub fn key(&self) -> RecordKey {
        let id = match self {
            Self::Service(service) => service.id.to_string(),
            Self::Api(api) => api.id.to_string(),
            Self::ApiRevision(frozen) => format!("{}/{}", frozen.api, frozen.revision),
            Self::Release(release) => release.version.to_string(),
            Self::Environment(state) => format!("{}/{}", state.service, state.environment),
            Self::ReleaseEvent(event) => format!("{}/{}/{:08}", event.service, event.environment, event.sequence),
            Self::UsagePlan(plan) => plan.id.to_string(),
            Self::Credential(credential) => credential.id.to_string(),
            Self::KeyBinding(binding) => format!("{}/{}", binding.plan, binding.key),
            Self::PlanBinding(binding) => {
                let api = match &binding.scope {
                    BindingScope::Service => "",
                    BindingScope::Api(api) => api.as_str(),
                };
                format!("{}/{}/{}/{api}", binding.plan, binding.service, binding.environment)
            }
            Self::Throttle(throttle) => {
                let api = match &throttle.scope {
                    ThrottleScope::Service => "",
                    ThrottleScope::Api(api) => api.as_str(),
                };
                format!("{}/{}/{api}", throttle.service, throttle.environment)
            }
            Self::IpStrategy(strategy) => strategy.id.to_string(),
            Self::Application(application) => application.id.to_string(),
            Self::ApplicationBinding(binding) => {
                format!("{}/{}/{}/{}", binding.application, binding.service, binding.environment, binding.api)
            }
            Self::Certificate(certificate) => certificate.id.to_string(),
            Self::Domain(domain) => domain.name.to_string(),
            Self::AcmeAccount(account) => account.directory.clone(),
            Self::AcmeFailure(failure) => failure.domain.to_string(),
            Self::Operator(operator) => operator.id.to_string(),
            Self::OperatorKey(key) => key.id.to_string(),
            Self::Upstream(upstream) => upstream.id.to_string(),
            Self::Plugin(plugin) => plugin.id.to_string(),
            Self::Attachment(Attachment { plugin, service, environment, api, .. }) => {
                format!("{plugin}/{service}/{environment}/{api}")
            }
            Self::Instance(_) => Kind::Instance.as_str().to_owned(),
            Self::ApiDocument(document) => document.id.to_string(),
        };
        RecordKey { kind: self.kind(), id }
    }

    /// The record that this one belongs to, as a store column; empty for none.
    pub fn parent(&self) -> &str {
        match self {
            Self::Service(_)
            | Self::UsagePlan(_)
            | Self::Credential(_)
            | Self::Application(_)
            | Self::Certificate(_)
            | Self::AcmeAccount(_)
            | Self::AcmeFailure(_)
            | Self::Operator(_)
            | Self::Plugin(_)
            | Self::Upstream(_)
            | Self::ApiDocument(_)
            | Self::Instance(_) => "",
            Self::Api(api) => api.service.as_str(),
            Self::ApiRevision(frozen) => frozen.service.as_str(),
            Self::Release(release) => release.service.as_str(),
            Self::Environment(state) => state.service.as_str(),
            Self::ReleaseEvent(event) => event.service.as_str(),
            Self::KeyBinding(binding) => binding.plan.as_str(),
            Self::OperatorKey(key) => key.operator.as_str(),
            Self::PlanBinding(binding) => binding.service.as_str(),
            Self::Throttle(throttle) => throttle.service.as_str(),
            Self::IpStrategy(strategy) => strategy.service.as_str(),
            Self::ApplicationBinding(binding) => binding.service.as_str(),
            Self::Domain(domain) => domain.service.as_str(),
            Self::Attachment(attachment) => attachment.service.as_str(),
        }
    }

    /// The name that people gave it, as a store column; empty for none.
    pub fn name(&self) -> &str {
        match self {
            Self::Service(service) => service.name.as_str(),
            Self::Api(api) => api.definition.name.as_str(),
            Self::ApiRevision(frozen) => frozen.definition.name.as_str(),
            Self::UsagePlan(plan) => plan.name.as_str(),
            Self::IpStrategy(strategy) => strategy.name.as_str(),
            Self::Application(application) => application.name.as_str(),
            Self::Credential(credential) => credential.name.as_str(),
            Self::Certificate(certificate) => certificate.name.as_str(),
            Self::Domain(domain) => domain.spelled.as_str(),
            Self::Operator(operator) => operator.name.as_str(),
            Self::Instance(instance) => instance.name.as_str(),
            Self::ApiDocument(document) => document.name.as_str(),
            Self::Upstream(upstream) => upstream.name.as_ref().map_or("", |name| name.as_str()),
            Self::Plugin(plugin) => plugin.name.as_str(),
            Self::Release(_)
            | Self::Attachment(_)
            | Self::Environment(_)
            | Self::ReleaseEvent(_)
            | Self::KeyBinding(_)
            | Self::OperatorKey(_)
            | Self::PlanBinding(_)
            | Self::ApplicationBinding(_)
            | Self::Throttle(_)
            | Self::AcmeAccount(_)
            | Self::AcmeFailure(_) => "",
        }
    }

    /// The secret that must be sealed beside the body, where the record has one.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Credential(credential) => Some(&credential.secret),
            Self::Application(application) => Some(&application.secret),
            Self::ApiDocument(document) => Some(&document.password),
            Self::Certificate(certificate) => Some(&certificate.key),
            Self::AcmeAccount(account) => Some(&account.key),
            Self::Operator(operator) => Some(&operator.secret_key),
            Self::OperatorKey(key) => Some(&key.secret),
            _ => None,
        }
    }

    /// Puts an unsealed secret back where [`Record::secret`] took it from; a record without one is left as it is.
    pub fn set_secret(&mut self, secret: Secret) {
        match self {
            Self::Credential(credential) => credential.secret = secret,
            Self::Application(application) => application.secret = secret,
            Self::ApiDocument(document) => document.password = secret,
            Self::Certificate(certificate) => certificate.key = secret,
            Self::AcmeAccount(account) => account.key = secret,
            Self::Operator(operator) => operator.secret_key = secret,
            Self::OperatorKey(key) => key.secret = secret,
            _ => {}
        }
    }

    /// Reads a body that was written with `serde_json`.
    pub fn from_json(kind: Kind, body: &str) -> Result<Self, serde_json::Error> {
        Ok(match kind {
            Kind::Service => Self::Service(serde_json::from_str(body)?),
            Kind::Api => Self::Api(serde_json::from_str(body)?),
            Kind::ApiRevision => Self::ApiRevision(serde_json::from_str(body)?),
            Kind::Release => Self::Release(serde_json::from_str(body)?),
            Kind::Environment => Self::Environment(serde_json::from_str(body)?),
            Kind::ReleaseEvent => Self::ReleaseEvent(serde_json::from_str(body)?),
            Kind::UsagePlan => Self::UsagePlan(serde_json::from_str(body)?),
            Kind::Credential => Self::Credential(serde_json::from_str(body)?),
            Kind::KeyBinding => Self::KeyBinding(serde_json::from_str(body)?),
            Kind::PlanBinding => Self::PlanBinding(serde_json::from_str(body)?),
            Kind::Throttle => Self::Throttle(serde_json::from_str(body)?),
            Kind::IpStrategy => Self::IpStrategy(serde_json::from_str(body)?),
            Kind::Application => Self::Application(serde_json::from_str(body)?),
            Kind::ApplicationBinding => Self::ApplicationBinding(serde_json::from_str(body)?),
            Kind::Certificate => Self::Certificate(serde_json::from_str(body)?),
            Kind::Domain => Self::Domain(serde_json::from_str(body)?),
            Kind::AcmeAccount => Self::AcmeAccount(serde_json::from_str(body)?),
            Kind::AcmeFailure => Self::AcmeFailure(serde_json::from_str(body)?),
            Kind::Operator => Self::Operator(serde_json::from_str(body)?),
            Kind::OperatorKey => Self::OperatorKey(serde_json::from_str(body)?),
            Kind::Upstream => Self::Upstream(serde_json::from_str(body)?),
            Kind::Plugin => Self::Plugin(serde_json::from_str(body)?),
            Kind::Attachment => Self::Attachment(serde_json::from_str(body)?),
            Kind::Instance => Self::Instance(serde_json::from_str(body)?),
            Kind::ApiDocument => Self::ApiDocument(serde_json::from_str(body)?),
        })
    }
}
