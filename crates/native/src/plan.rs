//! Usage plans: how much the holders of keys may call, and of what.

mod binding;

use axum::extract::Path;
use control::terms::Noun;
use control::{NewUsagePlan, UsagePlanChange, read};
use model::{Name, Tag, Text, UsagePlan, UsagePlanId};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::exchange::{Answer, Change, Look, Outcome};
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_plans, create_plan))
        .routes(routes!(show_plan, change_plan, delete_plan))
        .merge(binding::routes())
}

/// A bound on calls, given to keys and put on environments or APIs.
#[derive(Serialize, ToSchema)]
struct Plan {
    id: UsagePlanId,
    name: Name,
    description: Text,
    /// Calls per second for each key; null is no bound.
    #[schema(required = true)]
    rate: Option<u32>,
    /// Calls in all, over all keys of the plan; null is no bound.
    #[schema(required = true)]
    quota: Option<u64>,
    /// The calls that were counted against the quota so far.
    used: u64,
    /// How many keys are in it.
    keys: usize,
    /// How many environments and APIs it rules.
    bindings: usize,
    tags: Vec<Tag>,
    created: Moment,
    modified: Moment,
}

/// A usage plan that is to be made.
#[derive(Deserialize, ToSchema)]
struct NewPlan {
    name: Name,
    #[serde(default)]
    description: Text,
    /// Calls per second for each key; null or nothing is no bound.
    #[serde(default)]
    #[schema(minimum = 1)]
    rate: Option<u32>,
    /// Calls in all, over all keys of the plan; null or nothing is no bound.
    #[serde(default)]
    #[schema(minimum = 1)]
    quota: Option<u64>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What changes of a usage plan; what is not there stays.
#[derive(Deserialize, ToSchema)]
struct PlanChange {
    name: Option<Name>,
    description: Option<Text>,
    /// Null takes the bound away.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<u32>, minimum = 1)]
    rate: Option<Option<u32>>,
    /// Null takes the bound away.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<u64>, minimum = 1)]
    quota: Option<Option<u64>>,
    /// All of its tags.
    tags: Option<Vec<Tag>>,
}

/// What was said, were it null.
fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn view(look: &Look, plan: &UsagePlan) -> Plan {
    let snapshot = &look.snapshot;
    Plan {
        id: plan.id.clone(),
        name: plan.name.clone(),
        description: plan.description.clone(),
        rate: plan.rate,
        quota: plan.quota,
        used: look.control().used(&plan.id),
        keys: snapshot.keys_of_plan.get(&plan.id).map_or(0, |keys| keys.len()),
        bindings: read::places_of_plan(snapshot, &plan.id).count(),
        tags: plan.tags.clone(),
        created: plan.created.into(),
        modified: plan.modified.into(),
    }
}

/// A plan's identifier from the path.
pub(crate) fn plan_id(raw: &str) -> Result<UsagePlanId, Problem> {
    UsagePlanId::try_from(raw)
        .map_err(|_| Problem::not_found(format!("there is no usage plan `{}`", raw.escape_debug())))
}

/// The plan of this identifier.
fn plan<'l>(look: &'l Look, id: &UsagePlanId) -> Result<&'l UsagePlan, Problem> {
    let gone = || Problem::not_found(format!("there is no usage plan `{id}`"));
    look.snapshot.usage_plans.get(id).map(|plan| &**plan).ok_or_else(gone)
}

/// Which usage plans are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PlanFilter {
    /// In its name, description, identifier or tags, regardless of case.
    q: Option<String>,
    /// The order; the newest first unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "created", "modified"])
}

/// Lists usage plans
#[utoipa::path(get, path = "/usage-plans", tag = "usage plans", params(Paging, PlanFilter),
    responses((status = 200, description = "A page of usage plans", body = Page<Plan>)))]
async fn list_plans(look: Look, Query(paging): Query<Paging>, Query(filter): Query<PlanFilter>) -> Outcome {
    let wanted = |plan: &&std::sync::Arc<UsagePlan>| {
        let mut texts = vec![plan.name.as_str(), plan.description.as_str(), plan.id.as_str()];
        texts.extend(plan.tags.iter().flat_map(|tag| [tag.key.as_str(), tag.value.as_str()]));
        page::matches(filter.q.as_deref(), &texts)
    };
    let all: Vec<_> = look.snapshot.usage_plans.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::down("created"));
    let key = |plan: &&std::sync::Arc<UsagePlan>| {
        let by = match sort.field.as_str() {
            "name" => page::by_name(plan.name.as_str()),
            "modified" => page::by_time(plan.modified),
            _ => page::by_time(plan.created),
        };
        (by, plan.id.to_string())
    };
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |plan| view(&look, plan))?))
}

/// Makes a usage plan
#[utoipa::path(post, path = "/usage-plans", tag = "usage plans", request_body = NewPlan,
    responses((status = 201, description = "Made", body = Plan)))]
async fn create_plan(change: Change, Body(new): Body<NewPlan>) -> Outcome {
    let new =
        NewUsagePlan { name: new.name, description: new.description, rate: new.rate, quota: new.quota, tags: new.tags };
    let made = change.control().create_usage_plan(&change.actor(), new).await?;
    let answer = shown(&change.after(), &made.id)?.created(&format!("/api/v1/usage-plans/{}", made.id));
    Ok(change.answer(answer))
}

/// Shows a usage plan
#[utoipa::path(get, path = "/usage-plans/{plan}", tag = "usage plans",
    responses((status = 200, description = "The usage plan", body = Plan)))]
async fn show_plan(look: Look, Path(id): Path<String>) -> Outcome {
    shown(&look, &plan_id(&id)?)
}

/// Changes a usage plan; its bounds act at once
#[utoipa::path(patch, path = "/usage-plans/{plan}", tag = "usage plans", request_body = PlanChange,
    responses((status = 200, description = "As it is now", body = Plan)))]
async fn change_plan(change: Change, Path(id): Path<String>, Body(wanted): Body<PlanChange>) -> Outcome {
    let id = plan_id(&id)?;
    let actor = change.actor_on(&Noun::UsagePlan(id.clone()))?;
    let wanted = UsagePlanChange {
        name: wanted.name,
        description: wanted.description,
        rate: wanted.rate,
        quota: wanted.quota,
        tags: wanted.tags,
    };
    change.control().modify_usage_plan(&actor, &id, wanted).await?;
    Ok(change.answer(shown(&change.after(), &id)?))
}

/// Deletes a usage plan that has no key and rules nothing
#[utoipa::path(delete, path = "/usage-plans/{plan}", tag = "usage plans",
    responses((status = 204, description = "Deleted")))]
async fn delete_plan(change: Change, Path(id): Path<String>) -> Outcome {
    let id = plan_id(&id)?;
    let actor = change.actor_on(&Noun::UsagePlan(id.clone()))?;
    change.control().delete_usage_plan(&actor, &id).await?;
    Ok(change.answer(Answer::nothing()))
}

fn shown(look: &Look, id: &UsagePlanId) -> Outcome {
    let view = view(look, plan(look, id)?);
    Ok(look.show(&Noun::UsagePlan(id.clone()), view))
}
