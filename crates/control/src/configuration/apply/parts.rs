//! The parts of a document in the order in which they can be brought in: what is named before what names it.

mod caller;
mod document;
mod domain;
mod environment;
mod prune;

use std::collections::BTreeSet;

use model::{
    AccessKeyId, ApiDefinition, ApiDocumentId, ApiId, ApplicationId, CertificateId, Oauth, PluginId, Secret, ServiceId,
    Timestamp, UpstreamId, UsagePlanId,
};

use super::super::{ApiEntry, Configuration, KeyEntry, PlanEntry, ServiceEntry, UpstreamEntry};
use super::{Draft, at, delete_apis, later, settled};
use crate::{
    CredentialChange, DomainPolicy, NewCredential, NewService, NewUpstream, NewUsagePlan, Refusal, ServiceChange,
    UpstreamChange, UsagePlanChange, api, binding, credential, mint, service, upstream, usage_plan,
};

/// What the entries of a document mean, in their order.
struct Meant {
    upstreams: Vec<UpstreamId>,
    plugins: Vec<PluginId>,
    keys: Vec<AccessKeyId>,
    applications: Vec<ApplicationId>,
    plans: Vec<UsagePlanId>,
    services: Vec<ServiceId>,
    certificates: Vec<CertificateId>,
    documents: Vec<ApiDocumentId>,
}

pub(super) fn bring_in(
    draft: &mut Draft<'_>,
    policy: &DomainPolicy,
    wanted: &Configuration,
    prune: bool,
) -> Result<(), Refusal> {
    let upstreams =
        once("upstream", "/upstreams", each("/upstreams", &wanted.upstreams, |entry| bring_upstream(draft, entry))?)?;
    let plugins =
        once("plugin", "/plugins", each("/plugins", &wanted.plugins, |entry| caller::bring_plugin(draft, entry))?)?;
    let keys = once("key", "/keys", each("/keys", &wanted.keys, |entry| bring_key(draft, entry))?)?;
    let applications = each("/applications", &wanted.applications, |entry| caller::bring_application(draft, entry))?;
    let applications = once("application", "/applications", applications)?;
    let plans = once(
        "usage plan",
        "/usage_plans",
        each("/usage_plans", &wanted.usage_plans, |entry| bring_plan(draft, entry))?,
    )?;
    let services =
        once("service", "/services", each("/services", &wanted.services, |entry| bring_service(draft, entry))?)?;
    let (certificates, documents) = (Vec::new(), Vec::new());
    let mut meant = Meant { upstreams, plugins, keys, applications, plans, services, certificates, documents };
    if prune {
        prune::loosen(draft, wanted, &meant)?;
    }
    let certificates = domain::bring_in(draft, policy, wanted, &meant.services)?;
    meant.certificates = once("certificate", "/certificates", certificates)?;
    for (number, (entry, id)) in wanted.services.iter().zip(&meant.services).enumerate() {
        let place = format!("/services/{number}");
        bring_parts(draft, id, entry, &place, prune)?;
    }
    for (number, (entry, plan)) in wanted.usage_plans.iter().zip(&meant.plans).enumerate() {
        let place = format!("/usage_plans/{number}/keys");
        bring_keys_of_plan(draft, entry, plan, prune).map_err(at(place))?;
    }
    for (number, (entry, service)) in wanted.services.iter().zip(&meant.services).enumerate() {
        let place = format!("/services/{number}/environments");
        each(&place, &entry.environments, |entry| environment::bring_in(draft, service, entry, prune))?;
    }
    let documents = each("/api_documents", &wanted.api_documents, |entry| document::bring(draft, entry))?;
    meant.documents = once("API document", "/api_documents", documents)?;
    // A key that is off joins no plan: it is switched off once it has joined.
    for (number, (entry, key)) in wanted.keys.iter().zip(&meant.keys).enumerate() {
        let off = CredentialChange { enabled: Some(entry.enabled), ..CredentialChange::default() };
        draft.ask(|facts| credential::modify(facts, key, &off)).map_err(at(format!("/keys/{number}")))?;
    }
    if prune { prune::remove_others(draft, &meant) } else { Ok(()) }
}

