//! Certificates: what a host proves its name with over https.

use serde::{Deserialize, Serialize};

use crate::{CertificateId, DomainName, Name, Secret, Timestamp};

/// A chain of certificates with the private key of its first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Its identifier.
    pub id: CertificateId,
    /// Its name.
    pub name: Name,
    /// Who brought it.
    pub source: CertificateSource,
    /// The chain in PEM, leaf first.
    pub chain: String,
    /// The private key on one line (`pkcs8:` and Base64 of the DER form, or `pkcs1:`, `sec1:`). It is not part of the
    /// serialised form: the store seals it beside the record.
    #[serde(skip)]
    pub key: Secret,
    /// The DNS names and IP addresses that it is for.
    pub names: Vec<String>,
    /// Whom it is for, as a distinguished name.
    pub subject: String,
    /// Who signed it, as a distinguished name.
    pub issuer: String,
    /// SHA-256 of the leaf in DER, in lower-case hex.
    pub fingerprint: String,
    /// From when it holds.
    pub not_before: Timestamp,
    /// Until when it holds.
    pub not_after: Timestamp,
    /// When it was made here.
    pub created: Timestamp,
    /// When its chain or key last changed.
    pub modified: Timestamp,
}

/// Who brought a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CertificateSource {
    /// An operator.
    Uploaded,
    /// A file that the settings name: it changes when the file does.
    File,
    /// The gateway made it for itself.
    SelfSigned,
    /// An authority issued it for this domain over ACME.
    Acme(DomainName),
}

impl Certificate {
    /// True when it is for `domain`: by its very name, or by a wildcard one label above. A wildcard domain needs the
    /// wildcard itself.
    pub fn covers(&self, domain: &DomainName) -> bool {
        self.names.iter().any(|name| name == domain.as_str() || domain.is_under(name))
    }

    /// True when it holds at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.not_before <= now && now < self.not_after
    }
}
