//! What several APIs have to do with each other: some are called with the tokens of others.

use model::{ApiId, ServiceId, Timestamp};

use super::Draft;
use crate::{OauthRefusal, Refusal, api};

/// Deletes APIs, and gives those that stay so far: others are still called with their tokens.
pub(crate) fn delete_apis(
    draft: &mut Draft<'_>,
    service: &ServiceId,
    mut apis: Vec<ApiId>,
) -> Result<Vec<ApiId>, Refusal> {
    loop {
        let (before, mut still_used) = (apis.len(), Vec::new());
        for api in apis {
            match draft.ask(|facts| api::delete(facts, service, &api)) {
                Err(Refusal::Oauth(OauthRefusal::InUse { .. })) => still_used.push(api),
                done => done?,
            }
        }
        // What was called with them may have gone.
        if still_used.is_empty() || still_used.len() == before {
            return Ok(still_used);
        }
        apis = still_used;
    }
}

/// APIs are of the ages of their places in a document, in whatever order they could be made.
pub(crate) fn later(first: Timestamp, number: usize) -> Timestamp {
    Timestamp::from_millis(first.millis().saturating_add(i64::try_from(number).unwrap_or(i64::MAX)))
}
