//! Upstreams (后端通道, "VPC channels"): the model's upstream (spec: upstream).

mod health;
mod nodes;
mod shown;

use std::collections::BTreeMap;

use control::terms::Noun;
use control::{NewUpstream, UpstreamChange, read};
use model::{Api, Authority, Balancing, Members, Name, Retries, ServiceTree, Upstream, UpstreamId, UpstreamProtocol};
use serde::{Deserialize, Serialize};

use self::health::HealthChecker;
use self::nodes::{K8sService, UpstreamNode};
use self::shown::UpstreamInfo;
use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::tag::{self, Tag};
use crate::time::written;
use crate::wire::Answer;

/// The annotation that keeps the algorithm's word: official texts write it in two ways, and each is told back as sent.
const ALGORITHM: &str = "Algorithm";

const SCHEMES: [(&str, UpstreamProtocol); 4] = [
    ("HTTP", UpstreamProtocol::Http),
    ("HTTPS", UpstreamProtocol::Https),
    ("gRPC", UpstreamProtocol::Grpc),
    ("gRPCs", UpstreamProtocol::Grpcs),
];

/// The words for the one algorithm: that of the field's text, and that of the official examples.
const ALGORITHMS: [(&str, ()); 2] = [("ROUND-ROBIN", ()), ("ROUND_ROBIN", ())];

/// Where nodes come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nodes,
    Kubernetes,
}

const TYPES: [(&str, Kind); 2] = [("IP_PORT", Kind::Nodes), ("K8S", Kind::Kubernetes)];

/// `CreateUpstream`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Create {
    scheme: String,
    algorithm: String,
    uniq_vpc_id: String,
    upstream_name: Option<String>,
    upstream_description: Option<String>,
    upstream_type: Option<String>,
    retries: Option<i64>,
    upstream_host: Option<String>,
    nodes: Option<Vec<UpstreamNode>>,
    tags: Option<Vec<Tag>>,
    health_checker: Option<HealthChecker>,
    #[serde(rename = "K8sService")]
    k8s_service: Option<Vec<K8sService>>,
}

pub(crate) async fn create(call: Call, request: Create) -> Result<Answer, Problem> {
    field::option(Code::NotInOptions, "Algorithm", &request.algorithm, &ALGORITHMS)?;
    let kind = kind(request.upstream_type.as_deref())?.unwrap_or(Kind::Nodes);
    let new = NewUpstream {
        name: name(request.upstream_name.unwrap_or_default())?,
        description: field::text("UpstreamDescription", request.upstream_description)?,
        protocol: field::option(Code::NotInOptions, "Scheme", &request.scheme, &SCHEMES)?,
        balancing: Balancing::RoundRobin,
        vpc: Some(vpc(request.uniq_vpc_id)?),
        retries: request.retries.map(retries).transpose()?.unwrap_or_default(),
        host: host(request.upstream_host.unwrap_or_default())?,
        members: members(kind, request.nodes, request.k8s_service)?.ok_or_else(|| Fault::missing("K8sService"))?,
        health: request.health_checker.map(HealthChecker::into_model).transpose()?,
        tags: tag::read("Tags", request.tags.unwrap_or_default())?,
        annotations: BTreeMap::from([(ALGORITHM.to_owned(), request.algorithm)]),
    };
    let upstream = call.control.create_upstream(&call.actor, new).await?;
    Ok(Answer::flat(One { upstream_id: upstream.id.to_string() })?)
}

/// `ModifyUpstream`: what is left out stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Modify {
    upstream_id: String,
    upstream_name: Option<String>,
    upstream_description: Option<String>,
    scheme: Option<String>,
    upstream_type: Option<String>,
    algorithm: Option<String>,
    uniq_vpc_id: Option<String>,
    retries: Option<i64>,
    upstream_host: Option<String>,
    nodes: Option<Vec<UpstreamNode>>,
    health_checker: Option<HealthChecker>,
    #[serde(rename = "K8sService")]
    k8s_service: Option<Vec<K8sService>>,
}

