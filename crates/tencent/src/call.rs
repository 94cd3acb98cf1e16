//! What an action's function is given.

use std::sync::Arc;

use control::terms::{Noun, OnlyIf};
use control::{Actor, Control};
use model::{
    AccessKeyId, Api, ApiId, Credential, Plugin, PluginId, Role, ServiceId, ServiceTree, Snapshot, Upstream,
    UpstreamId, UsagePlan, UsagePlanId,
};

use crate::refusal::{Fault, Problem, refused};

/// Who asks, and whom to ask.
pub(crate) struct Call {
    /// Carries changes out.
    pub(crate) control: Arc<Control>,
    /// The verified operator.
    pub(crate) actor: Actor,
    /// The configuration when the call came in.
    pub(crate) snapshot: Arc<Snapshot>,
    /// The action's name.
    pub(crate) action: &'static str,
}

impl Call {
    /// The configuration after a change of this call.
    pub(crate) fn refreshed(self) -> Self {
        Self { snapshot: self.control.snapshot(), ..self }
    }

    /// The operator, for a change that is computed from what the noun was like when the call came in: it is refused if
    /// somebody else changed the noun meanwhile.
    pub(crate) fn actor_on(&self, noun: Noun) -> Actor {
        let marks = noun.mark(&self.snapshot).into_iter().collect();
        let mut actor = self.actor.clone();
        actor.terms.only_if = Some(OnlyIf { noun, marks });
        actor
    }

    /// The service, or the vendor's word for that there is none.
    pub(crate) fn service(&self, id: &ServiceId) -> Result<&Arc<ServiceTree>, Problem> {
        self.snapshot.service(id).ok_or_else(|| control::Refusal::ServiceNotFound(id.clone()).into())
    }

    /// The API in its service.
    pub(crate) fn api(&self, service: &ServiceId, api: &ApiId) -> Result<(&Arc<ServiceTree>, &Arc<Api>), Problem> {
        let tree = self.service(service)?;
        match tree.apis.get(api) {
            Some(found) => Ok((tree, found)),
            None => Err(control::Refusal::ApiNotFound { service: service.clone(), api: api.clone() }.into()),
        }
    }

    /// The usage plan.
    pub(crate) fn usage_plan(&self, id: &UsagePlanId) -> Result<&Arc<UsagePlan>, Problem> {
        self.snapshot.usage_plans.get(id).ok_or_else(|| control::Refusal::UsagePlanNotFound(id.clone()).into())
    }

    /// The upstream.
    pub(crate) fn upstream(&self, id: &UpstreamId) -> Result<&Arc<Upstream>, Problem> {
        self.snapshot.upstreams.get(id).ok_or_else(|| control::Refusal::UpstreamNotFound(id.clone()).into())
    }

    /// The plugin.
    pub(crate) fn plugin(&self, id: &PluginId) -> Result<&Arc<Plugin>, Problem> {
        let missing = || control::Refusal::from(control::PluginRefusal::NotFound(id.clone())).into();
        self.snapshot.plugins.get(id).ok_or_else(missing)
    }

    /// The key.
    pub(crate) fn credential(&self, id: &AccessKeyId) -> Result<&Arc<Credential>, Problem> {
        self.snapshot.credentials.get(id).ok_or_else(|| control::Refusal::CredentialNotFound(id.clone()).into())
    }

    /// True when the operator may see secrets: a viewer may not.
    pub(crate) fn sees_secrets(&self) -> bool {
        self.actor.role >= Role::Editor
    }

    /// The refusal of what only those may ask who see secrets.
    pub(crate) fn needs_secrets(&self) -> Fault {
        refused(&control::Refusal::Forbidden { needed: Role::Editor }, self.action)
    }
}
