//! Who may call how much of what: keys in plans, plans on environments and APIs. All of it acts at once.
//!
//! Three rules keep it clear which plan a signed call counts against:
//! a key is never in two plans that rule something of one environment of a service; the plans of an environment
//! rule it either as a whole or API by API; and a list is bound as a whole or not at all.

use model::{AccessKeyId, ApiId, EnvironmentName, ServiceId, UsagePlanId};

use crate::{Actor, Control, Refusal};

/// What plans are bound to in an environment of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BindTarget {
    /// All of it.
    Service,
    /// These APIs, each by itself; never empty.
    Apis(Vec<ApiId>),
}

impl Control {
    /// Puts keys into a plan; a key that the list names twice counts once.
    ///
    /// # Errors
    /// [`Refusal::UsagePlanNotFound`]; for the first key that does not fit [`Refusal::CredentialNotFound`],
    /// [`Refusal::KeyDisabled`], [`Refusal::KeyAlreadyInPlan`], [`Refusal::TooManyPlansOfKey`], [`Refusal::KeyClash`];
    /// [`Refusal::TooManyKeysInPlan`]; [`Refusal::Invalid`] for an empty list.
    pub async fn bind_keys(&self, actor: &Actor, plan: &UsagePlanId, keys: &[AccessKeyId]) -> Result<(), Refusal> {
        todo!()
    }

    /// Takes keys out of a plan.
    ///
    /// # Errors
    /// [`Refusal::UsagePlanNotFound`], [`Refusal::CredentialNotFound`], [`Refusal::KeyNotInPlan`];
    /// [`Refusal::Invalid`] for an empty list.
    pub async fn unbind_keys(&self, actor: &Actor, plan: &UsagePlanId, keys: &[AccessKeyId]) -> Result<(), Refusal> {
        todo!()
    }

    /// Lets plans rule an environment, or APIs there, whether or not it is released. What is bound already stays
    /// bound and is no error.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::UsagePlanNotFound`],
    /// [`Refusal::ApiNotFound`], [`Refusal::ScopeClash`], [`Refusal::PlanClash`]; [`Refusal::Invalid`] for an empty list.
    pub async fn bind_plans(
        &self,
        actor: &Actor,
        plans: &[UsagePlanId],
        service: &ServiceId,
        environment: &EnvironmentName,
        target: BindTarget,
    ) -> Result<(), Refusal> {
        todo!()
    }

    /// Takes plans off an environment, or off APIs there.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::UsagePlanNotFound`],
    /// [`Refusal::ApiNotFound`]; [`Refusal::NotBound`] when any of them is not bound there; [`Refusal::Invalid`] for an
    /// empty list.
    pub async fn unbind_plans(
        &self,
        actor: &Actor,
        plans: &[UsagePlanId],
        service: &ServiceId,
        environment: &EnvironmentName,
        target: BindTarget,
    ) -> Result<(), Refusal> {
        todo!()
    }

    /// Binds a plan that rules an environment as a whole to each API there instead: those of the running release that
    /// the service still has.
    ///
    /// Other plans that rule the whole environment stay as they are, to be demoted in their turn.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::UsagePlanNotFound`];
    /// [`Refusal::NotBound`], [`Refusal::NotReleased`], [`Refusal::NothingToDemote`].
    pub async fn demote_plan(
        &self,
        actor: &Actor,
        plan: &UsagePlanId,
        service: &ServiceId,
        environment: &EnvironmentName,
    ) -> Result<(), Refusal> {
        todo!()
    }
}
