//! An upstream: nodes that answer alike, how calls are spread over them, and how their health is known.

mod balancing;
mod health;
mod node;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use balancing::{Balancing, HashKey, HeaderName};
pub use health::{HealthCheck, NodeHealth, ProbePath, Statuses, Threshold};
pub use node::{DnsLabel, KubernetesService, Members, Node, NodeHost, NodePort, Weight};

use crate::{Invalid, Name, Origin, Tag, Text, Timestamp, UpstreamId};

/// Nodes that answer alike. APIs name it as their backend; a change of it acts at once, without a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    /// Its identifier.
    pub id: UpstreamId,
    /// Its name; several upstreams may share one.
    pub name: Option<Name>,
    /// For people.
    pub description: Text,
    /// What its nodes speak.
    pub protocol: UpstreamProtocol,
    /// How a node is chosen for a call.
    pub balancing: Balancing,
    /// The private network that its nodes are in; told back, nothing else follows from it.
    pub vpc: Option<String>,
    /// How often a call is tried on another node at most.
    pub retries: Retries,
    /// The `Host` that its nodes are told; without one each is told its own host and port.
    pub host: Option<Authority>,
    /// Its nodes, or where they come from.
    pub members: Members,
    /// How the health of its nodes is known; without it every node counts as able.
    pub health: Option<HealthCheck>,
    /// Labels that operators put on it.
    pub tags: Vec<Tag>,
    /// Facts that a dialect keeps here only to tell them back.
    pub annotations: BTreeMap<String, String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

/// What the nodes of an upstream speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum UpstreamProtocol {
    /// HTTP/1.1 without TLS.
    Http,
    /// HTTP with TLS.
    Https,
    /// gRPC (HTTP/2) without TLS.
    Grpc,
    /// gRPC (HTTP/2) with TLS.
    Grpcs,
}

impl UpstreamProtocol {
    /// True when its nodes are spoken to over TLS.
    pub const fn is_tls(self) -> bool {
        matches!(self, Self::Https | Self::Grpcs)
    }

    /// Whether gRPC is spoken, which is HTTP/2 from the first byte.
    pub fn is_grpc(self) -> bool {
        matches!(self, Self::Grpc | Self::Grpcs)
    }

    /// The port that an address of this protocol has when none is written.
    pub const fn default_port(self) -> u16 {
        if self.is_tls() { 443 } else { 80 }
    }
}

/// How often a call is tried on another node at most: 0–100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Retries(u32);

impl Retries {
    /// The most that may be asked for.
    pub const MAX: u32 = 100;

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for Retries {
    /// Three.
    fn default() -> Self {
        Self(3)
    }
}

impl TryFrom<u32> for Retries {
    type Error = Invalid;

    fn try_from(retries: u32) -> Result<Self, Invalid> {
        if retries <= Self::MAX {
            Ok(Self(retries))
        } else {
            Err(Invalid::new("retries", format!("{retries} is out of range; 0 to {} are allowed", Self::MAX)))
        }
    }
}

impl From<Retries> for u32 {
    fn from(retries: Retries) -> Self {
        retries.0
    }
}

/// A host with perhaps a port, as a `Host` header says it: a DNS name, an IPv4 address or an IPv6 address in brackets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Authority {
    raw: String,
    host: String,
}

impl Authority {
    /// The whole, as it was written.
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    /// The host alone; an IPv6 address is without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl TryFrom<String> for Authority {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        match Origin::try_from(format!("http://{raw}")) {
            Ok(origin) => Ok(Self { host: origin.host().to_owned(), raw }),
            Err(_) => Err(Invalid::new("host", format!("`{raw}` is no host; `host` and `host:port` are allowed"))),
        }
    }
}

impl TryFrom<&str> for Authority {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        Self::try_from(raw.to_owned())
    }
}

impl From<Authority> for String {
    fn from(authority: Authority) -> Self {
        authority.raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_to_be_told_is_a_host_with_perhaps_a_port() {
        for raw in ["api.example.com", "api.example.com:8443", "10.0.0.1", "[::1]:80"] {
            assert_eq!(Authority::try_from(raw).expect(raw).as_str(), raw);
        }
        assert_eq!(Authority::try_from("[::1]:80").unwrap().host(), "::1");
        for raw in ["", "a/b", "a b", "a:0", "http://a", "u@a", "a\r\nX: y"] {
            assert!(Authority::try_from(raw).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn a_hundred_retries_are_the_most() {
        assert_eq!(Retries::default().get(), 3);
        assert!(Retries::try_from(100).is_ok());
        assert!(Retries::try_from(101).is_err());
    }
}
