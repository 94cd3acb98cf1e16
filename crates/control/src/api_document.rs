//! API documents: made, built anew, given other passwords, read and tried by those who have them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{
    ApiDocument, ApiDocumentId, ApiId, DocumentedApi, EnvironmentName, Name, Record, Secret, ServiceId, ServiceTree,
    Tag, Write,
};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::debug::{DebugCall, DebugParameter, DebugRefusal, DebugReport};
use crate::rule::{self, Facts, Outcome};
use crate::{Actor, ApiDocumentRefusal, Control, Refusal, mint};

/// What a document is made from, or becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewApiDocument {
    pub name: Name,
    pub service: ServiceId,
    pub environment: EnvironmentName,
    pub apis: Vec<ApiId>,
    /// Labels; `None` is none for a new document, and leaves those of one that is there.
    pub tags: Option<Vec<Tag>>,
}

/// What the process knows of the pages on which documents stand.
#[derive(Default)]
pub(crate) struct Pages {
    /// Where they are: `http://host[:port]`, without a closing slash.
    address: OnceLock<String>,
    /// Passes of another process are worth nothing.
    nonce: OnceLock<[u8; 32]>,
    /// How often each was read since the process began.
    views: Mutex<BTreeMap<ApiDocumentId, u64>>,
}

impl Control {
    /// Makes a document with a password of its own, and builds it.
    ///
    /// # Errors
    /// [`ApiDocumentRefusal::TooMany`], [`Refusal::ServiceNotFound`], [`Refusal::ApiNotFound`],
    /// [`Refusal::EnvironmentNotFound`]; [`Refusal::Invalid`] for an empty list or a repeated tag key.
    pub async fn create_api_document(&self, actor: &Actor, new: NewApiDocument) -> Result<Arc<ApiDocument>, Refusal> {
        self.write(actor, "api_document.create", |facts| {
            create(facts, mint::api_document(facts.snapshot)?, mint::page_password()?, &new)
        })
        .await
    }

    /// Gives a document another name, place, list of APIs or tags, and builds it anew.
    ///
    /// # Errors
    /// [`ApiDocumentRefusal::NotFound`], and those of [`Control::create_api_document`] but its limit.
    pub async fn modify_api_document(
        &self,
        actor: &Actor,
        id: &ApiDocumentId,
        new: NewApiDocument,
    ) -> Result<Arc<ApiDocument>, Refusal> {
        self.write(actor, "api_document.modify", |facts| modify(facts, id, &new)).await
    }

    /// Builds a document anew, from the APIs as they are.
    ///
    /// # Errors
    /// Those of [`Control::modify_api_document`].
    pub async fn build_api_document(&self, actor: &Actor, id: &ApiDocumentId) -> Result<Arc<ApiDocument>, Refusal> {
        self.write(actor, "api_document.build", |facts| {
            let old = find(facts, id)?;
            let new = NewApiDocument {
                name: old.name.clone(),
                service: old.service.clone(),
                environment: old.environment.clone(),
                apis: old.apis.clone(),
                tags: None,
            };
            modify(facts, id, &new)
        })
        .await
    }

    /// Gives a document another password; whoever came in with the old one is out.
    ///
    /// # Errors
    /// [`ApiDocumentRefusal::NotFound`].
    pub async fn reset_api_document_password(
        &self,
        actor: &Actor,
        id: &ApiDocumentId,
    ) -> Result<Arc<ApiDocument>, Refusal> {
        self.write(actor, "api_document.reset_password", |facts| give_password(facts, id, mint::page_password()?)).await
    }

    /// Shows a document with its password, and tells the audit trail that it was shown.
    ///
    /// # Errors
    /// [`ApiDocumentRefusal::NotFound`].
    pub async fn reveal_api_document(&self, actor: &Actor, id: &ApiDocumentId) -> Result<Arc<ApiDocument>, Refusal> {
        self.write(actor, "api_document.reveal", |facts| Ok(Outcome::told(id, Arc::clone(find(facts, id)?)))).await
    }

