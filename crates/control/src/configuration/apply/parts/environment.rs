//! What environments run and admit, and what goes when a document does not name it.

use std::collections::BTreeSet;

use model::{
    AccessKeyId, ApiId, BindingScope, EnvironmentName, PlanBinding, ServiceId, ServiceTree, Snapshot, Text,
    ThrottleScope, UpstreamId, UsagePlanId,
};

use super::super::super::{Configuration, EnvironmentEntry, export};
use super::Draft;
use crate::binding::{self, BindTarget, Place};
use crate::{
    CredentialChange, Refusal, ServiceChange, api, credential, mint, release, rule, service, throttle, upstream,
    usage_plan,
};

pub(super) fn bring_in(
    draft: &mut Draft<'_>,
    service: &ServiceId,
    entry: &EnvironmentEntry,
    prune: bool,
) -> Result<(), Refusal> {
    rule::known(&entry.name)?;
    throttles(draft, service, entry, prune)?;
    for (scope, plan) in scopes(&draft.snapshot, service, entry)? {
        let target = target(&scope);
        let place = Place { service, environment: &entry.name, target: &target };
        draft.ask(|facts| binding::bind_plans(facts, std::slice::from_ref(&plan), &place))?;
    }
    match entry.runs.as_deref() {
        None => Ok(()),
        Some("working") => publish(draft, service, &entry.name),
        Some("offline") => take_offline(draft, service, &entry.name),
        Some(version) => {
            let version = model::VersionName::try_from(version)?;
            draft.ask(|facts| release::switch(facts, service, &entry.name, &version, &Text::default()))
        }
    }
}

