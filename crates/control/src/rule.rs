//! What a rule is: a pure function from the configuration as it is to what must be written, or a refusal.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{
    AccessKeyId, Api, ApiId, Credential, EnvironmentName, Invalid, Plugin, PluginId, ServiceId, ServiceTree, Snapshot,
    Tag, Timestamp, Upstream, UpstreamId, UsagePlan, UsagePlanId, Write,
};

use crate::{PluginRefusal, Quotas, Refusal};

/// What a rule may look at.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// The configuration as it is.
    pub(crate) snapshot: &'a Snapshot,
    /// How much may be configured.
    pub(crate) quotas: &'a Quotas,
    /// The time of the change.
    pub(crate) now: Timestamp,
}

/// What a rule decides.
#[derive(Debug)]
pub(crate) struct Outcome<T> {
    /// What must be written; nothing when all is as it should be already.
    pub(crate) writes: Vec<Write>,
    /// What it was done to, for the audit trail.
    pub(crate) subject: String,
    /// The use case's answer.
    pub(crate) answer: T,
    /// The audit trail is told even when nothing is written.
    pub(crate) is_told: bool,
}

impl<T> Outcome<T> {
    /// These writes, and this answer.
    pub(crate) fn new(subject: impl ToString, writes: Vec<Write>, answer: T) -> Self {
        Self { writes, subject: subject.to_string(), answer, is_told: false }
    }

    /// All is as it should be already.
    pub(crate) fn unchanged(subject: impl ToString, answer: T) -> Self {
        Self::new(subject, Vec::new(), answer)
    }

    /// Nothing changes, but the audit trail must know that it was asked for.
    pub(crate) fn told(subject: impl ToString, answer: T) -> Self {
        Self { is_told: true, ..Self::new(subject, Vec::new(), answer) }
    }
}

impl<'a> Facts<'a> {
    /// The service with everything in it.
    pub(crate) fn tree(&self, id: &ServiceId) -> Result<&'a Arc<ServiceTree>, Refusal> {
        self.snapshot.services.get(id).ok_or_else(|| Refusal::ServiceNotFound(id.clone()))
    }

    /// The usage plan.
    pub(crate) fn plan(&self, id: &UsagePlanId) -> Result<&'a Arc<UsagePlan>, Refusal> {
        self.snapshot.usage_plans.get(id).ok_or_else(|| Refusal::UsagePlanNotFound(id.clone()))
    }

    /// The upstream.
    pub(crate) fn upstream(&self, id: &UpstreamId) -> Result<&'a Arc<Upstream>, Refusal> {
        self.snapshot.upstreams.get(id).ok_or_else(|| Refusal::UpstreamNotFound(id.clone()))
    }

    /// The plugin.
    pub(crate) fn plugin(&self, id: &PluginId) -> Result<&'a Arc<Plugin>, Refusal> {
        self.snapshot.plugins.get(id).ok_or_else(|| PluginRefusal::NotFound(id.clone()).into())
    }

    /// The key.
    pub(crate) fn credential(&self, id: &AccessKeyId) -> Result<&'a Arc<Credential>, Refusal> {
        self.snapshot.credentials.get(id).ok_or_else(|| Refusal::CredentialNotFound(id.clone()))
    }
}

/// The API of this service.
pub(crate) fn api<'t>(tree: &'t ServiceTree, id: &ApiId) -> Result<&'t Arc<Api>, Refusal> {
    tree.apis.get(id).ok_or_else(|| Refusal::ApiNotFound { service: tree.service.id.clone(), api: id.clone() })
}

/// Refuses a name that is none of the three environments.
pub(crate) fn known(environment: &EnvironmentName) -> Result<(), Refusal> {
    if EnvironmentName::NAMES.contains(&environment.as_str()) {
        Ok(())
    } else {
        Err(Refusal::EnvironmentNotFound(environment.clone()))
    }
}

/// Refuses an empty list of `what`.
pub(crate) fn some<T>(what: &'static str, list: &[T]) -> Result<(), Refusal> {
    if list.is_empty() { Err(Invalid::new(what, "the list is empty; at least one is needed").into()) } else { Ok(()) }
}

/// The items of a list, each once, in order of their first appearance.
pub(crate) fn distinct<T: Ord>(list: &[T]) -> Vec<&T> {
    let mut seen = BTreeSet::new();
    list.iter().filter(|item| seen.insert(*item)).collect()
}

/// Refuses a tag key that stands twice.
pub(crate) fn tags(tags: &[Tag]) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    match tags.iter().find(|tag| !seen.insert(&tag.key)) {
        Some(tag) => Err(Invalid::new("tags", format!("the key `{}` stands twice", tag.key)).into()),
        None => Ok(()),
    }
}

/// Refuses a rate outside 1 to `max`.
pub(crate) fn rate(rate: u32, max: u32) -> Result<(), Refusal> {
    if (1..=max).contains(&rate) { Ok(()) } else { Err(Refusal::RateOutOfRange { rate, max }) }
}
