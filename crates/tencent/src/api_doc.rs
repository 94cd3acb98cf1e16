//! API documents (API 文档): the model's API document (spec: API documents).

use control::NewApiDocument;
use model::{ApiDocument, ApiDocumentId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::field;
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::tag::{self, Tag};
use crate::time::spaced;
use crate::wire::Answer;

/// Longest name.
const LONGEST_NAME: usize = 50;

/// A document is built when the action that builds it is answered.
const COMPLETED: &str = "COMPLETED";

/// `CreateAPIDoc`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Create {
    api_doc_name: String,
    service_id: String,
    environment: String,
    api_ids: Vec<String>,
    tags: Option<Vec<Tag>>,
}

pub(crate) async fn create(call: Call, request: Create) -> Result<Answer, Problem> {
    let new = wanted(request.api_doc_name, request.service_id, &request.environment, request.api_ids)?;
    let tags = tag::read("Tags", request.tags.unwrap_or_default())?;
    let document = call.control.create_api_document(&call.actor, NewApiDocument { tags: Some(tags), ..new }).await?;
    Ok(Answer::result(ApiDoc::new(&document))?)
}

fn wanted(name: String, service: String, environment: &str, apis: Vec<String>) -> Result<NewApiDocument, Fault> {
    Ok(NewApiDocument {
        name: field::text_name("ApiDocName", name, LONGEST_NAME)?,
        service: field::id("ServiceId", service)?,
        environment: field::environment("Environment", environment)?,
        apis: field::ids("ApiIds", apis)?,
        tags: None,
    })
}

/// `ModifyAPIDoc`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Modify {
    api_doc_name: String,
    service_id: String,
    environment: String,
    api_ids: Vec<String>,
    api_doc_id: String,
}

pub(crate) async fn modify(call: Call, request: Modify) -> Result<Answer, Problem> {
    let id = id(request.api_doc_id)?;
    let new = wanted(request.api_doc_name, request.service_id, &request.environment, request.api_ids)?;
    let document = call.control.modify_api_document(&call.actor, &id, new).await?;
    Ok(Answer::result(ApiDoc::new(&document))?)
}

fn id(raw: String) -> Result<ApiDocumentId, Fault> {
    field::id("ApiDocId", raw)
}

/// A request that names a document and nothing more.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct One {
    api_doc_id: String,
}

/// `BuildAPIDoc`.
pub(crate) async fn build(call: Call, request: One) -> Result<Answer, Problem> {
    call.control.build_api_document(&call.actor, &id(request.api_doc_id)?).await?;
    Ok(Answer::done())
}

/// `DeleteAPIDoc`.
pub(crate) async fn delete(call: Call, request: One) -> Result<Answer, Problem> {
    call.control.delete_api_document(&call.actor, &id(request.api_doc_id)?).await?;
    Ok(Answer::done())
}

/// `ResetAPIDocPassword`.
pub(crate) async fn reset_password(call: Call, request: One) -> Result<Answer, Problem> {
    let document = call.control.reset_api_document_password(&call.actor, &id(request.api_doc_id)?).await?;
    Ok(Answer::result(ApiDoc::new(&document))?)
}

/// `DescribeAPIDocDetail`.
pub(crate) fn describe(call: &Call, request: One) -> Result<Answer, Problem> {
    let id = id(request.api_doc_id)?;
    match call.snapshot.api_documents.get(&id) {
        Some(document) => Ok(Answer::result(ApiDocInfo::new(call, document))?),
        None => Err(control::Refusal::from(control::ApiDocumentRefusal::NotFound(id)).into()),
    }
}

/// `DescribeAPIDocs`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct List {
    limit: Option<i64>,
    offset: Option<i64>,
}

/// Newest first.
pub(crate) fn list(call: &Call, request: List) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let mut all: Vec<&ApiDocument> = call.snapshot.api_documents.values().map(AsRef::as_ref).collect();
    all.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    Ok(page.answer("APIDocSet", all, ApiDoc::new)?)
}

/// The structure `APIDoc`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiDoc {
    api_doc_id: String,
    api_doc_name: String,
    api_doc_status: &'static str,
    tags: Vec<Tag>,
}

impl ApiDoc {
    fn new(document: &ApiDocument) -> Self {
        Self {
            api_doc_id: document.id.to_string(),
            api_doc_name: document.name.to_string(),
            api_doc_status: COMPLETED,
            tags: tag::written(&document.tags),
        }
    }
}

/// The structure `APIDocInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiDocInfo {
    api_doc_id: String,
    api_doc_name: String,
    api_doc_status: &'static str,
    api_count: usize,
    view_count: u64,
    release_count: u32,
    api_doc_uri: String,
    share_password: String,
    updated_time: String,
    service_id: String,
    environment: String,
    api_ids: Vec<String>,
    service_name: String,
    api_names: Vec<String>,
    tags: Vec<Tag>,
}

impl ApiDocInfo {
    /// The password is told to those who may see secrets.
    fn new(call: &Call, document: &ApiDocument) -> Self {
        let password = if call.sees_secrets() { document.password.expose() } else { "" };
        let service = call.snapshot.service(&document.service);
        Self {
            api_doc_id: document.id.to_string(),
            api_doc_name: document.name.to_string(),
            api_doc_status: COMPLETED,
            api_count: document.apis.len(),
            view_count: call.control.page_views(&document.id),
            release_count: document.builds,
            api_doc_uri: call.control.page_address(&document.id),
            share_password: password.to_owned(),
            updated_time: spaced(document.modified),
            service_id: document.service.to_string(),
            environment: document.environment.to_string(),
            api_ids: document.apis.iter().map(ToString::to_string).collect(),
            service_name: service.map_or_else(String::new, |tree| tree.service.name.to_string()),
            api_names: document.content.iter().map(|told| told.definition.name.to_string()).collect(),
            tags: tag::written(&document.tags),
        }
    }
}
