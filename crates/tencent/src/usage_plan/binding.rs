//! What usage plans are bound to: keys, environments, single APIs (spec: usage plan).

use control::{BindTarget, read};
use model::{AccessKeyId, Api, ApiId, BindingScope, PlanBinding, ServiceId, ServiceTree, UsagePlanId};
use serde::{Deserialize, Serialize};

use super::{quota, rate};
use crate::api_key::status;
use crate::call::Call;
use crate::code::Code;
use crate::environment::OfService;
use crate::field;
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::tag::{self, Tag};
use crate::time::written;
use crate::wire::Answer;

/// What a plan is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BindType {
    Service,
    Api,
}

const BIND_TYPES: [(&str, BindType); 2] = [("SERVICE", BindType::Service), ("API", BindType::Api)];

/// `BindEnvironment` and `UnBindEnvironment`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Bind {
    usage_plan_ids: Vec<String>,
    /// `SERVICE` when it is left out.
    bind_type: Option<String>,
    environment: String,
    service_id: String,
    api_ids: Option<Vec<String>>,
}

/// The same in the model's words.
struct Binding {
    plans: Vec<UsagePlanId>,
    service: ServiceId,
    environment: model::EnvironmentName,
    target: BindTarget,
}

impl Binding {
    fn new(sent: Bind) -> Result<Self, Fault> {
        let apis = sent.api_ids.filter(|ids| !ids.is_empty());
        let bind_type = sent.bind_type.as_deref().unwrap_or("SERVICE");
        let target = match (field::option(Code::FormatError, "BindType", bind_type, &BIND_TYPES)?, apis) {
            (BindType::Service, None) => BindTarget::Service,
            (BindType::Service, Some(_)) => {
                let reason = "has no meaning when `BindType` is SERVICE; API binds single APIs";
                return Err(Fault::value(Code::InvalidApiIds, "ApiIds", reason));
            }
            (BindType::Api, Some(ids)) => BindTarget::Apis(field::ids::<ApiId>("ApiIds", ids)?),
            (BindType::Api, None) => {
                return Err(Fault::value(
                    Code::InvalidApiIds,
                    "ApiIds",
                    "at least one API is needed when `BindType` is API",
                ));
            }
        };
        Ok(Self {
            plans: field::ids("UsagePlanIds", sent.usage_plan_ids)?,
            service: field::id("ServiceId", sent.service_id)?,
            environment: field::environment("Environment", &sent.environment)?,
            target,
        })
    }
}

pub(crate) async fn bind_environment(call: Call, request: Bind) -> Result<Answer, Problem> {
    let Binding { plans, service, environment, target } = Binding::new(request)?;
    call.control.bind_plans(&call.actor, &plans, &service, &environment, target).await?;
    Ok(Answer::done())
}

pub(crate) async fn unbind_environment(call: Call, request: Bind) -> Result<Answer, Problem> {
    let Binding { plans, service, environment, target } = Binding::new(request)?;
    call.control.unbind_plans(&call.actor, &plans, &service, &environment, target).await?;
    Ok(Answer::done())
}

/// `DemoteServiceUsagePlan`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Demote {
    usage_plan_id: String,
    service_id: String,
    environment: String,
}

pub(crate) async fn demote(call: Call, request: Demote) -> Result<Answer, Problem> {
    let plan: UsagePlanId = field::id("UsagePlanId", request.usage_plan_id)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let environment = field::environment("Environment", &request.environment)?;
    call.control.demote_plan(&call.actor, &plan, &service, &environment).await?;
    Ok(Answer::done())
}

/// `BindSecretIds` and `UnBindSecretIds`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Keys {
    usage_plan_id: String,
    access_key_ids: Vec<String>,
}

pub(crate) async fn bind_keys(call: Call, request: Keys) -> Result<Answer, Problem> {
    let plan: UsagePlanId = field::id("UsagePlanId", request.usage_plan_id)?;
    let keys: Vec<AccessKeyId> = field::ids("AccessKeyIds", request.access_key_ids)?;
    call.control.bind_keys(&call.actor, &plan, &keys).await?;
    Ok(Answer::done())
}

pub(crate) async fn unbind_keys(call: Call, request: Keys) -> Result<Answer, Problem> {
    let plan: UsagePlanId = field::id("UsagePlanId", request.usage_plan_id)?;
    let keys: Vec<AccessKeyId> = field::ids("AccessKeyIds", request.access_key_ids)?;
    call.control.unbind_keys(&call.actor, &plan, &keys).await?;
    Ok(Answer::done())
}

/// `DescribeUsagePlanSecretIds`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OfPlan {
    usage_plan_id: String,
    limit: Option<i64>,
    offset: Option<i64>,
}

pub(crate) fn keys(call: &Call, request: OfPlan) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let plan: UsagePlanId = field::id("UsagePlanId", request.usage_plan_id)?;
    call.usage_plan(&plan)?;
    Ok(page.answer("AccessKeyList", read::keys_of_plan(&call.snapshot, &plan), |key| BindSecret {
        access_key_id: key.id.as_str(),
        secret_name: key.name.as_str(),
        status: status(key),
    })?)
}

