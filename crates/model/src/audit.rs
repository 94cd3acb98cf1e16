//! The audit trail: who changed what.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// One acknowledged change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub time: Timestamp,
    /// The operator's name.
    pub actor: String,
    /// The use case, as `noun.verb`: `service.create`.
    pub action: String,
    /// What it was done to: an identifier.
    pub subject: String,
    /// The dialect that it came through, and its request id.
    pub origin: String,
}
