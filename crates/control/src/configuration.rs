//! The whole configuration as one document: taken out, and brought in again.
//!
//! What is brought in goes through the same rules as single changes, one after the other on a draft of the
//! configuration, and is stored in one transaction: all of it or nothing. What is taken out and brought in again
//! changes nothing. Operators, the audit trail and older releases are no part of it.

pub(crate) mod apply;
mod entry;
mod export;

use model::{Record, Snapshot, Write};
use serde::{Deserialize, Serialize};

use crate::diff::FieldDifference;
use crate::rule::{Facts, Outcome};
use crate::{Actor, Control, Refusal};

pub use self::entry::{
    ApiDocumentEntry, ApiEntry, ApplicationEntry, CertificateEntry, DomainEntry, EnvironmentEntry, IpStrategyEntry,
    KeyEntry, PlanEntry, PluginEntry, ServiceEntry, UpstreamEntry,
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
    /// What domains prove their names with: the certificates that operators brought.
    #[serde(default)]
    pub certificates: Vec<CertificateEntry>,
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
    /// `certificate`, `domain`, `api_document` or `release`.
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
    /// [`Refusal::InConfiguration`], which says where and holds the refusal of the rule that was asked, or
    /// [`Refusal::DomainUnresolved`].
    pub async fn apply_configuration(
        &self,
        actor: &Actor,
        wanted: &Configuration,
        prune: bool,
    ) -> Result<Vec<ConfigurationChange>, Refusal> {
        self.domains_are_led_here(wanted, prune).await?;
        let policy = &self.installation.domains;
        self.write(actor, "configuration.apply", |facts| apply::apply(facts, policy, wanted, prune)).await
    }

    /// Refuses domains that would be bound and lead elsewhere, where the settings ask for that.
    async fn domains_are_led_here(&self, wanted: &Configuration, prune: bool) -> Result<(), Refusal> {
        let policy = &self.installation.domains;
        if !policy.check_resolution || wanted.services.iter().all(|service| service.domains.is_empty()) {
            return Ok(());
        }
        let snapshot = self.snapshot();
        // Rules first: a name that may not be bound is not asked after.
        let facts = Facts { snapshot: &snapshot, quotas: &self.quotas, now: self.clock.now() };
        let writes = apply::apply(&facts, policy, wanted, prune)?.writes;
        for write in writes {
            let Write::Put(Record::Domain(domain)) = write else { continue };
            let is_bound = snapshot.domains.get(&domain.name).is_some_and(|old| old.service == domain.service);
            if !is_bound && !self.is_led_here(&domain.service, &domain.name).await {
                let place = apply::place_of_domain(wanted, &domain.name);
                let host = self.default_host(&domain.service);
                return Err(apply::at(place)(Refusal::DomainUnresolved { domain: domain.name, host }));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
