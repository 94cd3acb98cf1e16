//! Services on their way out.

use model::{EnvironmentName, Network, Service, ServiceProtocol, ServiceTree};
use serde::Serialize;

use super::{APP_ID_TYPE, IP_VERSION, NET_TYPES, SET_SERVER_NAME};
use crate::api::{ApiIdStatus, newest_first};
use crate::call::Call;
use crate::tag::{self, Tag};
use crate::time::written;
use crate::usage_plan::UsagePlan;

fn protocol_word(protocol: ServiceProtocol) -> &'static str {
    match protocol {
        ServiceProtocol::Http => "http",
        ServiceProtocol::Https => "https",
        ServiceProtocol::Both => "http&https",
    }
}

/// The networks in the vendor's words.
pub(super) fn net_types(service: &Service) -> Vec<&'static str> {
    NET_TYPES.iter().filter(|(_, network)| service.networks.contains(network)).map(|(word, _)| *word).collect()
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

/// The answer of `CreateService`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Created<'a> {
    service_id: &'a str,
    service_name: &'a str,
    service_desc: &'a str,
    outer_sub_domain: String,
    inner_sub_domain: String,
    created_time: String,
    net_types: Vec<&'static str>,
    ip_version: &'static str,
}

impl<'a> Created<'a> {
    pub(super) fn new(call: &Call, service: &'a Service) -> Self {
        Self {
            service_id: service.id.as_str(),
            service_name: service.name.as_str(),
            service_desc: service.description.as_str(),
            outer_sub_domain: outer_host(call, service),
            inner_sub_domain: inner_host(call, service),
            created_time: written(service.created),
            net_types: net_types(service),
            ip_version: IP_VERSION,
        }
    }
}

/// The answer of `DescribeServiceForApiApp`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ForApp<'a> {
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
}

impl<'a> ForApp<'a> {
    pub(super) fn new(call: &Call, tree: &'a ServiceTree) -> Self {
        let service = &tree.service;
        let apis: Vec<_> = newest_first(tree).into_iter().map(|api| ApiIdStatus::new(tree, api)).collect();
        let plans = plans(call, tree);
        Self {
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
        }
    }
}

/// The answer of `DescribeService`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Described<'a> {
    #[serde(flatten)]
    for_app: ForApp<'a>,
    instance_id: Option<&'a str>,
    instance_name: Option<&'a str>,
    set_type: Option<&'a str>,
    deployment_type: Option<&'a str>,
    special_use: Option<&'a str>,
    uniq_vpc_id: Option<&'a str>,
}

impl<'a> Described<'a> {
    pub(super) fn new(call: &Call, tree: &'a ServiceTree) -> Self {
        Self {
            for_app: ForApp::new(call, tree),
            instance_id: tree.service.instance.as_deref(),
            instance_name: None,
            set_type: None,
            deployment_type: None,
            special_use: None,
            uniq_vpc_id: tree.service.vpc.as_deref(),
        }
    }
}

/// The structure `Service`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed<'a> {
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
    pub(super) fn new(call: &Call, tree: &'a ServiceTree) -> Self {
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
