//! Upstreams: nodes that answer alike, and how they are.

use std::collections::BTreeMap;

use axum::extract::Path;
use control::terms::Noun;
use control::{NewUpstream, UpstreamChange, read};
use model::{
    ApiId, Authority, Balancing, HealthCheck, Members, Name, NodeHealth, NodeHost, NodePort, Retries, ServiceId, Tag,
    Text, Upstream, UpstreamId, UpstreamProtocol,
};
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
    OpenApiRouter::new().routes(routes!(list_upstreams, create_upstream)).routes(routes!(
        show_upstream,
        change_upstream,
        delete_upstream
    ))
}

/// What an upstream is: all of it but its identifier and its times.
#[derive(Serialize, Deserialize, ToSchema)]
struct UpstreamValues {
    /// Several upstreams may share one.
    #[serde(default)]
    name: Option<Name>,
    #[serde(default)]
    description: Text,
    protocol: UpstreamProtocol,
    balancing: Balancing,
    /// The private network that its nodes are in; told back, nothing else follows from it.
    #[serde(default)]
    #[schema(max_length = 128)]
    vpc: Option<String>,
    /// How often a call is tried on another node at most.
    #[serde(default)]
    retries: Retries,
    /// The `Host` that its nodes are told; without one each is told its own host and port.
    #[serde(default)]
    host: Option<Authority>,
    members: Members,
    /// How the health of its nodes is known; without it every node counts as able.
    #[serde(default)]
    health: Option<HealthCheck>,
    #[serde(default)]
    tags: Vec<Tag>,
    /// Facts that another dialect keeps here.
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// Nodes that answer alike. APIs name it as their backend; a change of it acts at once.
#[derive(Serialize, ToSchema)]
struct UpstreamView {
    id: UpstreamId,
    #[serde(flatten)]
    values: UpstreamValues,
    /// How its nodes are now.
    nodes: Vec<NodeState>,
    /// The APIs that name it, as they are edited.
    used_by: Vec<UsingApi>,
    created: Moment,
    modified: Moment,
}

/// How a node is now.
#[derive(Serialize, ToSchema)]
struct NodeState {
    host: NodeHost,
    port: NodePort,
    health: NodeHealth,
}

/// An API whose backend is an upstream.
#[derive(Serialize, ToSchema)]
struct UsingApi {
    service: ServiceId,
    api: ApiId,
    name: Name,
}

fn view(look: &Look, upstream: &Upstream) -> UpstreamView {
    let values = upstream.clone();
    let health = |node: model::Node| NodeState {
        health: look.control().node_health(upstream, &node),
        host: node.host,
        port: node.port,
    };
    let uses = read::apis_of_upstream(&look.snapshot, &upstream.id).map(|(tree, api)| UsingApi {
        service: tree.service.id.clone(),
        api: api.id.clone(),
        name: api.definition.name.clone(),
    });
    UpstreamView {
        id: values.id,
        values: UpstreamValues {
            name: values.name,
            description: values.description,
            protocol: values.protocol,
            balancing: values.balancing,
            vpc: values.vpc,
            retries: values.retries,
            host: values.host,
            members: values.members,
            health: values.health,
            tags: values.tags,
            annotations: values.annotations,
        },
        nodes: upstream.members.nodes().into_iter().map(health).collect(),
        used_by: uses.collect(),
        created: upstream.created.into(),
        modified: upstream.modified.into(),
    }
}

fn upstream_id(raw: &str) -> Result<UpstreamId, Problem> {
    UpstreamId::try_from(raw).map_err(|_| Problem::not_found(format!("there is no upstream `{}`", raw.escape_debug())))
}

/// Which upstreams are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UpstreamFilter {
    /// In its name, description, identifier or tags, regardless of case.
    q: Option<String>,
    /// The order; by name unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "created", "modified"])
}

/// Lists upstreams
#[utoipa::path(get, path = "/upstreams", tag = "upstreams", params(Paging, UpstreamFilter),
    responses((status = 200, description = "A page of upstreams", body = Page<UpstreamView>)))]