pub(crate) async fn modify(call: Call, request: Modify) -> Result<Answer, Problem> {
    let id: UpstreamId = field::id("UpstreamId", request.upstream_id)?;
    let old = call.upstream(&id)?;
    let mut annotations = None;
    // A word of our own, told back as it was shown, leaves the algorithm as it is.
    let is_told_back = request.algorithm.as_ref().is_some_and(|word| *word == shown::algorithm(old));
    if let Some(word) = request.algorithm.as_ref().filter(|word| !word.is_empty() && !is_told_back) {
        field::option(Code::NotInOptions, "Algorithm", word, &ALGORITHMS)?;
        let mut kept = old.annotations.clone();
        kept.insert(ALGORITHM.to_owned(), word.clone());
        annotations = Some(kept);
    }
    let before = match old.members {
        Members::Nodes { .. } => Kind::Nodes,
        Members::Kubernetes { .. } => Kind::Kubernetes,
    };
    let now = kind(request.upstream_type.as_deref())?.unwrap_or(before);
    let given = members_given(now, request.nodes, request.k8s_service)?;
    if given.is_none() && now != before {
        return Err(Fault::missing(if now == Kind::Nodes { "Nodes" } else { "K8sService" }).into());
    }
    let change = UpstreamChange {
        name: request.upstream_name.map(name).transpose()?,
        description: request
            .upstream_description
            .map(|text| field::text("UpstreamDescription", Some(text)))
            .transpose()?,
        protocol: request
            .scheme
            .map(|word| field::option(Code::NotInOptions, "Scheme", &word, &SCHEMES))
            .transpose()?,
        balancing: annotations.is_some().then_some(Balancing::RoundRobin),
        vpc: request.uniq_vpc_id.map(|raw| vpc(raw).map(Some)).transpose()?,
        retries: request.retries.map(retries).transpose()?,
        host: request.upstream_host.map(host).transpose()?,
        members: given,
        health: request.health_checker.map(|sent| sent.into_model().map(Some)).transpose()?,
        tags: None,
        annotations,
    };
    let actor = call.actor_on(Noun::Upstream(id.clone()));
    let upstream = call.control.modify_upstream(&actor, &id, change).await?;
    Ok(Answer::result(UpstreamInfo::new(&call, &upstream).without_tags())?)
}

fn kind(word: Option<&str>) -> Result<Option<Kind>, Fault> {
    let given = word.filter(|word| !word.is_empty());
    given.map(|word| field::option(Code::NotInOptions, "UpstreamType", word, &TYPES)).transpose()
}

/// The members of a new upstream; `None` where they are services and none is given.
fn members(
    kind: Kind,
    nodes: Option<Vec<UpstreamNode>>,
    services: Option<Vec<K8sService>>,
) -> Result<Option<Members>, Fault> {
    let given = members_given(kind, nodes, services)?;
    Ok(given.or(match kind {
        Kind::Nodes => Some(Members::Nodes { nodes: Vec::new() }),
        Kind::Kubernetes => None,
    }))
}

/// The members that a request names, of the one kind that it may name.
fn members_given(
    kind: Kind,
    sent_nodes: Option<Vec<UpstreamNode>>,
    sent_services: Option<Vec<K8sService>>,
) -> Result<Option<Members>, Fault> {
    let foreign = |parameter: &str, belongs: &str, own: &str| {
        let reason = format!("belongs to upstreams of type {belongs}; this one's `UpstreamType` is {own}");
        Fault::value(Code::InvalidParameterValue, parameter, reason)
    };
    match kind {
        Kind::Nodes if sent_services.as_ref().is_some_and(|sent| !sent.is_empty()) => {
            Err(foreign("K8sService", "K8S", "IP_PORT"))
        }
        Kind::Kubernetes if sent_nodes.as_ref().is_some_and(|sent| !sent.is_empty()) => {
            Err(foreign("Nodes", "IP_PORT", "K8S"))
        }
        Kind::Nodes => Ok(sent_nodes.map(nodes::nodes).transpose()?.map(|nodes| Members::Nodes { nodes })),
        Kind::Kubernetes => {
            let services = sent_services.filter(|sent| !sent.is_empty()).map(nodes::services).transpose()?;
            Ok(services.map(|services| Members::Kubernetes { services }))
        }
    }
}

fn name(raw: String) -> Result<Option<Name>, Fault> {
    if raw.is_empty() { Ok(None) } else { field::short_name("UpstreamName", raw).map(Some) }
}

