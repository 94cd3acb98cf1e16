//! Which APIs applications may call.

use std::sync::Arc;

use axum::extract::Path;
use control::read;
use model::{ApiId, ApplicationBinding, ApplicationId, EnvironmentName, Name, ServiceId, ServiceTree};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{application, application_id};
use crate::body::Body;
use crate::environment::environment_name;
use crate::exchange::{Answer, Change, Look, Outcome, api_id, service_id};
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::query::Query;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_bindings_of_application, bind_application))
        .routes(routes!(unbind_application))
        .routes(routes!(list_applications_of_service))
}

/// An application may call an API in an environment.
#[derive(Clone, Serialize, ToSchema)]
struct ApplicationMayCall {
    application: ApplicationId,
    application_name: Name,
    service: ServiceId,
    service_name: Name,
    environment: EnvironmentName,
    api: ApiId,
    #[schema(required = true)]
    api_name: Option<Name>,
    created: Moment,
}

/// APIs that an application is to call.
#[derive(Deserialize, ToSchema)]
struct NewApplicationBinding {
    service: ServiceId,
    environment: EnvironmentName,
    /// All of them or none.
    #[schema(min_items = 1)]
    apis: Vec<ApiId>,
}

fn view(look: &Look, tree: &ServiceTree, binding: &ApplicationBinding) -> Option<ApplicationMayCall> {
    let application = look.snapshot.applications.get(&binding.application)?;
    Some(ApplicationMayCall {
        application: application.id.clone(),
        application_name: application.name.clone(),
        service: binding.service.clone(),
        service_name: tree.service.name.clone(),
        environment: binding.environment.clone(),
        api: binding.api.clone(),
        api_name: read::definition(tree, &binding.api).map(|definition| definition.name.clone()),
        created: binding.created.into(),
    })
}

/// By service, environment, API.
fn bindings(paging: &Paging, all: Vec<ApplicationMayCall>) -> Outcome {
    let key = |binding: &ApplicationMayCall| {
        let ApplicationMayCall { service, environment, api, application, .. } = binding;
        (page::by_name(binding.service_name.as_str()), format!("{service}/{environment}/{api}/{application}"))
    };
    Ok(Answer::ok(page::page(paging, &Sort::by("service"), all, key, ApplicationMayCall::clone)?))
}

/// Lists what an application may call
#[utoipa::path(get, path = "/applications/{application}/bindings", tag = "applications", params(Paging),
    responses((status = 200, description = "A page of bindings", body = Page<ApplicationMayCall>)))]
async fn list_bindings_of_application(look: Look, Path(id): Path<String>, Query(paging): Query<Paging>) -> Outcome {
    let id = application_id(&id)?;
    application(&look, &id)?;
    let all = control::application::bindings(&look.snapshot, &id);
    bindings(&paging, all.filter_map(|(tree, binding)| view(&look, tree, binding)).collect())
}

/// Lets an application call APIs in an environment, at once, whether or not it runs them
#[utoipa::path(post, path = "/applications/{application}/bindings", tag = "applications",
    request_body = NewApplicationBinding, responses((status = 204, description = "It may call them")))]
async fn bind_application(
    change: Change,
    Path(id): Path<String>,
    Body(wanted): Body<NewApplicationBinding>,
) -> Outcome {
    let NewApplicationBinding { service, environment, apis } = wanted;
    let id = application_id(&id)?;
    change.control().bind_application(&change.actor(), &id, &service, &environment, &apis).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Takes away from an application that it may call an API in an environment
#[utoipa::path(delete, path = "/applications/{application}/bindings/{service}/{environment}/{api}",
    tag = "applications", responses((status = 204, description = "It may not call it any more")))]
async fn unbind_application(change: Change, Path(place): Path<(String, String, String, String)>) -> Outcome {
    let (application, service, environment, api) = place;
    let (application, service, api) = (application_id(&application)?, service_id(&service)?, api_id(&api)?);
    let environment = environment_name(&environment)?;
    change.control().unbind_application(&change.actor(), &application, &service, &environment, &api).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Which bindings of a service's applications are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ApplicationBindingFilter {
    /// In this environment.
    environment: Option<EnvironmentName>,
    /// Of this API.
    api: Option<String>,
}

/// Lists the applications that may call APIs of a service
#[utoipa::path(get, path = "/services/{service}/applications", tag = "applications",
    params(Paging, ApplicationBindingFilter),
    responses((status = 200, description = "A page of bindings", body = Page<ApplicationMayCall>)))]
async fn list_applications_of_service(
    look: Look,
    Path(service): Path<String>,
    Query(paging): Query<Paging>,
    Query(filter): Query<ApplicationBindingFilter>,
) -> Outcome {
    let tree = look.service(&service)?;
    let is_wanted = |binding: &&Arc<ApplicationBinding>| {
        filter.environment.as_ref().is_none_or(|environment| binding.environment == *environment)
            && filter.api.as_ref().is_none_or(|api| binding.api.as_str() == api)
    };
    let all = tree.application_bindings.values().filter(is_wanted);
    bindings(&paging, all.filter_map(|binding| view(&look, tree, binding)).collect())
}
