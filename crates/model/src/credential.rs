//! Key pairs: what callers sign with.

use serde::{Deserialize, Serialize};

use crate::{AccessKeyId, Name, Secret, Tag, Timestamp};

/// A key pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The public half, which names the caller.
    pub id: AccessKeyId,
    /// The secret half. It is not part of the serialised form: the store seals it beside the record.
    #[serde(skip)]
    pub secret: Secret,
    /// Its name.
    pub name: Name,
    /// Who chose the pair.
    pub origin: CredentialOrigin,
    /// A disabled key is refused at once.
    pub enabled: bool,
    /// Labels that operators put on it.
    pub tags: Vec<Tag>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

/// Who chose a key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CredentialOrigin {
    /// The gateway.
    Auto,
    /// The operator.
    Manual,
}