async fn list_upstreams(look: Look, Query(paging): Query<Paging>, Query(filter): Query<UpstreamFilter>) -> Outcome {
    let name = |upstream: &Upstream| upstream.name.as_ref().map_or(String::new(), ToString::to_string);
    let wanted = |upstream: &&std::sync::Arc<Upstream>| {
        let name = name(upstream);
        let mut texts = vec![name.as_str(), upstream.description.as_str(), upstream.id.as_str()];
        texts.extend(upstream.tags.iter().flat_map(|tag| [tag.key.as_str(), tag.value.as_str()]));
        page::matches(filter.q.as_deref(), &texts)
    };
    let all: Vec<_> = look.snapshot.upstreams.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::by("name"));
    let key = |upstream: &&std::sync::Arc<Upstream>| {
        let by = match sort.field.as_str() {
            "created" => page::by_time(upstream.created),
            "modified" => page::by_time(upstream.modified),
            _ => page::by_name(&name(upstream)),
        };
        (by, upstream.id.to_string())
    };
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |upstream| view(&look, upstream))?))
}

/// Makes an upstream
#[utoipa::path(post, path = "/upstreams", tag = "upstreams", request_body = UpstreamValues,
    responses((status = 201, description = "Made", body = UpstreamView)))]
async fn create_upstream(change: Change, Body(new): Body<UpstreamValues>) -> Outcome {
    let new = NewUpstream {
        name: new.name,
        description: new.description,
        protocol: new.protocol,
        balancing: new.balancing,
        vpc: new.vpc,
        retries: new.retries,
        host: new.host,
        members: new.members,
        health: new.health,
        tags: new.tags,
        annotations: new.annotations,
    };
    let made = change.control().create_upstream(&change.actor(), new).await?;
    Ok(change.answer(shown(&change.after(), &made.id)?.created(&format!("/api/v1/upstreams/{}", made.id))))
}

/// Shows an upstream, with how its nodes are
#[utoipa::path(get, path = "/upstreams/{upstream}", tag = "upstreams",
    responses((status = 200, description = "The upstream", body = UpstreamView)))]
async fn show_upstream(look: Look, Path(id): Path<String>) -> Outcome {
    shown(&look, &upstream_id(&id)?)
}

/// Gives an upstream other values, at once
#[utoipa::path(put, path = "/upstreams/{upstream}", tag = "upstreams", request_body = UpstreamValues,
    responses((status = 200, description = "As it is now", body = UpstreamView)))]
async fn change_upstream(change: Change, Path(id): Path<String>, Body(wanted): Body<UpstreamValues>) -> Outcome {
    let id = upstream_id(&id)?;
    let actor = change.actor_on(&Noun::Upstream(id.clone()))?;
    let wanted = UpstreamChange {
        name: Some(wanted.name),
        description: Some(wanted.description),
        protocol: Some(wanted.protocol),
        balancing: Some(wanted.balancing),
        vpc: Some(wanted.vpc),
        retries: Some(wanted.retries),
        host: Some(wanted.host),
        members: Some(wanted.members),
        health: Some(wanted.health),
        tags: Some(wanted.tags),
        annotations: Some(wanted.annotations),
    };
    change.control().modify_upstream(&actor, &id, wanted).await?;
    Ok(change.answer(shown(&change.after(), &id)?))
}

/// Deletes an upstream that no API uses
#[utoipa::path(delete, path = "/upstreams/{upstream}", tag = "upstreams",
    responses((status = 204, description = "Deleted")))]
async fn delete_upstream(change: Change, Path(id): Path<String>) -> Outcome {
    let id = upstream_id(&id)?;
    let actor = change.actor_on(&Noun::Upstream(id.clone()))?;
    change.control().delete_upstream(&actor, &id).await?;
    Ok(change.answer(Answer::nothing()))
}

fn shown(look: &Look, id: &UpstreamId) -> Outcome {
    let gone = || Problem::not_found(format!("there is no upstream `{id}`"));
    let view = view(look, look.snapshot.upstreams.get(id).ok_or_else(gone)?);
    Ok(look.show(&Noun::Upstream(id.clone()), view))
}
