//! Who may call how much of what: keys in plans, plans on environments and APIs. All of it acts at once.
//!
//! Three rules keep it clear which plan a signed call counts against:
//! a key is never in two plans that rule something of one environment of a service; the plans of an environment
//! rule it either as a whole or API by API; and a list is bound as a whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    AccessKeyId, ApiId, BindingScope, EnvironmentName, KeyBinding, PlanBinding, Record, ServiceId, ServiceTree,
    Snapshot, UsagePlanId, Write,
};

use crate::rule::{self, Facts, Outcome};
use crate::{Actor, Control, Refusal, read};

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
        self.write(actor, "usage_plan.bind_keys", |facts| bind_keys(facts, plan, keys)).await
    }

    /// Takes keys out of a plan.
    ///
    /// # Errors
    /// [`Refusal::UsagePlanNotFound`], [`Refusal::CredentialNotFound`], [`Refusal::KeyNotInPlan`];
    /// [`Refusal::Invalid`] for an empty list.
    pub async fn unbind_keys(&self, actor: &Actor, plan: &UsagePlanId, keys: &[AccessKeyId]) -> Result<(), Refusal> {
        self.write(actor, "usage_plan.unbind_keys", |facts| unbind_keys(facts, plan, keys)).await
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
        let place = Place { service, environment, target: &target };
        self.write(actor, "usage_plan.bind", |facts| bind_plans(facts, plans, &place)).await
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
        let place = Place { service, environment, target: &target };
        self.write(actor, "usage_plan.unbind", |facts| unbind_plans(facts, plans, &place)).await
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
        self.write(actor, "usage_plan.demote", |facts| demote(facts, plan, service, environment)).await
    }
}

/// What plans are bound to or taken from.
pub(crate) struct Place<'a> {
    pub(crate) service: &'a ServiceId,
    pub(crate) environment: &'a EnvironmentName,
    pub(crate) target: &'a BindTarget,
}

impl Place<'_> {
    /// The scopes that are meant, each once. Everything that is named must be there.
    fn scopes(&self, tree: &ServiceTree) -> Result<Vec<BindingScope>, Refusal> {
        rule::known(self.environment)?;
        match self.target {
            BindTarget::Service => Ok(vec![BindingScope::Service]),
            BindTarget::Apis(apis) => {
                rule::some("apis", apis)?;
                rule::distinct(apis)
                    .into_iter()
                    .map(|api| rule::api(tree, api).map(|api| BindingScope::Api(api.id.clone())))
                    .collect()
            }
        }
    }

    /// The bindings of each of `plans` to each of the scopes.
    fn bindings(
        &self,
        facts: &Facts<'_>,
        tree: &ServiceTree,
        plans: &[UsagePlanId],
    ) -> Result<Vec<PlanBinding>, Refusal> {
        let scopes = self.scopes(tree)?;
        rule::some("plans", plans)?;
        let mut bindings = Vec::new();
        for plan in rule::distinct(plans) {
            facts.plan(plan)?;
            bindings.extend(scopes.iter().map(|scope| PlanBinding {
                plan: plan.clone(),
                service: self.service.clone(),
                environment: self.environment.clone(),
                scope: scope.clone(),
                created: facts.now,
            }));
        }
        Ok(bindings)
    }
}

pub(crate) fn bind_keys(facts: &Facts<'_>, plan: &UsagePlanId, keys: &[AccessKeyId]) -> Result<Outcome<()>, Refusal> {
    facts.plan(plan)?;
    rule::some("keys", keys)?;
    let keys = rule::distinct(keys);
    let places = ruled(facts.snapshot, plan);
    for key in &keys {
        may_join(facts, plan, &places, key)?;
    }
    let limit = facts.quotas.keys_per_plan;
    let there = facts.snapshot.keys_of_plan.get(plan).map_or(0, |keys| keys.len());
    if there + keys.len() > limit {
        return Err(Refusal::TooManyKeysInPlan { plan: plan.clone(), limit });
    }
    let writes = keys
        .into_iter()
        .map(|key| {
            Write::Put(Record::KeyBinding(KeyBinding { plan: plan.clone(), key: key.clone(), created: facts.now }))
        })
        .collect();
    Ok(Outcome::new(plan, writes, ()))
}

