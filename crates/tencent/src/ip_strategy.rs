//! IP strategies (IP 策略): the model's IP strategy (spec: IP strategy).

use std::collections::BTreeSet;

use control::{IpStrategyChange, NewIpStrategy};
use model::{
    AddressList, Api, ApiId, EnvironmentName, IpBinding, IpStrategy, IpStrategyId, IpStrategyKind, ServiceId,
    ServiceTree,
};
use serde::{Deserialize, Serialize};

use crate::api::{BoundApi, newest_first};
use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::time::written;
use crate::wire::Answer;

const TYPES: [(&str, IpStrategyKind); 2] = [("WHITE", IpStrategyKind::White), ("BLACK", IpStrategyKind::Black)];

/// `CreateIPStrategy`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Create {
    service_id: String,
    strategy_name: String,
    strategy_type: String,
    strategy_data: String,
}

pub(crate) async fn create(call: Call, request: Create) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let new = NewIpStrategy {
        name: field::short_name("StrategyName", request.strategy_name)?,
        kind: field::option(Code::FormatError, "StrategyType", &request.strategy_type, &TYPES)?,
        addresses: addresses(request.strategy_data)?,
    };
    let strategy = call.control.create_ip_strategy(&call.actor, &service, new).await?;
    let call = call.refreshed();
    Ok(Answer::result(IpStrategyInfo::new(call.service(&service)?, &strategy))?)
}

fn addresses(raw: String) -> Result<AddressList, Fault> {
    AddressList::try_from(raw).map_err(|invalid| Fault::invalid(Code::FormatError, "StrategyData", &invalid))
}

/// `ModifyIPStrategy`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Modify {
    service_id: String,
    strategy_id: String,
    strategy_data: String,
}

pub(crate) async fn modify(call: Call, request: Modify) -> Result<Answer, Problem> {
    let (service, id) = ids(request.service_id, request.strategy_id)?;
    let change = IpStrategyChange { addresses: Some(addresses(request.strategy_data)?), ..IpStrategyChange::default() };
    call.control.modify_ip_strategy(&call.actor, &service, &id, change).await?;
    Ok(Answer::done())
}

fn ids(service: String, strategy: String) -> Result<(ServiceId, IpStrategyId), Fault> {
    Ok((field::id("ServiceId", service)?, field::id("StrategyId", strategy)?))
}

/// `DeleteIPStrategy`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct One {
    service_id: String,
    strategy_id: String,
}

pub(crate) async fn delete(call: Call, request: One) -> Result<Answer, Problem> {
    let (service, id) = ids(request.service_id, request.strategy_id)?;
    call.control.delete_ip_strategy(&call.actor, &service, &id).await?;
    Ok(Answer::done())
}

/// `BindIPStrategy`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Bind {
    service_id: String,
    strategy_id: String,
    environment_name: String,
    bind_api_ids: Vec<String>,
}

pub(crate) async fn bind(call: Call, request: Bind) -> Result<Answer, Problem> {
    let (service, id) = ids(request.service_id, request.strategy_id)?;
    let environment = field::environment("EnvironmentName", &request.environment_name)?;
    let apis: Vec<ApiId> = field::ids("BindApiIds", request.bind_api_ids)?;
    call.control.bind_ip_strategy(&call.actor, &service, &id, &environment, &apis).await?;
    Ok(Answer::done())
}

/// `UnBindIPStrategy`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Unbind {
    service_id: String,
    strategy_id: String,
    environment_name: String,
    un_bind_api_ids: Vec<String>,
}

pub(crate) async fn unbind(call: Call, request: Unbind) -> Result<Answer, Problem> {
    let (service, id) = ids(request.service_id, request.strategy_id)?;
    let environment = field::environment("EnvironmentName", &request.environment_name)?;
    let apis: Vec<ApiId> = field::ids("UnBindApiIds", request.un_bind_api_ids)?;
    call.control.unbind_ip_strategy(&call.actor, &service, &id, &environment, &apis).await?;
    Ok(Answer::done())
}

/// `DescribeIPStrategy`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Describe {
    service_id: String,
    strategy_id: String,
    environment_name: Option<String>,
    filters: Option<Vec<Filter>>,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// The page is one of the APIs that are bound in the environment, or in any where none is named.
pub(crate) fn describe(call: &Call, request: Describe) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let (service, id) = ids(request.service_id, request.strategy_id)?;
    let environment = named(request.environment_name)?;
    Filters::new(request.filters, &[])?;
    let tree = call.service(&service)?;
    let strategy = find(tree, &id)?;
    let is_meant = |binding: &&IpBinding| environment.as_ref().is_none_or(|named| binding.environment == *named);
    let apis: BTreeSet<&ApiId> = strategy.bindings.iter().filter(is_meant).map(|binding| &binding.api).collect();
    let bound: Vec<&Api> = newest_first(tree).into_iter().filter(|api| apis.contains(&api.id)).collect();
    let info = IpStrategyInfo {
        bind_api_total_count: bound.len(),
        bind_apis: Some(page.cut(bound).map(|api| BoundApi::new(tree, api)).collect()),
        ..IpStrategyInfo::new(tree, strategy)
    };
    Ok(Answer::result(info)?)
}

