//! A snapshot as a document.

use std::collections::BTreeMap;

use model::{
    ApiId, BindingScope, CertificateSource, DomainMapping, EnvironmentName, ServiceTree, Snapshot, ThrottleScope,
};
use serde_json::Value;

use super::{
    ApiDocumentEntry, ApiEntry, ApplicationEntry, CertificateEntry, Configuration, DomainEntry, EnvironmentEntry,
    IpStrategyEntry, KeyEntry, PlanEntry, PluginEntry, ServiceEntry, UpstreamEntry,
};
use crate::{plugin, read};

/// The whole configuration; with its secrets or without.
pub(super) fn configuration(snapshot: &Snapshot, with_secrets: bool) -> Configuration {
    Configuration {
        upstreams: upstreams(snapshot),
        plugins: plugins(snapshot),
        keys: keys(snapshot, with_secrets),
        applications: applications(snapshot, with_secrets),
        usage_plans: plans(snapshot),
        certificates: certificates(snapshot, with_secrets),
        services: snapshot.services.values().map(|tree| service(tree)).collect(),
        api_documents: documents(snapshot, with_secrets),
    }
}

fn upstreams(snapshot: &Snapshot) -> Vec<UpstreamEntry> {
    let entry = |upstream: &model::Upstream| {
        let upstream = upstream.clone();
        UpstreamEntry {
            id: Some(upstream.id),
            name: upstream.name,
            description: upstream.description,
            protocol: upstream.protocol,
            balancing: upstream.balancing,
            vpc: upstream.vpc,
            retries: upstream.retries,
            host: upstream.host,
            members: upstream.members,
            health: upstream.health,
            tags: upstream.tags,
            annotations: upstream.annotations,
        }
    };
    snapshot.upstreams.values().map(|upstream| entry(upstream)).collect()
}

fn keys(snapshot: &Snapshot, with_secrets: bool) -> Vec<KeyEntry> {
    let entry = |key: &model::Credential| KeyEntry {
        id: Some(key.id.clone()),
        name: key.name.clone(),
        secret: with_secrets.then(|| key.secret.expose().to_owned()),
        enabled: key.enabled,
        tags: key.tags.clone(),
    };
    snapshot.credentials.values().map(|key| entry(key)).collect()
}

fn plugins(snapshot: &Snapshot) -> Vec<PluginEntry> {
    let entry = |plugin: &model::Plugin| PluginEntry {
        id: Some(plugin.id.clone()),
        name: plugin.name.clone(),
        description: plugin.description.clone(),
        r#type: plugin.data.kind(),
        data: match plugin::written(&plugin.data) {
            Value::Object(members) => members.into_iter().collect(),
            _ => BTreeMap::new(),
        },
        tags: plugin.tags.clone(),
    };
    snapshot.plugins.values().map(|plugin| entry(plugin)).collect()
}

fn applications(snapshot: &Snapshot, with_secrets: bool) -> Vec<ApplicationEntry> {
    let entry = |application: &model::Application| ApplicationEntry {
        id: Some(application.id.clone()),
        name: application.name.clone(),
        description: application.description.clone(),
        key: Some(application.key.clone()),
        secret: with_secrets.then(|| application.secret.expose().to_owned()),
    };
    snapshot.applications.values().map(|application| entry(application)).collect()
}

/// The certificates that operators brought.
fn certificates(snapshot: &Snapshot, with_secrets: bool) -> Vec<CertificateEntry> {
    let entry = |certificate: &model::Certificate| CertificateEntry {
        id: Some(certificate.id.clone()),
        name: Some(certificate.name.clone()),
        chain: certificate.chain.clone(),
        key: with_secrets
            .then(|| sign::certificate::line::to_pem(certificate.key.expose()))
            .flatten()
            .as_deref()
            .cloned(),
    };
    let uploaded = snapshot.certificates.values().filter(|found| found.source == CertificateSource::Uploaded);
    uploaded.map(|certificate| entry(certificate)).collect()
}

fn domains(tree: &ServiceTree) -> Vec<DomainEntry> {
    let entry = |domain: &model::Domain| DomainEntry {
        name: domain.spelled.clone(),
        protocol: domain.protocol,
        network: domain.network,
        certificate: domain.certificate.clone(),
        mappings: match &domain.mapping {
            DomainMapping::Default => None,
            DomainMapping::Paths(paths) => Some(paths.clone()),
        },
        force_https: domain.force_https,
        min_tls: domain.min_tls,
        client_authorities: domain.client_ca.clone(),
    };
    tree.domains.values().map(|domain| entry(domain)).collect()
}

fn documents(snapshot: &Snapshot, with_secrets: bool) -> Vec<ApiDocumentEntry> {
    let entry = |document: &model::ApiDocument| ApiDocumentEntry {
        id: Some(document.id.clone()),
        name: document.name.clone(),
        service: document.service.to_string(),
        environment: document.environment.clone(),
        apis: document.apis.iter().map(ToString::to_string).collect(),
        password: with_secrets.then(|| document.password.expose().to_owned()),
        tags: document.tags.clone(),
    };
    snapshot.api_documents.values().map(|document| entry(document)).collect()
}

