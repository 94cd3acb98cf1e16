//! Exclusive instances (专享实例): the model's instance. An installation describes itself as the one that there is
//! (spec: dedicated instances).

use control::InstanceChange;
use control::instance::described;
use model::Instance;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::time::written;
use crate::wire::Answer;

/// The installation's identifier: it has no other installation to be told apart from.
const ID: &str = "instance-tollgate";

/// Its kind, the least of the vendor's five, and how it is paid for.
const TYPE: &str = "basic";
const CHARGE_TYPE: &str = "POSTPAID";
const STATE: &str = "RUNNING";

/// The throttle of an environment, and that of an API in it. Both are settings of the process.
const SERVICE_RATE: &str = "ServiceRequestNumPreSec";
const API_RATE: &str = "ApiRequestNumPreSec";

/// Longest name and description.
const LONGEST_NAME: usize = 50;
const LONGEST_DESCRIPTION: usize = 200;

/// Most parameters of a request.
const MOST_PARAMETERS: usize = 20;

/// `DescribeExclusiveInstanceDetail`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct One {
    instance_id: String,
}

pub(crate) fn detail(call: &Call, request: One) -> Result<Answer, Problem> {
    find(&request.instance_id)?;
    Ok(Answer::result(InstanceDetail::new(call))?)
}

fn find(id: &str) -> Result<(), Fault> {
    if id == ID {
        return Ok(());
    }
    let reason = format!("there is no instance `{}`; this installation is `{ID}`", id.escape_debug());
    Err(Fault::value(Code::InstanceNotExist, "InstanceId", reason))
}

/// `DescribeExclusiveInstances` and `DescribeExclusiveInstancesStatus`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct List {
    limit: i64,
    offset: i64,
    filters: Option<Vec<Filter>>,
}

pub(crate) fn list(call: &Call, request: List) -> Result<Answer, Problem> {
    let page = Page::new(Some(request.limit), Some(request.offset))?;
    let filters = Filters::new(request.filters, &["InstanceId", "InstanceName", "InstanceState", "KeyWord"])?;
    let instance = described(&call.snapshot);
    let name = instance.name.as_str();
    let fits = filters.admit(|filter, value| match filter {
        "InstanceId" => value == ID,
        "InstanceName" => value == name,
        "InstanceState" => value == STATE,
        "KeyWord" => ID.contains(value) || name.contains(value),
        _ => false,
    });
    let instances = if fits { vec![&instance] } else { Vec::new() };
    Ok(page.answer("InstanceSet", instances, |instance| InstanceInfo::new(instance))?)
}

/// `DescribeExclusiveInstanceRegions`: the vendor documents no field, neither of the request nor of the answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Regions {}

pub(crate) fn regions(_: &Call, _: Regions) -> Result<Answer, Problem> {
    Ok(Answer::Nothing)
}

/// `DescribeInstancesNetworkConfig`: the vendor documents no field of the answer.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Networks {
    limit: Option<i64>,
    offset: Option<i64>,
}

pub(crate) fn networks(_: &Call, request: Networks) -> Result<Answer, Problem> {
    Page::new(request.limit, request.offset)?;
    Ok(Answer::Nothing)
}

/// `ModifyExclusiveInstance`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Modify {
    instance_id: String,
    instance_name: Option<String>,
    instance_description: Option<String>,
    parameters: Option<Vec<ParameterInput>>,
}

/// The structure `InstanceParameterInput`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ParameterInput {
    name: String,
    value: String,
}

pub(crate) async fn modify(call: Call, request: Modify) -> Result<Answer, Problem> {
    find(&request.instance_id)?;
    let name = request.instance_name.map(|name| field::text_name("InstanceName", name, LONGEST_NAME));
    let description = request
        .instance_description
        .map(|text| field::short_text("InstanceDescription", Some(text), LONGEST_DESCRIPTION));
    let change = InstanceChange { name: name.transpose()?, description: description.transpose()? };
    settled(&call, &request.parameters.unwrap_or_default())?;
    call.control.modify_instance(&call.actor, change).await?;
    let call = call.refreshed();
    Ok(Answer::result(InstanceDetail::new(&call))?)
}

