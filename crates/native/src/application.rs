//! Applications: who calls APIs in a name of its own.

mod binding;

use axum::extract::Path;
use control::terms::Noun;
use control::{ApplicationChange, NewApplication};
use model::{AccessKeyId, Application, ApplicationId, Name, Secret, Text};
use serde::{Deserialize, Serialize};
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
        .routes(routes!(list_applications, create_application))
        .routes(routes!(show_application, change_application, delete_application))
        .routes(routes!(reveal_application))
        .routes(routes!(rotate_application))
        .merge(binding::routes())
}

/// Who calls APIs in a name of its own, without the secret half of its pair.
#[derive(Serialize, ToSchema)]
struct ApplicationView {
    id: ApplicationId,
    name: Name,
    description: Text,
    /// The public half of the pair that it signs with.
    key: AccessKeyId,
    /// How many APIs it may call; each counts once for each environment.
    bindings: usize,
    created: Moment,
    modified: Moment,
}

/// An application that is to be made.
#[derive(Deserialize, ToSchema)]
struct NewApplicationValues {
    /// Several applications may share one.
    name: Name,
    #[serde(default)]
    description: Text,
}

/// What changes of an application; what is not there stays.
#[derive(Deserialize, ToSchema)]
struct ApplicationChanges {
    name: Option<Name>,
    description: Option<Text>,
}

/// An application's pair, both halves.
#[derive(Serialize, ToSchema)]
struct ApplicationPair {
    /// The application.
    id: ApplicationId,
    key: AccessKeyId,
    /// The secret half.
    #[schema(format = Password)]
    secret: String,
}

/// The pair that an application is to have.
#[derive(Deserialize, ToSchema)]
struct ApplicationRotation {
    /// The public half; as it is where none is given.
    #[serde(default)]
    key: Option<AccessKeyId>,
    /// 1 to 256 printable characters; made by the gateway where none is given.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 256, format = Password)]
    secret: Option<String>,
}

fn view(look: &Look, application: &Application) -> ApplicationView {
    ApplicationView {
        id: application.id.clone(),
        name: application.name.clone(),
        description: application.description.clone(),
        key: application.key.clone(),
        bindings: control::application::bindings(&look.snapshot, &application.id).count(),
        created: application.created.into(),
        modified: application.modified.into(),
    }
}

/// An application's identifier from the path.
fn application_id(raw: &str) -> Result<ApplicationId, Problem> {
    let gone = |_| Problem::not_found(format!("there is no application `{}`", raw.escape_debug()));
    ApplicationId::try_from(raw).map_err(gone)
}

/// The application of this identifier.
fn application<'l>(look: &'l Look, id: &ApplicationId) -> Result<&'l Application, Problem> {
    let gone = || Problem::not_found(format!("there is no application `{id}`"));
    look.snapshot.applications.get(id).map(|application| &**application).ok_or_else(gone)
}

/// Which applications are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ApplicationFilter {
    /// In its name, description, identifier or key, regardless of case.
    q: Option<String>,
    /// The order; the newest first unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "created", "modified"])
}

/// Lists applications
#[utoipa::path(get, path = "/applications", tag = "applications", params(Paging, ApplicationFilter),
    responses((status = 200, description = "A page of applications", body = Page<ApplicationView>)))]
async fn list_applications(
    look: Look,
    Query(paging): Query<Paging>,
    Query(filter): Query<ApplicationFilter>,
) -> Outcome {
    let wanted = |found: &&std::sync::Arc<Application>| {
        let texts = [found.name.as_str(), found.description.as_str(), found.id.as_str(), found.key.as_str()];
        page::matches(filter.q.as_deref(), &texts)
    };
    let all: Vec<_> = look.snapshot.applications.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::down("created"));
    let key = |found: &&std::sync::Arc<Application>| {
        let by = match sort.field.as_str() {
            "name" => page::by_name(found.name.as_str()),
            "modified" => page::by_time(found.modified),
            _ => page::by_time(found.created),
        };
        (by, found.id.to_string())
    };
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |found| view(&look, found))?))
}

