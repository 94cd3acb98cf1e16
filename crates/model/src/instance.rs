//! What operators call this installation.

use serde::{Deserialize, Serialize};

use crate::{Name, Text, Timestamp};

/// How the installation describes itself where somebody asks for a list of gateways. There is one at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Text,
    /// When the installation began.
    pub created: Timestamp,
    /// When name or description last changed.
    pub modified: Timestamp,
}

impl Instance {
    /// An installation, begun at `created`, to which nobody has given a name.
    pub fn unnamed(created: Timestamp) -> Self {
        Self { name: Name::given("tollgate"), description: Text::default(), created, modified: created }
    }
}
