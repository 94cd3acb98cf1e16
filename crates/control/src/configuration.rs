//! The whole configuration as one document: taken out, and brought in again.
//!
//! What is brought in goes through the same rules as single changes, one after the other on a draft of the
//! configuration, and is stored in one transaction: all of it or nothing. What is taken out and brought in again
//! changes nothing. Operators, the audit trail and older releases are no part of it.

pub(crate) mod apply;
mod entry;
mod export;

use model::Snapshot;
use serde::{Deserialize, Serialize};

use crate::diff::FieldDifference;
use crate::rule::Outcome;
use crate::{Actor, Control, Refusal};

pub use self::entry::{
    ApiDocumentEntry, ApiEntry, ApplicationEntry, EnvironmentEntry, IpStrategyEntry, KeyEntry, PlanEntry, PluginEntry,
    ServiceEntry, UpstreamEntry,
};

/// The whole configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Configuration {
    /// Nodes that answer alike.
    #[serde(default)]
    pub upstreams: Vec<UpstreamEntry>,
    /// What is done with calls.
    #[serde(default)]
    pub plugins: Vec<PluginEntry>,
    /// What callers sign with.
    #[serde(default)]
    pub keys: Vec<KeyEntry>,
    /// Who calls in a name of its own.
    #[serde(default)]
    pub applications: Vec<ApplicationEntry>,
    /// How much the holders of keys may call.
    #[serde(default)]
    pub usage_plans: Vec<PlanEntry>,
    /// Services with their APIs, and what their environments run.
    #[serde(default)]
    pub services: Vec<ServiceEntry>,
    /// Pages about APIs for those who call them.
    #[serde(default)]
    pub api_documents: Vec<ApiDocumentEntry>,
}

/// Something that bringing a configuration in changes.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigurationChange {
    /// What it is: `service`, `api`, `ip_strategy`, `upstream`, `plugin`, `key`, `application`, `usage_plan`,
    /// `api_document` or `release`.
    pub noun: &'static str,
    /// Which one: its identifier, that of an API or an IP strategy with its service's before it.
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

    /// The whole configuration with its secrets; the audit trail is told.
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
