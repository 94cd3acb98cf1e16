//! Services: the model's service (spec: service actions and structures).

mod shown;

use std::collections::{BTreeMap, BTreeSet};

use control::{NewService, ServiceChange, read};
use model::{BindingScope, EnvironmentName, Network, ServiceId, ServiceProtocol, ServiceTree, UsagePlanId};
use serde::Deserialize;

use self::shown::{Created, Described, ForApp, Listed, net_types};
use crate::api::oauth;
use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::tag::{self, Tag};
use crate::wire::Answer;

/// The only version of the internet protocol that the vendor's services have.
const IP_VERSION: &str = "IPv4";

const PROTOCOLS: [(&str, ServiceProtocol); 3] =
    [("http", ServiceProtocol::Http), ("https", ServiceProtocol::Https), ("http&https", ServiceProtocol::Both)];

const NET_TYPES: [(&str, Network); 2] = [("OUTER", Network::Outer), ("INNER", Network::Inner)];

/// Fields that the vendor reserves; they are told back where a response has them.
const SET_SERVER_NAME: &str = "SetServerName";
const APP_ID_TYPE: &str = "AppIdType";

fn networks(sent: &[String]) -> Result<BTreeSet<Network>, Fault> {
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
    Ok(Answer::flat(Created::new(&call, &service))?)
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
    Ok(Answer::flat(Described::new(call, tree))?)
}

/// `DescribeServiceForApiApp`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OneServiceForApp {
    service_id: String,
    api_region: String,
}

/// The service for those who call its APIs as an application.
pub(crate) fn describe_for_app(call: &Call, request: OneServiceForApp) -> Result<Answer, Problem> {
    field::region("ApiRegion", &request.api_region)?;
    let id: ServiceId = field::id("ServiceId", request.service_id)?;
    Ok(Answer::flat(ForApp::new(call, call.service(&id)?))?)
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
            "EIAMAppId" => tree
                .apis
                .values()
                .any(|api| oauth::pool(&api.definition).is_some_and(|pool| pool.application.as_str() == value)),
            _ => false,
        })
    };
    let mut trees: Vec<_> = call.snapshot.services.values().filter(|tree| fits(tree)).collect();
    trees.sort_by(|a, b| (b.service.created, &b.service.id).cmp(&(a.service.created, &a.service.id)));
    Ok(page.answer("ServiceSet", trees, |tree| Listed::new(call, tree))?)
}

/// The environments that the filters `Environment` name; empty for no such filter.
pub(crate) fn environments_of(filters: &Filters) -> Result<Vec<EnvironmentName>, Fault> {
    let mut named = Vec::new();
    for names in filters.values("Environment") {
        named.extend(field::environments("Filters.Environment", names)?);
    }
    named.sort_unstable();
    named.dedup();
    Ok(named)
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
