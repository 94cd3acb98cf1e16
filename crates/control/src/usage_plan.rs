//! Usage plans: made, changed, deleted. A change acts at once, without a release.

use std::sync::Arc;

use model::{Name, Record, Tag, Text, UsagePlan, UsagePlanId, Write};

use crate::rule::{self, Facts, Outcome};
use crate::{Actor, Control, Refusal, mint, read};

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
    pub tags: Option<Vec<Tag>>,
}

impl Control {
    /// Makes a usage plan; several may share a name.
    ///
    /// # Errors
    /// [`Refusal::TooManyUsagePlans`], [`Refusal::RateOutOfRange`], [`Refusal::QuotaOutOfRange`]; [`Refusal::Invalid`]
    /// for a repeated tag key.
    pub async fn create_usage_plan(&self, actor: &Actor, new: NewUsagePlan) -> Result<Arc<UsagePlan>, Refusal> {
        self.write(actor, "usage_plan.create", |facts| create(facts, mint::usage_plan(facts.snapshot)?, &new)).await
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
        self.write(actor, "usage_plan.modify", |facts| modify(facts, id, &change)).await
    }

    /// Deletes a usage plan that has no key and rules nothing.
    ///
    /// # Errors
    /// [`Refusal::UsagePlanNotFound`], [`Refusal::PlanInUse`].
    pub async fn delete_usage_plan(&self, actor: &Actor, id: &UsagePlanId) -> Result<(), Refusal> {
        self.write(actor, "usage_plan.delete", |facts| delete(facts, id)).await
    }
}

pub(crate) fn create(
    facts: &Facts<'_>,
    id: UsagePlanId,
    new: &NewUsagePlan,
) -> Result<Outcome<Arc<UsagePlan>>, Refusal> {
    let limit = facts.quotas.usage_plans;
    if facts.snapshot.usage_plans.len() >= limit {
        return Err(Refusal::TooManyUsagePlans { limit });
    }
    bounds(facts, new.rate, new.quota)?;
    rule::tags(&new.tags)?;
    let plan = UsagePlan {
        id,
        name: new.name.clone(),
        description: new.description.clone(),
        rate: new.rate,
        quota: new.quota,
        tags: new.tags.clone(),
        created: facts.now,
        modified: facts.now,
    };
    Ok(put(plan))
}

pub(crate) fn modify(
    facts: &Facts<'_>,
    id: &UsagePlanId,
    change: &UsagePlanChange,
) -> Result<Outcome<Arc<UsagePlan>>, Refusal> {
    let old = facts.plan(id)?;
    // Only what is asked for is checked: a plan from before a limit was lowered can still be renamed.
    bounds(facts, change.rate.flatten(), change.quota.flatten())?;
    let mut plan = UsagePlan::clone(old);
    if let Some(name) = &change.name {
        plan.name = name.clone();
    }
    if let Some(description) = &change.description {
        plan.description = description.clone();
    }
    if let Some(rate) = change.rate {
        plan.rate = rate;
    }
    if let Some(quota) = change.quota {
        plan.quota = quota;
    }
    if let Some(tags) = &change.tags {
        rule::tags(tags)?;
        plan.tags.clone_from(tags);
    }
    if plan == **old {
        return Ok(Outcome::unchanged(id, Arc::clone(old)));
    }
    plan.modified = facts.now;
    Ok(put(plan))
}

pub(crate) fn delete(facts: &Facts<'_>, id: &UsagePlanId) -> Result<Outcome<()>, Refusal> {
    let plan = facts.plan(id)?;
    let keys = facts.snapshot.keys_of_plan.get(id).map_or(0, |keys| keys.len());
    let bindings = read::places_of_plan(facts.snapshot, id).count();
    if keys > 0 || bindings > 0 {
        return Err(Refusal::PlanInUse { plan: id.clone(), keys, bindings });
    }
    Ok(Outcome::new(id, vec![Write::Remove(Record::UsagePlan((**plan).clone()))], ()))
}

fn put(plan: UsagePlan) -> Outcome<Arc<UsagePlan>> {
    let writes = vec![Write::Put(Record::UsagePlan(plan.clone()))];
    Outcome::new(plan.id.clone(), writes, Arc::new(plan))
}

fn bounds(facts: &Facts<'_>, rate: Option<u32>, quota: Option<u64>) -> Result<(), Refusal> {
    if let Some(rate) = rate {
        rule::rate(rate, facts.quotas.plan_rate_max)?;
    }
    let max = facts.quotas.plan_quota_max;
    match quota {
        Some(quota) if !(1..=max).contains(&quota) => Err(Refusal::QuotaOutOfRange { quota, max }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
