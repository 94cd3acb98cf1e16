//! Applications: made, changed, deleted, given other pairs, and bound to APIs. All of it acts at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{
    AccessKeyId, ApiId, Application, ApplicationBinding, ApplicationId, EnvironmentName, Name, Record, Secret,
    ServiceId, ServiceTree, Snapshot, Text, Write,
};

use crate::rule::{self, Facts, Outcome};
use crate::{Actor, ApplicationRefusal, ApplicationUse, Control, Refusal, mint};

/// What a new application is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewApplication {
    pub name: Name,
    pub description: Text,
}

/// What changes of an application; `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct ApplicationChange {
    pub name: Option<Name>,
    pub description: Option<Text>,
}

impl Control {
    /// Makes an application with a fresh pair, which may call nothing yet.
    ///
    /// # Errors
    /// [`ApplicationRefusal::TooMany`].
    pub async fn create_application(&self, actor: &Actor, new: NewApplication) -> Result<Arc<Application>, Refusal> {
        self.write(actor, "application.create", |facts| {
            let pair = (mint::application_key(facts.snapshot)?, mint::secret()?);
            create(facts, mint::application(facts.snapshot)?, pair, &new)
        })
        .await
    }

    /// Changes an application, but for its pair. A change that changes nothing succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`ApplicationRefusal::NotFound`].
    pub async fn modify_application(
        &self,
        actor: &Actor,
        id: &ApplicationId,
        change: ApplicationChange,
    ) -> Result<Arc<Application>, Refusal> {
        self.write(actor, "application.modify", |facts| modify(facts, id, &change)).await
    }

    /// Gives an application another pair: this key or else the one that it has, and this secret or else a fresh one.
    ///
    /// # Errors
    /// [`ApplicationRefusal::NotFound`], [`ApplicationRefusal::KeyTaken`].
    pub async fn rotate_application(
        &self,
        actor: &Actor,
        id: &ApplicationId,
        key: Option<&AccessKeyId>,
        secret: Option<Secret>,
    ) -> Result<Arc<Application>, Refusal> {
        self.write(actor, "application.rotate", |facts| {
            let secret = secret.clone().map_or_else(mint::secret, Ok)?;
            rotate(facts, id, key, secret)
        })
        .await
    }

    /// Deletes an application that may call nothing.
    ///
    /// # Errors
    /// [`ApplicationRefusal::NotFound`], [`ApplicationRefusal::Bound`].
    pub async fn delete_application(&self, actor: &Actor, id: &ApplicationId) -> Result<(), Refusal> {
        self.write(actor, "application.delete", |facts| delete(facts, id)).await
    }

    /// Shows an application with its secret, and tells the audit trail that it was shown.
    ///
    /// # Errors
    /// [`ApplicationRefusal::NotFound`].
    pub async fn reveal_application(&self, actor: &Actor, id: &ApplicationId) -> Result<Arc<Application>, Refusal> {
        self.write(actor, "application.reveal", |facts| Ok(Outcome::told(id, Arc::clone(find(facts.snapshot, id)?))))
            .await
    }

    /// Lets an application call APIs in an environment, all of them or none, whether that runs them yet or not.
    ///
    /// # Errors
    /// [`ApplicationRefusal::NotFound`], [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`],
    /// [`Refusal::ApiNotFound`], [`ApplicationRefusal::AlreadyBound`], [`ApplicationRefusal::TooManyOfApi`];
    /// [`Refusal::Invalid`] for an empty list.
    pub async fn bind_application(
        &self,
        actor: &Actor,
        id: &ApplicationId,
        service: &ServiceId,
        environment: &EnvironmentName,
        apis: &[ApiId],
    ) -> Result<(), Refusal> {
        self.write(actor, "application.bind", |facts| bind(facts, id, service, environment, apis)).await
    }

    /// Takes that right away again.
    ///
    /// # Errors
    /// [`ApplicationRefusal::NotFound`], [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`],
    /// [`Refusal::ApiNotFound`], [`ApplicationRefusal::NotBound`].
    pub async fn unbind_application(
        &self,
        actor: &Actor,
        id: &ApplicationId,
        service: &ServiceId,
        environment: &EnvironmentName,
        api: &ApiId,
    ) -> Result<(), Refusal> {
        self.write(actor, "application.unbind", |facts| unbind(facts, id, service, environment, api)).await
    }
}

pub(crate) fn create(
    facts: &Facts<'_>,
    id: ApplicationId,
    (key, secret): (AccessKeyId, Secret),
    new: &NewApplication,
) -> Result<Outcome<Arc<Application>>, Refusal> {
    let limit = facts.quotas.applications;
    if facts.snapshot.applications.len() >= limit {
        return Err(ApplicationRefusal::TooMany { limit }.into());
    }
    let NewApplication { name, description } = new.clone();
    Ok(put(Application { id, key, secret, name, description, created: facts.now, modified: facts.now }))
}

pub(crate) fn modify(
    facts: &Facts<'_>,
    id: &ApplicationId,
    change: &ApplicationChange,
) -> Result<Outcome<Arc<Application>>, Refusal> {
    let old = find(facts.snapshot, id)?;
    let change = change.clone();
    let application = Application {
        name: change.name.unwrap_or_else(|| old.name.clone()),
        description: change.description.unwrap_or_else(|| old.description.clone()),
        ..Application::clone(old)
    };
    if application == **old {
        return Ok(Outcome::unchanged(id, Arc::clone(old)));
    }
    Ok(put(Application { modified: facts.now, ..application }))
}

