//! How a node is chosen for a call.

use serde::{Deserialize, Serialize};

use crate::{Invalid, Location, parameter::check_name};

/// How a node is chosen for a call. A node's weight counts in each of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Balancing {
    /// By turns, each node as often as its weight says, spread as evenly as can be.
    RoundRobin,
    /// The node with the fewest calls in flight for its weight.
    LeastRequests,
    /// Of two nodes drawn by chance, the one with fewer calls in flight for its weight.
    RandomTwo,
    /// What a call has in common with others decides: the same key goes to the same node for as long as it is able, and
    /// when nodes come or go only the keys of these move.
    ConsistentHash {
        /// What decides.
        key: HashKey,
    },
}

/// What of a call decides where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum HashKey {
    /// The caller's address, without its port.
    CallerAddress,
    /// The path, without the query.
    Path,
    /// The first value of this header; the caller's address where a call has none.
    Header {
        /// The header's name, in any case.
        name: HeaderName,
    },
}

/// The name of a header.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HeaderName(String);

impl HeaderName {
    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for HeaderName {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        check_name(&raw, Location::Header)?;
        Ok(Self(raw))
    }
}

impl From<HeaderName> for String {
    fn from(name: HeaderName) -> Self {
        name.0
    }
}
