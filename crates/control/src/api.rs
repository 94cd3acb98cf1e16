//! APIs: made, changed, deleted. What callers see changes with the next release only.

use std::sync::Arc;

use model::{Api, ApiDefinition, ApiId, BindingScope, Record, ServiceId, ServiceTree, ThrottleScope, Timestamp, Write};

use crate::rule::{self, Facts, Outcome};
use crate::{Actor, Control, PlanUse, Refusal, application, definition, ip_strategy, mint, oauth, plugin, upstream};

impl Control {
    /// Makes an API.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::TooManyApis`], [`Refusal::NameTaken`], [`Refusal::PathTaken`], and what
    /// the parts of the definition say of each other: [`Refusal::BadParameters`], [`Refusal::BadMappings`],
    /// [`Refusal::BadConstants`], [`Refusal::BadBackend`], [`Refusal::ProtocolMismatch`], [`Refusal::WebSocketMethod`],
    /// [`Refusal::UpstreamNotFound`], [`Refusal::Oauth`]; [`Refusal::Invalid`] for a repeated tag key.
    pub async fn create_api(
        &self,
        actor: &Actor,
        service: &ServiceId,
        definition: ApiDefinition,
    ) -> Result<Arc<Api>, Refusal> {
        self.write(actor, "api.create", |facts| create(facts, service, mint::api(facts.snapshot)?, &definition)).await
    }

    /// Gives an API a new definition in place of its old one. The same definition again succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::ApiNotFound`], [`Refusal::ProtocolFixed`], and those of
    /// [`Control::create_api`] but its limit.
    pub async fn modify_api(
        &self,
        actor: &Actor,
        service: &ServiceId,
        api: &ApiId,
        definition: ApiDefinition,
    ) -> Result<Arc<Api>, Refusal> {
        self.write(actor, "api.modify", |facts| modify(facts, service, api, &definition)).await
    }

    /// Deletes an API. Releases that hold it go on answering for it, within its throttles.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::ApiNotFound`], [`Refusal::ApiBoundToPlan`],
    /// [`ApplicationRefusal::MayCall`](crate::ApplicationRefusal::MayCall),
    /// [`OauthRefusal::InUse`](crate::OauthRefusal::InUse).
    pub async fn delete_api(&self, actor: &Actor, service: &ServiceId, api: &ApiId) -> Result<(), Refusal> {
        self.write(actor, "api.delete", |facts| delete(facts, service, api)).await
    }
}

pub(crate) fn create(
    facts: &Facts<'_>,
    service: &ServiceId,
    id: ApiId,
    definition: &ApiDefinition,
) -> Result<Outcome<Arc<Api>>, Refusal> {
    let created = next_moment(facts.tree(service)?, facts.now);
    create_at(facts, service, id, definition, created)
}

/// Makes an API of a moment that no other API of the service has.
pub(crate) fn create_at(
    facts: &Facts<'_>,
    service: &ServiceId,
    id: ApiId,
    definition: &ApiDefinition,
    created: Timestamp,
) -> Result<Outcome<Arc<Api>>, Refusal> {
    let tree = facts.tree(service)?;
    let limit = facts.quotas.apis_per_service;
    if tree.apis.len() >= limit {
        return Err(Refusal::TooManyApis { service: service.clone(), limit });
    }
    definition::check(definition)?;
    upstream::is_there(facts, definition)?;
    oauth::check(&facts.quotas.issuers, tree, None, definition)?;
    unique(tree, None, definition)?;
    let api = Api {
        id: id.clone(),
        service: service.clone(),
        definition: Arc::new(definition.clone()),
        revision: 1,
        created,
        modified: created,
    };
    Ok(Outcome::new(id, vec![Write::Put(Record::Api(api.clone()))], Arc::new(api)))
}

pub(crate) fn modify(
    facts: &Facts<'_>,
    service: &ServiceId,
    id: &ApiId,
    definition: &ApiDefinition,
) -> Result<Outcome<Arc<Api>>, Refusal> {
    let tree = facts.tree(service)?;
    let old = rule::api(tree, id)?;
    if *old.definition == *definition {
        return Ok(Outcome::unchanged(id, Arc::clone(old)));
    }
    if old.definition.protocol != definition.protocol {
        return Err(Refusal::ProtocolFixed);
    }
    definition::check(definition)?;
    upstream::is_there(facts, definition)?;
    oauth::check(&facts.quotas.issuers, tree, Some(id), definition)?;
    unique(tree, Some(id), definition)?;
    let api = Api {
        definition: Arc::new(definition.clone()),
        revision: old.revision + 1,
        modified: facts.now.max(old.created),
        ..Api::clone(old)
    };
    Ok(Outcome::new(id, vec![Write::Put(Record::Api(api.clone()))], Arc::new(api)))
}

pub(crate) fn delete(facts: &Facts<'_>, service: &ServiceId, id: &ApiId) -> Result<Outcome<()>, Refusal> {
    let tree = facts.tree(service)?;
    let api = rule::api(tree, id)?;
    let plans: Vec<PlanUse> = tree
        .plan_bindings
        .values()
        .filter(|binding| matches!(&binding.scope, BindingScope::Api(bound) if bound == id))
        .map(|binding| PlanUse { plan: binding.plan.clone(), environment: binding.environment.clone() })
        .collect();
    if !plans.is_empty() {
        return Err(Refusal::ApiBoundToPlan { api: id.clone(), plans });
    }
    application::may_go(tree, id)?;
    oauth::may_go(tree, id)?;
    let mut writes = Vec::new();
    // A release that holds the API can be switched to at any time, and then its throttles, IP strategies and plugins
    // must be there.
    if !tree.releases.values().any(|release| release.members.iter().any(|member| member.api == *id)) {
        let throttles = tree.throttles.values().filter(|throttle| throttle.scope == ThrottleScope::Api(id.clone()));
        writes.extend(throttles.map(|throttle| Write::Remove(Record::Throttle((**throttle).clone()))));
        writes.extend(ip_strategy::forget(tree, id));
        writes.extend(plugin::forget(tree, id));
    }
    writes.push(Write::Remove(Record::Api((**api).clone())));
    Ok(Outcome::new(id, writes, ()))
}

/// Refuses a name, or a path with its method, that another API of the service has. `ANY` and one method may share a
/// path: the method that is named goes first.
fn unique(tree: &ServiceTree, itself: Option<&ApiId>, definition: &ApiDefinition) -> Result<(), Refusal> {
    for other in tree.apis.values().filter(|other| Some(&other.id) != itself) {
        if other.definition.name == definition.name {
            return Err(Refusal::NameTaken { name: definition.name.clone(), api: other.id.clone() });
        }
        if other.definition.method == definition.method && other.definition.path == definition.path {
            return Err(Refusal::PathTaken {
                path: definition.path.clone(),
                method: definition.method,
                api: other.id.clone(),
            });
        }
    }
    Ok(())
}

/// A moment for a new API that no other API of the service has: among templates that match one call the older API
/// answers, so two must never be of one age, however fast they were made.
pub(crate) fn next_moment(tree: &ServiceTree, now: Timestamp) -> Timestamp {
    let apis = tree.apis.values().map(|api| api.created);
    let frozen = tree.revisions.values().map(|frozen| frozen.api_created);
    let newest = apis.chain(frozen).max();
    newest.map_or(now, |newest| now.max(Timestamp::from_millis(newest.millis().saturating_add(1))))
}

#[cfg(test)]
mod tests;
