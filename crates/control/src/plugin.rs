//! Plugins: made, changed, deleted, and attached to APIs. All of it acts at once.

mod check;
mod data;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{
    ApiDefinition, ApiId, ApiRevision, Attachment, Backend, CircuitBreaker, EnvironmentName, Name, Parameter, Plugin,
    PluginData, PluginId, Record, ServiceId, ServiceTree, Snapshot, Tag, Text, UpstreamId, Write,
};

use crate::rule::{self, Facts, Outcome};
use crate::{Actor, Control, PluginRefusal, Refusal, definition, mint};

pub use data::{read, written};

/// What a new plugin is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewPlugin {
    pub name: Name,
    pub description: Text,
    pub data: PluginData,
    pub tags: Vec<Tag>,
}

/// What changes of a plugin; `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct PluginChange {
    pub name: Option<Name>,
    pub description: Option<Text>,
    pub data: Option<PluginData>,
    /// All of its tags.
    pub tags: Option<Vec<Tag>>,
}

impl Control {
    /// Makes a plugin, which is attached to nothing yet.
    ///
    /// # Errors
    /// [`PluginRefusal::TooMany`], [`PluginRefusal::BadData`], [`Refusal::UpstreamNotFound`]; [`Refusal::Invalid`] for a
    /// repeated tag key.
    pub async fn create_plugin(&self, actor: &Actor, new: NewPlugin) -> Result<Arc<Plugin>, Refusal> {
        self.write(actor, "plugin.create", |facts| create(facts, mint::plugin(facts.snapshot)?, &new)).await
    }

    /// Changes a plugin. A change that changes nothing succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`PluginRefusal::NotFound`], [`PluginRefusal::KindFixed`], [`PluginRefusal::BadData`],
    /// [`Refusal::UpstreamNotFound`], [`PluginRefusal::Unfit`], [`PluginRefusal::Undeclared`]; [`Refusal::Invalid`] for a
    /// repeated tag key.
    pub async fn modify_plugin(&self, actor: &Actor, id: &PluginId, change: PluginChange) -> Result<(), Refusal> {
        self.write(actor, "plugin.modify", |facts| modify(facts, id, &change)).await
    }

    /// Deletes a plugin and takes it off the APIs that it is on.
    ///
    /// # Errors
    /// [`PluginRefusal::NotFound`].
    pub async fn delete_plugin(&self, actor: &Actor, id: &PluginId) -> Result<(), Refusal> {
        self.write(actor, "plugin.delete", |facts| delete(facts, id)).await
    }

    /// Attaches a plugin to APIs that an environment runs: to all of them or to none. An API that has it already is
    /// passed over.
    ///
    /// # Errors
    /// [`PluginRefusal::NotFound`], [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`],
    /// [`Refusal::ApiNotFound`], [`PluginRefusal::NotReleased`], [`PluginRefusal::Clash`],
    /// [`PluginRefusal::Unfit`], [`PluginRefusal::Undeclared`], [`PluginRefusal::TooManyServices`]; [`Refusal::Invalid`] for an empty list.
    pub async fn attach_plugin(
        &self,
        actor: &Actor,
        id: &PluginId,
        service: &ServiceId,
        environment: &EnvironmentName,
        apis: &[ApiId],
    ) -> Result<(), Refusal> {
        self.write(actor, "plugin.attach", |facts| attach(facts, id, service, environment, apis)).await
    }

    /// Takes a plugin off an API in an environment.
    ///
    /// # Errors
    /// [`PluginRefusal::NotFound`], [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`],
    /// [`Refusal::ApiNotFound`], [`PluginRefusal::NotAttached`].
    pub async fn detach_plugin(
        &self,
        actor: &Actor,
        id: &PluginId,
        service: &ServiceId,
        environment: &EnvironmentName,
        api: &ApiId,
    ) -> Result<(), Refusal> {
        self.write(actor, "plugin.detach", |facts| detach(facts, id, service, environment, api)).await
    }
}

pub(crate) fn create(facts: &Facts<'_>, id: PluginId, new: &NewPlugin) -> Result<Outcome<Arc<Plugin>>, Refusal> {
    let limit = facts.quotas.plugins;
    if facts.snapshot.plugins.len() >= limit {
        return Err(PluginRefusal::TooMany { limit }.into());
    }
    rule::tags(&new.tags)?;
    check::check(&new.data)?;
    upstreams(facts, &new.data)?;
    let NewPlugin { name, description, data, tags } = new.clone();
    let plugin = Plugin { id, name, description, data, tags, created: facts.now, modified: facts.now };
    Ok(Outcome::new(plugin.id.clone(), vec![Write::Put(Record::Plugin(plugin.clone()))], Arc::new(plugin)))
}

