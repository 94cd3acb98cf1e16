//! Services: made, changed, deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Invalid, Name, Network, Record, Service, ServiceId, ServiceProtocol, ServiceTree, Tag, Text, Write};

use crate::rule::{self, Facts, Outcome};
use crate::{Actor, Control, Refusal, api_document, mint, read};

/// What a new service is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewService {
    pub name: Name,
    pub description: Text,
    pub protocol: ServiceProtocol,
    /// Never empty.
    pub networks: BTreeSet<Network>,
    pub vpc: Option<String>,
    pub instance: Option<String>,
    pub tags: Vec<Tag>,
    pub annotations: BTreeMap<String, String>,
}

/// What changes of a service; `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct ServiceChange {
    pub name: Option<Name>,
    pub description: Option<Text>,
    pub protocol: Option<ServiceProtocol>,
    /// All that it had, and perhaps more.
    pub networks: Option<BTreeSet<Network>>,
    /// Set once, never changed.
    pub vpc: Option<String>,
    pub tags: Option<Vec<Tag>>,
    pub annotations: Option<BTreeMap<String, String>>,
}

impl Control {
    /// Makes a service.
    ///
    /// # Errors
    /// [`Refusal::TooManyServices`]; [`Refusal::Invalid`] for no network or a repeated tag key.
    pub async fn create_service(&self, actor: &Actor, new: NewService) -> Result<Arc<Service>, Refusal> {
        self.write(actor, "service.create", |facts| create(facts, mint::service(facts.snapshot)?, &new)).await
    }

    /// Changes a service. A change that changes nothing succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::NetworksMayOnlyGrow`], [`Refusal::VpcFixed`]; [`Refusal::Invalid`] for
    /// a repeated tag key.
    pub async fn modify_service(
        &self,
        actor: &Actor,
        id: &ServiceId,
        change: ServiceChange,
    ) -> Result<Arc<Service>, Refusal> {
        self.write(actor, "service.modify", |facts| modify(facts, id, &change)).await
    }

    /// Deletes a service with its releases, history, throttles and custom domains.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`]; then, in this order, [`Refusal::ServiceHasApis`], [`Refusal::ServiceReleased`],
    /// [`Refusal::ServiceHasPlans`], [`Refusal::ServiceHasTags`].
    pub async fn delete_service(&self, actor: &Actor, id: &ServiceId) -> Result<(), Refusal> {
        self.write(actor, "service.delete", |facts| delete(facts, id)).await
    }
}

pub(crate) fn create(facts: &Facts<'_>, id: ServiceId, new: &NewService) -> Result<Outcome<Arc<Service>>, Refusal> {
    let limit = facts.quotas.services;
    if facts.snapshot.services.len() >= limit {
        return Err(Refusal::TooManyServices { limit });
    }
    if new.networks.is_empty() {
        return Err(Invalid::new("networks", "a service must be reached from at least one network").into());
    }
    rule::tags(&new.tags)?;
    let service = Service {
        id: id.clone(),
        name: new.name.clone(),
        description: new.description.clone(),
        protocol: new.protocol,
        networks: new.networks.clone(),
        vpc: new.vpc.clone(),
        instance: new.instance.clone(),
        tags: new.tags.clone(),
        annotations: new.annotations.clone(),
        created: facts.now,
        modified: facts.now,
    };
    Ok(Outcome::new(id, vec![Write::Put(Record::Service(service.clone()))], Arc::new(service)))
}

pub(crate) fn modify(
    facts: &Facts<'_>,
    id: &ServiceId,
    change: &ServiceChange,
) -> Result<Outcome<Arc<Service>>, Refusal> {
    let old = &facts.tree(id)?.service;
    let mut service = Service::clone(old);
    if let Some(networks) = &change.networks {
        let missing: Vec<Network> = old.networks.difference(networks).copied().collect();
        if !missing.is_empty() {
            return Err(Refusal::NetworksMayOnlyGrow { missing });
        }
        service.networks.clone_from(networks);
    }
    if let Some(vpc) = &change.vpc {
        match &old.vpc {
            Some(fixed) if fixed != vpc => return Err(Refusal::VpcFixed { vpc: fixed.clone() }),
            _ => service.vpc = Some(vpc.clone()),
        }
    }
    if let Some(tags) = &change.tags {
        rule::tags(tags)?;
        service.tags.clone_from(tags);
    }
    if let Some(name) = &change.name {
        service.name = name.clone();
    }
    if let Some(description) = &change.description {
        service.description = description.clone();
    }
    if let Some(protocol) = change.protocol {
        service.protocol = protocol;
    }
    if let Some(annotations) = &change.annotations {
        service.annotations.clone_from(annotations);
    }
    if service == **old {
        return Ok(Outcome::unchanged(id, Arc::clone(old)));
    }
    service.modified = facts.now;
    Ok(Outcome::new(id, vec![Write::Put(Record::Service(service.clone()))], Arc::new(service)))
}

pub(crate) fn delete(facts: &Facts<'_>, id: &ServiceId) -> Result<Outcome<()>, Refusal> {
    let tree = facts.tree(id)?;
    if !tree.apis.is_empty() {
        return Err(Refusal::ServiceHasApis { count: tree.apis.len() });
    }
    let environments = tree.released_environments();
    if !environments.is_empty() {
        return Err(Refusal::ServiceReleased { environments });
    }
    let plans: Vec<_> = read::plans_of_service(tree).into_iter().map(|(plan, _)| plan).collect();
    if !plans.is_empty() {
        return Err(Refusal::ServiceHasPlans { plans });
    }
    if !tree.service.tags.is_empty() {
        return Err(Refusal::ServiceHasTags { count: tree.service.tags.len() });
    }
    let mut writes: Vec<Write> = api_document::of_service(facts, id).collect();
    writes.extend(everything(tree).into_iter().map(Write::Remove));
    Ok(Outcome::new(id, writes, ()))
}

/// Every record of a service, children before parents. A kind that is added to the tree and forgotten here does not
/// compile.
fn everything(tree: &ServiceTree) -> Vec<Record> {
    let ServiceTree {
        service,
        apis,
        revisions,
        releases,
        environments,
        events,
        plan_bindings,
        throttles,
        ip_strategies,
        attachments,
        application_bindings,
        domains,
    } = tree;
    let mut records = Vec::new();
    records.extend(domains.values().map(|domain| Record::Domain((**domain).clone())));
    records.extend(attachments.values().map(|attachment| Record::Attachment((**attachment).clone())));
    records.extend(ip_strategies.values().map(|strategy| Record::IpStrategy((**strategy).clone())));
    records.extend(application_bindings.values().map(|bound| Record::ApplicationBinding((**bound).clone())));
    records.extend(throttles.values().map(|throttle| Record::Throttle((**throttle).clone())));
    records.extend(plan_bindings.values().map(|binding| Record::PlanBinding((**binding).clone())));
    records.extend(events.values().map(|event| Record::ReleaseEvent((**event).clone())));
    records.extend(environments.values().map(|state| Record::Environment((**state).clone())));
    records.extend(releases.values().map(|release| Record::Release((**release).clone())));
    records.extend(revisions.values().map(|frozen| Record::ApiRevision((**frozen).clone())));
    records.extend(apis.values().map(|api| Record::Api((**api).clone())));
    records.push(Record::Service((**service).clone()));
    records
}

#[cfg(test)]
mod tests;
