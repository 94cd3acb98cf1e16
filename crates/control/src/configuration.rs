//! The whole configuration as one document: taken out, and brought in again.
//!
//! What is brought in goes through the same rules as single changes, one after the other on a draft of the
//! configuration, and is stored in one transaction: all of it or nothing. What is taken out and brought in again
//! changes nothing. Operators, the audit trail and older releases are no part of it.

pub(crate) mod apply;
mod export;

use std::collections::BTreeMap;

use model::{
    AccessKeyId, ApiDefinition, ApiId, Authority, Balancing, EnvironmentName, HealthCheck, Members, Name, Network,
    Retries, ServiceId, ServiceProtocol, Snapshot, Tag, Text, UpstreamId, UpstreamProtocol, UsagePlanId,
};
use serde::{Deserialize, Serialize};

use crate::diff::FieldDifference;
use crate::rule::Outcome;
use crate::{Actor, Control, Refusal};

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Configuration {
    /// Nodes that answer alike.
    #[serde(default)]
    pub upstreams: Vec<UpstreamEntry>,
    /// What callers sign with.
    #[serde(default)]
    pub keys: Vec<KeyEntry>,
    /// How much the holders of keys may call.
    #[serde(default)]
    pub usage_plans: Vec<PlanEntry>,
    /// Services with their APIs, and what their environments run.
    #[serde(default)]
    pub services: Vec<ServiceEntry>,
}

/// An upstream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UpstreamEntry {
    /// Without one, the upstream of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<UpstreamId>,
    /// Its name.
    #[serde(default)]
    pub name: Option<Name>,
    /// For people.
    #[serde(default)]
    pub description: Text,
    /// What its nodes speak.
    pub protocol: UpstreamProtocol,
    /// How a node is chosen for a call.
    pub balancing: Balancing,
    /// The private network that its nodes are in.
    #[serde(default)]
    pub vpc: Option<String>,
    /// How often a call is tried on another node at most.
    #[serde(default)]
    pub retries: Retries,
    /// The `Host` that its nodes are told.
    #[serde(default)]
    pub host: Option<Authority>,
    /// Its nodes, or where they come from.
    pub members: Members,
    /// How the health of its nodes is known.
    #[serde(default)]
    pub health: Option<HealthCheck>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// Facts that a dialect keeps here.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

/// A key pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct KeyEntry {
    /// Without one, the key of this name is meant; where there is none, a pair is made.
    #[serde(default)]
    pub id: Option<AccessKeyId>,
    /// Its name.
    pub name: Name,
    /// The secret half, where it is told; needed to make a key of a chosen `id`. A key that is there keeps its secret
    /// where none is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// A disabled key is refused.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// A usage plan with the keys in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlanEntry {
    /// Without one, the plan of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<UsagePlanId>,
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default)]
    pub description: Text,
    /// Calls per second for each key; null is no bound.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Calls in all; null is no bound.
    #[serde(default)]
    pub quota: Option<u64>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// Identifiers or names of the keys in it.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// A service with its APIs and environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ServiceEntry {
    /// Without one, the service of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<ServiceId>,
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default)]
    pub description: Text,
    /// Which schemes its callers may use.
    #[serde(default = "both")]
    pub protocol: ServiceProtocol,
    /// The networks that it is reached from.
    #[serde(default = "outer")]
    pub networks: Vec<Network>,
    /// The private network that it belongs to.
    #[serde(default)]
    pub vpc: Option<String>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// Facts that a dialect keeps here.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// Its APIs, as they are edited.
    #[serde(default)]
    pub apis: Vec<ApiEntry>,
    /// What its environments run and admit; one that is not named is left as it is.
    #[serde(default)]
    pub environments: Vec<EnvironmentEntry>,
}

/// An API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ApiEntry {
    /// Without one, the API of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<ApiId>,
    /// What it does.
    pub definition: ApiDefinition,
}

/// An environment of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EnvironmentEntry {
    /// Which one.
    pub name: EnvironmentName,
    /// What it runs: `working` (the APIs as they stand here; they are released where it runs anything else), `offline`,
    /// or the name of a release that the service has had. Nothing: it is left as it is.
    #[serde(default)]
    pub runs: Option<String>,
    /// Calls per second that it admits; nothing: it is left as it is.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Calls per second of single APIs, by their identifiers or names.
    #[serde(default)]
    pub api_rates: BTreeMap<String, u32>,
    /// Identifiers or names of the usage plans that rule all of it.
    #[serde(default)]
    pub usage_plans: Vec<String>,
    /// The usage plans that rule single APIs, by the APIs' identifiers or names.
    #[serde(default)]
    pub api_usage_plans: BTreeMap<String, Vec<String>>,
}

fn yes() -> bool {
    true
}

fn both() -> ServiceProtocol {
    ServiceProtocol::Both
}

fn outer() -> Vec<Network> {
    vec![Network::Outer]
}

/// Something that bringing a configuration in changes.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigurationChange {
    /// What it is: `service`, `api`, `upstream`, `key`, `usage_plan` or `release`.
    pub noun: &'static str,
    /// Which one: its identifier, that of an API with its service's before it.
    pub id: String,
    /// Its name, as it is afterwards.
    pub name: String,
    /// What becomes of it.
    pub kind: ChangeKind,
    /// What differs of something that is there before and after.
    pub fields: Vec<FieldDifference>,
}

/// What becomes of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ChangeKind {
    Added,
    Changed,
    Removed,
}

impl Control {
    /// The whole configuration of `snapshot`, without secrets.
    pub fn configuration(&self, snapshot: &Snapshot) -> Configuration {
        export::configuration(snapshot, false)
    }

    /// The whole configuration with the secrets of keys; the audit trail is told.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] for a role that may see no secret.
    pub async fn reveal_configuration(&self, actor: &Actor) -> Result<Configuration, Refusal> {
        self.write(actor, "configuration.reveal", |facts| {
            Ok(Outcome::told("configuration", export::configuration(facts.snapshot, true)))
        })
        .await
    }

    /// Brings a configuration in: makes what is not there, changes what is otherwise, and with `prune` deletes what it
    /// does not name. All of it happens in one change, or nothing. Gives what it changed.
    ///
    /// # Errors
    /// [`Refusal::InConfiguration`], which says where and holds the refusal of the rule that was asked.
    pub async fn apply_configuration(
        &self,
        actor: &Actor,
        wanted: &Configuration,
        prune: bool,
    ) -> Result<Vec<ConfigurationChange>, Refusal> {
        self.write(actor, "configuration.apply", |facts| apply::apply(facts, wanted, prune)).await
    }
}

#[cfg(test)]
mod tests;
