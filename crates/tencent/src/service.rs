//! Services: the model's service (spec: service actions and structures).

use std::collections::BTreeMap;

use control::{NewService, ServiceChange, read};
use model::{BindingScope, EnvironmentName, Network, Service, ServiceId, ServiceProtocol, ServiceTree, UsagePlanId};
use serde::{Deserialize, Serialize};

use crate::api::ApiIdStatus;
use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::tag::{self, Tag};
use crate::time::written;
use crate::usage_plan::UsagePlan;
use crate::wire::Answer;

/// The only version of the internet protocol that the vendor's services have.
const IP_VERSION: &str = "IPv4";

const PROTOCOLS: [(&str, ServiceProtocol); 3] =
    [("http", ServiceProtocol::Http), ("https", ServiceProtocol::Https), ("http&https", ServiceProtocol::Both)];

const NET_TYPES: [(&str, Network); 2] = [("OUTER", Network::Outer), ("INNER", Network::Inner)];

/// Fields that the vendor reserves; they are told back where a response has them.
const SET_SERVER_NAME: &str = "SetServerName";
const APP_ID_TYPE: &str = "AppIdType";

fn protocol_word(protocol: ServiceProtocol) -> &'static str {
    match protocol {
        ServiceProtocol::Http => "http",
        ServiceProtocol::Https => "https",
        ServiceProtocol::Both => "http&https",
    }
}

fn net_types(service: &Service) -> Vec<&'static str> {
    NET_TYPES.iter().filter(|(_, network)| service.networks.contains(network)).map(|(word, _)| *word).collect()
}

fn networks(sent: &[String]) -> Result<std::collections::BTreeSet<Network>, Fault> {
    if sent.is_empty() {
        return Err(Fault::value(Code::NotInOptions, "NetTypes", "is empty; OUTER, INNER or both are allowed"));
    }
    sent.iter()
        .enumerate()
        .map(|(index, word)| field::option(Code::NotInOptions, &format!("NetTypes.{index}"), word, &NET_TYPES))
        .collect()
}

/// Empty stands for none.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// An identifier of something outside of the gateway, which is only told back.
fn foreign_id(parameter: &str, raw: Option<String>) -> Result<Option<String>, Fault> {
    let Some(raw) = given(raw) else { return Ok(None) };
    let fits = raw.len() <= 64 && raw.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits {
        Ok(Some(raw))
    } else {
        Err(Fault::value(
            Code::FormatError,
            parameter,
            "is no identifier; at most 64 letters, digits, `-` and `_` are allowed",
        ))
    }
}

/// `CreateService`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Create {
    service_name: String,
    protocol: String,
    service_desc: Option<String>,
    net_types: Option<Vec<String>>,
    ip_version: Option<String>,
    set_server_name: Option<String>,
    app_id_type: Option<String>,
    tags: Option<Vec<Tag>>,
    instance_id: Option<String>,
    uniq_vpc_id: Option<String>,
}

pub(crate) async fn create(call: Call, request: Create) -> Result<Answer, Problem> {
    if let Some(version) = given(request.ip_version) {
        field::option(Code::NotInOptions, "IpVersion", &version, &[(IP_VERSION, ())])?;
    }
    let mut annotations = BTreeMap::new();
    for (name, value) in [(SET_SERVER_NAME, request.set_server_name), (APP_ID_TYPE, request.app_id_type)] {
        if let Some(value) = given(value) {
            annotations.insert(name.to_owned(), field::short_text(name, Some(value), 128)?.into());
        }
    }
    let new = NewService {
        name: field::short_name("ServiceName", request.service_name)?,
        description: field::text("ServiceDesc", request.service_desc)?,
        protocol: field::option(Code::NotInOptions, "Protocol", &request.protocol, &PROTOCOLS)?,
        networks: request.net_types.map_or(Ok([Network::Outer].into()), |sent| networks(&sent))?,
        vpc: foreign_id("UniqVpcId", request.uniq_vpc_id)?,
        instance: foreign_id("InstanceId", request.instance_id)?,
        tags: tag::read("Tags", request.tags.unwrap_or_default())?,
        annotations,
    };
    let service = call.control.create_service(&call.actor, new).await?;
    Ok(Answer::flat(Created {
        service_id: service.id.as_str(),
        service_name: service.name.as_str(),
        service_desc: service.description.as_str(),
        outer_sub_domain: outer_host(&call, &service),
        inner_sub_domain: inner_host(&call, &service),
        created_time: written(service.created),
        net_types: net_types(&service),
        ip_version: IP_VERSION,
    })?)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Created<'a> {
    service_id: &'a str,
    service_name: &'a str,
    service_desc: &'a str,
    outer_sub_domain: String,
    inner_sub_domain: String,
    created_time: String,
    net_types: Vec<&'static str>,
    ip_version: &'static str,
}