    /// Deletes a document.
    ///
    /// # Errors
    /// [`ApiDocumentRefusal::NotFound`].
    pub async fn delete_api_document(&self, actor: &Actor, id: &ApiDocumentId) -> Result<(), Refusal> {
        self.write(actor, "api_document.delete", |facts| delete(facts, id)).await
    }

    /// Says where documents are read, once: `http://host[:port]`.
    pub fn pages_at(&self, address: String) {
        let _already_said = self.pages.address.set(address);
    }

    /// Whether readers come over TLS.
    pub fn pages_over_https(&self) -> bool {
        self.pages.address.get().is_some_and(|address| address.starts_with("https://"))
    }

    /// Where a document is read.
    pub fn page_address(&self, id: &ApiDocumentId) -> String {
        let address = self.pages.address.get().map_or("", String::as_str);
        format!("{address}/docs/{id}")
    }

    /// How often a document was read since the process began.
    pub fn page_views(&self, id: &ApiDocumentId) -> u64 {
        self.pages.views.lock().unwrap_or_else(PoisonError::into_inner).get(id).copied().unwrap_or(0)
    }

    /// The document, if `password` is its own; with it the pass that opens it from now on.
    ///
    /// # Errors
    /// [`Refusal::Store`] when the system has no randomness to give.
    pub fn enter_page(&self, id: &str, password: &str) -> Result<Option<String>, Refusal> {
        let snapshot = self.snapshot();
        let Some(document) = snapshot.api_documents.get(id) else { return Ok(None) };
        let is_it: bool = document.password.expose().as_bytes().ct_eq(password.trim().as_bytes()).into();
        if is_it { self.pass(document).map(Some) } else { Ok(None) }
    }

    /// The document that `pass` opens. It counts as read.
    ///
    /// # Errors
    /// [`Refusal::Store`] when the system has no randomness to give.
    pub fn read_page(&self, id: &str, pass: &str) -> Result<Option<Arc<ApiDocument>>, Refusal> {
        let snapshot = self.snapshot();
        let Some(document) = snapshot.api_documents.get(id) else { return Ok(None) };
        let is_it: bool = self.pass(document)?.as_bytes().ct_eq(pass.as_bytes()).into();
        if !is_it {
            return Ok(None);
        }
        let mut views = self.pages.views.lock().unwrap_or_else(PoisonError::into_inner);
        *views.entry(document.id.clone()).or_default() += 1;
        Ok(Some(Arc::clone(document)))
    }

    /// Calls an API of a document as its reader would: through the gateway, unsigned.
    ///
    /// # Errors
    /// The API is not in the document, the call cannot be put together, or nothing answered.
    pub async fn try_documented(
        &self,
        document: &ApiDocument,
        api: &ApiId,
        path: Option<String>,
        parameters: Vec<DebugParameter>,
        body: Option<Vec<u8>>,
    ) -> Result<DebugReport, DebugRefusal> {
        let is_told = document.content.iter().any(|told| told.api == *api);
        if !is_told {
            return Err(Refusal::ApiNotFound { service: document.service.clone(), api: api.clone() }.into());
        }
        let call = DebugCall {
            service: document.service.clone(),
            environment: document.environment.clone(),
            api: api.clone(),
            key: None,
            application: None,
            method: None,
            path,
            parameters,
            headers: Vec::new(),
            body,
        };
        self.call_through(call).await
    }

    /// What opens a document: known to nobody who did not have its password, in this process, until that changes.
    fn pass(&self, document: &ApiDocument) -> Result<String, Refusal> {
        let nonce = match self.pages.nonce.get() {
            Some(nonce) => nonce,
            None => {
                let drawn = mint::entropy()?;
                self.pages.nonce.get_or_init(|| drawn)
            }
        };
        let digest = Sha256::new()
            .chain_update(nonce)
            .chain_update(document.id.as_str())
            .chain_update([0])
            .chain_update(document.password.expose())
            .finalize();
        Ok(URL_SAFE_NO_PAD.encode(digest))
    }
}

