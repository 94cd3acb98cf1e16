//! What bringing a document in changes: the difference of two documents.

use std::collections::{BTreeMap, BTreeSet};

use model::{Record, Snapshot, Write};
use serde::Serialize;
use serde_json::Value;

use super::super::{ChangeKind, Configuration, ConfigurationChange, export};
use crate::diff;

/// Everything that differs, and what is released.
pub(crate) fn changes(before: &Snapshot, after: &Snapshot, writes: &[Write]) -> Vec<ConfigurationChange> {
    let rotated = rotated(before, after);
    let (before, after) = (entries(before, &BTreeSet::new()), entries(after, &rotated));
    let mut changes = Vec::new();
    for (key, (name, entry)) in &after {
        match before.get(key) {
            None => changes.push(change(key, name, ChangeKind::Added)),
            Some((_, old)) if old == entry => {}
            Some((_, old)) => {
                changes.push(ConfigurationChange {
                    fields: diff::of_values(old, entry),
                    ..change(key, name, ChangeKind::Changed)
                });
            }
        }
    }
    let gone = before.iter().filter(|(key, _)| !after.contains_key(*key));
    changes.extend(gone.map(|(key, (name, _))| change(key, name, ChangeKind::Removed)));
    let released = writes.iter().filter_map(|write| match write {
        Write::Put(Record::ReleaseEvent(event)) => Some(ConfigurationChange {
            noun: "release",
            id: format!("{}/{}/{}", event.service, event.environment, event.version),
            name: event.environment.to_string(),
            kind: ChangeKind::Added,
            fields: Vec::new(),
        }),
        _ => None,
    });
    changes.extend(released);
    changes
}

/// The identifiers of what has another secret than before; no two nouns share one.
fn rotated(before: &Snapshot, after: &Snapshot) -> BTreeSet<String> {
    let keys = after.credentials.values();
    let keys = keys.filter(|key| before.credentials.get(&key.id).is_some_and(|old| old.secret != key.secret));
    let applications = after.applications.values().filter(|application| {
        before.applications.get(&application.id).is_some_and(|old| old.secret != application.secret)
    });
    let documents = after
        .api_documents
        .values()
        .filter(|document| before.api_documents.get(&document.id).is_some_and(|old| old.password != document.password));
    let certificates = after
        .certificates
        .values()
        .filter(|certificate| before.certificates.get(&certificate.id).is_some_and(|old| old.key != certificate.key));
    let keys = keys.map(|key| key.id.to_string());
    let keys = keys.chain(certificates.map(|certificate| certificate.id.to_string()));
    let applications = applications.map(|application| application.id.to_string());
    keys.chain(applications).chain(documents.map(|document| document.id.to_string())).collect()
}

/// What an entry is: its noun, and its identifier among those.
type Key<'k> = &'k (&'static str, String);

fn change((noun, id): Key<'_>, name: &str, kind: ChangeKind) -> ConfigurationChange {
    ConfigurationChange { noun, id: id.clone(), name: name.to_owned(), kind, fields: Vec::new() }
}

/// The entries of a document with their names, each as JSON without what it is known by and what is an entry itself.
///
/// Of a secret just that it is another one.
fn entries(snapshot: &Snapshot, rotated: &BTreeSet<String>) -> BTreeMap<(&'static str, String), (String, Value)> {
    let Configuration { upstreams, plugins, keys, applications, usage_plans, certificates, services, api_documents } =
        export::configuration(snapshot, false);
    let mut found = BTreeMap::new();
    let mut put = |noun: &'static str, id: String, name: String, value: Value| {
        found.insert((noun, id), (name, value));
    };
    let secret = |id: &str| Value::from(if rotated.contains(id) { "another" } else { "the same" });
    for upstream in upstreams {
        let (id, name) = (text(upstream.id.as_ref()), text(upstream.name.as_ref()));
        put("upstream", id, name, value(&upstream));
    }
    for plugin in plugins {
        put("plugin", text(plugin.id.as_ref()), plugin.name.to_string(), value(&plugin));
    }
    for key in keys {
        let (id, mut told) = (text(key.id.as_ref()), value(&key));
        told["secret"] = secret(&id);
        put("key", id, key.name.to_string(), told);
    }
    for application in applications {
        let (id, mut told) = (text(application.id.as_ref()), value(&application));
        told["secret"] = secret(&id);
        put("application", id, application.name.to_string(), told);
    }
    for plan in usage_plans {
        put("usage_plan", text(plan.id.as_ref()), plan.name.to_string(), value(&plan));
    }
    for certificate in certificates {
        let (id, mut told) = (text(certificate.id.as_ref()), value(&certificate));
        // Nobody reads a chain.
        let kept = snapshot.certificates.get(id.as_str());
        told["chain"] = kept.map(|kept| kept.fingerprint.clone()).into();
        told["key"] = secret(&id);
        put("certificate", id, text(certificate.name.as_ref()), told);
    }
    for mut service in services {
        let id = text(service.id.as_ref());
        for api in std::mem::take(&mut service.apis) {
            let name = api.definition.name.to_string();
            put("api", format!("{id}/{}", text(api.id.as_ref())), name, value(&api.definition));
        }
        for strategy in std::mem::take(&mut service.ip_strategies) {
            let name = strategy.name.to_string();
            put("ip_strategy", format!("{id}/{}", text(strategy.id.as_ref())), name, value(&strategy));
        }
        for domain in std::mem::take(&mut service.domains) {
            let (name, mut told) = (domain.name.clone(), value(&domain));
            told["service"] = id.clone().into();
            put("domain", name.clone(), name, told);
        }
        put("service", id, service.name.to_string(), value(&service));
    }
    for document in api_documents {
        let (id, mut told) = (text(document.id.as_ref()), value(&document));
        told["password"] = secret(&id);
        put("api_document", id, document.name.to_string(), told);
    }
    found
}

fn text(value: Option<&impl ToString>) -> String {
    value.map_or_else(String::new, ToString::to_string)
}

fn value(entry: &impl Serialize) -> Value {
    serde_json::to_value(entry).unwrap_or_default()
}