/// The host name that callers of the public side use; empty when there is no public side.
fn outer_host(call: &Call, service: &Service) -> String {
    host_if(call, service, Network::Outer)
}

/// The host name on the private side: one gateway plays both, so it is the same name.
fn inner_host(call: &Call, service: &Service) -> String {
    host_if(call, service, Network::Inner)
}

fn host_if(call: &Call, service: &Service, network: Network) -> String {
    if service.networks.contains(&network) { call.control.default_host(&service.id) } else { String::new() }
}

/// A request that names a service and nothing more.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OneService {
    service_id: String,
}

pub(crate) fn describe(call: &Call, request: OneService) -> Result<Answer, Problem> {
    let id: ServiceId = field::id("ServiceId", request.service_id)?;
    let tree = call.service(&id)?;
    let service = &tree.service;
    let apis: Vec<_> = crate::api::newest_first(tree).into_iter().map(|api| ApiIdStatus::new(tree, api)).collect();
    let plans = plans(call, tree);
    Ok(Answer::flat(Described {
        service_id: service.id.as_str(),
        available_environments: environments(tree),
        service_name: service.name.as_str(),
        service_desc: service.description.as_str(),
        protocol: protocol_word(service.protocol),
        created_time: written(service.created),
        modified_time: written(service.modified),
        net_types: net_types(service),
        internal_sub_domain: inner_host(call, service),
        outer_sub_domain: outer_host(call, service),
        inner_http_port: 0,
        inner_https_port: 0,
        api_total_count: apis.len(),
        api_id_status_set: apis,
        usage_plan_total_count: plans.len(),
        usage_plan_list: plans,
        ip_version: IP_VERSION,
        user_type: service.annotations.get(APP_ID_TYPE).map(String::as_str),
        set_id: None,
        tags: tag::written(&service.tags),
        instance_id: service.instance.as_deref(),
        instance_name: None,
        set_type: None,
        deployment_type: None,
        special_use: None,
        uniq_vpc_id: service.vpc.as_deref(),
    })?)
}

fn environments(tree: &ServiceTree) -> Vec<String> {
    tree.released_environments().into_iter().map(String::from).collect()
}

/// The plans that rule whole environments of the service, one item for each plan and environment.
fn plans(call: &Call, tree: &ServiceTree) -> Vec<UsagePlan> {
    EnvironmentName::all()
        .iter()
        .flat_map(|environment| tree.service_plans(environment))
        .filter_map(|binding| {
            let plan = call.snapshot.usage_plans.get(&binding.plan)?;
            Some(UsagePlan::new(plan, &binding.environment))
        })
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described<'a> {
    service_id: &'a str,
    available_environments: Vec<String>,
    service_name: &'a str,
    service_desc: &'a str,
    protocol: &'static str,
    created_time: String,
    modified_time: String,
    net_types: Vec<&'static str>,
    internal_sub_domain: String,
    outer_sub_domain: String,
    inner_http_port: u16,
    inner_https_port: u16,
    api_total_count: usize,
    api_id_status_set: Vec<ApiIdStatus>,
    usage_plan_total_count: usize,
    usage_plan_list: Vec<UsagePlan>,
    ip_version: &'static str,
    user_type: Option<&'a str>,
    set_id: Option<i64>,
    tags: Vec<Tag>,
    instance_id: Option<&'a str>,
    instance_name: Option<&'a str>,
    set_type: Option<&'a str>,
    deployment_type: Option<&'a str>,
    special_use: Option<&'a str>,
    uniq_vpc_id: Option<&'a str>,
}

/// `DescribeServicesStatus`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct List {
    filters: Option<Vec<Filter>>,
    limit: Option<i64>,
    offset: Option<i64>,
}

const FILTERS: [&str; 8] =
    ["ServiceId", "ServiceName", "NotUsagePlanId", "Environment", "IpVersion", "InstanceId", "NetType", "EIAMAppId"];

/// Newest first.
pub(crate) fn list(call: &Call, request: List) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let filters = Filters::new(request.filters, &FILTERS)?;
    let named = environments_of(&filters)?;
    let fits = |tree: &ServiceTree| {
        let service = &tree.service;
        filters.admit(|name, value| match name {
            "ServiceId" => service.id.as_str() == value,
            "ServiceName" => service.name.as_str() == value,
            "NotUsagePlanId" => !rules_environments(tree, value, &named),
            "Environment" => tree.released_environments().iter().any(|name| name.as_str() == value),
            "IpVersion" => value == IP_VERSION,
            "InstanceId" => service.instance.as_deref() == Some(value),
            "NetType" => net_types(service).contains(&value),
            _ => false,
        })
    };
    let mut trees: Vec<_> = call.snapshot.services.values().filter(|tree| fits(tree)).collect();
    trees.sort_by(|a, b| (b.service.created, &b.service.id).cmp(&(a.service.created, &a.service.id)));
    Ok(page.answer("ServiceSet", trees, |tree| Listed::new(call, tree))?)
}

