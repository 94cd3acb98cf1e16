//! What differs between two states of a service.

use axum::extract::Path;
use control::diff::{self, ServiceState};
use model::{ApiDefinition, ApiId, EnvironmentName, VersionName};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::exchange::{Answer, Look, Outcome};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(show_diff))
}

/// Which two states are compared.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DiffQuery {
    /// The first state: `working` (the APIs as they are edited now), `environment:NAME` (what an environment runs;
    /// nothing when it is offline) or `version:NAME` (a release).
    #[param(example = "environment:release")]
    from: String,
    /// The second state, likewise.
    #[param(example = "working")]
    to: String,
}

/// What differs between two states of a service.
#[derive(Serialize, ToSchema)]
struct Diff {
    from: String,
    to: String,
    /// The APIs that differ.
    apis: Vec<ApiDiff>,
    added: usize,
    removed: usize,
    changed: usize,
    /// How many APIs are the same in both.
    same: usize,
}

/// An API that is not the same in both states.
#[derive(Serialize, ToSchema)]
struct ApiDiff {
    api: ApiId,
    change: ChangeKind,
    /// Its name in the second state, or for a removed one in the first.
    name: model::Name,
    path: model::FrontendPath,
    method: model::MethodMatch,
    /// What differs, field by field; for an API that was added or removed, empty.
    fields: Vec<FieldDiff>,
    /// Its definition in the first state; null for one that was added.
    #[schema(required = true)]
    before: Option<ApiDefinition>,
    /// Its definition in the second state; null for one that was removed.
    #[schema(required = true)]
    after: Option<ApiDefinition>,
}

/// What became of an API.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChangeKind {
    Added,
    Removed,
    Changed,
}

/// A field that differs.
#[derive(Serialize, ToSchema)]
struct FieldDiff {
    /// Where in the definition: `/backend/origin`. An entry of a list stands under what tells it apart
    /// (`/parameters/query:page/default`), or its place.
    field: String,
    /// What it was; null where there was nothing.
    #[schema(required = true)]
    before: Option<serde_json::Value>,
    /// What it is; null where there is nothing.
    #[schema(required = true)]
    after: Option<serde_json::Value>,
}

fn state(parameter: &str, raw: &str) -> Result<ServiceState, Problem> {
    let wrong = |reason: String| Problem::query(vec![(parameter.to_owned(), reason)]);
    match raw.split_once(':') {
        None if raw == "working" => Ok(ServiceState::Working),
        Some(("environment", name)) => {
            EnvironmentName::try_from(name).map(ServiceState::Environment).map_err(|fault| wrong(fault.reason))
        }
        Some(("version", name)) => {
            VersionName::try_from(name).map(ServiceState::Version).map_err(|fault| wrong(fault.reason))
        }
        _ => Err(wrong("is no state; `working`, `environment:NAME` and `version:NAME` are allowed".to_owned())),
    }
}

/// Shows what differs between two states of a service
#[utoipa::path(get, path = "/services/{service}/diff", tag = "releases", params(DiffQuery),
    responses((status = 200, description = "The differences", body = Diff)))]
async fn show_diff(look: Look, Path(service): Path<String>, Query(query): Query<DiffQuery>) -> Outcome {
    let tree = look.service(&service)?;
    let (from, to) = (state("from", &query.from)?, state("to", &query.to)?);
    let found = diff::between(tree, &from, &to)?;
    let apis: Vec<ApiDiff> = found.apis.iter().filter_map(api_diff).collect();
    let count = |wanted: fn(&ChangeKind) -> bool| apis.iter().filter(|api| wanted(&api.change)).count();
    Ok(Answer::ok(Diff {
        added: count(|change| matches!(change, ChangeKind::Added)),
        removed: count(|change| matches!(change, ChangeKind::Removed)),
        changed: count(|change| matches!(change, ChangeKind::Changed)),
        same: found.same,
        from: query.from,
        to: query.to,
        apis,
    }))
}

fn api_diff(found: &diff::ApiDifference<'_>) -> Option<ApiDiff> {
    let shown = found.after.or(found.before)?;
    let field = |field: &diff::FieldDifference| FieldDiff {
        field: field.field.clone(),
        before: field.before.clone(),
        after: field.after.clone(),
    };
    Some(ApiDiff {
        api: found.api.clone(),
        change: match (found.before, found.after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        },
        name: shown.name.clone(),
        path: shown.path.clone(),
        method: shown.method,
        fields: found.fields.iter().map(field).collect(),
        before: found.before.cloned(),
        after: found.after.cloned(),
    })
}