/// An environment of a service, with all plans that rule something of it.
struct Ruled<'s> {
    service: &'s ServiceId,
    environment: &'s EnvironmentName,
    plans: BTreeSet<&'s UsagePlanId>,
}

/// The environments where `plan` rules something: each once, however many APIs it is bound to.
fn ruled<'s>(snapshot: &'s Snapshot, plan: &UsagePlanId) -> Vec<Ruled<'s>> {
    let mut places: BTreeMap<(&ServiceId, &EnvironmentName), Ruled<'s>> = BTreeMap::new();
    for tree in snapshot.services.values() {
        for binding in tree.plan_bindings.values() {
            let environment = &binding.environment;
            let empty = || Ruled { service: &tree.service.id, environment, plans: BTreeSet::new() };
            places.entry((&tree.service.id, environment)).or_insert_with(empty).plans.insert(&binding.plan);
        }
    }
    places.into_values().filter(|place| place.plans.contains(plan)).collect()
}

/// Refuses a key that must not be in this plan, which rules `places`.
fn may_join(facts: &Facts<'_>, plan: &UsagePlanId, places: &[Ruled<'_>], key: &AccessKeyId) -> Result<(), Refusal> {
    if !facts.credential(key)?.enabled {
        return Err(Refusal::KeyDisabled(key.clone()));
    }
    if read::is_key_in_plan(facts.snapshot, key, plan) {
        return Err(Refusal::KeyAlreadyInPlan { key: key.clone(), plan: plan.clone() });
    }
    let Some(others) = facts.snapshot.plans_of_key.get(key) else { return Ok(()) };
    let limit = facts.quotas.plans_per_key;
    if others.len() >= limit {
        return Err(Refusal::TooManyPlansOfKey { key: key.clone(), limit });
    }
    for place in places {
        if let Some(other) = others.iter().find(|other| place.plans.contains(other)) {
            return Err(Refusal::KeyClash {
                key: key.clone(),
                plan: plan.clone(),
                other: other.clone(),
                service: place.service.clone(),
                environment: place.environment.clone(),
            });
        }
    }
    Ok(())
}

pub(crate) fn unbind_keys(facts: &Facts<'_>, plan: &UsagePlanId, keys: &[AccessKeyId]) -> Result<Outcome<()>, Refusal> {
    facts.plan(plan)?;
    rule::some("keys", keys)?;
    let members = facts.snapshot.keys_of_plan.get(plan);
    let mut writes = Vec::new();
    for key in rule::distinct(keys) {
        facts.credential(key)?;
        match members.and_then(|members| members.get(key)) {
            Some(binding) => writes.push(Write::Remove(Record::KeyBinding(binding.clone()))),
            None => return Err(Refusal::KeyNotInPlan { key: key.clone(), plan: plan.clone() }),
        }
    }
    Ok(Outcome::new(plan, writes, ()))
}

