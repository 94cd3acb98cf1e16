//! Applications (应用, `ApiApp`): the model's application and its bindings (spec: application).

mod binding;

use control::{ApplicationChange, ApplicationRefusal, NewApplication};
use model::{AccessKeyId, Application, ApplicationId};
use serde::{Deserialize, Serialize};

pub(crate) use self::binding::{apis, apps, bind, unbind};
use crate::api_key::{manual_id, manual_secret};
use crate::call::Call;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::time::written;
use crate::wire::Answer;

/// Longest remark, in characters.
const LONGEST_REMARK: usize = 200;

/// The structure `ApiAppInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiAppInfo<'a> {
    api_app_name: &'a str,
    api_app_id: &'a str,
    api_app_key: &'a str,
    api_app_secret: &'a str,
    api_app_desc: &'a str,
    created_time: String,
    modified_time: String,
}

impl<'a> ApiAppInfo<'a> {
    /// The application as the operator may see it: an operator who may not see secrets sees an empty one.
    fn new(call: &Call, application: &'a Application) -> Self {
        Self {
            api_app_name: application.name.as_str(),
            api_app_id: application.id.as_str(),
            api_app_key: application.key.as_str(),
            api_app_secret: if call.sees_secrets() { application.secret.expose() } else { "" },
            api_app_desc: application.description.as_str(),
            created_time: written(application.created),
            modified_time: written(application.modified),
        }
    }
}

/// `CreateApiApp`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Create {
    api_app_name: String,
    api_app_desc: Option<String>,
}

pub(crate) async fn create(call: Call, request: Create) -> Result<Answer, Problem> {
    let new = NewApplication {
        name: field::short_name("ApiAppName", request.api_app_name)?,
        description: field::short_text("ApiAppDesc", request.api_app_desc, LONGEST_REMARK)?,
    };
    let application = call.control.create_application(&call.actor, new).await?;
    Ok(Answer::result(ApiAppInfo::new(&call, &application))?)
}

/// `ModifyApiApp`: what is left out stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Modify {
    api_app_id: String,
    api_app_name: Option<String>,
    api_app_desc: Option<String>,
}

pub(crate) async fn modify(call: Call, request: Modify) -> Result<Answer, Problem> {
    let id = id(request.api_app_id)?;
    let remark = |text| field::short_text("ApiAppDesc", Some(text), LONGEST_REMARK);
    let change = ApplicationChange {
        name: request.api_app_name.map(|name| field::short_name("ApiAppName", name)).transpose()?,
        description: request.api_app_desc.map(remark).transpose()?,
    };
    call.control.modify_application(&call.actor, &id, change).await?;
    Ok(Answer::done())
}

/// `UpdateApiAppKey`: another pair, whose key may be the one that the application has.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Update {
    api_app_id: String,
    api_app_key: String,
    api_app_secret: Option<String>,
}

pub(crate) async fn update(call: Call, request: Update) -> Result<Answer, Problem> {
    let id = id(request.api_app_id)?;
    let key: AccessKeyId = manual_id("ApiAppKey", request.api_app_key)?;
    let given = request.api_app_secret.filter(|secret| !secret.is_empty());
    let secret = given.map(|secret| manual_secret("ApiAppSecret", secret)).transpose()?;
    call.control.rotate_application(&call.actor, &id, Some(&key), secret).await?;
    Ok(Answer::done())
}

/// `DeleteApiApp`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Delete {
    api_app_id: String,
}

pub(crate) async fn delete(call: Call, request: Delete) -> Result<Answer, Problem> {
    call.control.delete_application(&call.actor, &id(request.api_app_id)?).await?;
    Ok(Answer::done())
}

/// `DescribeApiAppsStatus`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct List {
    filters: Option<Vec<Filter>>,
    limit: Option<i64>,
    offset: Option<i64>,
}

/// Newest first.
pub(crate) fn list(call: &Call, request: List) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let filters = Filters::new(request.filters, &["ApiAppId", "ApiAppName", "KeyWord"])?;
    let fits = |application: &Application| {
        filters.admit(|filter, value| match filter {
            "ApiAppId" => application.id.as_str() == value,
            "ApiAppName" => application.name.as_str() == value,
            "KeyWord" => has_word(application, value),
            _ => false,
        })
    };
    let mut found: Vec<_> = call.snapshot.applications.values().filter(|application| fits(application)).collect();
    found.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    Ok(page.answer("ApiAppSet", found, |application| ApiAppInfo::new(call, application))?)
}

/// True when a word stands in the application's name or identifier.
fn has_word(application: &Application, word: &str) -> bool {
    application.id.as_str().contains(word) || application.name.as_str().contains(word)
}

fn id(raw: String) -> Result<ApplicationId, Fault> {
    field::id("ApiAppId", raw)
}

fn find<'c>(call: &'c Call, id: &ApplicationId) -> Result<&'c Application, Problem> {
    match call.snapshot.applications.get(id) {
        Some(application) => Ok(application),
        None => Err(control::Refusal::from(ApplicationRefusal::NotFound(id.clone())).into()),
    }
}
