//! Plugins (插件): the model's plugins and attachments (spec: plugin actions, plugins).

mod anti_replay;
mod attached;
mod by_parameter;
mod circuit_breaker;
mod cors;
mod custom_auth;
mod custom_req;
mod custom_resp;
mod data;
mod function;
mod grpc_gateway;
mod ip_control;
mod kind;
mod other_backend;
mod proxy_cache;
mod routing;
mod traffic_control;

use control::{NewPlugin, PluginChange};
use model::{Name, Plugin, PluginId, PluginKind};
use serde::{Deserialize, Serialize};

use self::attached::{AttachedApiInfo, newest_attachments};
pub(crate) use self::attached::{all_apis, apis, attach, by_api, detach};
use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::tag::{self, Tag};
use crate::time::written;
use crate::wire::Answer;

/// Longest description, in characters.
const LONGEST_DESCRIPTION: usize = 200;

/// `CreatePlugin`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Create {
    plugin_name: String,
    plugin_type: String,
    plugin_data: String,
    description: Option<String>,
    tags: Option<Vec<Tag>>,
}

pub(crate) async fn create(call: Call, request: Create) -> Result<Answer, Problem> {
    let kind = kind::served(&request.plugin_type)?;
    let new = NewPlugin {
        name: name(request.plugin_name)?,
        description: field::short_text("Description", request.description, LONGEST_DESCRIPTION)?,
        data: data::read(kind, &request.plugin_data, Code::InvalidPluginConfig)?,
        tags: tag::read("Tags", request.tags.unwrap_or_default())?,
    };
    let plugin = call.control.create_plugin(&call.actor, new).await?;
    Ok(Answer::result(PluginInfo::new(&call, &plugin))?)
}

/// 2 to 50 letters, digits and underscores: a letter first, a letter or digit last.
fn name(raw: String) -> Result<Name, Fault> {
    let refuse = |reason: &str| Err(Fault::value(Code::FormatError, "PluginName", reason));
    if raw.chars().count() < 2 {
        return refuse("is too short; 2 to 50 characters are allowed");
    }
    if !raw.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return refuse("does not begin with a letter");
    }
    if !raw.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return refuse("does not end with a letter or a digit");
    }
    field::short_name("PluginName", raw)
}

/// `ModifyPlugin`: what is left out stays as it is, and the type always does.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Modify {
    plugin_id: String,
    plugin_name: Option<String>,
    description: Option<String>,
    plugin_data: Option<String>,
}

pub(crate) async fn modify(call: Call, request: Modify) -> Result<Answer, Problem> {
    let id: PluginId = field::id("PluginId", request.plugin_id)?;
    let kind = call.plugin(&id)?.data.kind();
    let description = request.description;
    let change = PluginChange {
        name: request.plugin_name.map(name).transpose()?,
        description: description
            .map(|text| field::short_text("Description", Some(text), LONGEST_DESCRIPTION))
            .transpose()?,
        data: request.plugin_data.map(|raw| data::read(kind, &raw, Code::InvalidInputJson)).transpose()?,
        tags: None,
    };
    call.control.modify_plugin(&call.actor, &id, change).await?;
    Ok(Answer::done())
}

/// `DeletePlugin`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct One {
    plugin_id: String,
}

pub(crate) async fn delete(call: Call, request: One) -> Result<Answer, Problem> {
    let id: PluginId = field::id("PluginId", request.plugin_id)?;
    call.control.delete_plugin(&call.actor, &id).await?;
    Ok(Answer::done())
}

/// `DescribePlugin` and `DescribePluginApis`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OnePage {
    plugin_id: String,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// The page is one of the APIs that it is attached to.
pub(crate) fn describe(call: &Call, request: OnePage) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let id: PluginId = field::id("PluginId", request.plugin_id)?;
    let plugin = call.plugin(&id)?;
    let attached = newest_attachments(call, &id);
    let info = PluginInfo {
        attached_api_total_count: attached.len(),
        attached_apis: Some(
            page.cut(attached).map(|(tree, attachment)| AttachedApiInfo::new(tree, attachment)).collect(),
        ),
        ..PluginInfo::new(call, plugin)
    };
    Ok(Answer::result(info)?)
}

/// `DescribePlugins`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct List {
    plugin_ids: Option<Vec<String>>,
    plugin_name: Option<String>,
    plugin_type: Option<String>,
    filters: Option<Vec<Filter>>,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// Newest first.
pub(crate) fn list(call: &Call, request: List) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let named = request.plugin_ids.filter(|ids| !ids.is_empty());
    let named: Option<Vec<PluginId>> = named.map(|ids| field::ids("PluginIds", ids)).transpose()?;
    let name = request.plugin_name.filter(|name| !name.is_empty());
    let kind = request.plugin_type.filter(|word| !word.is_empty());
    let kind: Option<Option<PluginKind>> = kind.map(|word| kind::known("PluginType", &word)).transpose()?;
    Filters::new(request.filters, &[])?;
    let fits = |plugin: &Plugin| {
        named.as_ref().is_none_or(|named| named.contains(&plugin.id))
            && name.as_ref().is_none_or(|name| plugin.name.as_str() == name)
            && kind.is_none_or(|kind| kind == Some(plugin.data.kind()))
    };
    let mut plugins: Vec<&Plugin> =
        call.snapshot.plugins.values().map(AsRef::as_ref).filter(|plugin| fits(plugin)).collect();
    plugins.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    Ok(page.answer("PluginSet", plugins, |plugin| PluginInfo::new(call, plugin))?)
}

/// The structure `Plugin`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PluginInfo {
    plugin_id: String,
    plugin_name: String,
    plugin_type: &'static str,
    plugin_data: String,
    description: String,
    created_time: String,
    modified_time: String,
    attached_api_total_count: usize,
    attached_apis: Option<Vec<AttachedApiInfo>>,
}

impl PluginInfo {
    /// The plugin without the APIs that it is attached to, of which each counts once for each environment.
    fn new(call: &Call, plugin: &Plugin) -> Self {
        Self {
            plugin_id: plugin.id.to_string(),
            plugin_name: plugin.name.to_string(),
            plugin_type: kind::word(plugin.data.kind()),
            plugin_data: data::written(&plugin.data),
            description: plugin.description.to_string(),
            created_time: written(plugin.created),
            modified_time: written(plugin.modified),
            attached_api_total_count: control::plugin::attachments(&call.snapshot, &plugin.id).count(),
            attached_apis: None,
        }
    }
}
