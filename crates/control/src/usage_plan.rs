//! Usage plans: made, changed, deleted. A change acts at once, without a release.

use std::sync::Arc;

use model::{Name, Tag, Text, UsagePlan, UsagePlanId};

use crate::{Actor, Control, Refusal};

/// What a new usage plan is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewUsagePlan {
    pub name: Name,
    pub description: Text,
    /// Calls per second for each key; `None` is no bound.
    pub rate: Option<u32>,
    /// Calls in all; `None` is no bound.
    pub quota: Option<u64>,
    pub tags: Vec<Tag>,
}

/// What changes of a usage plan; the outer `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct UsagePlanChange {
    pub name: Option<Name>,
    pub description: Option<Text>,
    /// `Some(None)` takes the bound away.
    pub rate: Option<Option<u32>>,
    /// `Some(None)` takes the bound away.
    pub quota: Option<Option<u64>>,
}

impl Control {
    /// Makes a usage plan; several may share a name.
    ///
    /// # Errors
    /// [`Refusal::TooManyUsagePlans`], [`Refusal::RateOutOfRange`], [`Refusal::QuotaOutOfRange`]; [`Refusal::Invalid`]
    /// for a repeated tag key.
    pub async fn create_usage_plan(&self, actor: &Actor, new: NewUsagePlan) -> Result<Arc<UsagePlan>, Refusal> {
        todo!()
    }

    /// Changes a usage plan. A change that changes nothing succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`Refusal::UsagePlanNotFound`], [`Refusal::RateOutOfRange`], [`Refusal::QuotaOutOfRange`].
    pub async fn modify_usage_plan(
        &self,
        actor: &Actor,
        id: &UsagePlanId,
        change: UsagePlanChange,
    ) -> Result<Arc<UsagePlan>, Refusal> {
        todo!()
    }

    /// Deletes a usage plan that has no key and rules nothing.
    ///
    /// # Errors
    /// [`Refusal::UsagePlanNotFound`], [`Refusal::PlanInUse`].
    pub async fn delete_usage_plan(&self, actor: &Actor, id: &UsagePlanId) -> Result<(), Refusal> {
        todo!()
    }
}
