//! Who calls: one file per way to prove it.

use model::Auth;
use net::Request;

use crate::plan::{ApiEntry, Grant, Plan};
use crate::refusal::Refusal;
use crate::worker::Worker;

pub mod application;
mod date;
mod key_pair;
pub mod token;

pub use date::DateReader;

/// The grant that the call is made under; `None` for a call that nobody signed, where that is allowed, and for one that is
/// proved otherwise.
///
/// `now` is in seconds since the Unix epoch.
pub fn identify<'p>(
    worker: &Worker,
    request: &Request,
    entry: &'p ApiEntry,
    plan: &Plan,
    now: i64,
) -> Result<Option<&'p Grant>, Refusal> {
    match entry.rules.auth {
        Auth::KeyPair => key_pair::identify(worker, request, entry, plan, now).map(Some),
        // An open API is called by anybody; who signs is counted against the key's plan, and a signature that is no
        // good counts as none (spec: key pair authentication, "signed call to a NONE API").
        Auth::None => Ok(match request.header("authorization") {
            Some(_) => key_pair::identify(worker, request, entry, plan, now).ok(),
            None => None,
        }),
        // These may wait: [`application::identify`] for the body, [`token::check`] for the keys of an issuer.
        Auth::Application | Auth::Oauth => Ok(None),
    }
}
