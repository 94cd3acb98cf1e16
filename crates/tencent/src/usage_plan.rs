//! Usage plans: the model's usage plan (spec: usage plan).

pub(crate) mod binding;

use control::{NewUsagePlan, UsagePlanChange, read};
use model::{ApiId, BindingScope, EnvironmentName, ServiceId, UsagePlanId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::service::{environments_of, rules_something};
use crate::tag::{self, Tag};
use crate::time::written;
use crate::wire::Answer;

/// What stands for no bound.
const UNLIMITED: i64 = -1;

/// A rate as lists write it.
pub(crate) fn rate(plan: &model::UsagePlan) -> i64 {
    plan.rate.map_or(UNLIMITED, i64::from)
}

/// A quota as lists write it.
pub(crate) fn quota(plan: &model::UsagePlan) -> i64 {
    plan.quota.map_or(UNLIMITED, quota_number)
}

fn quota_number(quota: u64) -> i64 {
    i64::try_from(quota).unwrap_or(i64::MAX)
}

/// The structure `UsagePlan`: a plan where it rules an environment.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UsagePlan {
    environment: String,
    usage_plan_id: String,
    usage_plan_name: String,
    usage_plan_desc: String,
    max_request_num_pre_sec: i64,
    created_time: String,
    modified_time: String,
}

impl UsagePlan {
    pub(crate) fn new(plan: &model::UsagePlan, environment: &EnvironmentName) -> Self {
        Self {
            environment: environment.to_string(),
            usage_plan_id: plan.id.to_string(),
            usage_plan_name: plan.name.to_string(),
            usage_plan_desc: plan.description.to_string(),
            max_request_num_pre_sec: rate(plan),
            created_time: written(plan.created),
            modified_time: written(plan.modified),
        }
    }
}

/// The structure `UsagePlanInfo`. A description or bound that was never given is `null` here, not empty and not -1.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Info<'a> {
    usage_plan_id: &'a str,
    usage_plan_name: &'a str,
    usage_plan_desc: Option<&'a str>,
    max_request_num_pre_sec: Option<i64>,
    max_request_num: Option<i64>,
    created_time: String,
    modified_time: String,
    bind_secret_id_total_count: usize,
    bind_secret_ids: Vec<String>,
    bind_environment_total_count: usize,
    bind_environments: Vec<BindEnvironment>,
    tags: Vec<Tag>,
}

/// The structure `UsagePlanBindEnvironment`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct BindEnvironment {
    environment_name: String,
    service_id: String,
}

impl<'a> Info<'a> {
    fn new(call: &Call, plan: &'a model::UsagePlan) -> Self {
        let keys = call.snapshot.keys_of_plan.get(&plan.id);
        let bind_secret_ids: Vec<String> =
            keys.into_iter().flat_map(|keys| keys.keys()).map(ToString::to_string).collect();
        let mut places: Vec<(&ServiceId, &EnvironmentName)> =
            read::places_of_plan(&call.snapshot, &plan.id).map(|(_, b)| (&b.service, &b.environment)).collect();
        places.sort();
        places.dedup();
        Self {
            usage_plan_id: plan.id.as_str(),
            usage_plan_name: plan.name.as_str(),
            usage_plan_desc: Some(plan.description.as_str()).filter(|text| !text.is_empty()),
            max_request_num_pre_sec: plan.rate.map(i64::from),
            max_request_num: plan.quota.map(quota_number),
            created_time: written(plan.created),
            modified_time: written(plan.modified),
            bind_secret_id_total_count: bind_secret_ids.len(),
            bind_secret_ids,
            bind_environment_total_count: places.len(),
            bind_environments: places
                .into_iter()
                .map(|(service, environment)| BindEnvironment {
                    environment_name: environment.to_string(),
                    service_id: service.to_string(),
                })
                .collect(),
            tags: tag::written(&plan.tags),
        }
    }
}

/// `CreateUsagePlan`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Create {
    usage_plan_name: String,
    usage_plan_desc: Option<String>,
    max_request_num: Option<i64>,
    max_request_num_pre_sec: Option<i64>,
    tags: Option<Vec<Tag>>,
}

pub(crate) async fn create(call: Call, request: Create) -> Result<Answer, Problem> {
    let new = NewUsagePlan {
        name: field::short_name("UsagePlanName", request.usage_plan_name)?,
        description: field::text("UsagePlanDesc", request.usage_plan_desc)?,
        rate: request
            .max_request_num_pre_sec
            .map_or(Ok(None), |sent| sent_rate(&call, sent, Code::InvalidMaxRequestNum))?,
        quota: request.max_request_num.map_or(Ok(None), |sent| sent_quota(&call, sent, Code::InvalidMaxRequestNum))?,
        tags: tag::read("Tags", request.tags.unwrap_or_default())?,
    };
    let plan = call.control.create_usage_plan(&call.actor, new).await?;
    let info = Info {
        // What was asked for is told back, so -1 where -1 was sent.
        max_request_num: request.max_request_num,
        max_request_num_pre_sec: request.max_request_num_pre_sec,
        ..Info::new(&call, &plan)
    };
    Ok(Answer::result(info)?)
}

/// -1, or calls per second.
fn sent_rate(call: &Call, sent: i64, code: Code) -> Result<Option<u32>, Fault> {
    let most = call.control.quotas().plan_rate_max;
    in_range("MaxRequestNumPreSec", sent, most.into(), code).map(|rate| rate.and_then(|rate| u32::try_from(rate).ok()))
}