/// The environments that the filter `Environment` names; empty for no such filter.
pub(crate) fn environments_of(filters: &Filters) -> Result<Vec<EnvironmentName>, Fault> {
    filters.values("Environment").map_or(Ok(Vec::new()), |names| field::environments("Filters.Environment", names))
}

/// True when the plan rules one of these environments as a whole; all environments are meant where none is named.
fn rules_environments(tree: &ServiceTree, plan: &str, named: &[EnvironmentName]) -> bool {
    tree.plan_bindings.values().any(|binding| {
        binding.plan.as_str() == plan
            && binding.scope == BindingScope::Service
            && (named.is_empty() || named.contains(&binding.environment))
    })
}

/// True when the plan rules something of one of these environments.
pub(crate) fn rules_something(tree: &ServiceTree, plan: &UsagePlanId, named: &[EnvironmentName]) -> bool {
    if named.is_empty() {
        return read::rules_service(tree, plan, None);
    }
    named.iter().any(|environment| read::rules_service(tree, plan, Some(environment)))
}

/// The structure `Service`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed<'a> {
    inner_https_port: u16,
    service_desc: &'a str,
    protocol: &'static str,
    modified_time: String,
    net_types: Vec<&'static str>,
    exclusive_set_name: &'a str,
    service_id: &'a str,
    ip_version: &'static str,
    available_environments: Vec<String>,
    service_name: &'a str,
    outer_sub_domain: String,
    created_time: String,
    inner_http_port: u16,
    inner_sub_domain: String,
    trade_isolate_status: u8,
    tags: Vec<Tag>,
    instance_id: Option<&'a str>,
    set_type: Option<&'a str>,
    deployment_type: Option<&'a str>,
}

impl<'a> Listed<'a> {
    fn new(call: &Call, tree: &'a ServiceTree) -> Self {
        let service = &tree.service;
        Self {
            inner_https_port: 0,
            service_desc: service.description.as_str(),
            protocol: protocol_word(service.protocol),
            modified_time: written(service.modified),
            net_types: net_types(service),
            exclusive_set_name: service.annotations.get(SET_SERVER_NAME).map_or("", String::as_str),
            service_id: service.id.as_str(),
            ip_version: IP_VERSION,
            available_environments: environments(tree),
            service_name: service.name.as_str(),
            outer_sub_domain: outer_host(call, service),
            created_time: written(service.created),
            inner_http_port: 0,
            inner_sub_domain: inner_host(call, service),
            trade_isolate_status: 0,
            tags: tag::written(&service.tags),
            instance_id: service.instance.as_deref(),
            set_type: None,
            deployment_type: None,
        }
    }
}

/// `ModifyService`: what is left out stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Modify {
    service_id: String,
    service_name: Option<String>,
    service_desc: Option<String>,
    protocol: Option<String>,
    net_types: Option<Vec<String>>,
    uniq_vpc_id: Option<String>,
}

pub(crate) async fn modify(call: Call, request: Modify) -> Result<Answer, Problem> {
    let id: ServiceId = field::id("ServiceId", request.service_id)?;
    let change = ServiceChange {
        name: request.service_name.map(|name| field::short_name("ServiceName", name)).transpose()?,
        description: request.service_desc.map(|text| field::text("ServiceDesc", Some(text))).transpose()?,
        protocol: request
            .protocol
            .map(|word| field::option(Code::NotInOptions, "Protocol", &word, &PROTOCOLS))
            .transpose()?,
        networks: request.net_types.map(|sent| networks(&sent)).transpose()?,
        vpc: foreign_id("UniqVpcId", request.uniq_vpc_id)?,
        tags: None,
        annotations: None,
    };
    call.control.modify_service(&call.actor, &id, change).await?;
    Ok(Answer::Nothing)
}

/// `DeleteService`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Delete {
    service_id: String,
    skip_verification: Option<i64>,
}

pub(crate) async fn delete(call: Call, request: Delete) -> Result<Answer, Problem> {
    let id: ServiceId = field::id("ServiceId", request.service_id)?;
    call.service(&id)?;
    if request.skip_verification.is_some_and(|skip| skip != 0) {
        let reason = "a service is deleted only after its checks; 0 is allowed";
        return Err(Fault::value(Code::UnsupportedDeleteService, "SkipVerification", reason).into());
    }
    call.control.delete_service(&call.actor, &id).await?;
    Ok(Answer::done())
}
