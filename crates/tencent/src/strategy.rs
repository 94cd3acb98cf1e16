//! Strategies: the model's throttle (spec: environment, version, throttle).

use control::read;
use model::{ApiId, EnvironmentName, ServiceId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::code::Code;
use crate::environment::{OfService, places};
use crate::field;
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::wire::Answer;

/// What stands for no bound.
const UNLIMITED: i64 = -1;

/// `DescribeServiceEnvironmentStrategy`: always three rows.
pub(crate) fn describe_service(call: &Call, request: OfService) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let tree = call.service(&service)?;
    let quotas = call.control.quotas();
    Ok(page.answer("EnvironmentList", places(call, tree), |place| ServiceStrategy {
        strategy: read::service_rate(tree, &place.name, quotas),
        max_strategy: quotas.service_rate_max,
        environment_name: place.name.into(),
        url: place.url,
        status: place.status,
        version_name: place.version,
    })?)
}

/// The structure `ServiceEnvironmentStrategy`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceStrategy<'a> {
    environment_name: String,
    url: String,
    status: u8,
    version_name: &'a str,
    strategy: u32,
    max_strategy: u32,
}

/// `ModifyServiceEnvironmentStrategy`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct ModifyService {
    service_id: String,
    strategy: i64,
    environment_names: Vec<String>,
}

pub(crate) async fn modify_service(call: Call, request: ModifyService) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let environments = field::environments("EnvironmentNames", &request.environment_names)?;
    let rate = rate(&call, request.strategy, "")?;
    call.control.set_service_throttle(&call.actor, &service, &environments, rate).await?;
    Ok(Answer::done())
}

/// A rate of 1 to the installation's most; `besides` names what else is allowed.
fn rate(call: &Call, strategy: i64, besides: &str) -> Result<u32, Fault> {
    let most = call.control.quotas().service_rate_max;
    u32::try_from(strategy).ok().filter(|rate| (1..=most).contains(rate)).ok_or_else(|| {
        let reason = format!("{strategy} is out of range; {besides}1 to {most} calls per second are allowed");
        Fault::value(Code::RangeExceeded, "Strategy", reason)
    })
}

/// `DescribeApiEnvironmentStrategy`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct DescribeApi {
    service_id: String,
    environment_names: Option<Vec<String>>,
    api_id: Option<String>,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// A row for each API, newest first, with each environment that is named; all three where none is.
pub(crate) fn describe_api(call: &Call, request: DescribeApi) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let tree = call.service(&service)?;
    let environments = match request.environment_names {
        Some(names) if !names.is_empty() => field::environments("EnvironmentNames", &names)?,
        _ => EnvironmentName::all().to_vec(),
    };
    let apis = match request.api_id.filter(|id| !id.is_empty()) {
        Some(id) => vec![call.api(&service, &field::id::<ApiId>("ApiId", id)?)?.1.as_ref()],
        None => crate::api::newest_first(tree),
    };
    Ok(page.answer("ApiEnvironmentStrategySet", apis, |api| ApiStrategy {
        api_id: api.id.as_str(),
        api_name: api.definition.name.as_str(),
        path: api.definition.path.as_str(),
        method: api.definition.method.as_str(),
        environment_strategy_set: environments
            .iter()
            .map(|environment| EnvironmentStrategy {
                environment_name: environment.as_str(),
                quota: read::api_rate(tree, environment, &api.id).map_or(UNLIMITED, i64::from),
            })
            .collect(),
    })?)
}

/// The structure `ApiEnvironmentStrategy`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiStrategy<'a> {
    api_id: &'a str,
    api_name: &'a str,
    path: &'a str,
    method: &'static str,
    environment_strategy_set: Vec<EnvironmentStrategy<'a>>,
}

/// The structure `EnvironmentStrategy`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EnvironmentStrategy<'a> {
    environment_name: &'a str,
    quota: i64,
}

/// `ModifyApiEnvironmentStrategy`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct ModifyApi {
    service_id: String,
    strategy: i64,
    environment_name: String,
    api_ids: Vec<String>,
}

pub(crate) async fn modify_api(call: Call, request: ModifyApi) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let environment = field::environment("EnvironmentName", &request.environment_name)?;
    let apis: Vec<ApiId> = field::ids("ApiIds", request.api_ids)?;
    let rate = match request.strategy {
        UNLIMITED => None,
        strategy => Some(rate(&call, strategy, "-1 for no bound, or ")?),
    };
    call.control.set_api_throttle(&call.actor, &service, &environment, &apis, rate).await?;
    Ok(Answer::done())
}
