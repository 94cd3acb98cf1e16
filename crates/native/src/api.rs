//! APIs of a service.

use std::collections::BTreeSet;

use axum::extract::Path;
use control::read;
use control::terms::Noun;
use model::{
    ApiDefinition, ApiId, Auth, EnvironmentName, FrontendPath, MethodMatch, Name, ServiceId, ServiceTree, Tag, Text,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::exchange::{Answer, Change, Look, Outcome, api_id, service_id};
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_apis, create_api)).routes(routes!(show_api, change_api, delete_api))
}

/// An API as its operators edit it; callers see it only after a release.
#[derive(Serialize, ToSchema)]
struct Api {
    id: ApiId,
    service: ServiceId,
    /// Counts the edits, from 1.
    revision: u32,
    /// What it does.
    definition: ApiDefinition,
    /// The environments that run it, in this revision or another.
    running_in: Vec<RunningApi>,
    created: Moment,
    modified: Moment,
}

/// An environment that runs an API.
#[derive(Serialize, ToSchema)]
struct RunningApi {
    environment: EnvironmentName,
    /// The revision that runs there.
    revision: u32,
}

/// An API in a list.
#[derive(Serialize, ToSchema)]
struct ApiSummary {
    id: ApiId,
    name: Name,
    description: Text,
    path: FrontendPath,
    method: MethodMatch,
    auth: Auth,
    /// The kind of its backend: the `type` of the definition's backend.
    backend: String,
    tags: Vec<Tag>,
    /// Counts the edits, from 1.
    revision: u32,
    /// The environments that run it, in this revision or another.
    running_in: Vec<RunningApi>,
    created: Moment,
    modified: Moment,
}

fn running_in(tree: &ServiceTree, api: &ApiId) -> Vec<RunningApi> {
    let environments = read::environments_of_api(tree, api);
    let running = |environment: EnvironmentName| {
        let member = tree.running(&environment)?.members.iter().find(|member| member.api == *api)?;
        Some(RunningApi { revision: member.revision, environment })
    };
    environments.into_iter().filter_map(running).collect()
}

/// The `type` of a backend, as it is written.
fn backend_type(definition: &ApiDefinition) -> String {
    let written = serde_json::to_value(&definition.backend).unwrap_or_default();
    written["type"].as_str().unwrap_or_default().to_owned()
}

fn summary(tree: &ServiceTree, api: &model::Api) -> ApiSummary {
    let definition = &api.definition;
    ApiSummary {
        id: api.id.clone(),
        name: definition.name.clone(),
        description: definition.description.clone(),
        path: definition.path.clone(),
        method: definition.method,
        auth: definition.auth,
        backend: backend_type(definition),
        tags: definition.tags.clone(),
        revision: api.revision,
        running_in: running_in(tree, &api.id),
        created: api.created.into(),
        modified: api.modified.into(),
    }
}

/// Which APIs are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ApiFilter {
    /// In its name, description, identifier, path or tags, regardless of case.
    q: Option<String>,
    /// With this method.
    #[param(value_type = Option<MethodMatch>)]
    method: Option<String>,
    /// Running in this environment.
    #[param(value_type = Option<EnvironmentName>)]
    running_in: Option<String>,
    /// The order; by age unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "path", "created", "modified"])
}

/// Lists the APIs of a service
#[utoipa::path(get, path = "/services/{service}/apis", tag = "apis", params(Paging, ApiFilter),
    responses((status = 200, description = "A page of APIs", body = Page<ApiSummary>)))]
async fn list_apis(
    look: Look,
    Path(service): Path<String>,
    Query(paging): Query<Paging>,
    Query(filter): Query<ApiFilter>,
) -> Outcome {
    let tree = look.service(&service)?;
    let running = filter.running_in.as_deref().map(|name| match EnvironmentName::try_from(name) {
        Ok(environment) => read::running_apis(tree, &environment),
        Err(_) => BTreeSet::new(),
    });
    let wanted = |api: &&std::sync::Arc<model::Api>| {
        let definition = &api.definition;
        let mut texts =
            vec![definition.name.as_str(), definition.description.as_str(), definition.path.as_str(), api.id.as_str()];
        texts.extend(definition.tags.iter().flat_map(|tag| [tag.key.as_str(), tag.value.as_str()]));
        page::matches(filter.q.as_deref(), &texts)
            && filter.method.as_deref().is_none_or(|method| definition.method.as_str() == method)
            && running.as_ref().is_none_or(|running| running.contains(&api.id))
    };
    let all: Vec<_> = tree.apis.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::by("created"));
    let key = |api: &&std::sync::Arc<model::Api>| {
        let key = match sort.field.as_str() {
            "name" => page::by_name(api.definition.name.as_str()),
            "path" => api.definition.path.as_str().to_owned(),
            "modified" => page::by_time(api.modified),
            _ => page::by_time(api.created),
        };
        (key, api.id.to_string())
    };
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |api| summary(tree, api))?))
}

/// Makes an API
#[utoipa::path(post, path = "/services/{service}/apis", tag = "apis", request_body = ApiDefinition,
    responses((status = 201, description = "Made", body = Api)))]
async fn create_api(change: Change, Path(service): Path<String>, Body(definition): Body<ApiDefinition>) -> Outcome {
    let service = service_id(&service)?;
    let made = change.control().create_api(&change.actor(), &service, definition).await?;
    let place = format!("/api/v1/services/{service}/apis/{}", made.id);
    Ok(change.answer(shown(&change.after(), &service, &made.id)?.created(&place)))
}

/// Shows an API
#[utoipa::path(get, path = "/services/{service}/apis/{api}", tag = "apis",
    responses((status = 200, description = "The API", body = Api)))]
async fn show_api(look: Look, Path((service, api)): Path<(String, String)>) -> Outcome {
    shown(&look, &service_id(&service)?, &api_id(&api)?)
}

/// Gives an API another definition
#[utoipa::path(put, path = "/services/{service}/apis/{api}", tag = "apis", request_body = ApiDefinition,
    responses((status = 200, description = "As it is now", body = Api)))]
async fn change_api(
    change: Change,
    Path((service, api)): Path<(String, String)>,
    Body(definition): Body<ApiDefinition>,
) -> Outcome {
    let (service, api) = (service_id(&service)?, api_id(&api)?);
    let actor = change.actor_on(&Noun::Api(service.clone(), api.clone()))?;
    change.control().modify_api(&actor, &service, &api, definition).await?;
    Ok(change.answer(shown(&change.after(), &service, &api)?))
}

/// Deletes an API; releases that hold it go on answering for it
#[utoipa::path(delete, path = "/services/{service}/apis/{api}", tag = "apis",
    responses((status = 204, description = "Deleted")))]
async fn delete_api(change: Change, Path((service, api)): Path<(String, String)>) -> Outcome {
    let (service, api) = (service_id(&service)?, api_id(&api)?);
    let actor = change.actor_on(&Noun::Api(service.clone(), api.clone()))?;
    change.control().delete_api(&actor, &service, &api).await?;
    Ok(change.answer(Answer::nothing()))
}

fn shown(look: &Look, service: &ServiceId, api: &ApiId) -> Outcome {
    let (tree, found) = look.api(service.as_str(), api.as_str())?;
    let view = Api {
        id: found.id.clone(),
        service: found.service.clone(),
        revision: found.revision,
        definition: found.definition.as_ref().clone(),
        running_in: running_in(tree, api),
        created: found.created.into(),
        modified: found.modified.into(),
    };
    Ok(look.show(&Noun::Api(service.clone(), api.clone()), view))
}