/// Makes an application with a pair of its own; it may call nothing yet
#[utoipa::path(post, path = "/applications", tag = "applications", request_body = NewApplicationValues,
    responses((status = 201, description = "Made; the only answer with the secret but `reveal` and `rotate`",
        body = ApplicationPair)))]
async fn create_application(change: Change, Body(new): Body<NewApplicationValues>) -> Outcome {
    let new = NewApplication { name: new.name, description: new.description };
    let made = change.control().create_application(&change.actor(), new).await?;
    let place = format!("/api/v1/applications/{}", made.id);
    Ok(change.answer(shown_pair(&change.after(), &made).created(&place)))
}

/// Shows an application
#[utoipa::path(get, path = "/applications/{application}", tag = "applications",
    responses((status = 200, description = "The application", body = ApplicationView)))]
async fn show_application(look: Look, Path(id): Path<String>) -> Outcome {
    shown(&look, &application_id(&id)?)
}

/// Changes an application: its name, what it is for
#[utoipa::path(patch, path = "/applications/{application}", tag = "applications", request_body = ApplicationChanges,
    responses((status = 200, description = "As it is now", body = ApplicationView)))]
async fn change_application(change: Change, Path(id): Path<String>, Body(wanted): Body<ApplicationChanges>) -> Outcome {
    let id = application_id(&id)?;
    let actor = change.actor_on(&Noun::Application(id.clone()))?;
    let wanted = ApplicationChange { name: wanted.name, description: wanted.description };
    change.control().modify_application(&actor, &id, wanted).await?;
    Ok(change.answer(shown(&change.after(), &id)?))
}

/// Deletes an application that may call nothing
#[utoipa::path(delete, path = "/applications/{application}", tag = "applications",
    responses((status = 204, description = "Deleted")))]
async fn delete_application(change: Change, Path(id): Path<String>) -> Outcome {
    let id = application_id(&id)?;
    let actor = change.actor_on(&Noun::Application(id.clone()))?;
    change.control().delete_application(&actor, &id).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Shows an application's secret, and tells the audit trail that it was shown
#[utoipa::path(post, path = "/applications/{application}/reveal", tag = "applications",
    responses((status = 200, description = "Both halves", body = ApplicationPair)))]
async fn reveal_application(change: Change, Path(id): Path<String>) -> Outcome {
    let shown = change.control().reveal_application(&change.actor(), &application_id(&id)?).await?;
    Ok(change.answer(shown_pair(&change.after(), &shown)))
}

/// Gives an application another pair, or another secret, at once
#[utoipa::path(post, path = "/applications/{application}/rotate", tag = "applications",
    request_body = ApplicationRotation,
    responses((status = 200, description = "Both halves, the new secret", body = ApplicationPair)))]
async fn rotate_application(
    change: Change,
    Path(id): Path<String>,
    Body(wanted): Body<ApplicationRotation>,
) -> Outcome {
    let id = application_id(&id)?;
    let secret = wanted.secret.map(Secret::try_from).transpose();
    let secret = secret.map_err(|refused| Problem::field("/secret", refused.reason))?;
    let rotated = change.control().rotate_application(&change.actor(), &id, wanted.key.as_ref(), secret).await?;
    Ok(change.answer(shown_pair(&change.after(), &rotated)))
}

fn shown(look: &Look, id: &ApplicationId) -> Outcome {
    let view = view(look, application(look, id)?);
    Ok(look.show(&Noun::Application(id.clone()), view))
}

fn shown_pair(look: &Look, application: &Application) -> Answer {
    let Application { id, key, secret, .. } = application.clone();
    look.show(&Noun::Application(id.clone()), ApplicationPair { id, key, secret: secret.expose().to_owned() })
}
