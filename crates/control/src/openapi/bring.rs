//! A document brought into a service: all of it or nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Api, ApiId, Name, Network, ServiceId, ServiceProtocol, ServiceTree, Text};

use super::extension as words;
use super::fault::Fault;
use super::read::WantedApi;
use super::relation::Relations;
use crate::configuration::apply::{Draft, at, changes, delete_apis, later, settled};
use crate::rule::{Facts, Outcome};
use crate::{Actor, ConfigurationChange, Control, NewService, OauthRefusal, Refusal, api, mint, service};

/// Where a document goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Into this service.
    Service(ServiceId),
    /// Into a service that is made for it.
    New {
        /// Its name.
        name: Name,
        /// For people.
        description: Text,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Brought {
    /// The service.
    pub service: ServiceId,
    /// The APIs of the document, in its order.
    pub apis: Vec<ApiId>,
    /// What it changed, or would.
    pub changes: Vec<ConfigurationChange>,
}

impl Control {
    /// Brings a document into a service: an operation is the API of its name, or else the one of its path and method;
    /// where there is none, one is made. With `prune` APIs that no operation is go. All of it happens in one change, or
    /// nothing; nothing is released.
    ///
    /// # Errors
    /// [`Refusal::InConfiguration`], which says where in the document and holds the refusal of the rule that was asked;
    /// [`Refusal::ServiceNotFound`].
    pub async fn import_openapi(
        &self,
        actor: &Actor,
        target: &Target,
        wanted: &[(&str, &WantedApi)],
        prune: bool,
    ) -> Result<Brought, Refusal> {
        self.write(actor, "service.import", |facts| bring(facts, target, wanted, prune)).await
    }
}

/// What became of one of several definitions.
pub type Made = Result<Arc<Api>, Refusal>;

impl Control {
    /// Makes the APIs of a document, each by itself: those that may be are made, in one change; the others are told why
    /// not.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], and what is about none of them.
    pub async fn create_apis(
        &self,
        actor: &Actor,
        service: &ServiceId,
        wanted: &[WantedApi],
    ) -> Result<Vec<Made>, Refusal> {
        self.write(actor, "service.import", |facts| create(facts, service, wanted)).await
    }
}

pub(super) fn create(
    facts: &Facts<'_>,
    service: &ServiceId,
    wanted: &[WantedApi],
) -> Result<Outcome<Vec<Made>>, Refusal> {
    let first = api::next_moment(facts.tree(service)?, facts.now);
    let mut draft = Draft::new(facts);
    let mut relations = Relations::new(wanted.iter(), vec![None; wanted.len()]);
    let made = settled(wanted.len(), |number| {
        let definition = relations.definition(&draft, service, &wanted[number])?;
        let created = later(first, number);
        let made =
            draft.ask(|facts| api::create_at(facts, service, mint::api(facts.snapshot)?, &definition, created))?;
        relations.came_in(number, made.id.clone());
        Ok(made)
    });
    Ok(Outcome::new(service, draft.writes, made))
}

pub(super) fn bring(
    facts: &Facts<'_>,
    target: &Target,
    wanted: &[(&str, &WantedApi)],
    prune: bool,
) -> Result<Outcome<Brought>, Refusal> {
    let mut draft = Draft::new(facts);
    let id = match target {
        Target::Service(id) => id.clone(),
        Target::New { name, description } => {
            let new = NewService {
                name: name.clone(),
                description: description.clone(),
                protocol: ServiceProtocol::Both,
                networks: BTreeSet::from([Network::Outer]),
                vpc: None,
                instance: None,
                tags: Vec::new(),
                annotations: std::collections::BTreeMap::new(),
            };
            draft.ask(|facts| service::create(facts, mint::service(facts.snapshot)?, &new))?.id.clone()
        }
    };
    let tree = facts.snapshot.services.get(&id).or_else(|| draft.snapshot.services.get(&id));
    let tree = tree.ok_or_else(|| Refusal::ServiceNotFound(id.clone()))?;
    let meant = meant(tree, wanted)?;
    let first = api::next_moment(tree, facts.now);
    let going = if prune { others(tree, &meant) } else { Vec::new() };
    let still_used = delete_apis(&mut draft, &id, going)?;
    let mut relations = Relations::new(wanted.iter().map(|(_, wanted)| *wanted), meant.clone()).without(&still_used);
    let brought = settled(wanted.len(), |number| {
        let definition = relations.definition(&draft, &id, wanted[number].1)?;
        let brought = match &meant[number] {
            Some(api) => draft.ask(|facts| api::modify(facts, &id, api, &definition)),
            None => {
                let created = later(first, meant[..number].iter().filter(|meant| meant.is_none()).count());
                draft.ask(|facts| api::create_at(facts, &id, mint::api(facts.snapshot)?, &definition, created))
            }
        }?;
        relations.came_in(number, brought.id.clone());
        Ok(brought.id.clone())
    });
    let brought = wanted.iter().zip(brought);
    let apis = brought.map(|((pointer, _), brought)| brought.map_err(|refusal| of_operation(pointer, refusal)));
    let apis = apis.collect::<Result<_, _>>()?;
    for api in still_used {
        draft.ask(|facts| api::delete(facts, &id, &api))?;
    }
    let changes = changes(facts.snapshot, &draft.snapshot, &draft.writes);
    Ok(Outcome::new(id.clone(), draft.writes, Brought { service: id, apis, changes }))
}

/// The APIs of a service that no operation is.
fn others(tree: &ServiceTree, meant: &[Option<ApiId>]) -> Vec<ApiId> {
    let kept: BTreeSet<&ApiId> = meant.iter().flatten().collect();
    tree.apis.keys().filter(|api| !kept.contains(api)).cloned().collect()
}

/// A refusal with the place that it is about: the operation at `pointer`, or a member of it.
fn of_operation(pointer: &str, refusal: Refusal) -> Refusal {
    let member = match &refusal {
        Refusal::Oauth(OauthRefusal::AuthorizationNotFound(_) | OauthRefusal::NobodyGives(_)) => words::RELATION,
        _ => return at(pointer.to_owned())(refusal),
    };
    at(format!("{pointer}/{member}"))(refusal)
}

/// The API that each operation is, each API once.
fn meant(tree: &ServiceTree, wanted: &[(&str, &WantedApi)]) -> Result<Vec<Option<ApiId>>, Refusal> {
    let mut taken: BTreeSet<ApiId> = BTreeSet::new();
    let by_name: Vec<Option<ApiId>> = wanted
        .iter()
        .map(|(pointer, wanted)| {
            let name = &wanted.definition.name;
            let found = tree.apis.values().find(|api| api.definition.name == *name).map(|api| api.id.clone());
            match &found {
                Some(id) if !taken.insert(id.clone()) => {
                    Err(at((*pointer).to_owned())(Refusal::NamedTwice { noun: "API" }))
                }
                _ => Ok(found),
            }
        })
        .collect::<Result<_, _>>()?;
    let by_path = |wanted: &WantedApi, taken: &mut BTreeSet<ApiId>| {
        let (path, method) = (&wanted.definition.path, wanted.definition.method);
        let is_it = |api: &Api| api.definition.path == *path && api.definition.method == method;
        let found = tree.apis.values().find(|api| is_it(api) && !taken.contains(&api.id))?;
        taken.insert(found.id.clone());
        Some(found.id.clone())
    };
    let pairs = wanted.iter().zip(by_name);
    Ok(pairs.map(|((_, wanted), named)| named.or_else(|| by_path(wanted, &mut taken))).collect())
}

/// A refusal of a rule as something that is wrong at its place in the document.
///
/// # Errors
/// A refusal that is about no place.
pub fn placed(refusal: Refusal) -> Result<Fault, Refusal> {
    match refusal {
        Refusal::InConfiguration { place, refusal } => Ok(Fault::new(place, refusal.to_string())),
        other => Err(other),
    }
}
