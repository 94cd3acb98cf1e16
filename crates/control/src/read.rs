//! Questions about a snapshot that more than one dialect asks. Pure, and answered from memory.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{
    AccessKeyId, Api, ApiDefinition, ApiId, ApiRevision, BindingScope, Credential, EnvironmentName, PlanBinding,
    Release, ReleaseEvent, ServiceTree, Snapshot, ThrottleScope, UpstreamId, UsagePlanId,
};

use crate::Quotas;

/// The keys in `plan`, in the order of their identifiers.
pub fn keys_of_plan<'a>(snapshot: &'a Snapshot, plan: &UsagePlanId) -> Vec<&'a Arc<Credential>> {
    let keys = snapshot.keys_of_plan.get(plan);
    keys.into_iter().flat_map(|keys| keys.keys()).filter_map(|key| snapshot.credentials.get(key)).collect()
}

/// True when `key` is in `plan`.
pub fn is_key_in_plan(snapshot: &Snapshot, key: &AccessKeyId, plan: &UsagePlanId) -> bool {
    snapshot.plans_of_key.get(key).is_some_and(|plans| plans.contains(plan))
}

/// Everything that `plan` rules, with the service where: by service, environment, the whole before its APIs.
pub fn places_of_plan<'a>(
    snapshot: &'a Snapshot,
    plan: &'a UsagePlanId,
) -> impl Iterator<Item = (&'a Arc<ServiceTree>, &'a Arc<PlanBinding>)> {
    snapshot.services.values().flat_map(move |tree| {
        tree.plan_bindings.values().filter(move |binding| binding.plan == *plan).map(move |binding| (tree, binding))
    })
}

/// The plans that rule whole environments of a service: one binding for each plan and environment.
pub fn service_bindings(tree: &ServiceTree) -> impl Iterator<Item = &Arc<PlanBinding>> {
    tree.plan_bindings.values().filter(|binding| binding.scope == BindingScope::Service)
}

/// The plans that rule single APIs of a service: one binding for each plan, environment and API.
pub fn api_bindings(tree: &ServiceTree) -> impl Iterator<Item = &Arc<PlanBinding>> {
    tree.plan_bindings.values().filter(|binding| binding.scope != BindingScope::Service)
}

/// The plans that rule something of a service, each once, with the environments where they do.
pub fn plans_of_service(tree: &ServiceTree) -> Vec<(UsagePlanId, Vec<EnvironmentName>)> {
    let mut plans: std::collections::BTreeMap<UsagePlanId, Vec<EnvironmentName>> = std::collections::BTreeMap::new();
    for environment in EnvironmentName::all() {
        for binding in tree.plan_bindings.values().filter(|binding| binding.environment == environment) {
            let environments = plans.entry(binding.plan.clone()).or_default();
            if environments.last() != Some(&environment) {
                environments.push(environment.clone());
            }
        }
    }
    plans.into_iter().collect()
}

/// True when `plan` rules something of the service: in `environment`, or where none is named in any.
pub fn rules_service(tree: &ServiceTree, plan: &UsagePlanId, environment: Option<&EnvironmentName>) -> bool {
    tree.plan_bindings.values().any(|binding| {
        binding.plan == *plan && environment.is_none_or(|environment| binding.environment == *environment)
    })
}

/// True when `plan` rules calls of `api`, by itself or with the whole environment: in `environment`, or where none is
/// named in any.
pub fn rules_api(tree: &ServiceTree, api: &ApiId, plan: &UsagePlanId, environment: Option<&EnvironmentName>) -> bool {
    let rules_in = |environment: &EnvironmentName| {
        let scopes = [BindingScope::Service, BindingScope::Api(api.clone())];
        scopes.into_iter().any(|scope| tree.plan_bindings.contains_key(&(environment.clone(), scope, plan.clone())))
    };
    match environment {
        Some(environment) => rules_in(environment),
        None => EnvironmentName::all().iter().any(rules_in),
    }
}