pub(crate) fn create(
    facts: &Facts<'_>,
    id: ApiDocumentId,
    password: Secret,
    new: &NewApiDocument,
) -> Result<Outcome<Arc<ApiDocument>>, Refusal> {
    let limit = facts.quotas.api_documents;
    if facts.snapshot.api_documents.len() >= limit {
        return Err(ApiDocumentRefusal::TooMany { limit }.into());
    }
    rule::tags(new.tags.as_deref().unwrap_or_default())?;
    let document = ApiDocument {
        id: id.clone(),
        name: new.name.clone(),
        service: new.service.clone(),
        environment: new.environment.clone(),
        apis: rule::distinct(&new.apis).into_iter().cloned().collect(),
        password,
        tags: new.tags.clone().unwrap_or_default(),
        content: content(facts.tree(&new.service)?, new)?,
        builds: 1,
        created: facts.now,
        modified: facts.now,
    };
    Ok(Outcome::new(id, vec![put(&document)], Arc::new(document)))
}

pub(crate) fn modify(
    facts: &Facts<'_>,
    id: &ApiDocumentId,
    new: &NewApiDocument,
) -> Result<Outcome<Arc<ApiDocument>>, Refusal> {
    let old = find(facts, id)?;
    let tags = new.tags.as_ref().unwrap_or(&old.tags).clone();
    rule::tags(&tags)?;
    let document = ApiDocument {
        name: new.name.clone(),
        service: new.service.clone(),
        environment: new.environment.clone(),
        apis: rule::distinct(&new.apis).into_iter().cloned().collect(),
        tags,
        content: content(facts.tree(&new.service)?, new)?,
        builds: old.builds.saturating_add(1),
        modified: facts.now,
        ..ApiDocument::clone(old)
    };
    Ok(Outcome::new(id, vec![put(&document)], Arc::new(document)))
}

pub(crate) fn give_password(
    facts: &Facts<'_>,
    id: &ApiDocumentId,
    password: Secret,
) -> Result<Outcome<Arc<ApiDocument>>, Refusal> {
    let document = ApiDocument { password, modified: facts.now, ..ApiDocument::clone(find(facts, id)?) };
    Ok(Outcome::new(id, vec![put(&document)], Arc::new(document)))
}

pub(crate) fn delete(facts: &Facts<'_>, id: &ApiDocumentId) -> Result<Outcome<()>, Refusal> {
    let old = ApiDocument::clone(find(facts, id)?);
    Ok(Outcome::new(id, vec![Write::Remove(Record::ApiDocument(old))], ()))
}

/// What removes the documents of a service that goes.
pub(crate) fn of_service<'f>(facts: &'f Facts<'_>, service: &'f ServiceId) -> impl Iterator<Item = Write> + 'f {
    let all = facts.snapshot.api_documents.values().filter(move |document| document.service == *service);
    all.map(|document| Write::Remove(Record::ApiDocument(ApiDocument::clone(document))))
}

/// The APIs as the environment runs them, or as they are edited where it does not.
fn content(tree: &ServiceTree, new: &NewApiDocument) -> Result<Vec<DocumentedApi>, Refusal> {
    rule::known(&new.environment)?;
    rule::some("apis", &new.apis)?;
    let running = tree.running_revisions(&new.environment);
    let told = rule::distinct(&new.apis).into_iter().map(|id| {
        let api = rule::api(tree, id)?;
        let released = running.iter().find(|frozen| frozen.api == *id);
        Ok(DocumentedApi {
            api: id.clone(),
            released: released.is_some(),
            definition: released.map_or(&api.definition, |frozen| &frozen.definition).as_ref().clone(),
        })
    });
    told.collect()
}

fn find<'f>(facts: &Facts<'f>, id: &ApiDocumentId) -> Result<&'f Arc<ApiDocument>, Refusal> {
    facts.snapshot.api_documents.get(id).ok_or_else(|| ApiDocumentRefusal::NotFound(id.clone()).into())
}

fn put(document: &ApiDocument) -> Write {
    Write::Put(Record::ApiDocument(document.clone()))
}