fn vpc(raw: String) -> Result<String, Fault> {
    let fits =
        (1..=64).contains(&raw.len()) && raw.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits {
        Ok(raw)
    } else {
        let reason = "is no identifier; 1 to 64 letters, digits, `-` and `_` are allowed";
        Err(Fault::value(Code::InvalidVpcConfig, "UniqVpcId", reason))
    }
}

fn host(raw: String) -> Result<Option<Authority>, Fault> {
    if raw.is_empty() {
        return Ok(None);
    }
    Authority::try_from(raw).map(Some).map_err(|invalid| Fault::invalid(Code::FormatError, "UpstreamHost", &invalid))
}

fn retries(sent: i64) -> Result<Retries, Fault> {
    ranged("Retries", sent)
}

/// A number that one of the model's types takes.
fn ranged<T: TryFrom<u32, Error = model::Invalid>>(parameter: &str, sent: i64) -> Result<T, Fault> {
    let small = u32::try_from(sent)
        .map_err(|_| Fault::value(Code::RangeExceeded, parameter, format!("{sent} is out of range")))?;
    T::try_from(small).map_err(|invalid| Fault::invalid(Code::RangeExceeded, parameter, &invalid))
}

/// An upstream's identifier: in a request the only parameter, in an answer flat.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct One {
    upstream_id: String,
}

pub(crate) async fn delete(call: Call, request: One) -> Result<Answer, Problem> {
    let id: UpstreamId = field::id("UpstreamId", request.upstream_id)?;
    call.control.delete_upstream(&call.actor, &id).await?;
    Ok(Answer::flat(One { upstream_id: id.to_string() })?)
}

/// `DescribeUpstreams`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct List {
    limit: i64,
    offset: i64,
    filters: Option<Vec<Filter>>,
}

/// Newest first.
pub(crate) fn list(call: &Call, request: List) -> Result<Answer, Problem> {
    let page = Page::new(Some(request.limit), Some(request.offset))?;
    let filters = Filters::new(request.filters, &["UpstreamId", "UpstreamName"])?;
    let fits = |upstream: &Upstream| {
        filters.admit(|name, value| match name {
            "UpstreamId" => upstream.id.as_str() == value,
            "UpstreamName" => upstream.name.as_ref().is_some_and(|name| name.as_str() == value),
            _ => false,
        })
    };
    let mut upstreams: Vec<_> = call.snapshot.upstreams.values().filter(|upstream| fits(upstream)).collect();
    upstreams.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    Ok(page.answer("UpstreamSet", upstreams, |upstream| UpstreamInfo::new(call, upstream))?)
}

/// `DescribeUpstreamBindApis`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct BindApis {
    limit: i64,
    offset: i64,
    upstream_id: String,
    filters: Option<Vec<Filter>>,
}

/// Newest first; an API counts as it is edited.
pub(crate) fn bind_apis(call: &Call, request: BindApis) -> Result<Answer, Problem> {
    let page = Page::new(Some(request.limit), Some(request.offset))?;
    let id: UpstreamId = field::id("UpstreamId", request.upstream_id)?;
    let filters = Filters::new(request.filters, &["ServiceId", "ApiId"])?;
    call.upstream(&id)?;
    let fits = |tree: &ServiceTree, api: &Api| {
        filters.admit(|name, value| match name {
            "ServiceId" => tree.service.id.as_str() == value,
            "ApiId" => api.id.as_str() == value,
            _ => false,
        })
    };
    let mut apis: Vec<_> = read::apis_of_upstream(&call.snapshot, &id).filter(|(tree, api)| fits(tree, api)).collect();
    apis.sort_by(|(_, a), (_, b)| (b.created, &b.id).cmp(&(a.created, &a.id)));
    Ok(page.answer("BindApiSet", apis, |(tree, api)| BindApiInfo {
        api_id: api.id.to_string(),
        service_id: tree.service.id.to_string(),
        api_name: api.definition.name.to_string(),
        service_name: tree.service.name.to_string(),
        bind_time: written(api.modified),
    })?)
}

/// The structure `BindApiInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BindApiInfo {
    api_id: String,
    service_id: String,
    api_name: String,
    service_name: String,
    bind_time: String,
}
