//! Environments of a service: what each runs.

use axum::extract::Path;
use control::terms::Noun;
use control::{Control, read};
use model::{EnvironmentName, ServiceId, ServiceTree, Text, ThrottleScope, VersionName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::exchange::{Answer, Change, Look, Outcome, service_id};
use crate::moment::Moment;
use crate::page::Page;
use crate::problem::Problem;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_environments))
        .routes(routes!(show_environment))
        .routes(routes!(switch_release, take_offline))
}

/// An environment of a service.
#[derive(Serialize, ToSchema)]
pub(crate) struct Environment {
    name: EnvironmentName,
    /// What stands before each path there: `/test`, `/prepub`, `/release`. A call without one goes to `release`.
    path_prefix: String,
    /// What it runs; null when it is offline or was never released.
    #[schema(required = true)]
    running: Option<RunningRelease>,
    /// When what it runs last changed; null when it was never released.
    #[schema(required = true)]
    changed: Option<Moment>,
    /// Calls per second that it admits.
    rate: u32,
    /// True when `rate` was set for this environment and is not the installation's default.
    rate_is_own: bool,
}

/// What an environment runs.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunningRelease {
    version: VersionName,
    description: Text,
    /// When the release was made.
    released: Moment,
    /// How many APIs are in it.
    apis: usize,
}

/// The three environments of a service.
pub(crate) fn environments(control: &Control, tree: &ServiceTree) -> Vec<Environment> {
    EnvironmentName::all().into_iter().map(|name| environment(control, tree, name)).collect()
}

fn environment(control: &Control, tree: &ServiceTree, name: EnvironmentName) -> Environment {
    let running = tree.running(&name).map(|release| RunningRelease {
        version: release.version.clone(),
        description: release.description.clone(),
        released: release.created.into(),
        apis: release.members.len(),
    });
    Environment {
        path_prefix: format!("/{name}"),
        running,
        changed: tree.environments.get(&name).map(|state| state.changed.into()),
        rate: read::service_rate(tree, &name, control.quotas()),
        rate_is_own: tree.throttles.contains_key(&(name.clone(), ThrottleScope::Service)),
        name,
    }
}

/// An environment's name from the path.
pub(crate) fn environment_name(raw: &str) -> Result<EnvironmentName, Problem> {
    EnvironmentName::all().into_iter().find(|name| name.as_str() == raw).ok_or_else(|| {
        let raw = raw.escape_debug();
        Problem::not_found(format!("there is no environment `{raw}`; there are test, prepub and release"))
    })
}

/// Lists the three environments of a service
#[utoipa::path(get, path = "/services/{service}/environments", tag = "environments",
    responses((status = 200, description = "All of them", body = Page<Environment>)))]
async fn list_environments(look: Look, Path(service): Path<String>) -> Outcome {
    let items = environments(look.control(), look.service(&service)?);
    Ok(Answer::ok(Page { total: items.len(), items, next_page_token: None }))
}

/// Shows an environment
#[utoipa::path(get, path = "/services/{service}/environments/{environment}", tag = "environments",
    responses((status = 200, description = "The environment", body = Environment)))]
async fn show_environment(look: Look, Path((service, environment)): Path<(String, String)>) -> Outcome {
    shown(&look, &service_id(&service)?, &environment_name(&environment)?)
}

/// The release that an environment is to run.
#[derive(Deserialize, ToSchema)]
struct Switch {
    /// A release of this service, whichever environment it was made for.
    version: VersionName,
    /// For the history.
    #[serde(default)]
    description: Text,
}

/// Lets an environment run a release that the service has had: roll back, or bring another environment's release here
#[utoipa::path(put, path = "/services/{service}/environments/{environment}/release", tag = "environments",
    request_body = Switch, responses((status = 200, description = "The environment as it is now", body = Environment)))]
async fn switch_release(
    change: Change,
    Path((service, environment)): Path<(String, String)>,
    Body(wanted): Body<Switch>,
) -> Outcome {
    let (service, environment) = (service_id(&service)?, environment_name(&environment)?);
    let actor = change.actor_on(&Noun::Environment(service.clone(), environment.clone()))?;
    change
        .control()
        .switch_version(&actor, &service, &environment, &wanted.version, wanted.description)
        .await
        .map_err(|refusal| match refusal {
            control::Refusal::VersionNotFound { .. } => Problem::field("/version", refusal.to_string()),
            other => other.into(),
        })?;
    Ok(change.answer(shown(&change.after(), &service, &environment)?))
}

/// Takes an environment offline; its releases stay
#[utoipa::path(delete, path = "/services/{service}/environments/{environment}/release", tag = "environments",
    responses((status = 200, description = "The environment as it is now", body = Environment)))]
async fn take_offline(change: Change, Path((service, environment)): Path<(String, String)>) -> Outcome {
    let (service, environment) = (service_id(&service)?, environment_name(&environment)?);
    let actor = change.actor_on(&Noun::Environment(service.clone(), environment.clone()))?;
    change.control().unrelease(&actor, &service, &environment).await?;
    Ok(change.answer(shown(&change.after(), &service, &environment)?))
}

pub(crate) fn shown(look: &Look, service: &ServiceId, name: &EnvironmentName) -> Outcome {
    let tree = look.service(service.as_str())?;
    let view = environment(look.control(), tree, name.clone());
    Ok(look.show(&Noun::Environment(service.clone(), name.clone()), view))
}
