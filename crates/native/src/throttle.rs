//! Throttles: how much an environment, or one API there, may be called by everybody together.

use axum::extract::Path;
use control::read;
use control::terms::Noun;
use model::{Api, ApiId, EnvironmentName, FrontendPath, MethodMatch, Name, ServiceTree};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::environment::{self, Environment, environment_name};
use crate::exchange::{Answer, Change, Look, Outcome, api_id, service_id};
use crate::page::{self, Page, Paging, Sort};
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(set_environment_throttle))
        .routes(routes!(list_api_throttles))
        .routes(routes!(show_api_throttle, set_api_throttle))
}

/// The rate of an environment.
#[derive(Deserialize, ToSchema)]
struct EnvironmentRate {
    /// Calls per second, over all its callers and APIs.
    #[schema(minimum = 1)]
    rate: u32,
}

/// The rate of an API.
#[derive(Deserialize, ToSchema)]
struct ApiRate {
    /// Calls per second, over all its callers; null takes the bound away.
    #[schema(required = true, minimum = 1)]
    rate: Option<u32>,
}

/// How much of an API an environment admits.
#[derive(Serialize, ToSchema)]
struct ApiThrottle {
    api: ApiId,
    name: Name,
    path: FrontendPath,
    method: MethodMatch,
    environment: EnvironmentName,
    /// Calls per second; null is no bound but that of the environment.
    #[schema(required = true)]
    rate: Option<u32>,
}

fn view(tree: &ServiceTree, environment: &EnvironmentName, api: &Api) -> ApiThrottle {
    ApiThrottle {
        api: api.id.clone(),
        name: api.definition.name.clone(),
        path: api.definition.path.clone(),
        method: api.definition.method,
        environment: environment.clone(),
        rate: read::api_rate(tree, environment, &api.id),
    }
}

/// Sets how many calls per second an environment admits, at once
#[utoipa::path(put, path = "/services/{service}/environments/{environment}/throttle", tag = "throttles",
    request_body = EnvironmentRate, responses((status = 200, description = "The environment as it is now", body = Environment)))]
async fn set_environment_throttle(
    change: Change,
    Path((service, environment)): Path<(String, String)>,
    Body(wanted): Body<EnvironmentRate>,
) -> Outcome {
    let (service, environment) = (service_id(&service)?, environment_name(&environment)?);
    let actor = change.actor_on(&Noun::Environment(service.clone(), environment.clone()))?;
    let environments = std::slice::from_ref(&environment);
    change.control().set_service_throttle(&actor, &service, environments, wanted.rate).await?;
    Ok(change.answer(environment::shown(&change.after(), &service, &environment)?))
}

/// Which APIs are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ThrottleFilter {
    /// In its name, path or identifier, regardless of case.
    q: Option<String>,
    /// Those with a bound of their own, or those without.
    bounded: Option<bool>,
    /// The order; by name unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "path", "rate"])
}

/// Lists how much of each API an environment admits
#[utoipa::path(get, path = "/services/{service}/environments/{environment}/throttles", tag = "throttles",
    params(Paging, ThrottleFilter),
    responses((status = 200, description = "A page of APIs with their bounds", body = Page<ApiThrottle>)))]
async fn list_api_throttles(
    look: Look,
    Path((service, environment)): Path<(String, String)>,
    Query(paging): Query<Paging>,
    Query(filter): Query<ThrottleFilter>,
) -> Outcome {
    let tree = look.service(&service)?;
    let environment = environment_name(&environment)?;
    let rate = |api: &Api| read::api_rate(tree, &environment, &api.id);
    let wanted = |api: &&std::sync::Arc<Api>| {
        let texts = [api.definition.name.as_str(), api.definition.path.as_str(), api.id.as_str()];
        page::matches(filter.q.as_deref(), &texts)
            && filter.bounded.is_none_or(|bounded| rate(api).is_some() == bounded)
    };
    let all: Vec<_> = tree.apis.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::by("name"));
    let key = |api: &&std::sync::Arc<Api>| {
        let by = match sort.field.as_str() {
            "path" => api.definition.path.as_str().to_owned(),
            "rate" => format!("{:010}", rate(api).unwrap_or(u32::MAX)),
            _ => page::by_name(api.definition.name.as_str()),
        };
        (by, api.id.to_string())
    };
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |api| view(tree, &environment, api))?))
}

/// Shows how much of an API an environment admits
#[utoipa::path(get, path = "/services/{service}/environments/{environment}/throttles/{api}", tag = "throttles",
    responses((status = 200, description = "The bound", body = ApiThrottle)))]
async fn show_api_throttle(look: Look, Path((service, environment, api)): Path<(String, String, String)>) -> Outcome {
    shown(&look, &service, &environment_name(&environment)?, &api)
}

/// Sets how many calls of an API an environment admits per second, at once
#[utoipa::path(put, path = "/services/{service}/environments/{environment}/throttles/{api}", tag = "throttles",
    request_body = ApiRate, responses((status = 200, description = "The bound as it is now", body = ApiThrottle)))]
async fn set_api_throttle(
    change: Change,
    Path((service, environment, api)): Path<(String, String, String)>,
    Body(wanted): Body<ApiRate>,
) -> Outcome {
    let (service, environment) = (service_id(&service)?, environment_name(&environment)?);
    let actor = change.actor_on(&Noun::ApiThrottle(service.clone(), environment.clone(), api_id(&api)?))?;
    let apis = [api_id(&api)?];
    change.control().set_api_throttle(&actor, &service, &environment, &apis, wanted.rate).await?;
    Ok(change.answer(shown(&change.after(), service.as_str(), &environment, &api)?))
}

fn shown(look: &Look, service: &str, environment: &EnvironmentName, api: &str) -> Outcome {
    let (tree, found) = look.api(service, api)?;
    let noun = Noun::ApiThrottle(tree.service.id.clone(), environment.clone(), found.id.clone());
    Ok(look.show(&noun, view(tree, environment, found)))
}