/// Brings in the APIs and the IP strategies of a service.
fn bring_parts(
    draft: &mut Draft<'_>,
    id: &ServiceId,
    entry: &ServiceEntry,
    place: &str,
    prune: bool,
) -> Result<(), Refusal> {
    let tree = environment::tree(draft, id)?;
    let first = api::next_moment(tree, draft.now);
    let mut others: Vec<ApiId> = Vec::new();
    if prune {
        let apis = apis_of(draft, id, entry);
        others.extend(tree.apis.keys().filter(|api| !apis.contains(*api)).cloned());
    }
    let still_used = delete_apis(draft, id, others).map_err(at(place.to_owned()))?;
    // Those that are called with tokens come last, when it is clear who is called what.
    let mut order: Vec<usize> = (0..entry.apis.len()).collect();
    order.sort_by_key(|number| authorization(&entry.apis[*number].definition).is_some());
    let brought = settled(order.len(), |turn| {
        let number = order[turn];
        bring_api(draft, id, &entry.apis[number], later(first, number))
    });
    let mut brought: Vec<_> = order.iter().zip(brought).collect();
    brought.sort_by_key(|(number, _)| **number);
    let brought = brought.into_iter().map(|(number, api)| api.map_err(at(format!("{place}/apis/{number}/definition"))));
    let brought = brought.collect::<Result<_, _>>()?;
    once("API", &format!("{place}/apis"), brought)?;
    for api in still_used {
        draft.ask(|facts| api::delete(facts, id, &api)).map_err(at(place.to_owned()))?;
    }
    let strategies = format!("{place}/ip_strategies");
    let brought = each(&strategies, &entry.ip_strategies, |entry| caller::bring_ip_strategy(draft, id, entry))?;
    let kept = once("IP strategy", &strategies, brought)?;
    if prune { caller::remove_ip_strategies(draft, id, &kept) } else { Ok(()) }
}

/// Brings each entry in, and says of a refusal which one it was about.
fn each<E, T>(place: &str, entries: &[E], mut bring: impl FnMut(&E) -> Result<T, Refusal>) -> Result<Vec<T>, Refusal> {
    let numbered = entries.iter().enumerate();
    numbered.map(|(number, entry)| bring(entry).map_err(at(format!("{place}/{number}")))).collect()
}

/// What entries mean, where each means something of its own.
fn once<T: Ord>(noun: &'static str, place: &str, meant: Vec<T>) -> Result<Vec<T>, Refusal> {
    let mut known = BTreeSet::new();
    match meant.iter().position(|id| !known.insert(id)) {
        Some(number) => Err(at(format!("{place}/{number}"))(Refusal::NamedTwice { noun })),
        None => Ok(meant),
    }
}

fn bring_upstream(draft: &mut Draft<'_>, entry: &UpstreamEntry) -> Result<UpstreamId, Refusal> {
    let named = entry.name.as_ref().and_then(|name| draft.names.upstreams.first(name.as_str()));
    let id = entry.id.clone().or_else(|| named.cloned());
    let entry = entry.clone();
    match id.filter(|id| draft.snapshot.upstreams.contains_key(id)) {
        Some(id) => {
            let change = UpstreamChange {
                name: Some(entry.name),
                description: Some(entry.description),
                protocol: Some(entry.protocol),
                balancing: Some(entry.balancing),
                vpc: Some(entry.vpc),
                retries: Some(entry.retries),
                host: Some(entry.host),
                members: Some(entry.members),
                health: Some(entry.health),
                tags: Some(entry.tags),
                annotations: Some(entry.annotations),
            };
            draft.ask(|facts| upstream::modify(facts, &id, &change))?;
            Ok(id)
        }
        None => {
            let new = NewUpstream {
                name: entry.name,
                description: entry.description,
                protocol: entry.protocol,
                balancing: entry.balancing,
                vpc: entry.vpc,
                retries: entry.retries,
                host: entry.host,
                members: entry.members,
                health: entry.health,
                tags: entry.tags,
                annotations: entry.annotations,
            };
            let made = draft.ask(|facts| {
                upstream::create(facts, entry.id.map_or_else(|| mint::upstream(facts.snapshot), Ok)?, &new)
            })?;
            Ok(made.id.clone())
        }
    }
}