pub(crate) fn modify(facts: &Facts<'_>, id: &PluginId, change: &PluginChange) -> Result<Outcome<()>, Refusal> {
    let old = facts.plugin(id)?;
    let PluginChange { name, description, data, tags } = change.clone();
    if data.as_ref().is_some_and(|data| data.kind() != old.data.kind()) {
        return Err(PluginRefusal::KindFixed(id.clone()).into());
    }
    let mut plugin = Plugin {
        name: name.unwrap_or_else(|| old.name.clone()),
        description: description.unwrap_or_else(|| old.description.clone()),
        data: data.unwrap_or_else(|| old.data.clone()),
        tags: tags.unwrap_or_else(|| old.tags.clone()),
        ..(**old).clone()
    };
    if plugin == **old {
        return Ok(Outcome::unchanged(id, ()));
    }
    rule::tags(&plugin.tags)?;
    check::check(&plugin.data)?;
    upstreams(facts, &plugin.data)?;
    if plugin.data != old.data && is_particular(&plugin.data) {
        let mut places = BTreeMap::new();
        for (tree, attachment) in attachments(facts.snapshot, id) {
            let place = (&attachment.service, &attachment.environment);
            let running: &Running<'_> = places.entry(place).or_insert_with(|| running(tree, &attachment.environment));
            fits(&plugin, running, &attachment.api)?;
        }
    }
    plugin.modified = facts.now;
    Ok(Outcome::new(id, vec![Write::Put(Record::Plugin(plugin))], ()))
}

pub(crate) fn delete(facts: &Facts<'_>, id: &PluginId) -> Result<Outcome<()>, Refusal> {
    let old = facts.plugin(id)?;
    let mut writes: Vec<Write> = attachments(facts.snapshot, id).map(|(_, attachment)| remove(attachment)).collect();
    writes.push(Write::Remove(Record::Plugin((**old).clone())));
    Ok(Outcome::new(id, writes, ()))
}

pub(crate) fn attach(
    facts: &Facts<'_>,
    id: &PluginId,
    service: &ServiceId,
    environment: &EnvironmentName,
    apis: &[ApiId],
) -> Result<Outcome<()>, Refusal> {
    facts.plugin(id)?;
    let tree = facts.tree(service)?;
    rule::known(environment)?;
    let running = running(tree, environment);
    if let Some(api) = apis.iter().find(|api| !running.contains_key(api)) {
        rule::api(tree, api)?;
        return Err(PluginRefusal::NotReleased { api: api.clone(), environment: environment.clone() }.into());
    }
    put_on(facts, id, service, environment, apis)
}

/// Attaches a plugin to APIs of which is known that they are there, whether or not the environment runs them yet.
pub(crate) fn put_on(
    facts: &Facts<'_>,
    id: &PluginId,
    service: &ServiceId,
    environment: &EnvironmentName,
    apis: &[ApiId],
) -> Result<Outcome<()>, Refusal> {
    let plugin = facts.plugin(id)?;
    let tree = facts.tree(service)?;
    rule::some("apis", apis)?;
    let running = if is_particular(&plugin.data) { running(tree, environment) } else { Running::new() };
    let mut writes = Vec::new();
    for api in rule::distinct(apis) {
        fits(plugin, &running, api)?;
        let mut is_there = false;
        for attachment in tree.attached(environment, api) {
            if attachment.plugin == *id {
                is_there = true;
            } else if facts.plugin(&attachment.plugin)?.data.kind().excludes(plugin.data.kind()) {
                let (api, environment, other) = (api.clone(), environment.clone(), attachment.plugin.clone());
                return Err(PluginRefusal::Clash { api, environment, other }.into());
            }
        }
        if !is_there {
            writes.push(Write::Put(Record::Attachment(Attachment {
                plugin: id.clone(),
                service: service.clone(),
                environment: environment.clone(),
                api: api.clone(),
                attached: facts.now,
            })));
        }
    }
    let mut services: BTreeSet<&ServiceId> =
        attachments(facts.snapshot, id).map(|(_, attachment)| &attachment.service).collect();
    let limit = facts.quotas.services_per_plugin;
    if services.insert(service) && services.len() > limit {
        return Err(PluginRefusal::TooManyServices { plugin: id.clone(), limit }.into());
    }
    Ok(Outcome::new(id, writes, ()))
}

pub(crate) fn detach(
    facts: &Facts<'_>,
    id: &PluginId,
    service: &ServiceId,
    environment: &EnvironmentName,
    api: &ApiId,
) -> Result<Outcome<()>, Refusal> {
    facts.plugin(id)?;
    let tree = facts.tree(service)?;
    rule::known(environment)?;
    // An API that was deleted may still run, and its plugins with it.
    match tree.attachments.get(&(environment.clone(), api.clone(), id.clone())) {
        Some(attachment) => Ok(Outcome::new(id, vec![remove(attachment)], ())),
        None => {
            rule::api(tree, api)?;
            let (plugin, api, environment) = (id.clone(), api.clone(), environment.clone());
            Err(PluginRefusal::NotAttached { plugin, api, environment }.into())
        }
    }
}

