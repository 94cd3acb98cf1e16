//! OpenAPI documents: brought into a service, and written from one.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use control::openapi::{self, Format, ReadDocument, Target};
use control::terms::Noun;
use http::header;
use model::{ApiDefinition, ApiId, EnvironmentName, Name, ServiceId, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::LongBody;
use crate::configuration::{Applying, view};
use crate::exchange::{Answer, Change, Look, Outcome, service_id};
use crate::problem::{FieldError, Problem};
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(import_service)).routes(routes!(import_openapi)).routes(routes!(export_openapi))
}

/// How a document is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DocumentFormat {
    Yaml,
    #[default]
    Json,
}

impl From<DocumentFormat> for Format {
    fn from(format: DocumentFormat) -> Self {
        match format {
            DocumentFormat::Yaml => Self::Yaml,
            DocumentFormat::Json => Self::Json,
        }
    }
}

/// A document that is brought in.
#[derive(Deserialize, ToSchema)]
struct ImportedDocument {
    /// OpenAPI 3.0 or 3.1 or Swagger 2.0, as text of at most 8 MiB.
    document: String,
    /// How it is written; `yaml`, which reads JSON too, unless said otherwise.
    #[serde(default = "yaml")]
    format: DocumentFormat,
}

fn yaml() -> DocumentFormat {
    DocumentFormat::Yaml
}

/// What came of it, or would.
#[derive(Serialize, ToSchema)]
struct Imported {
    /// The service.
    service: ServiceId,
    /// The APIs that the document's operations are, in its order.
    apis: Vec<ApiId>,
    /// What was changed; nothing, where everything was so already.
    changes: Vec<Applying>,
    /// What was passed over.
    warnings: Vec<ImportWarning>,
}

/// Something of a document that was passed over.
#[derive(Serialize, ToSchema)]
struct ImportWarning {
    /// Where in the document: a JSON pointer.
    pointer: String,
    /// What it is.
    message: String,
}

fn faulty(faults: Vec<openapi::Fault>) -> Problem {
    let error =
        |fault: openapi::Fault| FieldError { pointer: Some(fault.pointer), parameter: None, message: fault.reason };
    Problem::body(faults.into_iter().map(error).collect())
}

fn read(change: &Change, body: &ImportedDocument) -> Result<ReadDocument, Problem> {
    openapi::read(&body.document, body.format.into(), change.control().quotas()).map_err(|fault| faulty(vec![fault]))
}

async fn bring(
    change: &Change,
    actor: control::Actor,
    target: Target,
    document: &ReadDocument,
    prune: bool,
) -> Result<Imported, Problem> {
    let wanted = document.wanted().map_err(faulty)?;
    let brought = change.control().import_openapi(&actor, &target, &wanted, prune).await;
    let brought = brought.map_err(|refusal| match openapi::placed(refusal) {
        Ok(fault) => faulty(vec![fault]),
        Err(refusal) => Problem::from(refusal),
    })?;
    let warning =
        |fault: &openapi::Fault| ImportWarning { pointer: fault.pointer.clone(), message: fault.reason.clone() };
    Ok(Imported {
        service: brought.service,
        apis: brought.apis,
        changes: brought.changes.into_iter().map(view).collect(),
        warnings: document.warnings.iter().map(warning).collect(),
    })
}

/// What happens to APIs that the document does not name.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportQuery {
    /// Delete them; they stay otherwise.
    #[serde(default)]
    #[param(required = false)]
    prune: bool,
}

/// Brings an OpenAPI document into a service: all of it or nothing, and tells what that changes
///
/// An operation is the API of its `operationId`, or else the one of its path and method; where there is none, one is made.
/// Nothing is released. The pointers of what is wrong are pointers into the document.
#[utoipa::path(post, path = "/services/{service}/import", tag = "services", params(ImportQuery),
    request_body = ImportedDocument, responses((status = 200, description = "What was changed", body = Imported)))]
async fn import_openapi(
    change: Change,
    Path(id): Path<String>,
    Query(query): Query<ImportQuery>,
    LongBody(body): LongBody<ImportedDocument>,
) -> Outcome {
    let id = service_id(&id)?;
    change.after().service(id.as_str())?;
    let document = read(&change, &body)?;
    let imported = bring(&change, change.actor(), Target::Service(id.clone()), &document, query.prune).await?;
    let mark = crate::etag::of(&Noun::Service(id), &change.after().snapshot);
    Ok(change.answer(Answer::ok(imported).marked(mark)))
}

/// The service that is made.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct NewServiceQuery {
    /// Its name; the document's title unless said otherwise.
    #[param(min_length = 1, max_length = 128)]
    name: Option<Name>,
}

/// Makes a service from an OpenAPI document: all of it or nothing
///
/// Nothing is released. The pointers of what is wrong are pointers into the document.
#[utoipa::path(post, path = "/services/import", tag = "services", params(NewServiceQuery),
    request_body = ImportedDocument, responses((status = 201, description = "What was made", body = Imported)))]
async fn import_service(
    change: Change,
    Query(query): Query<NewServiceQuery>,
    LongBody(body): LongBody<ImportedDocument>,
) -> Outcome {
    let document = read(&change, &body)?;
    let wrong = |pointer: &str, reason: &str| faulty(vec![openapi::Fault::new(pointer, reason)]);
    let name = match query.name {
        Some(name) => name,
        None => {
            let title = document.title.clone().unwrap_or_default();
            Name::try_from(title.trim()).map_err(|invalid| wrong("/info/title", &invalid.reason))?
        }
    };
    let description = Text::try_from(document.description.clone().unwrap_or_default())
        .map_err(|invalid| wrong("/info/description", &invalid.reason))?;
    let imported = bring(&change, change.actor(), Target::New { name, description }, &document, false).await?;
    let place = format!("/api/v1/services/{}", imported.service);
    let mark = crate::etag::of(&Noun::Service(imported.service.clone()), &change.after().snapshot);
    Ok(change.answer(Answer::ok(imported).created(&place).marked(mark)))
}

/// Which document is written.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `json` unless said otherwise.
    #[serde(default)]
    #[param(required = false, inline)]
    format: DocumentFormat,
    /// The APIs as this environment runs them, in place of as they are edited.
    environment: Option<EnvironmentName>,
}

/// Writes a service's APIs as an OpenAPI 3.0 document, which brought in again changes nothing
#[utoipa::path(get, path = "/services/{service}/openapi", tag = "services", params(ExportQuery),
    responses((status = 200, description = "The document", content(
        (serde_json::Value = "application/json"), (serde_json::Value = "application/yaml")))))]
async fn export_openapi(
    look: Look,
    Path(id): Path<String>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    let tree = look.service(&id)?;
    let definitions: Vec<(&ApiId, &ApiDefinition)> = match &query.environment {
        Some(name) => {
            let mut running = tree.running_revisions(name);
            running.sort_by(|a, b| (a.api_created, &a.api).cmp(&(b.api_created, &b.api)));
            running.into_iter().map(|frozen| (&frozen.api, &*frozen.definition)).collect()
        }
        None => {
            let mut apis: Vec<_> = tree.apis.values().collect();
            apis.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
            apis.into_iter().map(|api| (&api.id, &*api.definition)).collect()
        }
    };
    let text = openapi::write(&tree.service, definitions, query.format.into());
    let kind = match query.format {
        DocumentFormat::Json => "application/json",
        DocumentFormat::Yaml => "application/yaml",
    };
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