fn bring_key(draft: &mut Draft<'_>, entry: &KeyEntry) -> Result<AccessKeyId, Refusal> {
    let secret = entry.secret.clone().map(Secret::try_from).transpose()?;
    let id = entry.id.clone().or_else(|| draft.names.keys.first(entry.name.as_str()).cloned());
    let id = match id.filter(|id| draft.snapshot.credentials.contains_key(id)) {
        Some(id) => id,
        None => {
            let pair = match (entry.id.clone(), secret.clone()) {
                (Some(id), Some(secret)) => Some((id, secret)),
                (Some(id), None) => return Err(Refusal::KeySecretRequired(id)),
                (None, Some(secret)) => Some((mint::access_key(&draft.snapshot)?, secret)),
                (None, None) => None,
            };
            let new = NewCredential { name: entry.name.clone(), tags: entry.tags.clone(), pair };
            let made = draft.ask(|facts| {
                credential::create(facts, &new, || Ok((mint::access_key(facts.snapshot)?, mint::secret()?)))
            })?;
            return Ok(made.id.clone());
        }
    };
    let change = CredentialChange {
        name: Some(entry.name.clone()),
        tags: Some(entry.tags.clone()),
        enabled: entry.enabled.then_some(true),
    };
    draft.ask(|facts| credential::modify(facts, &id, &change))?;
    let is_other = |secret: &Secret| draft.snapshot.credentials.get(&id).is_some_and(|key| key.secret != *secret);
    if let Some(secret) = secret.filter(is_other) {
        draft.ask(|facts| credential::rotate(facts, &id, Some(&secret), mint::secret))?;
    }
    Ok(id)
}

fn bring_plan(draft: &mut Draft<'_>, entry: &PlanEntry) -> Result<UsagePlanId, Refusal> {
    let id = entry.id.clone().or_else(|| draft.names.usage_plans.first(entry.name.as_str()).cloned());
    match id.filter(|id| draft.snapshot.usage_plans.contains_key(id)) {
        Some(id) => {
            let change = UsagePlanChange {
                name: Some(entry.name.clone()),
                description: Some(entry.description.clone()),
                rate: Some(entry.rate),
                quota: Some(entry.quota),
                tags: Some(entry.tags.clone()),
            };
            draft.ask(|facts| usage_plan::modify(facts, &id, &change))?;
            Ok(id)
        }
        None => {
            let new = NewUsagePlan {
                name: entry.name.clone(),
                description: entry.description.clone(),
                rate: entry.rate,
                quota: entry.quota,
                tags: entry.tags.clone(),
            };
            let chosen = entry.id.clone();
            let made = draft.ask(|facts| {
                usage_plan::create(facts, chosen.map_or_else(|| mint::usage_plan(facts.snapshot), Ok)?, &new)
            })?;
            Ok(made.id.clone())
        }
    }
}

fn bring_keys_of_plan(
    draft: &mut Draft<'_>,
    entry: &PlanEntry,
    plan: &UsagePlanId,
    prune: bool,
) -> Result<(), Refusal> {
    let wanted: Vec<AccessKeyId> = entry.keys.iter().map(|name| key_called(draft, name)).collect::<Result<_, _>>()?;
    let there: Vec<AccessKeyId> =
        draft.snapshot.keys_of_plan.get(plan).map_or_else(Vec::new, |keys| keys.keys().cloned().collect());
    let named: BTreeSet<&AccessKeyId> = wanted.iter().collect();
    let others: Vec<AccessKeyId> = there.iter().filter(|key| !named.contains(key)).cloned().collect();
    if prune && !others.is_empty() {
        draft.ask(|facts| binding::unbind_keys(facts, plan, &others))?;
    }
    let there: BTreeSet<AccessKeyId> = there.into_iter().collect();
    let new: Vec<AccessKeyId> = wanted.into_iter().filter(|key| !there.contains(key)).collect();
    if !new.is_empty() {
        draft.ask(|facts| binding::bind_keys(facts, plan, &new))?;
    }
    Ok(())
}

