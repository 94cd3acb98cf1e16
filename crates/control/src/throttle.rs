//! Throttles: how much an environment, or one API in it, may be called by everybody together. They act at once.

use model::{ApiId, EnvironmentName, Record, ServiceId, ServiceTree, Throttle, ThrottleScope, Write};

use crate::rule::{self, Facts, Outcome};
use crate::{Actor, Control, Refusal};

impl Control {
    /// Bounds environments of a service to `rate` calls per second each.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::RateOutOfRange`];
    /// [`Refusal::Invalid`] for an empty list.
    pub async fn set_service_throttle(
        &self,
        actor: &Actor,
        service: &ServiceId,
        environments: &[EnvironmentName],
        rate: u32,
    ) -> Result<(), Refusal> {
        self.write(actor, "throttle.service", |facts| of_service(facts, service, environments, rate)).await
    }

    /// Bounds APIs in an environment to `rate` calls per second each; `None` takes the bound away.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::ApiNotFound`],
    /// [`Refusal::RateOutOfRange`]; [`Refusal::Invalid`] for an empty list.
    pub async fn set_api_throttle(
        &self,
        actor: &Actor,
        service: &ServiceId,
        environment: &EnvironmentName,
        apis: &[ApiId],
        rate: Option<u32>,
    ) -> Result<(), Refusal> {
        self.write(actor, "throttle.api", |facts| of_apis(facts, service, environment, apis, rate)).await
    }
}

pub(crate) fn of_service(
    facts: &Facts<'_>,
    service: &ServiceId,
    environments: &[EnvironmentName],
    rate: u32,
) -> Result<Outcome<()>, Refusal> {
    let tree = facts.tree(service)?;
    rule::some("environments", environments)?;
    environments.iter().try_for_each(rule::known)?;
    rule::rate(rate, facts.quotas.service_rate_max)?;
    let writes = rule::distinct(environments)
        .into_iter()
        .filter_map(|environment| set(tree, environment, ThrottleScope::Service, Some(rate)))
        .collect();
    Ok(Outcome::new(service, writes, ()))
}

pub(crate) fn of_apis(
    facts: &Facts<'_>,
    service: &ServiceId,
    environment: &EnvironmentName,
    apis: &[ApiId],
    rate: Option<u32>,
) -> Result<Outcome<()>, Refusal> {
    let tree = facts.tree(service)?;
    rule::known(environment)?;
    rule::some("apis", apis)?;
    for api in apis {
        let scope = (environment.clone(), ThrottleScope::Api(api.clone()));
        // An API that was deleted may still run, and its throttle with it.
        if rate.is_some() || !tree.throttles.contains_key(&scope) {
            rule::api(tree, api)?;
        }
    }
    if let Some(rate) = rate {
        rule::rate(rate, facts.quotas.service_rate_max)?;
    }
    let writes = rule::distinct(apis)
        .into_iter()
        .filter_map(|api| set(tree, environment, ThrottleScope::Api(api.clone()), rate))
        .collect();
    Ok(Outcome::new(format!("{service}/{environment}"), writes, ()))
}

/// The write that gives `scope` this rate, where it has not got it.
fn set(tree: &ServiceTree, environment: &EnvironmentName, scope: ThrottleScope, rate: Option<u32>) -> Option<Write> {
    let old = tree.throttles.get(&(environment.clone(), scope.clone()));
    let throttle = Throttle { service: tree.service.id.clone(), environment: environment.clone(), scope, rate };
    match (old, rate) {
        (None, None) => None,
        (Some(old), _) if **old == throttle => None,
        (Some(old), None) => Some(Write::Remove(Record::Throttle((**old).clone()))),
        (_, Some(_)) => Some(Write::Put(Record::Throttle(throttle))),
    }
}

#[cfg(test)]
mod tests;
