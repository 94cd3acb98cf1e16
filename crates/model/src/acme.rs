//! What the gateway keeps of the authorities that it asks for certificates over ACME (RFC 8555).

use serde::{Deserialize, Serialize};

use crate::{DomainName, Secret, Timestamp};

/// The gateway's account with an authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcmeAccount {
    /// The URL of the authority's directory; an authority knows the gateway by one account.
    pub directory: String,
    /// The account's private key, as a [`Certificate`](crate::Certificate) has its own. It is not part of the serialised
    /// form: the store seals it beside the record.
    #[serde(skip)]
    pub key: Secret,
    /// When it was made.
    pub created: Timestamp,
}

/// Why a domain has not got its certificate yet, or not a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcmeFailure {
    /// The domain.
    pub domain: DomainName,
    /// How many attempts have failed in a row; at least 1.
    pub attempts: u32,
    /// What the last one failed with, for people.
    pub reason: String,
    /// When it failed.
    pub at: Timestamp,
    /// When the next one is due.
    pub next: Timestamp,
}
