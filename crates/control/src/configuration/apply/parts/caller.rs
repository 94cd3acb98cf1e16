//! Who may call, and what is done with calls: plugins, applications and IP strategies, and the APIs that they are for.

use std::collections::BTreeSet;

use model::{AccessKeyId, ApiId, ApplicationId, IpStrategyId, PluginId, Secret, ServiceId};
use serde_json::Value;

use super::super::super::{ApplicationEntry, EnvironmentEntry, IpStrategyEntry, PluginEntry};
use super::Draft;
use super::environment::{api_called, tree};
use crate::{
    ApplicationChange, IpStrategyChange, NewApplication, NewIpStrategy, NewPlugin, PluginChange, Refusal, application,
    ip_strategy, mint, plugin,
};

pub(super) fn bring_plugin(draft: &mut Draft<'_>, entry: &PluginEntry) -> Result<PluginId, Refusal> {
    let members = entry.data.iter().map(|(name, value)| (name.clone(), value.clone()));
    let data = plugin::read(entry.r#type, &Value::Object(members.collect()))?;
    let id = entry.id.clone().or_else(|| draft.names.plugins.first(entry.name.as_str()).cloned());
    let entry = entry.clone();
    match id.filter(|id| draft.snapshot.plugins.contains_key(id)) {
        Some(id) => {
            let change = PluginChange {
                name: Some(entry.name),
                description: Some(entry.description),
                data: Some(data),
                tags: Some(entry.tags),
            };
            draft.ask(|facts| plugin::modify(facts, &id, &change))?;
            Ok(id)
        }
        None => {
            let new = NewPlugin { name: entry.name, description: entry.description, data, tags: entry.tags };
            let made = draft
                .ask(|facts| plugin::create(facts, entry.id.map_or_else(|| mint::plugin(facts.snapshot), Ok)?, &new))?;
            Ok(made.id.clone())
        }
    }
}

pub(super) fn bring_application(draft: &mut Draft<'_>, entry: &ApplicationEntry) -> Result<ApplicationId, Refusal> {
    let secret = entry.secret.clone().map(Secret::try_from).transpose()?;
    let id = entry.id.clone().or_else(|| draft.names.applications.first(entry.name.as_str()).cloned());
    let there = id.and_then(|id| draft.snapshot.applications.get(&id).cloned());
    let Some(old) = there else { return make_application(draft, entry, secret) };
    let change = ApplicationChange { name: Some(entry.name.clone()), description: Some(entry.description.clone()) };
    draft.ask(|facts| application::modify(facts, &old.id, &change))?;
    let key = entry.key.as_ref().unwrap_or(&old.key);
    let secret = secret.unwrap_or_else(|| old.secret.clone());
    if *key != old.key || secret != old.secret {
        draft.ask(|facts| application::rotate(facts, &old.id, Some(key), secret))?;
    }
    Ok(old.id.clone())
}

fn make_application(
    draft: &mut Draft<'_>,
    entry: &ApplicationEntry,
    secret: Option<Secret>,
) -> Result<ApplicationId, Refusal> {
    if let (Some(key), None) = (&entry.key, &secret) {
        return Err(Refusal::KeySecretRequired(key.clone()));
    }
    let new = NewApplication { name: entry.name.clone(), description: entry.description.clone() };
    let made = draft.ask(|facts| {
        let id = entry.id.clone().map_or_else(|| mint::application(facts.snapshot), Ok)?;
        let key: AccessKeyId = match &entry.key {
            Some(key) => application::unused(facts.snapshot, key)?,
            None => mint::application_key(facts.snapshot)?,
        };
        application::create(facts, id, (key, secret.map_or_else(mint::secret, Ok)?), &new)
    })?;
    Ok(made.id.clone())
}

pub(super) fn bring_ip_strategy(
    draft: &mut Draft<'_>,
    service: &ServiceId,
    entry: &IpStrategyEntry,
) -> Result<IpStrategyId, Refusal> {
    let there = match &entry.id {
        Some(id) => Some(id.clone()).filter(|id| {
            let tree = draft.snapshot.services.get(service);
            tree.is_some_and(|tree| tree.ip_strategies.contains_key(id))
        }),
        None => called(draft, service, entry.name.as_str())?,
    };
    let IpStrategyEntry { id, name, kind, addresses } = entry.clone();
    match there {
        Some(id) => {
            let change = IpStrategyChange { name: Some(name), kind: Some(kind), addresses: Some(addresses) };
            draft.ask(|facts| ip_strategy::modify(facts, service, &id, &change))?;
            Ok(id)
        }
        None => {
            let new = NewIpStrategy { name, kind, addresses };
            let made = draft.ask(|facts| {
                let id = id.map_or_else(|| mint::ip_strategy(facts.snapshot), Ok)?;
                ip_strategy::create(facts, service, id, &new)
            })?;
            Ok(made.id.clone())
        }
    }
}

/// Deletes the IP strategies of a service that its entry does not name.
pub(super) fn remove_ip_strategies(
    draft: &mut Draft<'_>,
    service: &ServiceId,
    kept: &[IpStrategyId],
) -> Result<(), Refusal> {
    let others: Vec<IpStrategyId> =
        tree(draft, service)?.ip_strategies.keys().filter(|id| !kept.contains(id)).cloned().collect();
    others.iter().try_for_each(|id| draft.ask(|facts| ip_strategy::delete(facts, service, id)))
}

/// Puts on the APIs of an environment what its entry says. It is asked when the environment runs what it should.
pub(super) fn bind(draft: &mut Draft<'_>, service: &ServiceId, entry: &EnvironmentEntry) -> Result<(), Refusal> {
    let environment = &entry.name;
    for (api, plugins) in &entry.api_plugins {
        for name in plugins {
            let id = plugin_called(draft, name)?;
            let api = api_or_running(draft, service, api)?;
            let there = (environment.clone(), api.clone(), id.clone());
            if !tree(draft, service)?.attachments.contains_key(&there) {
                draft.ask(|facts| plugin::put_on(facts, &id, service, environment, &[api]))?;
            }
        }
    }
    for (api, applications) in &entry.api_applications {
        let api = api_called(draft, service, api)?;
        for name in applications {
            let id = application_called(draft, name)?;
            let there = (environment.clone(), api.clone(), id.clone());
            if !tree(draft, service)?.application_bindings.contains_key(&there) {
                let apis = std::slice::from_ref(&api);
                draft.ask(|facts| application::bind(facts, &id, service, environment, apis))?;
            }
        }
    }
    let mut bound = BTreeSet::new();
    for (api, name) in &entry.api_ip_strategies {
        let api = api_called(draft, service, api)?;
        let there = tree(draft, service)?.ip_strategies.get(name.as_str()).map(|strategy| strategy.id.clone());
        let id = match there {
            Some(id) => id,
            None => called(draft, service, name)?
                .ok_or_else(|| Refusal::NobodyOfThatName { noun: "IP strategy", name: name.clone() })?,
        };
        if !bound.insert(api.clone()) {
            return Err(Refusal::NamedTwice { noun: "API" });
        }
        draft.ask(|facts| ip_strategy::bind(facts, service, &id, environment, &[api]))?;
    }
    Ok(())
}

/// The IP strategy of this name; a service has few.
fn called(draft: &Draft<'_>, service: &ServiceId, name: &str) -> Result<Option<IpStrategyId>, Refusal> {
    let mut all = tree(draft, service)?.ip_strategies.values();
    Ok(all.find(|strategy| strategy.name.as_str() == name).map(|strategy| strategy.id.clone()))
}

/// The API of this identifier or name, or one of this identifier that was deleted and still runs.
fn api_or_running(draft: &Draft<'_>, service: &ServiceId, name: &str) -> Result<ApiId, Refusal> {
    api_called(draft, service, name).or_else(|refusal| {
        let id = ApiId::try_from(name).map_err(|_| refusal.clone())?;
        let tree = tree(draft, service)?;
        let runs = model::EnvironmentName::all()
            .iter()
            .any(|environment| tree.running_revisions(environment).iter().any(|frozen| frozen.api == id));
        if runs { Ok(id) } else { Err(refusal) }
    })
}

/// The plugin of this identifier or name.
fn plugin_called(draft: &Draft<'_>, name: &str) -> Result<PluginId, Refusal> {
    let there = draft.snapshot.plugins.get(name).map(|plugin| &plugin.id);
    let found = there.or_else(|| draft.names.plugins.first(name)).cloned();
    found.ok_or_else(|| Refusal::NobodyOfThatName { noun: "plugin", name: name.to_owned() })
}

/// The application of this identifier or name.
fn application_called(draft: &Draft<'_>, name: &str) -> Result<ApplicationId, Refusal> {
    let there = draft.snapshot.applications.get(name).map(|application| &application.id);
    let found = there.or_else(|| draft.names.applications.first(name)).cloned();
    found.ok_or_else(|| Refusal::NobodyOfThatName { noun: "application", name: name.to_owned() })
}
