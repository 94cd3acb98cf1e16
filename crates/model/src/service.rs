//! A service: a host name with the APIs behind it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Name, ServiceId, Text, Timestamp};

/// A group of APIs that share a host name and are released together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its identifier; also the first part of its default host name.
    pub id: ServiceId,
    /// Its name; several services may share one.
    pub name: Name,
    /// For people.
    pub description: Text,
    /// Which schemes its callers may use.
    pub protocol: ServiceProtocol,
    /// The networks that it is reached from; never empty.
    pub networks: BTreeSet<Network>,
    /// The private network that it belongs to; fixed once set.
    pub vpc: Option<String>,
    /// The dedicated instance that it was made on.
    pub instance: Option<String>,
    /// Labels that operators put on it.
    pub tags: Vec<Tag>,
    /// Facts that a dialect keeps here only to tell them back.
    pub annotations: BTreeMap<String, String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

/// The schemes that the callers of a service may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ServiceProtocol {
    Http,
    Https,
    Both,
}

/// A network that a service can be reached from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// The public side.
    Outer,
    /// A private network.
    Inner,
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[allow(missing_docs)]
pub struct Tag {
    pub key: String,
    pub value: String,
}