/// Refuses data that name an upstream which is not there.
fn upstreams(facts: &Facts<'_>, data: &PluginData) -> Result<(), Refusal> {
    data.upstreams().try_for_each(|upstream| facts.upstream(upstream).map(drop))
}

/// What an environment runs, by API.
type Running<'t> = BTreeMap<&'t ApiId, &'t ApiRevision>;

fn running<'t>(tree: &'t ServiceTree, environment: &EnvironmentName) -> Running<'t> {
    tree.running_revisions(environment).into_iter().map(|frozen| (&frozen.api, &**frozen)).collect()
}

/// True for data that do not fit every API. All others need no look at what runs, which a plugin of many thousand APIs
/// would pay for at each change.
fn is_particular(data: &PluginData) -> bool {
    matches!(
        data,
        PluginData::Routing(_)
            | PluginData::AnswerCache(_)
            | PluginData::CircuitBreaker(CircuitBreaker { stand_in: Some(_), .. })
    )
}

/// Refuses a plugin that does not fit the API as it runs.
fn fits(plugin: &Plugin, running: &Running<'_>, api: &ApiId) -> Result<(), Refusal> {
    let Some(frozen) = running.get(api) else { return Ok(()) };
    let unfit = |reason| PluginRefusal::Unfit { plugin: plugin.id.clone(), api: api.clone(), reason }.into();
    let answers = |backend: &Backend| {
        definition::check(&ApiDefinition { backend: backend.clone(), ..(*frozen.definition).clone() })
    };
    match &plugin.data {
        PluginData::Routing(routing) => routing.routes.iter().try_for_each(|route| {
            answers(&route.backend).map_err(|refusal| unfit(format!("route `{}`: {refusal}", route.name)))
        }),
        PluginData::CircuitBreaker(CircuitBreaker { stand_in: Some(backend), .. }) => {
            answers(backend).map_err(|refusal| unfit(refusal.to_string()))
        }
        PluginData::AnswerCache(cache) => cache.parameters.iter().try_for_each(|parameter| {
            let is_declared = |declared: &Parameter| parameter.is(&declared.name, declared.location);
            if frozen.definition.parameters.iter().any(is_declared) {
                return Ok(());
            }
            let (plugin, api) = (plugin.id.clone(), api.clone());
            let (name, location) = (parameter.name().to_owned(), parameter.location());
            Err(PluginRefusal::Undeclared { plugin, api, name, location }.into())
        }),
        PluginData::CircuitBreaker(CircuitBreaker { stand_in: None, .. })
        | PluginData::AddressAccess(_)
        | PluginData::CrossOrigin(_)
        | PluginData::CallLimit(_)
        | PluginData::ParameterLimit(_)
        | PluginData::CallerCheck(_)
        | PluginData::ReplayGuard(_)
        | PluginData::RequestEdit(_)
        | PluginData::Transcoding(_)
        | PluginData::AnswerEdit(_) => Ok(()),
    }
}

/// Refuses to let an upstream go that plugins send calls to.
pub(crate) fn leave(facts: &Facts<'_>, upstream: &UpstreamId) -> Result<(), Refusal> {
    let sends = |plugin: &&Arc<Plugin>| plugin.data.upstreams().any(|used| used == upstream);
    let users: Vec<&Arc<Plugin>> = facts.snapshot.plugins.values().filter(sends).collect();
    match users.first() {
        None => Ok(()),
        Some(first) => {
            let (upstream, first, count) = (upstream.clone(), first.id.clone(), users.len());
            Err(PluginRefusal::UpstreamUsed { upstream, first, count }.into())
        }
    }
}

/// What takes the plugins off an API that is deleted.
pub(crate) fn forget<'t>(tree: &'t ServiceTree, api: &'t ApiId) -> impl Iterator<Item = Write> + 't {
    tree.attachments.values().filter(move |attachment| attachment.api == *api).map(|attachment| remove(attachment))
}

/// Where a plugin is attached, with the service: by service, environment, API.
pub fn attachments<'s>(
    snapshot: &'s Snapshot,
    id: &'s PluginId,
) -> impl Iterator<Item = (&'s Arc<ServiceTree>, &'s Arc<Attachment>)> {
    snapshot.services.values().flat_map(move |tree| {
        tree.attachments.values().filter(move |attachment| attachment.plugin == *id).map(move |found| (tree, found))
    })
}

fn remove(attachment: &Attachment) -> Write {
    Write::Remove(Record::Attachment(attachment.clone()))
}
