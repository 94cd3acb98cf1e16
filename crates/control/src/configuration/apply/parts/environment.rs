//! What environments run and admit.

use std::collections::BTreeSet;

use model::{ApiId, BindingScope, EnvironmentName, ServiceId, ServiceTree, Text, ThrottleScope, UsagePlanId};

use super::super::super::{EnvironmentEntry, export};
use super::{Draft, caller};
use crate::binding::{self, BindTarget, Place};
use crate::{Refusal, mint, release, rule, throttle};

pub(super) fn bring_in(
    draft: &mut Draft<'_>,
    service: &ServiceId,
    entry: &EnvironmentEntry,
    prune: bool,
) -> Result<(), Refusal> {
    rule::known(&entry.name)?;
    throttles(draft, service, entry, prune)?;
    for (scope, plan) in scopes(draft, service, entry)? {
        let target = target(&scope);
        let place = Place { service, environment: &entry.name, target: &target };
        draft.ask(|facts| binding::bind_plans(facts, std::slice::from_ref(&plan), &place))?;
    }
    match entry.runs.as_deref() {
        None => {}
        Some("working") => publish(draft, service, &entry.name)?,
        Some("offline") => take_offline(draft, service, &entry.name)?,
        Some(version) => {
            let version = model::VersionName::try_from(version)?;
            draft.ask(|facts| release::switch(facts, service, &entry.name, &version, &Text::default()))?;
        }
    }
    caller::bind(draft, service, entry)
}

pub(super) fn tree<'d>(draft: &'d Draft<'_>, service: &ServiceId) -> Result<&'d ServiceTree, Refusal> {
    let found = draft.snapshot.services.get(service).map(|tree| &**tree);
    found.ok_or_else(|| Refusal::ServiceNotFound(service.clone()))
}

/// Releases the APIs as they stand, where something else runs.
fn publish(draft: &mut Draft<'_>, service: &ServiceId, environment: &EnvironmentName) -> Result<(), Refusal> {
    if export::is_working(tree(draft, service)?, environment) {
        return Ok(());
    }
    draft
        .ask(|facts| {
            let version = mint::version(facts.now)?;
            release::release(facts, service, environment, version, &Text::default())
        })
        .map(drop)
}

pub(super) fn take_offline(
    draft: &mut Draft<'_>,
    service: &ServiceId,
    environment: &EnvironmentName,
) -> Result<(), Refusal> {
    if tree(draft, service)?.running(environment).is_none() {
        return Ok(());
    }
    draft.ask(|facts| release::unrelease(facts, service, environment))
}

fn throttles(draft: &mut Draft<'_>, service: &ServiceId, entry: &EnvironmentEntry, prune: bool) -> Result<(), Refusal> {
    if let Some(rate) = entry.rate {
        draft.ask(|facts| throttle::of_service(facts, service, std::slice::from_ref(&entry.name), rate))?;
    }
    let mut bounded = BTreeSet::new();
    for (name, rate) in &entry.api_rates {
        let api = api_called(draft, service, name)?;
        let apis = std::slice::from_ref(&api);
        draft.ask(|facts| throttle::of_apis(facts, service, &entry.name, apis, Some(*rate)))?;
        bounded.insert(api);
    }
    let found = tree(draft, service)?;
    let others: Vec<ApiId> = found
        .throttles
        .values()
        .filter(|throttle| throttle.environment == entry.name && throttle.rate.is_some())
        .filter_map(|throttle| match &throttle.scope {
            ThrottleScope::Api(api) if !bounded.contains(api) => Some(api.clone()),
            _ => None,
        })
        .filter(|api| found.apis.contains_key(api))
        .collect();
    if prune && !others.is_empty() {
        draft.ask(|facts| throttle::of_apis(facts, service, &entry.name, &others, None))?;
    }
    Ok(())
}

/// What the usage plans of an entry rule.
fn scopes(
    draft: &Draft<'_>,
    service: &ServiceId,
    entry: &EnvironmentEntry,
) -> Result<Vec<(BindingScope, UsagePlanId)>, Refusal> {
    let tree = tree(draft, service)?;
    let mut found = Vec::new();
    for plan in &entry.usage_plans {
        found.push((BindingScope::Service, plan_called(draft, plan)?));
    }
    for (api, plans) in &entry.api_usage_plans {
        // A plan may rule an API that was deleted and still runs.
        let is_bound = |api: &ApiId| {
            let mut bindings = tree.plan_bindings.values();
            bindings.any(|binding| matches!(&binding.scope, BindingScope::Api(bound) if bound == api))
        };
        let gone = ApiId::try_from(api.as_str()).ok().filter(|api| is_bound(api));
        let api = api_called(draft, service, api).or_else(|refusal| gone.ok_or(refusal))?;
        for plan in plans {
            let plan = plan_called(draft, plan)?;
            let there = (entry.name.clone(), BindingScope::Api(api.clone()), plan.clone());
            if !tree.plan_bindings.contains_key(&there) {
                found.push((BindingScope::Api(api.clone()), plan));
            }
        }
    }
    Ok(found)
}

pub(super) fn target(scope: &BindingScope) -> BindTarget {
    match scope {
        BindingScope::Service => BindTarget::Service,
        BindingScope::Api(api) => BindTarget::Apis(vec![api.clone()]),
    }
}

/// The API of this identifier or name.
pub(super) fn api_called(draft: &Draft<'_>, service: &ServiceId, name: &str) -> Result<ApiId, Refusal> {
    let tree = tree(draft, service)?;
    let there = tree.apis.get(name).map(|api| &api.id);
    let found = there.or_else(|| draft.names.api(service, name)).cloned();
    found.ok_or_else(|| Refusal::NobodyOfThatName { noun: "API", name: name.to_owned() })
}

/// The usage plan of this identifier or name.
fn plan_called(draft: &Draft<'_>, name: &str) -> Result<UsagePlanId, Refusal> {
    let there = draft.snapshot.usage_plans.get(name).map(|plan| &plan.id);
    let found = there.or_else(|| draft.names.usage_plans.first(name)).cloned();
    found.ok_or_else(|| Refusal::NobodyOfThatName { noun: "usage plan", name: name.to_owned() })
}
