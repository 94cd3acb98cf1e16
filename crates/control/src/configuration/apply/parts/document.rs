//! API documents of a document.

use model::{ApiDocumentId, ApiId, Secret, ServiceId};

use super::super::super::ApiDocumentEntry;
use super::Draft;
use super::environment::api_called;
use crate::{NewApiDocument, Refusal, api_document, mint};

pub(super) fn bring(draft: &mut Draft<'_>, entry: &ApiDocumentEntry) -> Result<ApiDocumentId, Refusal> {
    let password = entry.password.clone().map(Secret::try_from).transpose()?;
    let service = service_called(draft, &entry.service)?;
    let apis: Vec<ApiId> = entry.apis.iter().map(|name| api_called(draft, &service, name)).collect::<Result<_, _>>()?;
    let new = NewApiDocument {
        name: entry.name.clone(),
        service,
        environment: entry.environment.clone(),
        apis,
        tags: Some(entry.tags.clone()),
    };
    let id = entry.id.clone().or_else(|| draft.names.api_documents.first(entry.name.as_str()).cloned());
    let there = id.and_then(|id| draft.snapshot.api_documents.get(&id).cloned());
    let Some(old) = there else {
        let made = draft.ask(|facts| {
            let id = entry.id.clone().map_or_else(|| mint::api_document(facts.snapshot), Ok)?;
            api_document::create(facts, id, password.map_or_else(mint::page_password, Ok)?, &new)
        })?;
        return Ok(made.id.clone());
    };
    // Each change of it builds it anew.
    let as_it_is = NewApiDocument {
        name: old.name.clone(),
        service: old.service.clone(),
        environment: old.environment.clone(),
        apis: old.apis.clone(),
        tags: Some(old.tags.clone()),
    };
    if new != as_it_is {
        draft.ask(|facts| api_document::modify(facts, &old.id, &new))?;
    }
    if let Some(password) = password.filter(|password| *password != old.password) {
        draft.ask(|facts| api_document::give_password(facts, &old.id, password))?;
    }
    Ok(old.id.clone())
}

/// The service of this identifier or name.
fn service_called(draft: &Draft<'_>, name: &str) -> Result<ServiceId, Refusal> {
    let there = draft.snapshot.services.get(name).map(|tree| &tree.service.id);
    let found = there.or_else(|| draft.names.services.first(name)).cloned();
    found.ok_or_else(|| Refusal::NobodyOfThatName { noun: "service", name: name.to_owned() })
}
