//! Operators: who manages the gateway.

use serde::{Deserialize, Serialize};

use crate::{Name, OperatorId, Secret, Timestamp};

/// A person or program that manages the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Its identifier.
    pub id: OperatorId,
    /// The name that it logs in with.
    pub name: Name,
    /// The argon2id hash of its password, in PHC form.
    pub password_hash: String,
    /// The public half of the pair that signs its management calls.
    pub secret_id: String,
    /// The secret half. It is not part of the serialised form: the store seals it beside the record.
    #[serde(skip)]
    pub secret_key: Secret,
    /// What it may do.
    pub role: Role,
    /// A disabled operator is not let in, whatever it shows.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// Operators that were stored before they could be disabled.
fn yes() -> bool {
    true
}

/// What an operator may do: each role may do what the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Read everything but secrets.
    Viewer,
    /// Change configuration.
    Editor,
    /// Manage operators too.
    Admin,
}