fn named(environment: Option<String>) -> Result<Option<EnvironmentName>, Fault> {
    let given = environment.filter(|name| !name.is_empty());
    given.map(|name| field::environment("EnvironmentName", &name)).transpose()
}

fn find<'t>(tree: &'t ServiceTree, id: &IpStrategyId) -> Result<&'t IpStrategy, Problem> {
    match tree.ip_strategies.get(id) {
        Some(strategy) => Ok(strategy),
        None => {
            let service = tree.service.id.clone();
            Err(control::Refusal::from(control::IpStrategyRefusal::NotFound { service, strategy: id.clone() }).into())
        }
    }
}

/// `DescribeIPStrategysStatus`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct List {
    service_id: String,
    filters: Option<Vec<Filter>>,
}

/// All of them, newest first.
pub(crate) fn list(call: &Call, request: List) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let filters = Filters::new(request.filters, &["StrategyName"])?;
    let tree = call.service(&service)?;
    let fits = |strategy: &IpStrategy| filters.admit(|_, value| strategy.name.as_str() == value);
    let mut strategies: Vec<_> = tree.ip_strategies.values().filter(|strategy| fits(strategy)).collect();
    strategies.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    let strategy_set: Vec<_> = strategies.into_iter().map(|strategy| IpStrategyInfo::new(tree, strategy)).collect();
    Ok(Answer::result(IpStrategiesStatus { total_count: strategy_set.len(), strategy_set })?)
}

/// The structure `IPStrategiesStatus`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct IpStrategiesStatus {
    total_count: usize,
    strategy_set: Vec<IpStrategyInfo>,
}

/// The structure `IPStrategy`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct IpStrategyInfo {
    strategy_id: String,
    strategy_name: String,
    strategy_type: &'static str,
    strategy_data: String,
    created_time: String,
    modified_time: String,
    service_id: String,
    bind_api_total_count: usize,
    bind_apis: Option<Vec<BoundApi>>,
}

impl IpStrategyInfo {
    /// The strategy without the APIs that are bound, whose number counts each once, and none that was deleted.
    fn new(tree: &ServiceTree, strategy: &IpStrategy) -> Self {
        let bound = strategy.bindings.iter().map(|binding| &binding.api);
        let apis: BTreeSet<&ApiId> = bound.filter(|api| tree.apis.contains_key(*api)).collect();
        let word = TYPES.iter().find(|(_, kind)| *kind == strategy.kind).map_or("", |(word, _)| word);
        Self {
            strategy_id: strategy.id.to_string(),
            strategy_name: strategy.name.to_string(),
            strategy_type: word,
            strategy_data: strategy.addresses.as_str().to_owned(),
            created_time: written(strategy.created),
            modified_time: written(strategy.modified),
            service_id: strategy.service.to_string(),
            bind_api_total_count: apis.len(),
            bind_apis: None,
        }
    }
}

/// `DescribeIPStrategyApisStatus`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Bindable {
    service_id: String,
    strategy_id: String,
    environment_name: String,
    filters: Option<Vec<Filter>>,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// The APIs that are not bound to the strategy in the environment, newest first.
pub(crate) fn bindable(call: &Call, request: Bindable) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let (service, id) = ids(request.service_id, request.strategy_id)?;
    let environment = field::environment("EnvironmentName", &request.environment_name)?;
    let filters = Filters::new(request.filters, &["ApiPath", "ApiName", "KeyWord"])?;
    let tree = call.service(&service)?;
    find(tree, &id)?;
    let bound_to = |api: &Api| {
        let binding = IpBinding { environment: environment.clone(), api: api.id.clone() };
        tree.ip_strategies.values().find(|strategy| strategy.bindings.contains(&binding))
    };
    let fits = |api: &Api| {
        let (name, path) = (api.definition.name.as_str(), api.definition.path.as_str());
        filters.admit(|filter, value| match filter {
            "ApiPath" => path == value,
            "ApiName" => name == value,
            "KeyWord" => name.contains(value) || path.contains(value) || api.id.as_str().contains(value),
            _ => false,
        })
    };
    let others: Vec<(&Api, Option<&IpStrategyId>)> = newest_first(tree)
        .into_iter()
        .filter(|api| fits(api))
        .map(|api| (api, bound_to(api).map(|strategy| &strategy.id)))
        .filter(|(_, bound)| *bound != Some(&id))
        .collect();
    Ok(page.answer("ApiIdStatusSet", others, |(api, other)| IpStrategyApi {
        api_id: api.id.as_str(),
        api_name: api.definition.name.as_str(),
        api_type: "NORMAL",
        path: api.definition.path.as_str(),
        method: api.definition.method.as_str(),
        other_id: other.map_or("", IpStrategyId::as_str),
        other_environment_name: other.map_or("", |_| environment.as_str()),
    })?)
}

/// The structure `IPStrategyApi`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct IpStrategyApi<'a> {
    api_id: &'a str,
    api_name: &'a str,
    api_type: &'static str,
    path: &'a str,
    method: &'static str,
    #[serde(rename = "OtherIPStrategyId")]
    other_id: &'a str,
    other_environment_name: &'a str,
}
