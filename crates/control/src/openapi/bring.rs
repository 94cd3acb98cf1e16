//! A document brought into a service: all of it or nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Api, ApiDefinition, ApiId, Name, Network, ServiceId, ServiceProtocol, ServiceTree, Text};

use super::fault::Fault;
use crate::configuration::apply::{Draft, at, changes};
use crate::rule::{Facts, Outcome};
use crate::{Actor, ConfigurationChange, Control, NewService, Refusal, api, mint, service};

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
    /// Brings definitions into a service: an operation is the API of its name, or else the one of its path and method;
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
        definitions: &[(&str, &ApiDefinition)],
        prune: bool,
    ) -> Result<Brought, Refusal> {
        self.write(actor, "service.import", |facts| bring(facts, target, definitions, prune)).await
    }
}

/// What became of one of several definitions.
pub type Made = Result<Arc<Api>, Refusal>;

impl Control {
    /// Makes APIs of definitions, each by itself: those that may be are made, in one change; the others are told why
    /// not.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], and what is about none of them.
    pub async fn create_apis(
        &self,
        actor: &Actor,
        service: &ServiceId,
        definitions: &[ApiDefinition],
    ) -> Result<Vec<Made>, Refusal> {
        self.write(actor, "service.import", |facts| {
            facts.tree(service)?;
            let mut draft = Draft::new(facts);
            let make = |definition: &ApiDefinition| {
                draft.ask(|facts| api::create(facts, service, mint::api(facts.snapshot)?, definition))
            };
            let made = definitions.iter().map(make).collect();
            Ok(Outcome::new(service, draft.writes, made))
        })
        .await
    }
}

fn bring(
    facts: &Facts<'_>,
    target: &Target,
    definitions: &[(&str, &ApiDefinition)],
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
    let meant = meant(tree, definitions)?;
    if prune {
        let kept: BTreeSet<&ApiId> = meant.iter().flatten().collect();
        let others: Vec<ApiId> = tree.apis.keys().filter(|api| !kept.contains(api)).cloned().collect();
        for api in others {
            draft.ask(|facts| api::delete(facts, &id, &api))?;
        }
    }
    let mut apis = Vec::with_capacity(definitions.len());
    for ((pointer, definition), meant) in definitions.iter().zip(meant) {
        let brought = match meant {
            Some(api) => draft.ask(|facts| api::modify(facts, &id, &api, definition)),
            None => draft.ask(|facts| api::create(facts, &id, mint::api(facts.snapshot)?, definition)),
        };
        apis.push(brought.map_err(at((*pointer).to_owned()))?.id.clone());
    }
    let changes = changes(facts.snapshot, &draft.snapshot, &draft.writes);
    Ok(Outcome::new(id.clone(), draft.writes, Brought { service: id, apis, changes }))
}

/// The API that each definition is, each API once.
fn meant(tree: &ServiceTree, definitions: &[(&str, &ApiDefinition)]) -> Result<Vec<Option<ApiId>>, Refusal> {
    let mut taken: BTreeSet<ApiId> = BTreeSet::new();
    let by_name: Vec<Option<ApiId>> = definitions
        .iter()
        .map(|(pointer, wanted)| {
            let found = tree.apis.values().find(|api| api.definition.name == wanted.name).map(|api| api.id.clone());
            match &found {
                Some(id) if !taken.insert(id.clone()) => {
                    Err(at((*pointer).to_owned())(Refusal::NamedTwice { noun: "API" }))
                }
                _ => Ok(found),
            }
        })
        .collect::<Result<_, _>>()?;
    let by_path = |wanted: &ApiDefinition, taken: &mut BTreeSet<ApiId>| {
        let is_it = |api: &ApiDefinition| api.path == wanted.path && api.method == wanted.method;
        let found = tree.apis.values().find(|api| is_it(&api.definition) && !taken.contains(&api.id))?;
        taken.insert(found.id.clone());
        Some(found.id.clone())
    };
    let pairs = definitions.iter().zip(by_name);
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