pub(crate) fn bind_plans(facts: &Facts<'_>, plans: &[UsagePlanId], place: &Place<'_>) -> Result<Outcome<()>, Refusal> {
    let tree = facts.tree(place.service)?;
    let mut wanted = place.bindings(facts, tree, plans)?;
    wanted.retain(|binding| !tree.plan_bindings.contains_key(&key_of(binding)));
    let there: Vec<_> =
        tree.plan_bindings.values().filter(|binding| binding.environment == *place.environment).collect();
    let one_by_one = matches!(place.target, BindTarget::Apis(_));
    let opposite = there.iter().find(|binding| (binding.scope == BindingScope::Service) == one_by_one);
    if let (Some(opposite), false) = (opposite, wanted.is_empty()) {
        return Err(Refusal::ScopeClash { other: opposite.plan.clone(), bound: opposite.scope.clone() });
    }
    let mut ruling: BTreeSet<&UsagePlanId> = there.iter().map(|binding| &binding.plan).collect();
    for plan in wanted.iter().map(|binding| &binding.plan) {
        apart(facts, plan, &ruling)?;
        ruling.insert(plan);
    }
    let subject = format!("{}/{}", place.service, place.environment);
    Ok(Outcome::new(subject, wanted.into_iter().map(|binding| Write::Put(Record::PlanBinding(binding))).collect(), ()))
}

/// Refuses a plan that has a key in common with one of those that rule the environment.
fn apart(facts: &Facts<'_>, plan: &UsagePlanId, ruling: &BTreeSet<&UsagePlanId>) -> Result<(), Refusal> {
    let Some(keys) = facts.snapshot.keys_of_plan.get(plan) else { return Ok(()) };
    for other in ruling.iter().filter(|other| **other != plan) {
        if let Some(key) = keys.keys().find(|key| read::is_key_in_plan(facts.snapshot, key, other)) {
            return Err(Refusal::PlanClash { plan: plan.clone(), other: (*other).clone(), key: key.clone() });
        }
    }
    Ok(())
}

pub(crate) fn unbind_plans(
    facts: &Facts<'_>,
    plans: &[UsagePlanId],
    place: &Place<'_>,
) -> Result<Outcome<()>, Refusal> {
    let tree = facts.tree(place.service)?;
    let mut writes = Vec::new();
    for binding in place.bindings(facts, tree, plans)? {
        match tree.plan_bindings.get(&key_of(&binding)) {
            Some(bound) => writes.push(Write::Remove(Record::PlanBinding((**bound).clone()))),
            None => return Err(not_bound(binding)),
        }
    }
    Ok(Outcome::new(format!("{}/{}", place.service, place.environment), writes, ()))
}

fn demote(
    facts: &Facts<'_>,
    plan: &UsagePlanId,
    service: &ServiceId,
    environment: &EnvironmentName,
) -> Result<Outcome<()>, Refusal> {
    let tree = facts.tree(service)?;
    rule::known(environment)?;
    facts.plan(plan)?;
    let whole = PlanBinding {
        plan: plan.clone(),
        service: service.clone(),
        environment: environment.clone(),
        scope: BindingScope::Service,
        created: facts.now,
    };
    let Some(bound) = tree.plan_bindings.get(&key_of(&whole)) else { return Err(not_bound(whole)) };
    let release = tree
        .running(environment)
        .ok_or_else(|| Refusal::NotReleased { service: service.clone(), environment: environment.clone() })?;
    let mut writes: Vec<Write> = release
        .members
        .iter()
        .filter(|member| tree.apis.contains_key(&member.api))
        .map(|member| {
            let scope = BindingScope::Api(member.api.clone());
            Write::Put(Record::PlanBinding(PlanBinding { scope, ..whole.clone() }))
        })
        .collect();
    if writes.is_empty() {
        return Err(Refusal::NothingToDemote { service: service.clone(), environment: environment.clone() });
    }
    writes.push(Write::Remove(Record::PlanBinding((**bound).clone())));
    Ok(Outcome::new(format!("{plan}/{service}/{environment}"), writes, ()))
}

/// What a tree finds a binding by.
fn key_of(binding: &PlanBinding) -> (EnvironmentName, BindingScope, UsagePlanId) {
    (binding.environment.clone(), binding.scope.clone(), binding.plan.clone())
}

fn not_bound(binding: PlanBinding) -> Refusal {
    Refusal::NotBound { plan: binding.plan, environment: binding.environment, scope: binding.scope }
}

#[cfg(test)]
mod tests;
