//! Publishing: what the environments of a service run.

use std::sync::Arc;

use model::{
    ApiRevision, EnvironmentName, EnvironmentState, Member, Record, Release, ReleaseEvent, ServiceId, ServiceTree,
    Text, VersionName, Write,
};

use crate::rule::{self, Facts, Outcome};
use crate::{Actor, Control, Refusal, mint};

impl Control {
    /// Freezes every API of a service as it is now, and runs that in `environment`.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::NothingToRelease`].
    pub async fn release(
        &self,
        actor: &Actor,
        service: &ServiceId,
        environment: &EnvironmentName,
        description: Text,
    ) -> Result<Arc<Release>, Refusal> {
        self.write(actor, "service.release", |facts| {
            release(facts, service, environment, mint::version(facts.now)?, &description)
        })
        .await
    }

    /// Takes `environment` offline. Its releases stay, to be switched to.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::NotReleased`].
    pub async fn unrelease(
        &self,
        actor: &Actor,
        service: &ServiceId,
        environment: &EnvironmentName,
    ) -> Result<(), Refusal> {
        self.write(actor, "service.unrelease", |facts| unrelease(facts, service, environment)).await
    }

    /// Runs a release that the service has had, whichever environment it was made for. An offline environment comes
    /// online with it; the version that runs already succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::VersionNotFound`],
    /// [`Refusal::UpstreamGone`].
    pub async fn switch_version(
        &self,
        actor: &Actor,
        service: &ServiceId,
        environment: &EnvironmentName,
        version: &VersionName,
        description: Text,
    ) -> Result<(), Refusal> {
        self.write(actor, "service.switch", |facts| switch(facts, service, environment, version, &description)).await
    }
}

pub(crate) fn release(
    facts: &Facts<'_>,
    service: &ServiceId,
    environment: &EnvironmentName,
    version: VersionName,
    description: &Text,
) -> Result<Outcome<Arc<Release>>, Refusal> {
    let tree = facts.tree(service)?;
    rule::known(environment)?;
    if tree.apis.is_empty() {
        return Err(Refusal::NothingToRelease(service.clone()));
    }
    let mut apis: Vec<_> = tree.apis.values().collect();
    apis.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    let members = apis.iter().map(|api| Member { api: api.id.clone(), revision: api.revision }).collect();
    let release =
        Release { version, service: service.clone(), description: description.clone(), created: facts.now, members };

    let mut writes: Vec<Write> = apis
        .into_iter()
        .filter(|api| !tree.revisions.contains_key(&(api.id.clone(), api.revision)))
        .map(|api| {
            Write::Put(Record::ApiRevision(ApiRevision {
                api: api.id.clone(),
                service: service.clone(),
                revision: api.revision,
                api_created: api.created,
                definition: api.definition.clone(),
            }))
        })
        .collect();
    writes.push(Write::Put(Record::Release(release.clone())));
    writes.extend(run(facts, tree, environment, &release.version, description));
    Ok(Outcome::new(format!("{service}/{environment}/{}", release.version), writes, Arc::new(release)))
}

pub(crate) fn unrelease(
    facts: &Facts<'_>,
    service: &ServiceId,
    environment: &EnvironmentName,
) -> Result<Outcome<()>, Refusal> {
    let tree = facts.tree(service)?;
    rule::known(environment)?;
    if tree.running(environment).is_none() {
        return Err(Refusal::NotReleased { service: service.clone(), environment: environment.clone() });
    }
    let writes = vec![Write::Put(Record::Environment(EnvironmentState {
        service: service.clone(),
        environment: environment.clone(),
        running: None,
        changed: facts.now,
    }))];
    Ok(Outcome::new(format!("{service}/{environment}"), writes, ()))
}

pub(crate) fn switch(
    facts: &Facts<'_>,
    service: &ServiceId,
    environment: &EnvironmentName,
    version: &VersionName,
    description: &Text,
) -> Result<Outcome<()>, Refusal> {
    let tree = facts.tree(service)?;
    rule::known(environment)?;
    let Some(release) = tree.releases.get(version) else {
        return Err(Refusal::VersionNotFound { service: service.clone(), version: version.clone() });
    };
    let subject = format!("{service}/{environment}/{version}");
    if tree.running(environment).is_some_and(|running| running.version == *version) {
        return Ok(Outcome::unchanged(subject, ()));
    }
    upstreams_are_there(facts, tree, release)?;
    Ok(Outcome::new(subject, run(facts, tree, environment, version, description).into(), ()))
}

/// Refuses a release that names an upstream which was deleted since.
fn upstreams_are_there(facts: &Facts<'_>, tree: &ServiceTree, release: &Release) -> Result<(), Refusal> {
    for member in &release.members {
        let frozen = tree.revisions.get(&(member.api.clone(), member.revision));
        if let Some(upstream) = frozen.and_then(|frozen| frozen.definition.backend.upstream())
            && !facts.snapshot.upstreams.contains_key(upstream)
        {
            let (api, upstream) = (member.api.clone(), upstream.clone());
            return Err(Refusal::UpstreamGone { version: release.version.clone(), api, upstream });
        }
    }
    Ok(())
}

/// `environment` runs `version` from now on, and its history says so.
fn run(
    facts: &Facts<'_>,
    tree: &ServiceTree,
    environment: &EnvironmentName,
    version: &VersionName,
    description: &Text,
) -> [Write; 2] {
    let service = &tree.service.id;
    let line = (environment.clone(), 0)..=(environment.clone(), u32::MAX);
    let last = tree.events.range(line).next_back().map_or(0, |((_, sequence), _)| *sequence);
    [
        Write::Put(Record::Environment(EnvironmentState {
            service: service.clone(),
            environment: environment.clone(),
            running: Some(version.clone()),
            changed: facts.now,
        })),
        Write::Put(Record::ReleaseEvent(ReleaseEvent {
            service: service.clone(),
            environment: environment.clone(),
            sequence: last + 1,
            version: version.clone(),
            description: description.clone(),
            time: facts.now,
        })),
    ]
}

#[cfg(test)]
mod tests;
