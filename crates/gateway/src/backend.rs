//! What answers a call: one file per kind of backend.

use net::BodyFault;

use crate::limit::Micros;
use crate::plan::{ApiEntry, BucketPlan, WebPlan};
use crate::plugin::Answering;
use crate::refusal::Refusal;
use crate::worker::Worker;

mod bucket;
pub mod conversation;
pub mod function;
pub mod http;
pub mod mock;
pub mod rpc;
pub mod upstream;
pub mod websocket;
pub mod whole;

/// A call's turn with its backend.
pub struct Turn<'a> {
    /// The worker that the call is on.
    pub worker: &'a Worker,
    /// The API.
    pub entry: &'a ApiEntry,
    /// When the turn came: the backend's time begins with it. What was waited for before is not the backend's.
    pub asked: Micros,
    /// The body, where it was read already: for its form parameters, or for a signature over it.
    pub form: Option<Vec<u8>>,
    /// What its origin is beside an origin.
    pub origin_is: OriginIs<'a>,
    /// What plugins do with its answer; mostly nothing.
    pub answering: Option<&'a Answering<'a>>,
}

/// What the origin of a call is beside an origin.
#[derive(Clone, Copy)]
pub enum OriginIs<'a> {
    /// Nothing.
    Plain,
    /// A web function, which is told what it is.
    Function(&'a WebPlan),
    /// A bucket, whose requests may be signed.
    Bucket(&'a BucketPlan),
    /// What speaks gRPC, for a call that becomes one.
    Rpc(&'a rpc::RpcCall<'a>),
}

impl<'a> Turn<'a> {
    /// The same turn, with an origin that is more than an origin.
    #[must_use]
    pub fn with(self, origin_is: OriginIs<'a>) -> Self {
        Self { origin_is, ..self }
    }
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