pub(crate) fn rotate(
    facts: &Facts<'_>,
    id: &ApplicationId,
    key: Option<&AccessKeyId>,
    secret: Secret,
) -> Result<Outcome<Arc<Application>>, Refusal> {
    let old = find(facts.snapshot, id)?;
    let key = key.unwrap_or(&old.key);
    if *key != old.key {
        unused(facts.snapshot, key)?;
    }
    Ok(put(Application { key: key.clone(), secret, modified: facts.now, ..Application::clone(old) }))
}

/// Refuses a key that an application has.
pub(crate) fn unused(snapshot: &Snapshot, key: &AccessKeyId) -> Result<AccessKeyId, Refusal> {
    if snapshot.applications.values().any(|other| other.key == *key) {
        return Err(ApplicationRefusal::KeyTaken(key.clone()).into());
    }
    Ok(key.clone())
}

pub(crate) fn delete(facts: &Facts<'_>, id: &ApplicationId) -> Result<Outcome<()>, Refusal> {
    let old = find(facts.snapshot, id)?;
    let bound = facts.snapshot.services.values().flat_map(|tree| tree.application_bindings.values());
    let uses: Vec<ApplicationUse> = bound
        .filter(|binding| binding.application == *id)
        .map(|binding| ApplicationUse {
            service: binding.service.clone(),
            api: binding.api.clone(),
            environment: binding.environment.clone(),
        })
        .collect();
    if !uses.is_empty() {
        return Err(ApplicationRefusal::Bound { application: id.clone(), uses }.into());
    }
    Ok(Outcome::new(id, vec![Write::Remove(Record::Application((**old).clone()))], ()))
}

pub(crate) fn bind(
    facts: &Facts<'_>,
    id: &ApplicationId,
    service: &ServiceId,
    environment: &EnvironmentName,
    apis: &[ApiId],
) -> Result<Outcome<()>, Refusal> {
    rule::some("apis", apis)?;
    let mut writes = Vec::new();
    for api in rule::distinct(apis) {
        let tree = place(facts, id, service, environment, api)?;
        let key = (environment.clone(), api.clone(), id.clone());
        if tree.application_bindings.contains_key(&key) {
            let (environment, api, application) = key;
            return Err(ApplicationRefusal::AlreadyBound { application, api, environment }.into());
        }
        let limit = facts.quotas.applications_per_api;
        let bound = tree.application_bindings.keys().filter(|(place, bound, _)| place == environment && bound == api);
        if bound.count() >= limit {
            let (api, environment) = (api.clone(), environment.clone());
            return Err(ApplicationRefusal::TooManyOfApi { api, environment, limit }.into());
        }
        writes.push(Write::Put(Record::ApplicationBinding(ApplicationBinding {
            application: id.clone(),
            service: service.clone(),
            environment: environment.clone(),
            api: api.clone(),
            created: facts.now,
        })));
    }
    Ok(Outcome::new(id, writes, ()))
}

pub(crate) fn unbind(
    facts: &Facts<'_>,
    id: &ApplicationId,
    service: &ServiceId,
    environment: &EnvironmentName,
    api: &ApiId,
) -> Result<Outcome<()>, Refusal> {
    let tree = place(facts, id, service, environment, api)?;
    let key = (environment.clone(), api.clone(), id.clone());
    match tree.application_bindings.get(&key) {
        Some(binding) => Ok(Outcome::new(id, vec![Write::Remove(Record::ApplicationBinding((**binding).clone()))], ())),
        None => {
            let (environment, api, application) = key;
            Err(ApplicationRefusal::NotBound { application, api, environment }.into())
        }
    }
}

/// Refuses to let an API go that applications may call.
pub(crate) fn may_go(tree: &ServiceTree, api: &ApiId) -> Result<(), Refusal> {
    let bound = tree.application_bindings.values().filter(|binding| binding.api == *api);
    let applications: BTreeSet<ApplicationId> = bound.map(|binding| binding.application.clone()).collect();
    if applications.is_empty() {
        return Ok(());
    }
    Err(ApplicationRefusal::MayCall { api: api.clone(), applications: applications.into_iter().collect() }.into())
}

fn put(application: Application) -> Outcome<Arc<Application>> {
    let writes = vec![Write::Put(Record::Application(application.clone()))];
    Outcome::new(application.id.clone(), writes, Arc::new(application))
}

fn find<'s>(snapshot: &'s Snapshot, id: &ApplicationId) -> Result<&'s Arc<Application>, Refusal> {
    snapshot.applications.get(id).ok_or_else(|| ApplicationRefusal::NotFound(id.clone()).into())
}

/// What an application may call, with the service: by service, environment, API.
pub fn bindings<'s>(
    snapshot: &'s Snapshot,
    id: &'s ApplicationId,
) -> impl Iterator<Item = (&'s Arc<ServiceTree>, &'s Arc<ApplicationBinding>)> {
    snapshot.services.values().flat_map(move |tree| {
        let bound = tree.application_bindings.values().filter(move |binding| binding.application == *id);
        bound.map(move |binding| (tree, binding))
    })
}

/// The service of a place that an application is bound to, if all of it is there.
fn place<'f>(
    facts: &Facts<'f>,
    id: &ApplicationId,
    service: &ServiceId,
    environment: &EnvironmentName,
    api: &ApiId,
) -> Result<&'f Arc<ServiceTree>, Refusal> {
    find(facts.snapshot, id)?;
    let tree = facts.tree(service)?;
    rule::known(environment)?;
    rule::api(tree, api)?;
    Ok(tree)
}

#[cfg(test)]
mod tests;
