//! The structures `UpstreamNode` and `K8sService`.

use model::{DnsLabel, KubernetesService, Members, Node, NodeHost};
use serde::{Deserialize, Serialize};

use super::ranged;
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;

/// The structure `UpstreamNode`. Members from `Healthy` on are told by the gateway; what is sent in them is not read, as
/// clients send back what they were told.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct UpstreamNode {
    pub(super) host: String,
    pub(super) port: i64,
    pub(super) weight: i64,
    pub(super) vm_instance_id: Option<String>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) healthy: Option<String>,
    pub(super) service_name: Option<String>,
    pub(super) name_space: Option<String>,
    pub(super) cluster_id: Option<String>,
    pub(super) source: Option<String>,
    pub(super) unique_service_name: Option<String>,
}

/// Most labels of a node.
const MOST_LABELS: usize = 50;

/// `Nodes`.
pub(super) fn nodes(sent: Vec<UpstreamNode>) -> Result<Vec<Node>, Fault> {
    bounded("Nodes", sent.len(), Members::MOST_NODES)?;
    sent.into_iter().enumerate().map(|(index, sent)| node(&format!("Nodes.{index}"), sent)).collect()
}

fn node(parameter: &str, sent: UpstreamNode) -> Result<Node, Fault> {
    let at = |member: &str| format!("{parameter}.{member}");
    let labels = sent.tags.unwrap_or_default();
    bounded(&at("Tags"), labels.len(), MOST_LABELS)?;
    let labels = labels.into_iter().enumerate().map(|(index, label)| {
        field::short_text(&format!("{parameter}.Tags.{index}"), Some(label), 128).map(String::from)
    });
    Ok(Node {
        host: NodeHost::try_from(sent.host)
            .map_err(|invalid| Fault::invalid(Code::FormatError, &at("Host"), &invalid))?,
        port: ranged(&at("Port"), sent.port)?,
        weight: ranged(&at("Weight"), sent.weight)?,
        instance: said(&at("VmInstanceId"), sent.vm_instance_id)?,
        labels: labels.collect::<Result<_, _>>()?,
    })
}

/// The structure `K8sLabel`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct K8sLabel {
    key: String,
    value: String,
}

/// The structure `K8sService`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct K8sService {
    pub(super) weight: i64,
    pub(super) cluster_id: String,
    pub(super) namespace: String,
    pub(super) service_name: String,
    pub(super) port: i64,
    pub(super) extra_labels: Option<Vec<K8sLabel>>,
    pub(super) name: Option<String>,
}

/// `K8sService`.
pub(super) fn services(sent: Vec<K8sService>) -> Result<Vec<KubernetesService>, Fault> {
    bounded("K8sService", sent.len(), Members::MOST_SERVICES)?;
    sent.into_iter().enumerate().map(|(index, sent)| service(&format!("K8sService.{index}"), sent)).collect()
}

fn service(parameter: &str, sent: K8sService) -> Result<KubernetesService, Fault> {
    let at = |member: &str| format!("{parameter}.{member}");
    if sent.extra_labels.is_some_and(|labels| !labels.is_empty()) {
        let reason = "chooses pods by their labels, which the cluster's DNS does not know; leave it empty and let the \
                      service's own selector choose";
        return Err(Fault::value(Code::UnsupportedParameter, &at("ExtraLabels"), reason));
    }
    let label = |member: &str, raw: String| {
        DnsLabel::try_from(raw).map_err(|invalid| Fault::invalid(Code::FormatError, &at(member), &invalid))
    };
    Ok(KubernetesService {
        cluster: field::short_text(&at("ClusterId"), Some(sent.cluster_id), 64)?.into(),
        namespace: label("Namespace", sent.namespace)?,
        service: label("ServiceName", sent.service_name)?,
        port: ranged(&at("Port"), sent.port)?,
        weight: ranged(&at("Weight"), sent.weight)?,
        name: said(&at("Name"), sent.name)?,
    })
}

impl From<&KubernetesService> for K8sService {
    fn from(service: &KubernetesService) -> Self {
        Self {
            weight: service.weight.get().into(),
            cluster_id: service.cluster.clone(),
            namespace: service.namespace.as_str().to_owned(),
            service_name: service.service.as_str().to_owned(),
            port: service.port.get().into(),
            extra_labels: Some(Vec::new()),
            name: Some(service.name.clone().unwrap_or_default()),
        }
    }
}

/// A short text that says something.
fn said(parameter: &str, sent: Option<String>) -> Result<Option<String>, Fault> {
    let given = sent.filter(|text| !text.is_empty());
    given.map(|text| field::short_text(parameter, Some(text), 128).map(String::from)).transpose()
}

fn bounded(parameter: &str, count: usize, most: usize) -> Result<(), Fault> {
    if count <= most {
        return Ok(());
    }
    Err(Fault::value(Code::LimitExceeded, parameter, format!("has {count} items; at most {most} are allowed")))
}
