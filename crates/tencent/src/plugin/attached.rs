//! Plugins on APIs.

use std::sync::Arc;

use control::read::definition;
use model::{Api, ApiId, Attachment, EnvironmentName, PluginId, ServiceId, ServiceTree};
use serde::{Deserialize, Serialize};

use super::{OnePage, data, kind};
use crate::api::newest_first;
use crate::call::Call;
use crate::field;
use crate::paging::Page;
use crate::refusal::Problem;
use crate::time::written;
use crate::wire::Answer;

/// `AttachPlugin`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Attach {
    plugin_id: String,
    service_id: String,
    environment_name: String,
    api_ids: Vec<String>,
}

pub(crate) async fn attach(call: Call, request: Attach) -> Result<Answer, Problem> {
    let id: PluginId = field::id("PluginId", request.plugin_id)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let environment = field::environment("EnvironmentName", &request.environment_name)?;
    let apis: Vec<ApiId> = field::ids("ApiIds", request.api_ids)?;
    call.control.attach_plugin(&call.actor, &id, &service, &environment, &apis).await?;
    Ok(Answer::done())
}

/// `DetachPlugin`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Detach {
    plugin_id: String,
    service_id: String,
    environment_name: String,
    api_id: String,
}

pub(crate) async fn detach(call: Call, request: Detach) -> Result<Answer, Problem> {
    let id: PluginId = field::id("PluginId", request.plugin_id)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let environment = field::environment("EnvironmentName", &request.environment_name)?;
    let api: ApiId = field::id("ApiId", request.api_id)?;
    call.control.detach_plugin(&call.actor, &id, &service, &environment, &api).await?;
    Ok(Answer::done())
}

/// `DescribePluginApis`: what was attached last stands first.
pub(crate) fn apis(call: &Call, request: OnePage) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let id: PluginId = field::id("PluginId", request.plugin_id)?;
    call.plugin(&id)?;
    let attached = newest_attachments(call, &id);
    Ok(page.answer("AttachedApis", attached, |(tree, attachment)| AttachedApiInfo::new(tree, attachment))?)
}

/// Where a plugin is attached, what was attached last first.
pub(super) fn newest_attachments<'c>(call: &'c Call, id: &'c PluginId) -> Vec<(&'c ServiceTree, &'c Attachment)> {
    let attached = control::plugin::attachments(&call.snapshot, id);
    let mut attached: Vec<_> = attached.map(|(tree, attachment)| (tree.as_ref(), attachment.as_ref())).collect();
    attached.sort_by_key(|(_, attachment)| std::cmp::Reverse(attachment.attached));
    attached
}

/// The structure `AttachedApiInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AttachedApiInfo {
    service_id: String,
    service_name: String,
    service_desc: String,
    api_id: String,
    api_name: String,
    api_desc: String,
    environment: String,
    attached_time: String,
}

impl AttachedApiInfo {
    pub(super) fn new(tree: &ServiceTree, attachment: &Attachment) -> Self {
        let definition = definition(tree, &attachment.api);
        Self {
            service_id: tree.service.id.to_string(),
            service_name: tree.service.name.to_string(),
            service_desc: tree.service.description.to_string(),
            api_id: attachment.api.to_string(),
            api_name: definition.map(|definition| definition.name.to_string()).unwrap_or_default(),
            api_desc: definition.map(|definition| definition.description.to_string()).unwrap_or_default(),
            environment: attachment.environment.to_string(),
            attached_time: written(attachment.attached),
        }
    }
}

/// `DescribePluginsByApi`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct ByApi {
    api_id: String,
    service_id: String,
    environment_name: Option<String>,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// What was attached last stands first; where no environment is named, those of all are told.
pub(crate) fn by_api(call: &Call, request: ByApi) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let id: ApiId = field::id("ApiId", request.api_id)?;
    let named = request.environment_name.filter(|name| !name.is_empty());
    let environment = named.map(|name| field::environment("EnvironmentName", &name)).transpose()?;
    let tree = call.service(&service)?;
    if definition(tree, &id).is_none() {
        call.api(&service, &id)?;
    }
    let is_meant = |attachment: &Arc<Attachment>| {
        attachment.api == id && environment.as_ref().is_none_or(|environment| attachment.environment == *environment)
    };
    let mut attached: Vec<&Arc<Attachment>> =
        tree.attachments.values().filter(|attachment| is_meant(attachment)).collect();
    attached.sort_by_key(|attachment| std::cmp::Reverse(attachment.attached));
    Ok(page.answer("PluginSummary", attached, |attachment| AttachedPluginInfo::new(call, attachment))?)
}

/// The structure `AttachedPluginInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AttachedPluginInfo {
    plugin_id: String,
    environment: String,
    attached_time: String,
    plugin_name: String,
    plugin_type: &'static str,
    description: String,
    plugin_data: String,
}

impl AttachedPluginInfo {
    fn new(call: &Call, attachment: &Attachment) -> Self {
        let plugin = call.snapshot.plugins.get(&attachment.plugin);
        Self {
            plugin_id: attachment.plugin.to_string(),
            environment: attachment.environment.to_string(),
            attached_time: written(attachment.attached),
            plugin_name: plugin.map(|plugin| plugin.name.to_string()).unwrap_or_default(),
            plugin_type: plugin.map_or("", |plugin| kind::word(plugin.data.kind())),
            description: plugin.map(|plugin| plugin.description.to_string()).unwrap_or_default(),
            plugin_data: plugin.map(|plugin| data::written(&plugin.data)).unwrap_or_default(),
        }
    }
}

/// `DescribeAllPluginApis`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct AllApis {
    service_id: String,
    plugin_id: String,
    environment_name: String,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// The APIs of the service, newest first, each with how it stands to the plugin in the environment.
pub(crate) fn all_apis(call: &Call, request: AllApis) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let id: PluginId = field::id("PluginId", request.plugin_id)?;
    let environment = field::environment("EnvironmentName", &request.environment_name)?;
    let tree = call.service(&service)?;
    let kind = call.plugin(&id)?.data.kind();
    let excludes = |other: &PluginId| {
        *other != id && call.snapshot.plugins.get(other).is_some_and(|other| other.data.kind().excludes(kind))
    };
    let info = |api: &Api| AvailableApiInfo {
        api_id: api.id.to_string(),
        api_name: api.definition.name.to_string(),
        api_type: "NORMAL",
        path: api.definition.path.to_string(),
        method: api.definition.method.as_str(),
        attached_other_plugin: is_on(tree, &environment, api, excludes),
        is_attached: is_on(tree, &environment, api, |plugin| *plugin == id),
    };
    Ok(page.answer("ApiSet", newest_first(tree), info)?)
}

/// True when an API has a plugin of which `is_meant` says so.
fn is_on(tree: &ServiceTree, environment: &EnvironmentName, api: &Api, is_meant: impl Fn(&PluginId) -> bool) -> bool {
    tree.attached(environment, &api.id).any(|attachment| is_meant(&attachment.plugin))
}

/// The structure `AvailableApiInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AvailableApiInfo {
    api_id: String,
    api_name: String,
    api_type: &'static str,
    path: String,
    method: &'static str,
    attached_other_plugin: bool,
    is_attached: bool,
}
