//! IP strategies: made, changed, deleted, and bound to APIs. They act at once.

use std::sync::Arc;

use model::{
    AddressList, ApiId, EnvironmentName, IpBinding, IpStrategy, IpStrategyId, IpStrategyKind, Name, Record, ServiceId,
    ServiceTree, Write,
};

use crate::rule::{self, Facts, Outcome};
use crate::{Actor, Control, IpStrategyRefusal, Refusal, mint};

/// What a new strategy is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewIpStrategy {
    pub name: Name,
    pub kind: IpStrategyKind,
    pub addresses: AddressList,
}

/// What changes of a strategy; `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct IpStrategyChange {
    pub name: Option<Name>,
    pub kind: Option<IpStrategyKind>,
    pub addresses: Option<AddressList>,
}

impl Control {
    /// Makes a strategy, which is bound to nothing yet.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`IpStrategyRefusal::TooMany`].
    pub async fn create_ip_strategy(
        &self,
        actor: &Actor,
        service: &ServiceId,
        new: NewIpStrategy,
    ) -> Result<Arc<IpStrategy>, Refusal> {
        self.write(actor, "ip_strategy.create", |facts| {
            create(facts, service, mint::ip_strategy(facts.snapshot)?, &new)
        })
        .await
    }

    /// Changes a strategy. A change that changes nothing succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`IpStrategyRefusal::NotFound`].
    pub async fn modify_ip_strategy(
        &self,
        actor: &Actor,
        service: &ServiceId,
        id: &IpStrategyId,
        change: IpStrategyChange,
    ) -> Result<(), Refusal> {
        self.write(actor, "ip_strategy.modify", |facts| modify(facts, service, id, &change)).await
    }

    /// Deletes a strategy with its bindings.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`IpStrategyRefusal::NotFound`].
    pub async fn delete_ip_strategy(
        &self,
        actor: &Actor,
        service: &ServiceId,
        id: &IpStrategyId,
    ) -> Result<(), Refusal> {
        self.write(actor, "ip_strategy.delete", |facts| delete(facts, service, id)).await
    }

    /// Binds APIs in an environment to a strategy, in place of the one that they are bound to there.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`IpStrategyRefusal::NotFound`], [`Refusal::EnvironmentNotFound`],
    /// [`Refusal::ApiNotFound`]; [`Refusal::Invalid`] for an empty list.
    pub async fn bind_ip_strategy(
        &self,
        actor: &Actor,
        service: &ServiceId,
        id: &IpStrategyId,
        environment: &EnvironmentName,
        apis: &[ApiId],
    ) -> Result<(), Refusal> {
        self.write(actor, "ip_strategy.bind", |facts| bind(facts, service, id, environment, apis)).await
    }

    /// Lets APIs in an environment go. One that is not bound is passed over.
    ///
    /// # Errors
    /// Those of [`Control::bind_ip_strategy`].
    pub async fn unbind_ip_strategy(
        &self,
        actor: &Actor,
        service: &ServiceId,
        id: &IpStrategyId,
        environment: &EnvironmentName,
        apis: &[ApiId],
    ) -> Result<(), Refusal> {
        self.write(actor, "ip_strategy.unbind", |facts| unbind(facts, service, id, environment, apis)).await
    }
}

pub(crate) fn create(
    facts: &Facts<'_>,
    service: &ServiceId,
    id: IpStrategyId,
    new: &NewIpStrategy,
) -> Result<Outcome<Arc<IpStrategy>>, Refusal> {
    let tree = facts.tree(service)?;
    let limit = facts.quotas.ip_strategies_per_service;
    if tree.ip_strategies.len() >= limit {
        return Err(IpStrategyRefusal::TooMany { service: service.clone(), limit }.into());
    }
    let NewIpStrategy { name, kind, addresses } = new.clone();
    let strategy = IpStrategy {
        id,
        service: service.clone(),
        name,
        kind,
        addresses,
        bindings: std::collections::BTreeSet::new(),
        created: facts.now,
        modified: facts.now,
    };
    Ok(Outcome::new(strategy.id.clone(), vec![put(strategy.clone())], Arc::new(strategy)))
}

