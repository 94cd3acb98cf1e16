//! The nodes of an upstream.

use std::net::Ipv6Addr;

use serde::{Deserialize, Serialize};

use crate::{Invalid, Origin};

/// The nodes of an upstream, or where they come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Members {
    /// These nodes.
    Nodes {
        /// Each host and port once.
        nodes: Vec<Node>,
    },
    /// One node for each of these services: its name in the cluster's DNS.
    Kubernetes {
        /// Each name and port once.
        services: Vec<KubernetesService>,
    },
}

impl Members {
    /// Most nodes of an upstream.
    pub const MOST_NODES: usize = 200;

    /// Most services of an upstream.
    pub const MOST_SERVICES: usize = 20;

    /// The nodes; those of services are named by the cluster's DNS.
    pub fn nodes(&self) -> Vec<Node> {
        match self {
            Self::Nodes { nodes } => nodes.clone(),
            Self::Kubernetes { services } => services.iter().map(KubernetesService::node).collect(),
        }
    }
}

/// A place that answers calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Node {
    /// A DNS name or an IP address.
    pub host: NodeHost,
    /// Its port.
    pub port: NodePort,
    /// Its share of the calls.
    pub weight: Weight,
    /// The virtual machine that it runs on; told back, nothing else follows from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Labels; told back, nothing else follows from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// A service of a Kubernetes cluster whose DNS the gateway can ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct KubernetesService {
    /// The cluster; told back, nothing else follows from it: the gateway asks the one DNS that it has.
    pub cluster: String,
    /// The namespace.
    pub namespace: DnsLabel,
    /// The service.
    pub service: DnsLabel,
    /// The service's port.
    pub port: NodePort,
    /// Its share of the calls.
    pub weight: Weight,
    /// The name that its operator gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl KubernetesService {
    /// The service as a node: `{service}.{namespace}.svc.cluster.local`, the name that every cluster's DNS has for it
    /// (Kubernetes documentation: DNS for Services and Pods).
    pub fn node(&self) -> Node {
        let host = NodeHost(format!("{}.{}.svc.cluster.local", self.service.as_str(), self.namespace.as_str()));
        Node { host, port: self.port, weight: self.weight, instance: None, labels: Vec::new() }
    }
}

/// A DNS name or an IP address; an IPv6 address is without brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeHost(String);

impl NodeHost {
    /// The host as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host as it stands before a port: an IPv6 address is in brackets.
    pub fn bracketed(&self) -> String {
        if self.0.contains(':') { format!("[{}]", self.0) } else { self.0.clone() }
    }
}

impl TryFrom<String> for NodeHost {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let bare = raw.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&raw);
        if bare.parse::<Ipv6Addr>().is_ok() {
            return Ok(Self(bare.to_owned()));
        }
        match Origin::try_from(format!("http://{raw}")) {
            Ok(origin) if origin.host() == raw => Ok(Self(raw)),
            _ => Err(Invalid::new("node host", format!("`{raw}` is neither a DNS name nor an IP address"))),
        }
    }
}

impl TryFrom<&str> for NodeHost {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        Self::try_from(raw.to_owned())
    }
}

impl From<NodeHost> for String {
    fn from(host: NodeHost) -> Self {
        host.0
    }
}

impl std::fmt::Display for NodeHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part of a DNS name: 1–63 lower-case letters, digits and `-`, which neither begins nor ends it (RFC 1123).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DnsLabel(String);

impl DnsLabel {
    /// The label as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DnsLabel {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let is_label = (1..=63).contains(&raw.len())
            && raw.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !raw.starts_with('-')
            && !raw.ends_with('-');
        if is_label {
            Ok(Self(raw))
        } else {
            Err(Invalid::new(
                "dns label",
                format!("`{raw}` is no DNS label; 1 to 63 of a-z, 0-9 and `-` between them are allowed"),
            ))
        }
    }
}

impl From<DnsLabel> for String {
    fn from(label: DnsLabel) -> Self {
        label.0
    }
}

/// A port that can be connected to: 1–65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct NodePort(u16);

impl NodePort {
    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u32> for NodePort {
    type Error = Invalid;

    fn try_from(port: u32) -> Result<Self, Invalid> {
        match u16::try_from(port) {
            Ok(port) if port > 0 => Ok(Self(port)),
            _ => Err(Invalid::new("port", format!("{port} is no port; 1 to 65535 are allowed"))),
        }
    }
}

impl From<NodePort> for u32 {
    fn from(port: NodePort) -> Self {
        port.0.into()
    }
}

/// A node's share of the calls: 0–100, and 0 is a node that gets none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Weight(u8);

impl Weight {
    /// The heaviest.
    pub const MAX: u32 = 100;

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// True for a node that gets no calls.
    pub const fn is_off(self) -> bool {
        self.0 == 0
    }
}

impl TryFrom<u32> for Weight {
    type Error = Invalid;

    fn try_from(weight: u32) -> Result<Self, Invalid> {
        match u8::try_from(weight) {
            Ok(small) if weight <= Self::MAX => Ok(Self(small)),
            _ => Err(Invalid::new("weight", format!("{weight} is out of range; 0 to {} are allowed", Self::MAX))),
        }
    }
}

impl From<Weight> for u32 {
    fn from(weight: Weight) -> Self {
        weight.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nodes_host_is_a_name_or_an_address_and_nothing_more() {
        for (raw, kept) in
            [("10.0.0.1", "10.0.0.1"), ("node-1.internal", "node-1.internal"), ("::1", "::1"), ("[::1]", "::1")]
        {
            assert_eq!(NodeHost::try_from(raw).expect(raw).as_str(), kept);
        }
        assert_eq!(NodeHost::try_from("::1").unwrap().bracketed(), "[::1]");
        for raw in ["", "10.0.0.1:80", "http://a", "a/b", "300.1.1.1", "a b", "[a]", "[::1"] {
            assert!(NodeHost::try_from(raw).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn a_service_is_the_node_that_the_clusters_dns_knows() {
        let label = |raw: &str| DnsLabel::try_from(raw.to_owned()).unwrap();
        let service = KubernetesService {
            cluster: "cls-1".into(),
            namespace: label("shop"),
            service: label("orders"),
            port: NodePort::try_from(8080).unwrap(),
            weight: Weight::try_from(5).unwrap(),
            name: None,
        };
        assert_eq!(service.node().host.as_str(), "orders.shop.svc.cluster.local");
        assert_eq!(NodeHost::try_from(service.node().host.as_str()), Ok(service.node().host), "valid by its own rule");
        let longest = label(&"a".repeat(63));
        let node = KubernetesService { namespace: longest.clone(), service: longest, ..service }.node();
        assert!(NodeHost::try_from(node.host.as_str()).is_ok());
        for raw in ["", "A", "a.b", "-a", "a-", "a_b", &"a".repeat(64)] {
            assert!(DnsLabel::try_from(raw.to_owned()).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn ports_and_weights_keep_to_their_ranges() {
        for (port, is_one) in [(0, false), (1, true), (65_535, true), (65_536, false)] {
            assert_eq!(NodePort::try_from(port).is_ok(), is_one, "{port}");
        }
        for (weight, is_one) in [(0, true), (100, true), (101, false), (256, false)] {
            assert_eq!(Weight::try_from(weight).is_ok(), is_one, "{weight}");
        }
    }
}
