//! What answers a call: one file per kind of backend.

use net::BodyFault;

use crate::plan::ApiEntry;
use crate::refusal::Refusal;
use crate::worker::Worker;

pub mod http;
pub mod mock;
pub mod websocket;

/// A call's turn with its backend.
pub struct Turn<'a> {
    /// The worker that the call is on.
    pub worker: &'a Worker,
    /// The API.
    pub entry: &'a ApiEntry,
    /// The body, where it was read for its form parameters.
    pub form: Option<Vec<u8>>,
}

/// A body that could not be read.
pub fn body_refusal(fault: BodyFault) -> Refusal {
    match fault {
        BodyFault::TooLarge => Refusal::BodyTooLarge,
        BodyFault::Gone => Refusal::CallerGone,
        BodyFault::Timeout => Refusal::BodyTimeout,
        BodyFault::Malformed(_) => Refusal::BodyBroken,
    }
}
