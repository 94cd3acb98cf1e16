//! Releases of a service, and the history of its environments.

use axum::extract::Path;
use control::read;
use model::{ApiId, EnvironmentName, FrontendPath, MethodMatch, Name, ServiceId, ServiceTree, Text, VersionName};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::exchange::{Answer, Change, Look, Outcome, service_id};
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_releases, publish))
        .routes(routes!(show_release))
        .routes(routes!(list_history))
}

/// A frozen set of API revisions.
#[derive(Serialize, ToSchema)]
struct Release {
    version: VersionName,
    service: ServiceId,
    description: Text,
    created: Moment,
    /// How many APIs are in it.
    apis: usize,
    /// The environments that run it.
    running_in: Vec<EnvironmentName>,
}

/// A release with what is in it.
#[derive(Serialize, ToSchema)]
struct ReleaseDetail {
    #[serde(flatten)]
    release: Release,
    /// The APIs, oldest first, as they were then.
    members: Vec<ReleaseMember>,
}

/// An API in a release.
#[derive(Serialize, ToSchema)]
struct ReleaseMember {
    api: ApiId,
    revision: u32,
    name: Name,
    path: FrontendPath,
    method: MethodMatch,
}

/// A line of an environment's history.
#[derive(Serialize, ToSchema)]
struct ReleaseEvent {
    environment: EnvironmentName,
    /// Counts the events of this environment, from 1.
    sequence: u32,
    /// What has run since.
    version: VersionName,
    description: Text,
    time: Moment,
    /// True when it was a release of its own, false when an earlier one was switched to.
    released: bool,
}

fn view(tree: &ServiceTree, release: &model::Release) -> Release {
    let runs = |environment: &EnvironmentName| {
        tree.running(environment).is_some_and(|running| running.version == release.version)
    };
    Release {
        version: release.version.clone(),
        service: release.service.clone(),
        description: release.description.clone(),
        created: release.created.into(),
        apis: release.members.len(),
        running_in: EnvironmentName::all().into_iter().filter(runs).collect(),
    }
}

fn detail(tree: &ServiceTree, release: &model::Release) -> ReleaseDetail {
    let frozen = release.members.iter().filter_map(|member| tree.revisions.get(&(member.api.clone(), member.revision)));
    let members = frozen.map(|frozen| ReleaseMember {
        api: frozen.api.clone(),
        revision: frozen.revision,
        name: frozen.definition.name.clone(),
        path: frozen.definition.path.clone(),
        method: frozen.definition.method,
    });
    ReleaseDetail { release: view(tree, release), members: members.collect() }
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["created"])
}

/// In which order releases are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReleaseOrder {
    /// The order; newest first unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

/// Lists the releases of a service
#[utoipa::path(get, path = "/services/{service}/releases", tag = "releases", params(Paging, ReleaseOrder),
    responses((status = 200, description = "A page of releases", body = Page<Release>)))]
async fn list_releases(
    look: Look,
    Path(service): Path<String>,
    Query(paging): Query<Paging>,
    Query(order): Query<ReleaseOrder>,
) -> Outcome {
    let tree = look.service(&service)?;
    let sort = order.sort.unwrap_or_else(|| Sort::down("created"));
    let key = |release: &&std::sync::Arc<model::Release>| (page::by_time(release.created), release.version.to_string());
    Ok(Answer::ok(page::page(&paging, &sort, read::releases(tree), key, |release| view(tree, release))?))
}

/// A release that is to be made.
#[derive(Deserialize, ToSchema)]
struct NewRelease {
    /// The environment that runs it.
    environment: EnvironmentName,
    /// For the history.
    #[serde(default)]
    description: Text,
}

/// Publishes: freezes every API of a service as it is now, and runs that in an environment
#[utoipa::path(post, path = "/services/{service}/releases", tag = "releases", request_body = NewRelease,
    responses((status = 201, description = "Released", body = ReleaseDetail)))]
async fn publish(change: Change, Path(service): Path<String>, Body(new): Body<NewRelease>) -> Outcome {
    let service = service_id(&service)?;
    let made = change.control().release(&change.actor(), &service, &new.environment, new.description).await?;
    let place = format!("/api/v1/services/{service}/releases/{}", made.version);
    Ok(change.answer(shown(&change.after(), service.as_str(), made.version.as_str())?.created(&place)))
}

/// Shows a release with its APIs
#[utoipa::path(get, path = "/services/{service}/releases/{version}", tag = "releases",
    responses((status = 200, description = "The release", body = ReleaseDetail)))]
async fn show_release(look: Look, Path((service, version)): Path<(String, String)>) -> Outcome {
    shown(&look, &service, &version)
}

fn shown(look: &Look, service: &str, version: &str) -> Outcome {
    let tree = look.service(service)?;
    let gone = || Problem::not_found(format!("service `{service}` has no version `{}`", version.escape_debug()));
    Ok(Answer::ok(detail(tree, tree.releases.get(version).ok_or_else(gone)?)))
}

/// Which part of the history is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryFilter {
    /// Of this environment.
    environment: Option<EnvironmentName>,
}

/// Lists what happened to the environments of a service, newest first
#[utoipa::path(get, path = "/services/{service}/history", tag = "releases", params(Paging, HistoryFilter),
    responses((status = 200, description = "A page of the history", body = Page<ReleaseEvent>)))]
async fn list_history(
    look: Look,
    Path(service): Path<String>,
    Query(paging): Query<Paging>,
    Query(filter): Query<HistoryFilter>,
) -> Outcome {
    let tree = look.service(&service)?;
    let key = |event: &&std::sync::Arc<model::ReleaseEvent>| {
        (page::by_time(event.time), format!("{}/{:010}", event.environment, event.sequence))
    };
    let show = |event: &&std::sync::Arc<model::ReleaseEvent>| ReleaseEvent {
        environment: event.environment.clone(),
        sequence: event.sequence,
        version: event.version.clone(),
        description: event.description.clone(),
        time: event.time.into(),
        // A release and its first event are made at one moment.
        released: tree.releases.get(&event.version).is_some_and(|release| release.created == event.time),
    };
    let events = read::history(tree, filter.environment.as_ref());
    Ok(Answer::ok(page::page(&paging, &Sort::down("time"), events, key, show)?))
}
