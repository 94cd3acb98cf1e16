//! The whole configuration as one document.

use control::terms::Noun;
use control::{ChangeKind, Configuration, ConfigurationChange};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::LongBody;
use crate::exchange::{Answer, Change, Look, Outcome};
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(show_configuration, apply_configuration)).routes(routes!(reveal_configuration))
}

/// What was changed, or would be.
#[derive(Serialize, ToSchema)]
struct Applied {
    /// Nothing, where everything was so already.
    changes: Vec<Applying>,
}

/// Something that changes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Applying {
    /// `service`, `api`, `ip_strategy`, `upstream`, `plugin`, `key`, `application`, `usage_plan`, `certificate`, `domain`,
    /// `api_document` or `release`.
    noun: &'static str,
    /// Its identifier; that of an API with its service's before it, that of a release with its service's and environment's.
    id: String,
    /// Its name; a release's environment.
    name: String,
    change: WhatBecomes,
    /// What differs of something that is there before and after.
    fields: Vec<ApplyingField>,
}

/// What becomes of something.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhatBecomes {
    Added,
    Changed,
    Removed,
}

/// A field that differs.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplyingField {
    /// Where: names joined by `/`.
    field: String,
    /// What it was; null where there was nothing.
    #[schema(required = true)]
    before: Option<serde_json::Value>,
    /// What it is; null where there is nothing.
    #[schema(required = true)]
    after: Option<serde_json::Value>,
}

pub(crate) fn view(change: ConfigurationChange) -> Applying {
    let field = |field: control::diff::FieldDifference| ApplyingField {
        field: field.field,
        before: field.before,
        after: field.after,
    };
    Applying {
        noun: change.noun,
        id: change.id,
        name: change.name,
        change: match change.kind {
            ChangeKind::Added => WhatBecomes::Added,
            ChangeKind::Changed => WhatBecomes::Changed,
            ChangeKind::Removed => WhatBecomes::Removed,
        },
        fields: change.fields.into_iter().map(field).collect(),
    }
}

/// Shows the whole configuration, without secrets
#[utoipa::path(get, path = "/configuration", tag = "configuration",
    responses((status = 200, description = "The configuration", body = Configuration)))]
async fn show_configuration(look: Look) -> Outcome {
    let document = look.control().configuration(&look.snapshot);
    Ok(look.show(&Noun::Configuration, document))
}

/// Shows the whole configuration with its secrets, and tells the audit trail that they were shown
#[utoipa::path(post, path = "/configuration/reveal", tag = "configuration",
    responses((status = 200, description = "The configuration", body = Configuration)))]
async fn reveal_configuration(change: Change) -> Outcome {
    let document = change.control().reveal_configuration(&change.actor()).await?;
    Ok(change.answer(change.after().show(&Noun::Configuration, document)))
}

/// What happens to what the document does not name.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Pruning {
    /// Delete it; it stays otherwise.
    #[serde(default)]
    #[param(required = false)]
    prune: bool,
}

/// Brings a configuration in: all of it or nothing, and tells what that changes
#[utoipa::path(put, path = "/configuration", tag = "configuration", params(Pruning), request_body = Configuration,
    responses((status = 200, description = "What was changed", body = Applied)))]
async fn apply_configuration(
    change: Change,
    Query(pruning): Query<Pruning>,
    LongBody(wanted): LongBody<Configuration>,
) -> Outcome {
    let actor = change.actor_on(&Noun::Configuration)?;
    let changes = change.control().apply_configuration(&actor, &wanted, pruning.prune).await?;
    Ok(change.answer(Answer::ok(Applied { changes: changes.into_iter().map(view).collect() })))
}