/// The structure `UsagePlanBindSecret`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BindSecret<'a> {
    access_key_id: &'a str,
    secret_name: &'a str,
    status: u8,
}

/// `DescribeUsagePlanEnvironments`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Environments {
    usage_plan_id: String,
    bind_type: String,
    limit: Option<i64>,
    offset: Option<i64>,
}

pub(crate) fn environments(call: &Call, request: Environments) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let id: UsagePlanId = field::id("UsagePlanId", request.usage_plan_id)?;
    let bind_type = field::option(Code::FormatError, "BindType", &request.bind_type, &BIND_TYPES)?;
    let plan = call.usage_plan(&id)?;
    let places: Vec<_> = read::places_of_plan(&call.snapshot, &id)
        .filter(|(_, binding)| (binding.scope == BindingScope::Service) == (bind_type == BindType::Service))
        .collect();
    Ok(page.answer("EnvironmentList", places, |(tree, binding)| {
        let api = bound_api(tree, binding);
        PlanEnvironment {
            service_id: tree.service.id.as_str(),
            service_name: tree.service.name.as_str(),
            api: ApiPlace::new(api),
            environment: binding.environment.as_str(),
            in_use_request_num: call.control.used(&id),
            max_request_num: quota(plan),
            max_request_num_pre_sec: rate(plan),
            created_time: written(binding.created),
            modified_time: None,
        }
    })?)
}

/// The API that a binding is for; `None` when it is for the whole environment.
fn bound_api<'a>(tree: &'a ServiceTree, binding: &PlanBinding) -> Option<&'a Api> {
    match &binding.scope {
        BindingScope::Service => None,
        BindingScope::Api(api) => tree.apis.get(api).map(AsRef::as_ref),
    }
}

/// The members that say which API is meant; all `null` for a whole environment.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiPlace<'a> {
    api_id: Option<&'a str>,
    api_name: Option<&'a str>,
    path: Option<&'a str>,
    method: Option<&'static str>,
}

impl<'a> ApiPlace<'a> {
    fn new(api: Option<&'a Api>) -> Self {
        Self {
            api_id: api.map(|api| api.id.as_str()),
            api_name: api.map(|api| api.definition.name.as_str()),
            path: api.map(|api| api.definition.path.as_str()),
            method: api.map(|api| api.definition.method.as_str()),
        }
    }
}

/// The structure `UsagePlanEnvironment`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PlanEnvironment<'a> {
    service_id: &'a str,
    service_name: &'a str,
    #[serde(flatten)]
    api: ApiPlace<'a>,
    environment: &'a str,
    in_use_request_num: u64,
    max_request_num: i64,
    max_request_num_pre_sec: i64,
    created_time: String,
    modified_time: Option<String>,
}

/// `DescribeServiceUsagePlan`: the plans that rule whole environments.
pub(crate) fn of_service(call: &Call, request: OfService) -> Result<Answer, Problem> {
    of(call, request, "ServiceUsagePlanList", |tree| read::service_bindings(tree).collect())
}

/// `DescribeApiUsagePlan`: the plans that rule single APIs.
pub(crate) fn of_apis(call: &Call, request: OfService) -> Result<Answer, Problem> {
    of(call, request, "ApiUsagePlanList", |tree| read::api_bindings(tree).collect())
}

fn of(
    call: &Call,
    request: OfService,
    list: &str,
    bindings: impl Fn(&ServiceTree) -> Vec<&std::sync::Arc<PlanBinding>>,
) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let tree = call.service(&service)?;
    let rows: Vec<_> = bindings(tree)
        .into_iter()
        .filter_map(|binding| Some((binding, call.snapshot.usage_plans.get(&binding.plan)?)))
        .collect();
    Ok(page.answer(list, rows, |(binding, plan)| ApiUsagePlan {
        service_id: tree.service.id.as_str(),
        service_name: tree.service.name.as_str(),
        api: ApiPlace::new(bound_api(tree, binding)),
        usage_plan_id: plan.id.as_str(),
        usage_plan_name: plan.name.as_str(),
        usage_plan_desc: plan.description.as_str(),
        environment: binding.environment.as_str(),
        in_use_request_num: call.control.used(&plan.id),
        max_request_num: quota(plan),
        max_request_num_pre_sec: rate(plan),
        created_time: written(plan.created),
        modified_time: written(plan.modified),
        tags: tag::written(&plan.tags),
    })?)
}

/// The structure `ApiUsagePlan`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiUsagePlan<'a> {
    service_id: &'a str,
    service_name: &'a str,
    #[serde(flatten)]
    api: ApiPlace<'a>,
    usage_plan_id: &'a str,
    usage_plan_name: &'a str,
    usage_plan_desc: &'a str,
    environment: &'a str,
    in_use_request_num: u64,
    max_request_num: i64,
    max_request_num_pre_sec: i64,
    created_time: String,
    modified_time: String,
    tags: Vec<Tag>,
}