fn tree<'d>(draft: &'d Draft<'_>, service: &ServiceId) -> Result<&'d ServiceTree, Refusal> {
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

fn take_offline(draft: &mut Draft<'_>, service: &ServiceId, environment: &EnvironmentName) -> Result<(), Refusal> {
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
        let api = api_called(tree(draft, service)?, name)?;
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
    snapshot: &Snapshot,
    service: &ServiceId,
    entry: &EnvironmentEntry,
) -> Result<Vec<(BindingScope, UsagePlanId)>, Refusal> {
    let tree = snapshot.services.get(service).ok_or_else(|| Refusal::ServiceNotFound(service.clone()))?;
    let mut found = Vec::new();
    for plan in &entry.usage_plans {
        found.push((BindingScope::Service, plan_called(snapshot, plan)?));
    }
    for (api, plans) in &entry.api_usage_plans {
        // A plan may rule an API that was deleted and still runs.
        let is_bound = |api: &ApiId| {
            let mut bindings = tree.plan_bindings.values();
            bindings.any(|binding| matches!(&binding.scope, BindingScope::Api(bound) if bound == api))
        };
        let gone = ApiId::try_from(api.as_str()).ok().filter(|api| is_bound(api));
        let api = api_called(tree, api).or_else(|refusal| gone.ok_or(refusal))?;
        for plan in plans {
            let plan = plan_called(snapshot, plan)?;
            let there = (entry.name.clone(), BindingScope::Api(api.clone()), plan.clone());
            if !tree.plan_bindings.contains_key(&there) {
                found.push((BindingScope::Api(api.clone()), plan));
            }
        }
    }
    Ok(found)
}

fn target(scope: &BindingScope) -> BindTarget {
    match scope {
        BindingScope::Service => BindTarget::Service,
        BindingScope::Api(api) => BindTarget::Apis(vec![api.clone()]),
    }
}

/// Takes plans off what the document does not let them rule: of the services and environments that it names, and all
/// of what it does not.
pub(super) fn unbind_others(
    draft: &mut Draft<'_>,
    wanted: &Configuration,
    services: &[ServiceId],
    plans: &[UsagePlanId],
) -> Result<(), Refusal> {
    let mut kept: BTreeSet<(ServiceId, EnvironmentName, String)> = BTreeSet::new();
    let mut left_alone: BTreeSet<(ServiceId, EnvironmentName)> = BTreeSet::new();
    for (entry, service) in wanted.services.iter().zip(services) {
        for name in EnvironmentName::all() {
            match entry.environments.iter().find(|environment| environment.name == name) {
                None => {
                    left_alone.insert((service.clone(), name));
                }
                Some(environment) => {
                    let mut keep = |plan: &String| kept.insert((service.clone(), name.clone(), plan.clone()));
                    environment.usage_plans.iter().for_each(|plan| {
                        keep(plan);
                    });
                    environment.api_usage_plans.values().flatten().for_each(|plan| {
                        keep(plan);
                    });
                }
            }
        }
    }
    let is_kept = |snapshot: &Snapshot, binding: &PlanBinding| {
        let place = |name: String| (binding.service.clone(), binding.environment.clone(), name);
        let name = snapshot.usage_plans.get(&binding.plan).map(|plan| plan.name.to_string()).unwrap_or_default();
        plans.contains(&binding.plan)
            && (left_alone.contains(&(binding.service.clone(), binding.environment.clone()))
                || kept.contains(&place(binding.plan.to_string()))
                || kept.contains(&place(name)))
    };
    let bindings = draft.snapshot.services.values().flat_map(|tree| tree.plan_bindings.values());
    let others: Vec<PlanBinding> =
        bindings.filter(|binding| !is_kept(&draft.snapshot, binding)).map(|binding| (**binding).clone()).collect();
    for binding in others {
        let target = target(&binding.scope);
        let place = Place { service: &binding.service, environment: &binding.environment, target: &target };
        draft.ask(|facts| binding::unbind_plans(facts, std::slice::from_ref(&binding.plan), &place))?;
    }
    Ok(())
}

/// Deletes what the document does not name: what names others first.
pub(super) fn remove_others(
    draft: &mut Draft<'_>,
    upstreams: &[UpstreamId],
    keys: &[AccessKeyId],
    plans: &[UsagePlanId],
    services: &[ServiceId],
) -> Result<(), Refusal> {
    let others: Vec<ServiceId> = draft.snapshot.services.keys().filter(|id| !services.contains(id)).cloned().collect();
    for id in others {
        for environment in EnvironmentName::all() {
            take_offline(draft, &id, &environment)?;
        }
        let apis: Vec<ApiId> = tree(draft, &id)?.apis.keys().cloned().collect();
        for api in apis {
            draft.ask(|facts| api::delete(facts, &id, &api))?;
        }
        let bare = ServiceChange { tags: Some(Vec::new()), ..ServiceChange::default() };
        draft.ask(|facts| service::modify(facts, &id, &bare))?;
        draft.ask(|facts| service::delete(facts, &id))?;
    }
    let others: Vec<UsagePlanId> =
        draft.snapshot.usage_plans.keys().filter(|id| !plans.contains(id)).cloned().collect();
    for id in others {
        let members: Vec<AccessKeyId> =
            draft.snapshot.keys_of_plan.get(&id).map_or_else(Vec::new, |keys| keys.keys().cloned().collect());
        if !members.is_empty() {
            draft.ask(|facts| binding::unbind_keys(facts, &id, &members))?;
        }
        draft.ask(|facts| usage_plan::delete(facts, &id))?;
    }
    let others: Vec<AccessKeyId> = draft.snapshot.credentials.keys().filter(|id| !keys.contains(id)).cloned().collect();
    for id in others {
        let off = CredentialChange { enabled: Some(false), ..CredentialChange::default() };
        draft.ask(|facts| credential::modify(facts, &id, &off))?;
        draft.ask(|facts| credential::delete(facts, &id))?;
    }
    let others: Vec<UpstreamId> =
        draft.snapshot.upstreams.keys().filter(|id| !upstreams.contains(id)).cloned().collect();
    for id in others {
        draft.ask(|facts| upstream::delete(facts, &id))?;
    }
    Ok(())
}

/// The API of this identifier or name.
fn api_called(tree: &ServiceTree, name: &str) -> Result<ApiId, Refusal> {
    let named = || tree.apis.values().find(|api| api.definition.name.as_str() == name);
    let found = tree.apis.get(name).or_else(named).map(|api| api.id.clone());
    found.ok_or_else(|| Refusal::NobodyOfThatName { noun: "API", name: name.to_owned() })
}

/// The usage plan of this identifier or name.
fn plan_called(snapshot: &Snapshot, name: &str) -> Result<UsagePlanId, Refusal> {
    let named = || snapshot.usage_plans.values().find(|plan| plan.name.as_str() == name);
    let found = snapshot.usage_plans.get(name).or_else(named).map(|plan| plan.id.clone());
    found.ok_or_else(|| Refusal::NobodyOfThatName { noun: "usage plan", name: name.to_owned() })
}
