//! The structures `UpstreamInfo` and `ModifyUpstreamResultInfo`: an upstream on its way out.

use model::{Balancing, Members, Node, NodeHealth, Upstream, UpstreamProtocol};
use serde::Serialize;

use super::ALGORITHM;
use super::health::HealthChecker;
use super::nodes::{K8sService, UpstreamNode};
use crate::call::Call;
use crate::tag::{self, Tag};
use crate::time::written;

/// The structure `UpstreamInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpstreamInfo {
    upstream_id: String,
    upstream_name: String,
    upstream_description: String,
    scheme: &'static str,
    algorithm: String,
    uniq_vpc_id: String,
    retries: u32,
    nodes: Vec<UpstreamNode>,
    created_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<Tag>>,
    health_checker: Option<HealthChecker>,
    upstream_type: &'static str,
    k8s_services: Option<Vec<K8sService>>,
    upstream_host: Option<String>,
}

impl UpstreamInfo {
    pub(super) fn new(call: &Call, upstream: &Upstream) -> Self {
        let shown = |node: &Node| shown_node(node, call.control.node_health(upstream, node));
        let (upstream_type, k8s_services, nodes) = match &upstream.members {
            Members::Nodes { nodes } => ("IP_PORT", None, nodes.iter().map(shown).collect()),
            Members::Kubernetes { services } => {
                let nodes = services.iter().map(|service| UpstreamNode {
                    service_name: Some(service.service.as_str().to_owned()),
                    name_space: Some(service.namespace.as_str().to_owned()),
                    cluster_id: Some(service.cluster.clone()),
                    source: Some("K8S".to_owned()),
                    unique_service_name: Some(service.node().host.as_str().to_owned()),
                    ..shown(&service.node())
                });
                ("K8S", Some(services.iter().map(K8sService::from).collect()), nodes.collect())
            }
        };
        Self {
            upstream_id: upstream.id.to_string(),
            upstream_name: upstream.name.as_ref().map(ToString::to_string).unwrap_or_default(),
            upstream_description: upstream.description.to_string(),
            scheme: match upstream.protocol {
                UpstreamProtocol::Http => "HTTP",
                UpstreamProtocol::Https => "HTTPS",
                UpstreamProtocol::Grpc => "gRPC",
                UpstreamProtocol::Grpcs => "gRPCs",
            },
            algorithm: algorithm(upstream),
            uniq_vpc_id: upstream.vpc.clone().unwrap_or_default(),
            retries: upstream.retries.get(),
            nodes,
            created_time: written(upstream.created),
            tags: Some(tag::written(&upstream.tags)),
            health_checker: upstream.health.as_ref().map(HealthChecker::from),
            upstream_type,
            k8s_services,
            upstream_host: upstream.host.as_ref().map(|host| host.as_str().to_owned()),
        }
    }

    /// The structure `ModifyUpstreamResultInfo`.
    pub(super) fn without_tags(self) -> Self {
        Self { tags: None, ..self }
    }
}

/// The algorithm in the word that it was sent in. The vendor has one; the others have words of our own.
pub(super) fn algorithm(upstream: &Upstream) -> String {
    match &upstream.balancing {
        Balancing::RoundRobin => {
            upstream.annotations.get(ALGORITHM).cloned().unwrap_or_else(|| "ROUND-ROBIN".to_owned())
        }
        Balancing::LeastRequests => "LEAST-REQUESTS".to_owned(),
        Balancing::RandomTwo => "RANDOM-TWO".to_owned(),
        Balancing::ConsistentHash { .. } => "CONSISTENT-HASH".to_owned(),
    }
}

fn shown_node(node: &Node, health: NodeHealth) -> UpstreamNode {
    let word = match health {
        NodeHealth::Unchecked => "OFF",
        NodeHealth::Unknown => "NO_DATA",
        NodeHealth::Healthy => "HEALTHY",
        NodeHealth::Unhealthy => "UNHEALTHY",
    };
    UpstreamNode {
        host: node.host.as_str().to_owned(),
        port: node.port.get().into(),
        weight: node.weight.get().into(),
        vm_instance_id: node.instance.clone(),
        tags: Some(node.labels.clone()).filter(|labels| !labels.is_empty()),
        healthy: Some(word.to_owned()),
        service_name: None,
        name_space: None,
        cluster_id: None,
        source: None,
        unique_service_name: None,
    }
}
