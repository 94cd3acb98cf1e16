//! API documents: pages about APIs for those who call them.

use axum::extract::Path;
use control::NewApiDocument;
use control::terms::Noun;
use model::{ApiDocument, ApiDocumentId, ApiId, EnvironmentName, Name, ServiceId, Tag};
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
        .routes(routes!(list_api_documents, create_api_document))
        .routes(routes!(show_api_document, change_api_document, delete_api_document))
        .routes(routes!(build_api_document))
        .routes(routes!(reveal_api_document))
        .routes(routes!(reset_api_document_password))
}

/// What an API document is made from.
#[derive(Serialize, Deserialize, ToSchema)]
struct ApiDocumentValues {
    name: Name,
    service: ServiceId,
    /// What it tells of is what runs here; an API that does not is told as it is edited.
    environment: EnvironmentName,
    /// The APIs, in their order.
    #[schema(min_items = 1)]
    apis: Vec<ApiId>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// A page about APIs, without its password.
#[derive(Serialize, ToSchema)]
struct ApiDocumentView {
    id: ApiDocumentId,
    #[serde(flatten)]
    values: ApiDocumentValues,
    /// Null for a service that is no more.
    #[schema(required = true)]
    service_name: Option<Name>,
    /// Where it is read, with its password.
    address: String,
    /// How often it was built.
    builds: u32,
    /// How often it was read since the process began.
    views: u64,
    created: Moment,
    /// When it was last built, or its password changed.
    modified: Moment,
}

/// What readers of a document need.
#[derive(Serialize, ToSchema)]
struct ApiDocumentPass {
    id: ApiDocumentId,
    address: String,
    #[schema(format = Password)]
    password: String,
}

fn view(look: &Look, document: &ApiDocument) -> ApiDocumentView {
    ApiDocumentView {
        id: document.id.clone(),
        values: ApiDocumentValues {
            name: document.name.clone(),
            service: document.service.clone(),
            environment: document.environment.clone(),
            apis: document.apis.clone(),
            tags: document.tags.clone(),
        },
        service_name: look.snapshot.services.get(&document.service).map(|tree| tree.service.name.clone()),
        address: look.control().page_address(&document.id),
        builds: document.builds,
        views: look.control().page_views(&document.id),
        created: document.created.into(),
        modified: document.modified.into(),
    }
}

fn document_id(raw: &str) -> Result<ApiDocumentId, Problem> {
    let gone = |_| Problem::not_found(format!("there is no API document `{}`", raw.escape_debug()));
    ApiDocumentId::try_from(raw).map_err(gone)
}

fn wanted(values: ApiDocumentValues) -> NewApiDocument {
    NewApiDocument {
        name: values.name,
        service: values.service,
        environment: values.environment,
        apis: values.apis,
        tags: Some(values.tags),
    }
}

/// Which API documents are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ApiDocumentFilter {
    /// In its name, identifier or tags, regardless of case.
    q: Option<String>,
    /// About this service.
    service: Option<String>,
    /// The order; the newest first unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "created", "modified"])
}

/// Lists API documents
#[utoipa::path(get, path = "/api-documents", tag = "API documents", params(Paging, ApiDocumentFilter),
    responses((status = 200, description = "A page of API documents", body = Page<ApiDocumentView>)))]
async fn list_api_documents(
    look: Look,
    Query(paging): Query<Paging>,
    Query(filter): Query<ApiDocumentFilter>,
) -> Outcome {
    let wanted = |document: &&std::sync::Arc<ApiDocument>| {
        let mut texts = vec![document.name.as_str(), document.id.as_str()];
        texts.extend(document.tags.iter().flat_map(|tag| [tag.key.as_str(), tag.value.as_str()]));
        page::matches(filter.q.as_deref(), &texts)
            && filter.service.as_ref().is_none_or(|service| document.service.as_str() == service)
    };
    let all: Vec<_> = look.snapshot.api_documents.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::down("created"));
    let key = |document: &&std::sync::Arc<ApiDocument>| {
        let by = match sort.field.as_str() {
            "name" => page::by_name(document.name.as_str()),
            "modified" => page::by_time(document.modified),
            _ => page::by_time(document.created),
        };
        (by, document.id.to_string())
    };
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |document| view(&look, document))?))
}

