//! Plugins: what is done with the calls of the APIs that they are on.

mod attachment;

use axum::extract::Path;
use control::terms::Noun;
use control::{NewPlugin, PluginChange};
use model::{Name, Plugin, PluginId, PluginKind, Tag, Text};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
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
        .routes(routes!(list_plugins, create_plugin))
        .routes(routes!(show_plugin, change_plugin, delete_plugin))
        .merge(attachment::routes())
}

/// What a plugin is: all of it but its identifier and its times.
#[derive(Serialize, Deserialize, ToSchema)]
struct PluginValues {
    /// Several plugins may share one.
    name: Name,
    #[serde(default)]
    description: Text,
    /// What it does; never another.
    r#type: PluginKind,
    /// How it does it: the members depend on `type`, and a refusal names the one that is wrong. The documentation has an
    /// example for each type.
    data: Map<String, Value>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// Something that is done with the calls of the APIs that it is on. A change of it acts at once.
#[derive(Serialize, ToSchema)]
struct PluginView {
    id: PluginId,
    #[serde(flatten)]
    values: PluginValues,
    /// On how many APIs it is; each counts once for each environment.
    attachments: usize,
    created: Moment,
    modified: Moment,
}

fn view(look: &Look, plugin: &Plugin) -> PluginView {
    let data = match control::plugin::written(&plugin.data) {
        Value::Object(data) => data,
        _ => Map::new(),
    };
    PluginView {
        id: plugin.id.clone(),
        values: PluginValues {
            name: plugin.name.clone(),
            description: plugin.description.clone(),
            r#type: plugin.data.kind(),
            data,
            tags: plugin.tags.clone(),
        },
        attachments: control::plugin::attachments(&look.snapshot, &plugin.id).count(),
        created: plugin.created.into(),
        modified: plugin.modified.into(),
    }
}

/// A plugin's identifier from the path.
fn plugin_id(raw: &str) -> Result<PluginId, Problem> {
    PluginId::try_from(raw).map_err(|_| Problem::not_found(format!("there is no plugin `{}`", raw.escape_debug())))
}

/// The plugin of this identifier.
fn plugin<'l>(look: &'l Look, id: &PluginId) -> Result<&'l Plugin, Problem> {
    let gone = || Problem::not_found(format!("there is no plugin `{id}`"));
    look.snapshot.plugins.get(id).map(|plugin| &**plugin).ok_or_else(gone)
}

/// Which plugins are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PluginFilter {
    /// In its name, description, identifier or tags, regardless of case.
    q: Option<String>,
    /// Of this type.
    #[param(inline)]
    r#type: Option<PluginKind>,
    /// The order; the newest first unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "created", "modified"])
}

/// Lists plugins
#[utoipa::path(get, path = "/plugins", tag = "plugins", params(Paging, PluginFilter),
    responses((status = 200, description = "A page of plugins", body = Page<PluginView>)))]
async fn list_plugins(look: Look, Query(paging): Query<Paging>, Query(filter): Query<PluginFilter>) -> Outcome {
    let wanted = |plugin: &&std::sync::Arc<Plugin>| {
        let mut texts = vec![plugin.name.as_str(), plugin.description.as_str(), plugin.id.as_str()];
        texts.extend(plugin.tags.iter().flat_map(|tag| [tag.key.as_str(), tag.value.as_str()]));
        page::matches(filter.q.as_deref(), &texts) && filter.r#type.is_none_or(|kind| kind == plugin.data.kind())
    };
    let all: Vec<_> = look.snapshot.plugins.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::down("created"));
    let key = |plugin: &&std::sync::Arc<Plugin>| {
        let by = match sort.field.as_str() {
            "name" => page::by_name(plugin.name.as_str()),
            "modified" => page::by_time(plugin.modified),
            _ => page::by_time(plugin.created),
        };
        (by, plugin.id.to_string())
    };
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |plugin| view(&look, plugin))?))
}

/// Makes a plugin, which is on no API yet
#[utoipa::path(post, path = "/plugins", tag = "plugins", request_body = PluginValues,
    responses((status = 201, description = "Made", body = PluginView)))]
async fn create_plugin(change: Change, Body(new): Body<PluginValues>) -> Outcome {
    let data = control::plugin::read(new.r#type, &Value::Object(new.data))?;
    let new = NewPlugin { name: new.name, description: new.description, data, tags: new.tags };
    let made = change.control().create_plugin(&change.actor(), new).await?;
    Ok(change.answer(shown(&change.after(), &made.id)?.created(&format!("/api/v1/plugins/{}", made.id))))
}

/// Shows a plugin
#[utoipa::path(get, path = "/plugins/{plugin}", tag = "plugins",
    responses((status = 200, description = "The plugin", body = PluginView)))]
async fn show_plugin(look: Look, Path(id): Path<String>) -> Outcome {
    shown(&look, &plugin_id(&id)?)
}

/// Gives a plugin other values, at once on every API that it is on
#[utoipa::path(put, path = "/plugins/{plugin}", tag = "plugins", request_body = PluginValues,
    responses((status = 200, description = "As it is now", body = PluginView)))]
async fn change_plugin(change: Change, Path(id): Path<String>, Body(wanted): Body<PluginValues>) -> Outcome {
    let id = plugin_id(&id)?;
    let actor = change.actor_on(&Noun::Plugin(id.clone()))?;
    let wanted = PluginChange {
        name: Some(wanted.name),
        description: Some(wanted.description),
        data: Some(control::plugin::read(wanted.r#type, &Value::Object(wanted.data))?),
        tags: Some(wanted.tags),
    };
    change.control().modify_plugin(&actor, &id, wanted).await?;
    Ok(change.answer(shown(&change.after(), &id)?))
}

/// Deletes a plugin, and takes it off the APIs that it is on
#[utoipa::path(delete, path = "/plugins/{plugin}", tag = "plugins",
    responses((status = 204, description = "Deleted")))]
async fn delete_plugin(change: Change, Path(id): Path<String>) -> Outcome {
    let id = plugin_id(&id)?;
    let actor = change.actor_on(&Noun::Plugin(id.clone()))?;
    change.control().delete_plugin(&actor, &id).await?;
    Ok(change.answer(Answer::nothing()))
}

fn shown(look: &Look, id: &PluginId) -> Outcome {
    let view = view(look, plugin(look, id)?);
    Ok(look.show(&Noun::Plugin(id.clone()), view))
}