/// The releases of a service, newest first.
pub fn releases(tree: &ServiceTree) -> Vec<&Arc<Release>> {
    let mut releases: Vec<_> = tree.releases.values().collect();
    releases.sort_by(|a, b| (b.created, &b.version).cmp(&(a.created, &a.version)));
    releases
}

/// What happened to the environments of a service, newest first: in `environment`, or where none is named in all.
pub fn history<'a>(tree: &'a ServiceTree, environment: Option<&EnvironmentName>) -> Vec<&'a Arc<ReleaseEvent>> {
    let mut events: Vec<_> = tree
        .events
        .values()
        .filter(|event| environment.is_none_or(|environment| event.environment == *environment))
        .collect();
    events.sort_by(|a, b| (b.time, b.sequence, &b.environment).cmp(&(a.time, a.sequence, &a.environment)));
    events
}

/// An API's definition as it is edited, or, where the API was deleted and may still run, as it was last released.
pub fn definition<'t>(tree: &'t ServiceTree, api: &ApiId) -> Option<&'t ApiDefinition> {
    let edited = tree.apis.get(api).map(|api| &*api.definition);
    edited.or_else(|| {
        let frozen = tree.revisions.range((api.clone(), 0)..=(api.clone(), u32::MAX)).next_back();
        frozen.map(|(_, frozen)| &*frozen.definition)
    })
}

/// The environments where `api` is part of what runs, in the order of [`EnvironmentName::all`].
pub fn environments_of_api(tree: &ServiceTree, api: &ApiId) -> Vec<EnvironmentName> {
    let runs = |environment: &EnvironmentName| {
        tree.running(environment).is_some_and(|release| release.members.iter().any(|member| member.api == *api))
    };
    EnvironmentName::all().into_iter().filter(runs).collect()
}

/// The APIs that `environment` runs: for a question about many of them.
pub fn running_apis<'t>(tree: &'t ServiceTree, environment: &EnvironmentName) -> BTreeSet<&'t ApiId> {
    tree.running(environment).into_iter().flat_map(|release| &release.members).map(|member| &member.api).collect()
}

/// Calls per second that `environment` admits: its own throttle, or the default.
pub fn service_rate(tree: &ServiceTree, environment: &EnvironmentName, quotas: &Quotas) -> u32 {
    let throttle = tree.throttles.get(&(environment.clone(), ThrottleScope::Service));
    throttle.and_then(|throttle| throttle.rate).unwrap_or(quotas.service_rate_default)
}

/// Calls per second of one API that `environment` admits; `None` is no bound.
pub fn api_rate(tree: &ServiceTree, environment: &EnvironmentName, api: &ApiId) -> Option<u32> {
    tree.throttles.get(&(environment.clone(), ThrottleScope::Api(api.clone()))).and_then(|throttle| throttle.rate)
}

/// The APIs whose definition, as it is edited, names `upstream`: each with its service.
pub fn apis_of_upstream<'a>(
    snapshot: &'a Snapshot,
    upstream: &'a UpstreamId,
) -> impl Iterator<Item = (&'a Arc<ServiceTree>, &'a Arc<Api>)> {
    snapshot.services.values().flat_map(move |tree| {
        let apis = tree.apis.values().filter(move |api| api.definition.backend.upstream() == Some(upstream));
        apis.map(move |api| (tree, api))
    })
}

/// The frozen definitions that some environment runs and that name `upstream`.
pub fn running_on_upstream<'a>(
    snapshot: &'a Snapshot,
    upstream: &'a UpstreamId,
) -> impl Iterator<Item = &'a Arc<ApiRevision>> {
    snapshot
        .services
        .values()
        .flat_map(|tree| EnvironmentName::all().map(|environment| tree.running_revisions(&environment)))
        .flatten()
        .filter(move |frozen| frozen.definition.backend.upstream() == Some(upstream))
}

#[cfg(test)]
mod tests;