/// Whether parameters say what the process was started with: they are settings and cannot be changed from here.
fn settled(call: &Call, sent: &[ParameterInput]) -> Result<(), Fault> {
    if sent.len() > MOST_PARAMETERS {
        let reason = format!("has {} items; at most {MOST_PARAMETERS} are allowed", sent.len());
        return Err(Fault::value(Code::InvalidRequestParameters, "Parameters", reason));
    }
    for (index, ParameterInput { name, value }) in sent.iter().enumerate() {
        if ![SERVICE_RATE, API_RATE].contains(&name.as_str()) {
            let parameter = format!("Parameters.{index}.Name");
            let reason = format!("`{}` is not one of {SERVICE_RATE}, {API_RATE}", name.escape_debug());
            return Err(Fault::value(Code::InvalidRequestParameters, &parameter, reason));
        }
        let rate = call.control.quotas().service_rate_default;
        if value.parse() != Ok(rate) {
            let parameter = format!("Parameters.{index}.Value");
            let reason = format!(
                "`{}` is not what the process was started with, which is {rate}; it is the setting `service_rate_default`",
                value.escape_debug()
            );
            return Err(Fault::value(Code::OperationDenied, &parameter, reason));
        }
    }
    Ok(())
}

/// The structure `InstanceDetail`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct InstanceDetail {
    instance_id: &'static str,
    zone: String,
    instance_name: String,
    instance_description: String,
    instance_charge_type: &'static str,
    instance_state: &'static str,
    instance_charge_prepaid: Option<()>,
    instance_type: &'static str,
    network_config: NetworkConfig,
    vpc_config: VpcConfig,
    parameters: Vec<ParameterInfo>,
    isolation_started_time: &'static str,
    created_time: String,
    zones: Vec<String>,
}

impl InstanceDetail {
    fn new(call: &Call) -> Self {
        let instance = described(&call.snapshot);
        let zone = format!("{}-1", call.control.installation().region);
        Self {
            instance_id: ID,
            zone: zone.clone(),
            instance_name: instance.name.to_string(),
            instance_description: instance.description.as_str().to_owned(),
            instance_charge_type: CHARGE_TYPE,
            instance_state: STATE,
            instance_charge_prepaid: None,
            instance_type: TYPE,
            network_config: NetworkConfig::default(),
            vpc_config: VpcConfig::default(),
            parameters: [SERVICE_RATE, API_RATE].map(|name| ParameterInfo::new(call, name, &instance)).into(),
            isolation_started_time: "",
            created_time: written(instance.created),
            zones: vec![zone],
        }
    }
}

/// The structure `NetworkConfig`: who may reach the installation is a matter of the network that it stands in.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkConfig {
    internet_max_bandwidth_out: u32,
    enable_internet_inbound: bool,
    enable_internet_outbound: bool,
    inbound_ip_addresses: [String; 0],
    outbound_ip_addresses: [String; 0],
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            internet_max_bandwidth_out: 0,
            enable_internet_inbound: true,
            enable_internet_outbound: true,
            inbound_ip_addresses: [],
            outbound_ip_addresses: [],
        }
    }
}

/// The structure `VpcConfig`.
#[derive(Serialize, Default)]
#[serde(rename_all = "PascalCase")]
struct VpcConfig {
    uniq_vpc_id: &'static str,
    uniq_subnet_id: &'static str,
}

/// The structure `ParameterInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ParameterInfo {
    name: &'static str,
    value: u32,
    default: u32,
    unit: &'static str,
    #[serde(rename = "Type")]
    kind: &'static str,
    minimum: u32,
    maximum: u32,
    // The vendor's spelling.
    #[serde(rename = "ModifedTime")]
    modified_time: String,
    value_string: Option<()>,
    default_value_string: Option<()>,
    range: String,
}

impl ParameterInfo {
    fn new(call: &Call, name: &'static str, instance: &Instance) -> Self {
        let quotas = call.control.quotas();
        Self {
            name,
            value: quotas.service_rate_default,
            default: quotas.service_rate_default,
            unit: "QPS",
            kind: "integer",
            minimum: 1,
            maximum: quotas.service_rate_max,
            modified_time: written(instance.created),
            value_string: None,
            default_value_string: None,
            range: format!("1-{}", quotas.service_rate_max),
        }
    }
}

/// The structure `InstanceInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct InstanceInfo {
    instance_id: &'static str,
    instance_name: String,
    instance_description: String,
    instance_charge_type: &'static str,
    instance_type: &'static str,
    instance_state: &'static str,
    created_time: String,
    deal_name: Option<()>,
    resource_id: &'static str,
    outer_ip_list: [String; 0],
    inner_ip_list: [String; 0],
    instance_charge_prepaid: Option<()>,
    uniq_vpc_id: Option<()>,
}

impl InstanceInfo {
    fn new(instance: &Instance) -> Self {
        Self {
            instance_id: ID,
            instance_name: instance.name.to_string(),
            instance_description: instance.description.as_str().to_owned(),
            instance_charge_type: CHARGE_TYPE,
            instance_type: TYPE,
            instance_state: STATE,
            created_time: written(instance.created),
            deal_name: None,
            resource_id: ID,
            outer_ip_list: [],
            inner_ip_list: [],
            instance_charge_prepaid: None,
            uniq_vpc_id: None,
        }
    }
}
