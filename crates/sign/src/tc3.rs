//! TC3-HMAC-SHA256: how management calls are signed (spec: control plane wire protocol).
//!
//! `Authorization: TC3-HMAC-SHA256 Credential={id}/{YYYY-MM-DD}/{service}/tc3_request, SignedHeaders=content-type;host,
//! Signature={hex}`. Covered are the method, the path, a GET's query, the signed headers as they were really sent, and
//! the body (or, where the header `X-TC-Content-SHA256: UNSIGNED-PAYLOAD` stands, not the body). A POST's query is
//! **not** covered: whoever serves the request must not read it.
//!
//! The clock is the caller's: it compares [`timestamp`] with its own time, [`MAX_SKEW`] apart at most.

mod authorization;
mod request;
mod verify;

pub use authorization::{Authorization, Malformed, SCHEME, parse};
pub(crate) use request::hex;
pub use request::{Refusal, Request, canonical_request, string_to_sign, timestamp};
pub use verify::{sign, verify};

/// How far a request's time may be from ours, in seconds.
pub const MAX_SKEW: i64 = 300;