/// Makes an API document with a password of its own, and builds it
#[utoipa::path(post, path = "/api-documents", tag = "API documents", request_body = ApiDocumentValues,
    responses((status = 201, description = "Made; `reveal` shows the password again", body = ApiDocumentPass)))]
async fn create_api_document(change: Change, Body(new): Body<ApiDocumentValues>) -> Outcome {
    let made = change.control().create_api_document(&change.actor(), wanted(new)).await?;
    let place = format!("/api/v1/api-documents/{}", made.id);
    Ok(change.answer(shown_pass(&change.after(), &made).created(&place)))
}

/// Shows an API document
#[utoipa::path(get, path = "/api-documents/{document}", tag = "API documents",
    responses((status = 200, description = "The API document", body = ApiDocumentView)))]
async fn show_api_document(look: Look, Path(id): Path<String>) -> Outcome {
    shown(&look, &document_id(&id)?)
}

/// Gives an API document another name, place, list of APIs or tags, and builds it anew
#[utoipa::path(put, path = "/api-documents/{document}", tag = "API documents", request_body = ApiDocumentValues,
    responses((status = 200, description = "As it is now", body = ApiDocumentView)))]
async fn change_api_document(change: Change, Path(id): Path<String>, Body(values): Body<ApiDocumentValues>) -> Outcome {
    let id = document_id(&id)?;
    let actor = change.actor_on(&Noun::ApiDocument(id.clone()))?;
    change.control().modify_api_document(&actor, &id, wanted(values)).await?;
    Ok(change.answer(shown(&change.after(), &id)?))
}

/// Deletes an API document
#[utoipa::path(delete, path = "/api-documents/{document}", tag = "API documents",
    responses((status = 204, description = "Deleted")))]
async fn delete_api_document(change: Change, Path(id): Path<String>) -> Outcome {
    let id = document_id(&id)?;
    let actor = change.actor_on(&Noun::ApiDocument(id.clone()))?;
    change.control().delete_api_document(&actor, &id).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Builds an API document anew, from the APIs as they are
#[utoipa::path(post, path = "/api-documents/{document}/build", tag = "API documents",
    responses((status = 200, description = "As it is now", body = ApiDocumentView)))]
async fn build_api_document(change: Change, Path(id): Path<String>) -> Outcome {
    let id = document_id(&id)?;
    change.control().build_api_document(&change.actor(), &id).await?;
    Ok(change.answer(shown(&change.after(), &id)?))
}

/// Shows an API document's password, and tells the audit trail that it was shown
#[utoipa::path(post, path = "/api-documents/{document}/reveal", tag = "API documents",
    responses((status = 200, description = "The address with the password", body = ApiDocumentPass)))]
async fn reveal_api_document(change: Change, Path(id): Path<String>) -> Outcome {
    let shown = change.control().reveal_api_document(&change.actor(), &document_id(&id)?).await?;
    Ok(change.answer(shown_pass(&change.after(), &shown)))
}

/// Gives an API document another password; whoever came in with the old one is out
#[utoipa::path(post, path = "/api-documents/{document}/reset-password", tag = "API documents",
    responses((status = 200, description = "The address with the new password", body = ApiDocumentPass)))]
async fn reset_api_document_password(change: Change, Path(id): Path<String>) -> Outcome {
    let reset = change.control().reset_api_document_password(&change.actor(), &document_id(&id)?).await?;
    Ok(change.answer(shown_pass(&change.after(), &reset)))
}

fn shown(look: &Look, id: &ApiDocumentId) -> Outcome {
    let gone = || Problem::not_found(format!("there is no API document `{id}`"));
    let view = view(look, look.snapshot.api_documents.get(id).ok_or_else(gone)?);
    Ok(look.show(&Noun::ApiDocument(id.clone()), view))
}

fn shown_pass(look: &Look, document: &ApiDocument) -> Answer {
    let pass = ApiDocumentPass {
        id: document.id.clone(),
        address: look.control().page_address(&document.id),
        password: document.password.expose().to_owned(),
    };
    look.show(&Noun::ApiDocument(document.id.clone()), pass)
}
