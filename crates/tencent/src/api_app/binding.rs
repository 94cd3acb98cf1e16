//! Which applications may call which APIs (API 授权).

use model::{ApiId, Application, ApplicationBinding, ServiceId, ServiceTree};
use serde::{Deserialize, Serialize};

use super::{find, has_word, id};
use crate::call::Call;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::paging::Page;
use crate::refusal::Problem;
use crate::service::environments_of;
use crate::time::spaced;
use crate::wire::Answer;

/// `BindApiApp`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Bind {
    api_app_id: String,
    environment: String,
    service_id: String,
    api_id: String,
}

pub(crate) async fn bind(call: Call, request: Bind) -> Result<Answer, Problem> {
    let application = id(request.api_app_id)?;
    let environment = field::environment("Environment", &request.environment)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let api: ApiId = field::id("ApiId", request.api_id)?;
    call.control.bind_application(&call.actor, &application, &service, &environment, &[api]).await?;
    Ok(Answer::done())
}

/// `UnbindApiApp`.
pub(crate) async fn unbind(call: Call, request: Bind) -> Result<Answer, Problem> {
    let application = id(request.api_app_id)?;
    let environment = field::environment("Environment", &request.environment)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let api: ApiId = field::id("ApiId", request.api_id)?;
    call.control.unbind_application(&call.actor, &application, &service, &environment, &api).await?;
    Ok(Answer::done())
}

/// `DescribeApiAppBindApisStatus`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Apis {
    api_app_id: String,
    filters: Option<Vec<Filter>>,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// The APIs that an application may call, the last that it was let call first.
pub(crate) fn apis(call: &Call, request: Apis) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let application = find(call, &id(request.api_app_id)?)?;
    let filters = Filters::new(request.filters, &["ApiId", "ApiName", "ServiceId", "Environment", "KeyWord"])?;
    environments_of(&filters)?;
    let bound = call.snapshot.services.values().flat_map(|tree| rows(call, tree));
    let found = bound.filter(|row| {
        row.application.id == application.id
            && filters.admit(|filter, value| match filter {
                "ApiId" => row.binding.api.as_str() == value,
                "ApiName" => row.api_name == value,
                "ServiceId" => row.binding.service.as_str() == value,
                "Environment" => row.binding.environment.as_str() == value,
                "KeyWord" => row.api_name.contains(value) || row.binding.api.as_str().contains(value),
                _ => false,
            })
    });
    answer(call, page, found.collect())
}

/// `DescribeApiBindApiAppsStatus`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Apps {
    service_id: String,
    api_ids: Vec<String>,
    filters: Option<Vec<Filter>>,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// The applications that may call some APIs of a service, the last that was let first.
pub(crate) fn apps(call: &Call, request: Apps) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let apis: Vec<ApiId> = field::ids("ApiIds", request.api_ids)?;
    let filters = Filters::new(request.filters, &["ApiAppId", "Environment", "KeyWord"])?;
    environments_of(&filters)?;
    let tree = call.service(&service)?;
    for api in &apis {
        call.api(&service, api)?;
    }
    let found = rows(call, tree).filter(|row| {
        apis.contains(&row.binding.api)
            && filters.admit(|filter, value| match filter {
                "ApiAppId" => row.application.id.as_str() == value,
                "Environment" => row.binding.environment.as_str() == value,
                "KeyWord" => has_word(row.application, value),
                _ => false,
            })
    });
    answer(call, page, found.collect())
}

/// A binding with what it binds.
struct Row<'a> {
    application: &'a Application,
    api_name: &'a str,
    binding: &'a ApplicationBinding,
}

fn rows<'a>(call: &'a Call, tree: &'a ServiceTree) -> impl Iterator<Item = Row<'a>> {
    tree.application_bindings.values().filter_map(|binding| {
        Some(Row {
            application: call.snapshot.applications.get(&binding.application)?,
            api_name: tree.apis.get(&binding.api)?.definition.name.as_str(),
            binding,
        })
    })
}

fn answer(call: &Call, page: Page, mut rows: Vec<Row<'_>>) -> Result<Answer, Problem> {
    let order = |row: &Row<'_>| (row.binding.created, row.application.id.clone(), row.binding.api.clone());
    rows.sort_by_key(|row| std::cmp::Reverse(order(row)));
    let region = call.control.region_name();
    Ok(page.answer("ApiAppApiSet", rows, |row| ApiAppApiInfo {
        api_app_name: row.application.name.as_str(),
        api_app_id: row.application.id.as_str(),
        api_id: row.binding.api.as_str(),
        api_name: row.api_name,
        service_id: row.binding.service.as_str(),
        authorized_time: spaced(row.binding.created),
        api_region: region,
        environment_name: row.binding.environment.as_str(),
    })?)
}

/// The structure `ApiAppApiInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiAppApiInfo<'a> {
    api_app_name: &'a str,
    api_app_id: &'a str,
    api_id: &'a str,
    api_name: &'a str,
    service_id: &'a str,
    authorized_time: String,
    api_region: &'a str,
    environment_name: &'a str,
}
