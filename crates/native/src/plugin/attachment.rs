//! Plugins on APIs.

use axum::extract::Path;
use control::read;
use model::{ApiId, Attachment, EnvironmentName, Name, PluginId, PluginKind, ServiceId, ServiceTree};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{plugin, plugin_id};
use crate::body::Body;
use crate::environment::environment_name;
use crate::exchange::{Answer, Change, Look, Outcome, api_id, service_id};
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::query::Query;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_attachments_of_plugin, attach_plugin))
        .routes(routes!(detach_plugin))
        .routes(routes!(list_attachments_of_service))
}

/// A plugin on an API in an environment.
#[derive(Clone, Serialize, ToSchema)]
struct PluginAttachment {
    plugin: PluginId,
    plugin_name: Name,
    r#type: PluginKind,
    service: ServiceId,
    service_name: Name,
    environment: EnvironmentName,
    api: ApiId,
    /// The API's name, also of one that was deleted and still runs.
    #[schema(required = true)]
    api_name: Option<Name>,
    attached: Moment,
}

/// APIs that a plugin is to be put on.
#[derive(Deserialize, ToSchema)]
struct NewPluginAttachment {
    service: ServiceId,
    /// The environment; it must run the APIs.
    environment: EnvironmentName,
    /// All of them or none; one that has the plugin already is passed over.
    #[schema(min_items = 1)]
    apis: Vec<ApiId>,
}

fn view(look: &Look, tree: &ServiceTree, attachment: &Attachment) -> Option<PluginAttachment> {
    let plugin = look.snapshot.plugins.get(&attachment.plugin)?;
    Some(PluginAttachment {
        plugin: plugin.id.clone(),
        plugin_name: plugin.name.clone(),
        r#type: plugin.data.kind(),
        service: attachment.service.clone(),
        service_name: tree.service.name.clone(),
        environment: attachment.environment.clone(),
        api: attachment.api.clone(),
        api_name: read::definition(tree, &attachment.api).map(|definition| definition.name.clone()),
        attached: attachment.attached.into(),
    })
}

/// By service, environment, API.
fn attachments(paging: &Paging, all: Vec<PluginAttachment>) -> Outcome {
    let key = |attachment: &PluginAttachment| {
        let PluginAttachment { service, environment, api, plugin, .. } = attachment;
        (page::by_name(attachment.service_name.as_str()), format!("{service}/{environment}/{api}/{plugin}"))
    };
    Ok(Answer::ok(page::page(paging, &Sort::by("service"), all, key, PluginAttachment::clone)?))
}

/// Lists the APIs that a plugin is on
#[utoipa::path(get, path = "/plugins/{plugin}/attachments", tag = "plugins", params(Paging),
    responses((status = 200, description = "A page of attachments", body = Page<PluginAttachment>)))]
async fn list_attachments_of_plugin(look: Look, Path(id): Path<String>, Query(paging): Query<Paging>) -> Outcome {
    let id = plugin_id(&id)?;
    plugin(&look, &id)?;
    let all = control::plugin::attachments(&look.snapshot, &id);
    attachments(&paging, all.filter_map(|(tree, attachment)| view(&look, tree, attachment)).collect())
}

/// Puts a plugin on APIs that an environment runs, at once
#[utoipa::path(post, path = "/plugins/{plugin}/attachments", tag = "plugins", request_body = NewPluginAttachment,
    responses((status = 204, description = "It is on them")))]
async fn attach_plugin(change: Change, Path(id): Path<String>, Body(wanted): Body<NewPluginAttachment>) -> Outcome {
    let NewPluginAttachment { service, environment, apis } = wanted;
    let id = plugin_id(&id)?;
    change.control().attach_plugin(&change.actor(), &id, &service, &environment, &apis).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Takes a plugin off an API in an environment
#[utoipa::path(delete, path = "/plugins/{plugin}/attachments/{service}/{environment}/{api}", tag = "plugins",
    responses((status = 204, description = "It is not on it any more")))]
async fn detach_plugin(change: Change, Path(place): Path<(String, String, String, String)>) -> Outcome {
    let (plugin, service, environment, api) = place;
    let (plugin, service, api) = (plugin_id(&plugin)?, service_id(&service)?, api_id(&api)?);
    let environment = environment_name(&environment)?;
    change.control().detach_plugin(&change.actor(), &plugin, &service, &environment, &api).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Which attachments of a service are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AttachmentFilter {
    /// In this environment.
    environment: Option<EnvironmentName>,
    /// Of this API.
    api: Option<String>,
}

/// Lists the plugins on the APIs of a service
#[utoipa::path(get, path = "/services/{service}/plugins", tag = "plugins", params(Paging, AttachmentFilter),
    responses((status = 200, description = "A page of attachments", body = Page<PluginAttachment>)))]
async fn list_attachments_of_service(
    look: Look,
    Path(service): Path<String>,
    Query(paging): Query<Paging>,
    Query(filter): Query<AttachmentFilter>,
) -> Outcome {
    let tree = look.service(&service)?;
    let is_wanted = |attachment: &&std::sync::Arc<Attachment>| {
        filter.environment.as_ref().is_none_or(|environment| attachment.environment == *environment)
            && filter.api.as_ref().is_none_or(|api| attachment.api.as_str() == api)
    };
    let all = tree.attachments.values().filter(is_wanted);
    attachments(&paging, all.filter_map(|attachment| view(&look, tree, attachment)).collect())
}
