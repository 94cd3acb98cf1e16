//! Upstreams: made, changed, deleted. A change acts at once, without a release.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{
    Authority, Balancing, HealthCheck, Invalid, Members, Name, NodeHost, NodePort, Record, Retries, Tag, Text,
    Upstream, UpstreamId, UpstreamProtocol, Write,
};

use crate::refusal::UpstreamUse;
use crate::rule::{self, Facts, Outcome};
use crate::{Actor, Control, Refusal, mint, plugin, read};

/// What a new upstream is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewUpstream {
    pub name: Option<Name>,
    pub description: Text,
    pub protocol: UpstreamProtocol,
    pub balancing: Balancing,
    pub vpc: Option<String>,
    pub retries: Retries,
    pub host: Option<Authority>,
    pub members: Members,
    pub health: Option<HealthCheck>,
    pub tags: Vec<Tag>,
    pub annotations: BTreeMap<String, String>,
}

/// What changes of an upstream; the outer `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct UpstreamChange {
    /// `Some(None)` takes the name away.
    pub name: Option<Option<Name>>,
    pub description: Option<Text>,
    pub protocol: Option<UpstreamProtocol>,
    pub balancing: Option<Balancing>,
    pub vpc: Option<Option<String>>,
    pub retries: Option<Retries>,
    /// `Some(None)` tells each node its own host again.
    pub host: Option<Option<Authority>>,
    pub members: Option<Members>,
    /// `Some(None)` takes the checks away.
    pub health: Option<Option<HealthCheck>>,
    pub tags: Option<Vec<Tag>>,
    pub annotations: Option<BTreeMap<String, String>>,
}

impl Control {
    /// Makes an upstream; several may share a name.
    ///
    /// # Errors
    /// [`Refusal::TooManyUpstreams`], [`Refusal::BadNodes`],
    /// [`Refusal::BadHealthCheck`]; [`Refusal::Invalid`] for a repeated tag key.
    pub async fn create_upstream(&self, actor: &Actor, new: NewUpstream) -> Result<Arc<Upstream>, Refusal> {
        self.write(actor, "upstream.create", |facts| create(facts, mint::upstream(facts.snapshot)?, &new)).await
    }

    /// Changes an upstream. A change that changes nothing succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`Refusal::UpstreamNotFound`], and those of [`Control::create_upstream`] but its limit.
    pub async fn modify_upstream(
        &self,
        actor: &Actor,
        id: &UpstreamId,
        change: UpstreamChange,
    ) -> Result<Arc<Upstream>, Refusal> {
        self.write(actor, "upstream.modify", |facts| modify(facts, id, &change)).await
    }

    /// Deletes an upstream that no API uses: none as it is edited, and none that an environment runs.
    ///
    /// # Errors
    /// [`Refusal::UpstreamNotFound`], [`Refusal::UpstreamInUse`].
    pub async fn delete_upstream(&self, actor: &Actor, id: &UpstreamId) -> Result<(), Refusal> {
        self.write(actor, "upstream.delete", |facts| delete(facts, id)).await
    }
}

pub(crate) fn create(facts: &Facts<'_>, id: UpstreamId, new: &NewUpstream) -> Result<Outcome<Arc<Upstream>>, Refusal> {
    let limit = facts.quotas.upstreams;
    if facts.snapshot.upstreams.len() >= limit {
        return Err(Refusal::TooManyUpstreams { limit });
    }
    let new = new.clone();
    let upstream = Upstream {
        id,
        name: new.name,
        description: new.description,
        protocol: new.protocol,
        balancing: new.balancing,
        vpc: new.vpc,
        retries: new.retries,
        host: new.host,
        members: new.members,
        health: new.health,
        tags: new.tags,
        annotations: new.annotations,
        created: facts.now,
        modified: facts.now,
    };
    check(&upstream)?;
    Ok(put(upstream))
}

pub(crate) fn modify(
    facts: &Facts<'_>,
    id: &UpstreamId,
    change: &UpstreamChange,
) -> Result<Outcome<Arc<Upstream>>, Refusal> {
    let old = facts.upstream(id)?;
    let change = change.clone();
    let mut upstream = Upstream::clone(old);
    set(&mut upstream.name, change.name);
    set(&mut upstream.description, change.description);
    set(&mut upstream.protocol, change.protocol);
    set(&mut upstream.balancing, change.balancing);
    set(&mut upstream.vpc, change.vpc);
    set(&mut upstream.retries, change.retries);
    set(&mut upstream.host, change.host);
    set(&mut upstream.members, change.members);
    set(&mut upstream.health, change.health);
    set(&mut upstream.tags, change.tags);
    set(&mut upstream.annotations, change.annotations);
    if upstream == **old {
        return Ok(Outcome::unchanged(id, Arc::clone(old)));
    }
    check(&upstream)?;
    upstream.modified = facts.now;
    Ok(put(upstream))
}

fn set<T>(member: &mut T, change: Option<T>) {
    if let Some(new) = change {
        *member = new;
    }
}

pub(crate) fn delete(facts: &Facts<'_>, id: &UpstreamId) -> Result<Outcome<()>, Refusal> {
    let upstream = facts.upstream(id)?;
    let mut uses: Vec<UpstreamUse> = read::apis_of_upstream(facts.snapshot, id)
        .map(|(tree, api)| UpstreamUse { service: tree.service.id.clone(), api: api.id.clone() })
        .collect();
    uses.extend(
        read::running_on_upstream(facts.snapshot, id)
            .map(|frozen| UpstreamUse { service: frozen.service.clone(), api: frozen.api.clone() }),
    );
    uses.sort();
    uses.dedup();
    if !uses.is_empty() {
        return Err(Refusal::UpstreamInUse { upstream: id.clone(), uses });
    }
    plugin::leave(facts, id)?;
    Ok(Outcome::new(id, vec![Write::Remove(Record::Upstream((**upstream).clone()))], ()))
}

fn put(upstream: Upstream) -> Outcome<Arc<Upstream>> {
    let writes = vec![Write::Put(Record::Upstream(upstream.clone()))];
    Outcome::new(upstream.id.clone(), writes, Arc::new(upstream))
}

/// What no part of an upstream can know by itself.
fn check(upstream: &Upstream) -> Result<(), Refusal> {
    members(&upstream.members).map_err(Refusal::BadNodes)?;
    if let Some(health) = &upstream.health {
        health.check().map_err(Refusal::BadHealthCheck)?;
    }
    rule::tags(&upstream.tags)
}

/// The nodes: not too many, and each place once.
fn members(members: &Members) -> Result<(), Invalid> {
    let (what, count, most) = match members {
        Members::Nodes { nodes } => ("nodes", nodes.len(), Members::MOST_NODES),
        Members::Kubernetes { services } => ("services", services.len(), Members::MOST_SERVICES),
    };
    if count > most {
        return Err(Invalid::new(what, format!("{count} are given; at most {most} are allowed")));
    }
    let mut seen: BTreeSet<(NodeHost, NodePort)> = BTreeSet::new();
    for node in members.nodes() {
        let (name, port) = (node.host.bracketed(), node.port.get());
        if !seen.insert((node.host, node.port)) {
            return Err(Invalid::new(what, format!("{name}:{port} stands twice")));
        }
    }
    Ok(())
}

/// Refuses a definition whose upstream is not there.
pub(crate) fn is_there(facts: &Facts<'_>, definition: &model::ApiDefinition) -> Result<(), Refusal> {
    match definition.backend.upstream() {
        Some(id) => facts.upstream(id).map(drop),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