pub(crate) fn modify(
    facts: &Facts<'_>,
    service: &ServiceId,
    id: &IpStrategyId,
    change: &IpStrategyChange,
) -> Result<Outcome<()>, Refusal> {
    let old = find(facts.tree(service)?, id)?;
    let IpStrategyChange { name, kind, addresses } = change.clone();
    let strategy = IpStrategy {
        name: name.unwrap_or_else(|| old.name.clone()),
        kind: kind.unwrap_or(old.kind),
        addresses: addresses.unwrap_or_else(|| old.addresses.clone()),
        ..(**old).clone()
    };
    if strategy == **old {
        return Ok(Outcome::unchanged(id, ()));
    }
    Ok(Outcome::new(id, vec![put(IpStrategy { modified: facts.now, ..strategy })], ()))
}

pub(crate) fn delete(facts: &Facts<'_>, service: &ServiceId, id: &IpStrategyId) -> Result<Outcome<()>, Refusal> {
    let old = find(facts.tree(service)?, id)?;
    Ok(Outcome::new(id, vec![Write::Remove(Record::IpStrategy((**old).clone()))], ()))
}

pub(crate) fn bind(
    facts: &Facts<'_>,
    service: &ServiceId,
    id: &IpStrategyId,
    environment: &EnvironmentName,
    apis: &[ApiId],
) -> Result<Outcome<()>, Refusal> {
    let tree = facts.tree(service)?;
    find(tree, id)?;
    for api in apis {
        rule::api(tree, api)?;
    }
    let bindings = bindings(environment, apis)?;
    let writes = tree.ip_strategies.values().filter_map(|strategy| {
        let mut changed = (**strategy).clone();
        for binding in &bindings {
            if strategy.id == *id {
                changed.bindings.insert(binding.clone());
            } else {
                changed.bindings.remove(binding);
            }
        }
        (changed != **strategy).then(|| put(changed))
    });
    Ok(Outcome::new(id, writes.collect(), ()))
}

pub(crate) fn unbind(
    facts: &Facts<'_>,
    service: &ServiceId,
    id: &IpStrategyId,
    environment: &EnvironmentName,
    apis: &[ApiId],
) -> Result<Outcome<()>, Refusal> {
    let tree = facts.tree(service)?;
    let old = find(tree, id)?;
    let mut changed = (**old).clone();
    for binding in bindings(environment, apis)? {
        // An API that was deleted may still run, and its strategies with it.
        if !changed.bindings.remove(&binding) {
            rule::api(tree, &binding.api)?;
        }
    }
    if changed == **old {
        return Ok(Outcome::unchanged(id, ()));
    }
    Ok(Outcome::new(id, vec![put(changed)], ()))
}

/// What takes an API that is deleted out of the strategies of its service.
pub(crate) fn forget<'t>(tree: &'t ServiceTree, api: &'t ApiId) -> impl Iterator<Item = Write> + 't {
    tree.ip_strategies.values().filter_map(move |strategy| {
        let mut changed = (**strategy).clone();
        changed.bindings.retain(|binding| binding.api != *api);
        (changed != **strategy).then(|| put(changed))
    })
}

fn put(strategy: IpStrategy) -> Write {
    Write::Put(Record::IpStrategy(strategy))
}

fn find<'t>(tree: &'t ServiceTree, id: &IpStrategyId) -> Result<&'t Arc<IpStrategy>, Refusal> {
    let missing = || IpStrategyRefusal::NotFound { service: tree.service.id.clone(), strategy: id.clone() }.into();
    tree.ip_strategies.get(id).ok_or_else(missing)
}

fn bindings(environment: &EnvironmentName, apis: &[ApiId]) -> Result<Vec<IpBinding>, Refusal> {
    rule::known(environment)?;
    rule::some("apis", apis)?;
    let bound = |api: &ApiId| IpBinding { environment: environment.clone(), api: api.clone() };
    Ok(rule::distinct(apis).into_iter().map(bound).collect())
}