fn ip_strategies(tree: &ServiceTree) -> Vec<IpStrategyEntry> {
    let entry = |strategy: &model::IpStrategy| IpStrategyEntry {
        id: Some(strategy.id.clone()),
        name: strategy.name.clone(),
        kind: strategy.kind,
        addresses: strategy.addresses.clone(),
    };
    tree.ip_strategies.values().map(|strategy| entry(strategy)).collect()
}

fn plans(snapshot: &Snapshot) -> Vec<PlanEntry> {
    let entry = |plan: &model::UsagePlan| PlanEntry {
        id: Some(plan.id.clone()),
        name: plan.name.clone(),
        description: plan.description.clone(),
        rate: plan.rate,
        quota: plan.quota,
        tags: plan.tags.clone(),
        keys: read::keys_of_plan(snapshot, &plan.id).into_iter().map(|key| key.id.to_string()).collect(),
    };
    snapshot.usage_plans.values().map(|plan| entry(plan)).collect()
}

fn service(tree: &ServiceTree) -> ServiceEntry {
    let service = &tree.service;
    let mut apis: Vec<_> = tree.apis.values().collect();
    apis.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    ServiceEntry {
        id: Some(service.id.clone()),
        name: service.name.clone(),
        description: service.description.clone(),
        protocol: service.protocol,
        networks: service.networks.iter().copied().collect(),
        vpc: service.vpc.clone(),
        tags: service.tags.clone(),
        annotations: service.annotations.clone(),
        ip_strategies: ip_strategies(tree),
        domains: domains(tree),
        apis: apis
            .into_iter()
            .map(|api| ApiEntry { id: Some(api.id.clone()), definition: api.definition.as_ref().clone() })
            .collect(),
        environments: EnvironmentName::all().into_iter().filter_map(|name| environment(tree, name)).collect(),
    }
}

/// An environment of which there is something to say.
fn environment(tree: &ServiceTree, name: EnvironmentName) -> Option<EnvironmentEntry> {
    let mut api_rates = BTreeMap::new();
    let mut rate = None;
    for throttle in tree.throttles.values().filter(|throttle| throttle.environment == name) {
        match (&throttle.scope, throttle.rate) {
            (ThrottleScope::Service, bound) => rate = bound,
            (ThrottleScope::Api(api), Some(bound)) if tree.apis.contains_key(api) => {
                api_rates.insert(api.to_string(), bound);
            }
            (ThrottleScope::Api(_), _) => {}
        }
    }
    let mut api_usage_plans: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut usage_plans = Vec::new();
    for binding in tree.plan_bindings.values().filter(|binding| binding.environment == name) {
        match &binding.scope {
            BindingScope::Service => usage_plans.push(binding.plan.to_string()),
            BindingScope::Api(api) => {
                api_usage_plans.entry(api.to_string()).or_default().push(binding.plan.to_string());
            }
        }
    }
    let mut api_plugins: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for attachment in tree.attachments.values().filter(|attachment| attachment.environment == name) {
        api_plugins.entry(attachment.api.to_string()).or_default().push(attachment.plugin.to_string());
    }
    let mut api_applications: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for binding in tree.application_bindings.values().filter(|binding| binding.environment == name) {
        api_applications.entry(binding.api.to_string()).or_default().push(binding.application.to_string());
    }
    let mut api_ip_strategies = BTreeMap::new();
    for strategy in tree.ip_strategies.values() {
        let here = strategy.bindings.iter().filter(|binding| binding.environment == name);
        api_ip_strategies.extend(here.map(|binding| (binding.api.to_string(), strategy.id.to_string())));
    }
    let empty = EnvironmentEntry::of(name);
    let entry = EnvironmentEntry {
        runs: runs(tree, &empty.name),
        rate,
        api_rates,
        usage_plans,
        api_usage_plans,
        api_plugins,
        api_applications,
        api_ip_strategies,
        ..empty.clone()
    };
    (entry != empty).then_some(entry)
}

/// What an environment runs, in the words of the document; `None` for one that was never released.
fn runs(tree: &ServiceTree, name: &EnvironmentName) -> Option<String> {
    tree.environments.get(name)?;
    let Some(release) = tree.running(name) else { return Some("offline".to_owned()) };
    Some(if is_working(tree, name) { "working".to_owned() } else { release.version.to_string() })
}

/// True when an environment runs every API as it is edited now, and nothing else.
pub(super) fn is_working(tree: &ServiceTree, name: &EnvironmentName) -> bool {
    let Some(release) = tree.running(name) else { return false };
    let is_now = |api: &ApiId, revision: u32| tree.apis.get(api).is_some_and(|found| found.revision == revision);
    release.members.len() == tree.apis.len()
        && release.members.iter().all(|member| is_now(&member.api, member.revision))
}