/// -1, or calls in all.
fn sent_quota(call: &Call, sent: i64, code: Code) -> Result<Option<u64>, Fault> {
    in_range("MaxRequestNum", sent, call.control.quotas().plan_quota_max, code)
}

fn in_range(parameter: &str, sent: i64, most: u64, code: Code) -> Result<Option<u64>, Fault> {
    match u64::try_from(sent) {
        _ if sent == UNLIMITED => Ok(None),
        Ok(number) if (1..=most).contains(&number) => Ok(Some(number)),
        _ => {
            let reason = format!("{sent} is out of range; -1 for no bound, or 1 to {most} are allowed");
            Err(Fault::value(code, parameter, reason))
        }
    }
}

/// A request that names a usage plan and nothing more.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OnePlan {
    usage_plan_id: String,
}

pub(crate) fn describe(call: &Call, request: OnePlan) -> Result<Answer, Problem> {
    let id: UsagePlanId = field::id("UsagePlanId", request.usage_plan_id)?;
    Ok(Answer::result(Info::new(call, call.usage_plan(&id)?))?)
}

/// `DescribeUsagePlansStatus`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct List {
    filters: Option<Vec<Filter>>,
    limit: Option<i64>,
    offset: Option<i64>,
}

const FILTERS: [&str; 5] = ["UsagePlanId", "UsagePlanName", "NotServiceId", "NotApiId", "Environment"];

/// Newest first.
pub(crate) fn list(call: &Call, request: List) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let filters = Filters::new(request.filters, &FILTERS)?;
    let named = environments_of(&filters)?;
    // Beside a service or API, the environment says where the plan is not bound to it.
    let without = filters.has("NotServiceId") || filters.has("NotApiId");
    let fits = |plan: &model::UsagePlan| {
        filters.admit(|name, value| match name {
            "UsagePlanId" => plan.id.as_str() == value,
            "UsagePlanName" => plan.name.as_str() == value,
            "NotServiceId" => {
                !call.snapshot.services.get(value).is_some_and(|tree| rules_something(tree, &plan.id, &named))
            }
            "NotApiId" => !rules_api(call, &plan.id, value, &named),
            "Environment" => {
                without
                    || read::places_of_plan(&call.snapshot, &plan.id)
                        .any(|(_, binding)| binding.environment.as_str() == value)
            }
            _ => false,
        })
    };
    let mut plans: Vec<_> = call.snapshot.usage_plans.values().filter(|plan| fits(plan)).collect();
    plans.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    Ok(page.answer("UsagePlanStatusSet", plans, |plan| Status {
        usage_plan_id: plan.id.as_str(),
        usage_plan_name: plan.name.as_str(),
        usage_plan_desc: plan.description.as_str(),
        max_request_num_pre_sec: rate(plan),
        max_request_num: quota(plan),
        created_time: written(plan.created),
        modified_time: written(plan.modified),
        tags: tag::written(&plan.tags),
    })?)
}

/// True when the plan rules the API by itself, in one of these environments or, where none is named, in any.
fn rules_api(call: &Call, plan: &UsagePlanId, api: &str, named: &[EnvironmentName]) -> bool {
    ApiId::try_from(api).is_ok_and(|api| {
        let scope = BindingScope::Api(api);
        read::places_of_plan(&call.snapshot, plan)
            .any(|(_, binding)| binding.scope == scope && (named.is_empty() || named.contains(&binding.environment)))
    })
}

/// The structure `UsagePlanStatusInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Status<'a> {
    usage_plan_id: &'a str,
    usage_plan_name: &'a str,
    usage_plan_desc: &'a str,
    max_request_num_pre_sec: i64,
    max_request_num: i64,
    created_time: String,
    modified_time: String,
    tags: Vec<Tag>,
}

/// `ModifyUsagePlan`: what is left out stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Modify {
    usage_plan_id: String,
    usage_plan_name: Option<String>,
    usage_plan_desc: Option<String>,
    max_request_num: Option<i64>,
    max_request_num_pre_sec: Option<i64>,
}

pub(crate) async fn modify(call: Call, request: Modify) -> Result<Answer, Problem> {
    let id: UsagePlanId = field::id("UsagePlanId", request.usage_plan_id)?;
    let change = UsagePlanChange {
        name: request.usage_plan_name.map(|name| field::short_name("UsagePlanName", name)).transpose()?,
        description: request.usage_plan_desc.map(|text| field::text("UsagePlanDesc", Some(text))).transpose()?,
        rate: request.max_request_num_pre_sec.map(|sent| sent_rate(&call, sent, Code::FormatError)).transpose()?,
        quota: request.max_request_num.map(|sent| sent_quota(&call, sent, Code::FormatError)).transpose()?,
        tags: None,
    };
    let plan = call.control.modify_usage_plan(&call.actor, &id, change).await?;
    let call = call.refreshed();
    Ok(Answer::result(Info::new(&call, &plan))?)
}

pub(crate) async fn delete(call: Call, request: OnePlan) -> Result<Answer, Problem> {
    let id: UsagePlanId = field::id("UsagePlanId", request.usage_plan_id)?;
    call.control.delete_usage_plan(&call.actor, &id).await?;
    Ok(Answer::done())
}
