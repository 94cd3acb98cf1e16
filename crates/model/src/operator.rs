//! Operators: who manages the gateway.

use serde::{Deserialize, Serialize};

use crate::{AccessKeyId, Name, OperatorId, Secret, Text, Timestamp};

/// A person or program that manages the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Its identifier.
    pub id: OperatorId,
    /// The name that it logs in with.
    pub name: Name,
    /// The argon2id hash of its password, in PHC form.
    pub password_hash: String,
    /// The public half of the pair that it was made with and that signs its management calls; empty when it has none,
    /// or none any more. Further pairs are [`OperatorKey`]s.
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

/// A further pair that signs an operator's management calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorKey {
    /// The public half.
    pub id: AccessKeyId,
    /// The secret half. It is not part of the serialised form: the store seals it beside the record.
    #[serde(skip)]
    pub secret: Secret,
    /// Whose it is.
    pub operator: OperatorId,
    /// What it is for.
    pub description: Text,
    /// When it was made.
    pub created: Timestamp,
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
