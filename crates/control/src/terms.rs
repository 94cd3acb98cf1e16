//! On which terms a change is asked for: only if nobody was there meanwhile, or as a rehearsal.

use std::sync::{Arc, OnceLock};

use model::{
    AccessKeyId, ApiDocumentId, ApiId, ApplicationId, CertificateId, DomainName, EnvironmentName, IpStrategyId,
    OperatorId, PluginId, ServiceId, Snapshot, ThrottleScope, UpstreamId, UsagePlanId,
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::Refusal;

/// On which terms a change is asked for. By default there are none: it happens whatever the noun is like, and for good.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// The change happens only while this holds.
    pub only_if: Option<OnlyIf>,
    /// The change is decided and answered, and not stored.
    pub rehearsal: Option<Rehearsal>,
}

/// A noun must still be what it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlyIf {
    /// The noun.
    pub noun: Noun,
    /// The marks that it may have; none of them, and the change is refused.
    pub marks: Vec<String>,
}

/// Something whose changes are told apart by a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Noun {
    Service(ServiceId),
    Api(ServiceId, ApiId),
    /// What an environment runs, and its throttle.
    Environment(ServiceId, EnvironmentName),
    /// What an environment admits of an API.
    ApiThrottle(ServiceId, EnvironmentName, ApiId),
    UsagePlan(UsagePlanId),
    Credential(AccessKeyId),
    Operator(OperatorId),
    Upstream(UpstreamId),
    /// All that can be configured; its mark is the revision.
    Configuration,
    Certificate(CertificateId),
    Domain(DomainName),
    Plugin(PluginId),
    Application(ApplicationId),
    IpStrategy(ServiceId, IpStrategyId),
    ApiDocument(ApiDocumentId),
}

impl Noun {
    /// The noun's mark in `snapshot`: another one after each change of the noun itself. `None` when it is not there.
    /// An environment of a service has one from the beginning.
    pub fn mark(&self, snapshot: &Snapshot) -> Option<String> {
        match self {
            Self::Service(id) => snapshot.service(id).map(|tree| mark(&*tree.service)),
            Self::Api(service, id) => snapshot.service(service)?.apis.get(id).map(|api| mark(&**api)),
            Self::Environment(service, name) => {
                let tree = snapshot.service(service)?;
                let throttle = tree.throttles.get(&(name.clone(), ThrottleScope::Service));
                Some(mark(&(name, tree.environments.get(name), throttle)))
            }
            Self::ApiThrottle(service, name, api) => {
                let tree = snapshot.service(service)?;
                let throttle = tree.throttles.get(&(name.clone(), ThrottleScope::Api(api.clone())));
                tree.apis.get(api).map(|_| mark(&(api, name, throttle)))
            }
            Self::UsagePlan(id) => snapshot.usage_plans.get(id).map(|plan| mark(&**plan)),
            Self::Credential(id) => snapshot.credentials.get(id).map(|credential| mark(&**credential)),
            Self::Upstream(id) => snapshot.upstreams.get(id).map(|upstream| mark(&**upstream)),
            Self::Configuration => Some(snapshot.revision.to_string()),
            Self::Operator(id) => snapshot.operators.get(id).map(|operator| mark(&**operator)),
            Self::Certificate(id) => snapshot.certificates.get(id).map(|certificate| mark(&**certificate)),
            Self::Domain(name) => snapshot.domains.get(name).map(|domain| mark(&**domain)),
            Self::Plugin(id) => snapshot.plugins.get(id).map(|plugin| mark(&**plugin)),
            Self::Application(id) => snapshot.applications.get(id).map(|application| mark(&**application)),
            Self::IpStrategy(service, id) => {
                snapshot.service(service)?.ip_strategies.get(id).map(|strategy| mark(&**strategy))
            }
            Self::ApiDocument(id) => snapshot.api_documents.get(id).map(|document| mark(&**document)),
        }
    }
}

/// 32 hexadecimal digits of a digest of what is stored of a noun. A secret is not in it; a new one changes the time of
/// the last change, which is.
fn mark(noun: &impl Serialize) -> String {
    let text = serde_json::to_vec(noun).unwrap_or_default();
    Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl OnlyIf {
    /// Refuses when the noun has changed. One that is not there is the rule's to refuse.
    pub(crate) fn check(&self, snapshot: &Snapshot) -> Result<(), Refusal> {
        match self.noun.mark(snapshot) {
            Some(mark) if !self.marks.contains(&mark) => Err(Refusal::Changed),
            _ => Ok(()),
        }
    }
}

/// Where a rehearsed change leaves the configuration as it would be.
#[derive(Debug, Clone, Default)]
pub struct Rehearsal(Arc<OnceLock<Arc<Snapshot>>>);

impl Rehearsal {
    /// The configuration as it would be; `None` when the change was refused or would change nothing.
    pub fn outcome(&self) -> Option<Arc<Snapshot>> {
        self.0.get().cloned()
    }

    pub(crate) fn leave(&self, snapshot: Snapshot) {
        let _left_already = self.0.set(Arc::new(snapshot));
    }
}

impl PartialEq for Rehearsal {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Rehearsal {}
