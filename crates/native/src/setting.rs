//! The settings of the process as it runs: read-only here, they are said where it is started.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::exchange::{Answer, Look, Outcome};
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(show_settings))
}

/// A setting of the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Setting {
    /// Its name, as the file has it: `body_size`.
    pub name: String,
    /// The title of the group that it stands in.
    pub group: String,
    /// What it is, as it would be written; empty where nothing is set, `…` where it is a secret.
    pub value: String,
    /// What it is where nobody says anything.
    pub default: String,
    /// Who said it.
    pub source: SettingSource,
    /// What it means.
    pub description: String,
    /// What is allowed.
    pub allowed: String,
    /// Its flag on the command line: `--body-size`.
    pub flag: String,
    /// Its environment variable: `TOLLGATE_BODY_SIZE`.
    pub variable: String,
}

/// Where a setting was said: a flag wins over the environment, the environment over the file, the file over the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettingSource {
    /// Nowhere.
    Default,
    /// In the settings file.
    File,
    /// In an environment variable.
    Environment,
    /// On the command line.
    Flag,
}

/// What the process was started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Settings {
    /// The settings file that was read; null where there is none.
    #[schema(required = true)]
    pub file: Option<String>,
    /// Every setting, in the order of the documentation.
    pub items: Vec<Setting>,
}

/// Shows the settings that the process runs with, without secrets
#[utoipa::path(get, path = "/settings", tag = "about",
    responses((status = 200, description = "Every setting", body = Settings)))]
async fn show_settings(look: Look) -> Outcome {
    Ok(Answer::ok(look.state.settings.clone()))
}
