//! What a usage plan holds together: keys on one side, environments and APIs on the other.

use std::sync::Arc;

use axum::extract::Path;
use control::{BindTarget, read};
use model::{
    AccessKeyId, ApiId, BindingScope, Credential, EnvironmentName, Name, PlanBinding, ServiceId, ServiceTree,
    UsagePlanId,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{plan, plan_id};
use crate::body::Body;
use crate::environment::environment_name;
use crate::exchange::{Answer, Change, Look, Outcome, api_id, service_id};
use crate::key::key_id;
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::query::Query;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_keys_of_plan, bind_keys))
        .routes(routes!(unbind_key))
        .routes(routes!(list_bindings_of_plan, bind_plan))
        .routes(routes!(unbind_environment))
        .routes(routes!(demote_plan))
        .routes(routes!(unbind_api))
        .routes(routes!(list_bindings_of_service))
}

/// A key in a usage plan.
#[derive(Serialize, ToSchema)]
struct BoundKey {
    id: AccessKeyId,
    name: Name,
    enabled: bool,
    /// When it was put into the plan.
    bound: Moment,
}

/// Keys that are to be put into a plan.
#[derive(Deserialize, ToSchema)]
struct KeysToBind {
    /// All of them or none.
    #[schema(min_items = 1)]
    keys: Vec<AccessKeyId>,
}

/// A usage plan rules an environment, or one API there.
#[derive(Clone, Serialize, ToSchema)]
struct Binding {
    plan: UsagePlanId,
    plan_name: Name,
    service: ServiceId,
    service_name: Name,
    environment: EnvironmentName,
    /// The API; null when the plan rules all of the environment.
    #[schema(required = true)]
    api: Option<ApiId>,
    /// The API's name; null also for one that was deleted and still runs.
    #[schema(required = true)]
    api_name: Option<Name>,
    created: Moment,
}

/// What a plan is to rule.
#[derive(Deserialize, ToSchema)]
struct NewBinding {
    service: ServiceId,
    environment: EnvironmentName,
    /// These APIs, each by itself; nothing for all of the environment.
    #[serde(default)]
    #[schema(min_items = 1)]
    apis: Option<Vec<ApiId>>,
}

/// Which keys of a plan are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BoundKeyFilter {
    /// In its name or identifier, regardless of case.
    q: Option<String>,
}

/// Lists the keys in a usage plan, by name
#[utoipa::path(get, path = "/usage-plans/{plan}/keys", tag = "usage plans", params(Paging, BoundKeyFilter),
    responses((status = 200, description = "A page of keys", body = Page<BoundKey>)))]
async fn list_keys_of_plan(
    look: Look,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
    Query(filter): Query<BoundKeyFilter>,
) -> Outcome {
    let id = plan_id(&id)?;
    plan(&look, &id)?;
    let wanted = |key: &&Arc<Credential>| page::matches(filter.q.as_deref(), &[key.name.as_str(), key.id.as_str()]);
    let all: Vec<_> = read::keys_of_plan(&look.snapshot, &id).into_iter().filter(wanted).collect();
    let key = |key: &&Arc<Credential>| (page::by_name(key.name.as_str()), key.id.to_string());
    let bound = |key: &AccessKeyId| look.snapshot.keys_of_plan.get(&id)?.get(key).map(|binding| binding.created);
    let show = |key: &&Arc<Credential>| BoundKey {
        id: key.id.clone(),
        name: key.name.clone(),
        enabled: key.enabled,
        bound: bound(&key.id).unwrap_or(key.created).into(),
    };
    Ok(Answer::ok(page::page(&paging, &Sort::by("name"), all, key, show)?))
}

/// Puts keys into a usage plan
#[utoipa::path(post, path = "/usage-plans/{plan}/keys", tag = "usage plans", request_body = KeysToBind,
    responses((status = 204, description = "They are in it")))]
async fn bind_keys(change: Change, Path(id): Path<String>, Body(wanted): Body<KeysToBind>) -> Outcome {
    change.control().bind_keys(&change.actor(), &plan_id(&id)?, &wanted.keys).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Takes a key out of a usage plan
#[utoipa::path(delete, path = "/usage-plans/{plan}/keys/{key}", tag = "usage plans",
    responses((status = 204, description = "It is not in it any more")))]
async fn unbind_key(change: Change, Path((id, key)): Path<(String, String)>) -> Outcome {
    change.control().unbind_keys(&change.actor(), &plan_id(&id)?, &[key_id(&key)?]).await?;
    Ok(change.answer(Answer::nothing()))
}

fn view(look: &Look, tree: &ServiceTree, binding: &PlanBinding) -> Option<Binding> {
    let api = match &binding.scope {
        BindingScope::Service => None,
        BindingScope::Api(api) => Some(api.clone()),
    };
    Some(Binding {
        plan: binding.plan.clone(),
        plan_name: look.snapshot.usage_plans.get(&binding.plan)?.name.clone(),
        service: binding.service.clone(),
        service_name: tree.service.name.clone(),
        environment: binding.environment.clone(),
        api_name: api.as_ref().and_then(|api| tree.apis.get(api)).map(|api| api.definition.name.clone()),
        api,
        created: binding.created.into(),
    })
}

