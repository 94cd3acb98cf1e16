//! Who asks for a change.

use model::{OperatorId, Role};

use crate::{Refusal, Terms};

/// An operator whose identity the door has verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The operator.
    pub operator: OperatorId,
    /// Its name, for the audit trail.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The dialect that the request came through and its request id, for the audit trail.
    pub origin: String,
    /// On which terms it asks.
    pub terms: Terms,
}

impl Actor {
    /// Refuses a role that may not manage operators.
    pub(crate) fn may_manage_operators(&self) -> Result<(), Refusal> {
        if self.role >= Role::Admin { Ok(()) } else { Err(Refusal::Forbidden { needed: Role::Admin }) }
    }

    /// Refuses a role that may only read.
    pub(crate) fn may_write(&self) -> Result<(), Refusal> {
        if self.role >= Role::Editor { Ok(()) } else { Err(Refusal::Forbidden { needed: Role::Editor }) }
    }
}
