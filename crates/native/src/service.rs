//! Services.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use control::Control;
use control::terms::Noun;
use model::{Name, Network, ServiceId, ServiceProtocol, ServiceTree, Tag, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::environment::{Environment, environments};
use crate::exchange::{Answer, Change, Look, Outcome, service_id};
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_services, create_service)).routes(routes!(
        show_service,
        change_service,
        delete_service
    ))
}

/// A group of APIs that share a host name and are released together.
#[derive(Serialize, ToSchema)]
pub(crate) struct Service {
    id: ServiceId,
    name: Name,
    description: Text,
    /// Which schemes its callers may use.
    protocol: ServiceProtocol,
    /// The networks that it is reached from.
    networks: BTreeSet<Network>,
    /// The private network that it belongs to.
    #[schema(required = true)]
    vpc: Option<String>,
    /// The dedicated instance that it was made on.
    #[schema(required = true)]
    instance: Option<String>,
    tags: Vec<Tag>,
    /// Facts that another dialect keeps here.
    annotations: BTreeMap<String, String>,
    /// The host name that it has from its first day.
    default_host: String,
    /// How many APIs it has.
    apis: usize,
    /// What its three environments run.
    environments: Vec<Environment>,
    created: Moment,
    modified: Moment,
}

impl Service {
    pub(crate) fn of(control: &Control, tree: &ServiceTree) -> Self {
        let service = &tree.service;
        Self {
            id: service.id.clone(),
            name: service.name.clone(),
            description: service.description.clone(),
            protocol: service.protocol,
            networks: service.networks.clone(),
            vpc: service.vpc.clone(),
            instance: service.instance.clone(),
            tags: service.tags.clone(),
            annotations: service.annotations.clone(),
            default_host: control.default_host(&service.id),
            apis: tree.apis.len(),
            environments: environments(control, tree),
            created: service.created.into(),
            modified: service.modified.into(),
        }
    }
}

/// A service that is to be made.
#[derive(Deserialize, ToSchema)]
struct NewService {
    name: Name,
    #[serde(default)]
    description: Text,
    /// Which schemes its callers may use.
    #[serde(default = "both")]
    protocol: ServiceProtocol,
    /// The networks that it is reached from; `outer` unless said otherwise.
    #[serde(default = "outer")]
    #[schema(min_items = 1)]
    networks: BTreeSet<Network>,
    /// The private network that it belongs to; fixed once set.
    vpc: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

fn both() -> ServiceProtocol {
    ServiceProtocol::Both
}

fn outer() -> BTreeSet<Network> {
    BTreeSet::from([Network::Outer])
}

/// What changes of a service; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
struct ServiceChange {
    name: Option<Name>,
    description: Option<Text>,
    /// Which schemes its callers may use.
    protocol: Option<ServiceProtocol>,
    /// All that it had, and perhaps more.
    networks: Option<BTreeSet<Network>>,
    /// Set once, never changed.
    vpc: Option<String>,
    /// All of its tags.
    tags: Option<Vec<Tag>>,
}

/// Which services are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ServiceFilter {
    /// In its name, description, identifier or tags, regardless of case.
    q: Option<String>,
    /// Running in this environment.
    #[param(value_type = Option<model::EnvironmentName>)]
    running_in: Option<String>,
    /// The order; by name unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "created", "modified", "apis"])
}

/// Lists services
#[utoipa::path(get, path = "/services", tag = "services", params(Paging, ServiceFilter),
    responses((status = 200, description = "A page of services", body = Page<Service>)))]
async fn list_services(look: Look, Query(paging): Query<Paging>, Query(filter): Query<ServiceFilter>) -> Outcome {
    let wanted = |tree: &&std::sync::Arc<ServiceTree>| {
        let service = &tree.service;
        let mut texts = vec![service.name.as_str(), service.description.as_str(), service.id.as_str()];
        texts.extend(service.tags.iter().flat_map(|tag| [tag.key.as_str(), tag.value.as_str()]));
        let runs = |name: &String| tree.released_environments().iter().any(|found| found.as_str() == name);
        page::matches(filter.q.as_deref(), &texts) && filter.running_in.as_ref().is_none_or(runs)
    };
    let all: Vec<_> = look.snapshot.services.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::by("name"));
    let key = |tree: &&std::sync::Arc<ServiceTree>| {
        let service = &tree.service;
        let key = match sort.field.as_str() {
            "created" => page::by_time(service.created),
            "modified" => page::by_time(service.modified),
            "apis" => format!("{:010}", tree.apis.len()),
            _ => page::by_name(service.name.as_str()),
        };
        (key, service.id.to_string())
    };
    let control = look.control();
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |tree| Service::of(control, tree))?))
}

/// Makes a service
#[utoipa::path(post, path = "/services", tag = "services", request_body = NewService,
    responses((status = 201, description = "Made", body = Service)))]
async fn create_service(change: Change, Body(new): Body<NewService>) -> Outcome {
    let new = control::NewService {
        name: new.name,
        description: new.description,
        protocol: new.protocol,
        networks: new.networks,
        vpc: new.vpc,
        instance: None,
        tags: new.tags,
        annotations: BTreeMap::new(),
    };
    let made = change.control().create_service(&change.actor(), new).await?;
    let answer = shown(&change.after(), &made.id)?.created(&format!("/api/v1/services/{}", made.id));
    Ok(change.answer(answer))
}

/// Shows a service
#[utoipa::path(get, path = "/services/{service}", tag = "services",
    responses((status = 200, description = "The service", body = Service)))]
async fn show_service(look: Look, Path(id): Path<String>) -> Outcome {
    shown(&look, &service_id(&id)?)
}

/// Changes a service
#[utoipa::path(patch, path = "/services/{service}", tag = "services", request_body = ServiceChange,
    responses((status = 200, description = "As it is now", body = Service)))]
async fn change_service(change: Change, Path(id): Path<String>, Body(wanted): Body<ServiceChange>) -> Outcome {
    let id = service_id(&id)?;
    let actor = change.actor_on(&Noun::Service(id.clone()))?;
    let wanted = control::ServiceChange {
        name: wanted.name,
        description: wanted.description,
        protocol: wanted.protocol,
        networks: wanted.networks,
        vpc: wanted.vpc,
        tags: wanted.tags,
        annotations: None,
    };
    change.control().modify_service(&actor, &id, wanted).await?;
    Ok(change.answer(shown(&change.after(), &id)?))
}

/// Deletes a service that has no API, runs nowhere, is ruled by no usage plan and has no tag
#[utoipa::path(delete, path = "/services/{service}", tag = "services",
    responses((status = 204, description = "Deleted")))]
async fn delete_service(change: Change, Path(id): Path<String>) -> Outcome {
    let id = service_id(&id)?;
    let actor = change.actor_on(&Noun::Service(id.clone()))?;
    change.control().delete_service(&actor, &id).await?;
    Ok(change.answer(Answer::nothing()))
}

fn shown(look: &Look, id: &ServiceId) -> Outcome {
    let tree = look.service(id.as_str())?;
    Ok(look.show(&Noun::Service(id.clone()), Service::of(look.control(), tree)))
}