/// The place of a binding among others: by service, environment, the whole before its APIs.
fn place(binding: &Binding) -> (String, String) {
    let api = binding.api.as_ref().map_or("", |api| api.as_str());
    (
        page::by_name(binding.service_name.as_str()),
        format!("{}/{}/{api}/{}", binding.service, binding.environment, binding.plan),
    )
}

/// Lists what a usage plan rules
#[utoipa::path(get, path = "/usage-plans/{plan}/bindings", tag = "usage plans", params(Paging),
    responses((status = 200, description = "A page of bindings", body = Page<Binding>)))]
async fn list_bindings_of_plan(look: Look, Path(id): Path<String>, Query(paging): Query<Paging>) -> Outcome {
    let id = plan_id(&id)?;
    plan(&look, &id)?;
    let places = read::places_of_plan(&look.snapshot, &id);
    let all: Vec<Binding> = places.filter_map(|(tree, binding)| view(&look, tree, binding)).collect();
    bindings(&paging, all)
}

/// Which bindings of a service are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BindingFilter {
    /// In this environment.
    environment: Option<EnvironmentName>,
    /// Of this API alone, not of the whole environment.
    api: Option<String>,
}

/// Lists the usage plans that rule something of a service
#[utoipa::path(get, path = "/services/{service}/bindings", tag = "usage plans", params(Paging, BindingFilter),
    responses((status = 200, description = "A page of bindings", body = Page<Binding>)))]
async fn list_bindings_of_service(
    look: Look,
    Path(service): Path<String>,
    Query(paging): Query<Paging>,
    Query(filter): Query<BindingFilter>,
) -> Outcome {
    let tree = look.service(&service)?;
    let wanted = |binding: &Binding| {
        filter.environment.as_ref().is_none_or(|environment| binding.environment == *environment)
            && filter.api.as_ref().is_none_or(|api| binding.api.as_ref().is_some_and(|bound| bound.as_str() == api))
    };
    let all = tree.plan_bindings.values().filter_map(|binding| view(&look, tree, binding)).filter(wanted).collect();
    bindings(&paging, all)
}

fn bindings(paging: &Paging, all: Vec<Binding>) -> Outcome {
    Ok(Answer::ok(page::page(paging, &Sort::by("service"), all, place, Binding::clone)?))
}

/// Lets a usage plan rule an environment, or APIs there; at once, whether or not it is released
#[utoipa::path(post, path = "/usage-plans/{plan}/bindings", tag = "usage plans", request_body = NewBinding,
    responses((status = 204, description = "It rules it")))]
async fn bind_plan(change: Change, Path(id): Path<String>, Body(wanted): Body<NewBinding>) -> Outcome {
    let target = wanted.apis.map_or(BindTarget::Service, BindTarget::Apis);
    let plans = [plan_id(&id)?];
    change.control().bind_plans(&change.actor(), &plans, &wanted.service, &wanted.environment, target).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Takes a usage plan off an environment
#[utoipa::path(delete, path = "/usage-plans/{plan}/bindings/{service}/{environment}", tag = "usage plans",
    responses((status = 204, description = "It does not rule it any more")))]
async fn unbind_environment(change: Change, Path(place): Path<(String, String, String)>) -> Outcome {
    let (plan, service, environment) = place;
    unbind(change, &plan, &service, &environment, BindTarget::Service).await
}

/// Lets a usage plan that rules an environment rule each API that runs there by itself instead; at once
#[utoipa::path(post, path = "/usage-plans/{plan}/bindings/{service}/{environment}/demote", tag = "usage plans",
    responses((status = 204, description = "It rules each API by itself")))]
async fn demote_plan(change: Change, Path(place): Path<(String, String, String)>) -> Outcome {
    let (plan, service, environment) = place;
    let (plan, service) = (plan_id(&plan)?, service_id(&service)?);
    change.control().demote_plan(&change.actor(), &plan, &service, &environment_name(&environment)?).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Takes a usage plan off one API in an environment
#[utoipa::path(delete, path = "/usage-plans/{plan}/bindings/{service}/{environment}/{api}", tag = "usage plans",
    responses((status = 204, description = "It does not rule it any more")))]
async fn unbind_api(change: Change, Path(place): Path<(String, String, String, String)>) -> Outcome {
    let (plan, service, environment, api) = place;
    unbind(change, &plan, &service, &environment, BindTarget::Apis(vec![api_id(&api)?])).await
}

async fn unbind(change: Change, plan: &str, service: &str, environment: &str, target: BindTarget) -> Outcome {
    let (plans, service) = ([plan_id(plan)?], service_id(service)?);
    let environment = environment_name(environment)?;
    change.control().unbind_plans(&change.actor(), &plans, &service, &environment, target).await?;
    Ok(change.answer(Answer::nothing()))
}