fn bring_service(draft: &mut Draft<'_>, entry: &ServiceEntry) -> Result<ServiceId, Refusal> {
    let id = entry.id.clone().or_else(|| draft.names.services.first(entry.name.as_str()).cloned());
    let entry = entry.clone();
    match id.filter(|id| draft.snapshot.services.contains_key(id)) {
        Some(id) => {
            let change = ServiceChange {
                name: Some(entry.name),
                description: Some(entry.description),
                protocol: Some(entry.protocol),
                networks: Some(entry.networks.into_iter().collect()),
                vpc: entry.vpc,
                tags: Some(entry.tags),
                annotations: Some(entry.annotations),
            };
            draft.ask(|facts| service::modify(facts, &id, &change))?;
            Ok(id)
        }
        None => {
            let new = NewService {
                name: entry.name,
                description: entry.description,
                protocol: entry.protocol,
                networks: entry.networks.into_iter().collect(),
                vpc: entry.vpc,
                instance: None,
                tags: entry.tags,
                annotations: entry.annotations,
            };
            let made = draft.ask(|facts| {
                service::create(facts, entry.id.map_or_else(|| mint::service(facts.snapshot), Ok)?, &new)
            })?;
            Ok(made.id.clone())
        }
    }
}

/// Which API an entry means; `None` when it is to be made.
fn meant(draft: &Draft<'_>, service: &ServiceId, entry: &ApiEntry) -> Option<ApiId> {
    let tree = draft.snapshot.services.get(service)?;
    let named = || draft.names.api(service, entry.definition.name.as_str()).cloned();
    entry.id.clone().or_else(named).filter(|id| tree.apis.contains_key(id))
}

/// The APIs of a service that its entry means.
fn apis_of(draft: &Draft<'_>, service: &ServiceId, entry: &ServiceEntry) -> BTreeSet<ApiId> {
    entry.apis.iter().filter_map(|entry| meant(draft, service, entry)).collect()
}

/// What a business API says of its authorization API.
fn authorization(definition: &ApiDefinition) -> Option<&ApiId> {
    definition.oauth.as_ref().and_then(Oauth::authorization)
}

/// The definition of an entry, with the identifier of an authorization API that is named.
fn identified(draft: &Draft<'_>, service: &ServiceId, entry: &ApiEntry) -> Result<ApiDefinition, Refusal> {
    let mut definition = entry.definition.clone();
    let Some(said) = authorization(&definition) else { return Ok(definition) };
    if !environment::tree(draft, service)?.apis.contains_key(said)
        && let Some(named) = draft.names.api(service, said.as_str())
    {
        definition.oauth = Some(Oauth::Business { authorization: named.clone() });
    }
    Ok(definition)
}

fn bring_api(
    draft: &mut Draft<'_>,
    service: &ServiceId,
    entry: &ApiEntry,
    created: Timestamp,
) -> Result<ApiId, Refusal> {
    let definition = identified(draft, service, entry)?;
    match meant(draft, service, entry) {
        Some(id) => draft.ask(|facts| api::modify(facts, service, &id, &definition)).map(|_| id),
        None => {
            let chosen = entry.id.clone();
            let made = draft.ask(|facts| {
                let id = chosen.map_or_else(|| mint::api(facts.snapshot), Ok)?;
                api::create_at(facts, service, id, &definition, created)
            });
            made.map(|api| api.id.clone())
        }
    }
}

/// The key of this identifier or name.
fn key_called(draft: &Draft<'_>, name: &str) -> Result<AccessKeyId, Refusal> {
    let there = draft.snapshot.credentials.get(name).map(|key| &key.id);
    let found = there.or_else(|| draft.names.keys.first(name)).cloned();
    found.ok_or_else(|| Refusal::NobodyOfThatName { noun: "key", name: name.to_owned() })
}
