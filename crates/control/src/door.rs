//! The door: who is asking.

use std::sync::Arc;

use model::Timestamp;

use crate::{Actor, Control};

/// What the door sees of a request.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// The method as it stands on the wire.
    pub method: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// The raw query string without its `?`; empty for none.
    pub query: &'a str,
    /// Every header as it was sent, `Host` with its port if there was one; names in any case.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The whole body.
    pub body: &'a [u8],
    /// The dialect and its request id: becomes [`Actor::origin`].
    pub origin: &'a str,
}

/// Verifies who is asking.
pub struct Door {
    control: Arc<Control>,
    scope: String,
}

impl Door {
    /// A door that knows the operators of `control`. `scope` is the service name that a signature must be made for.
    pub fn new(control: Arc<Control>, scope: impl Into<String>) -> Self {
        Self { control, scope: scope.into() }
    }

    /// The operator who signed `request`, as of `now`.
    ///
    /// Two schemes are understood: the header scheme (TC3-HMAC-SHA256) when there is an `Authorization` header, else
    /// the older one, whose signature is a parameter of the query or of a form body.
    ///
    /// # Errors
    /// Each way to fail apart, see [`DoorRefusal`].
    pub fn verify(&self, request: &SignedRequest<'_>, now: Timestamp) -> Result<Actor, DoorRefusal> {
        todo!()
    }
}

/// Why nobody was let in. `Display` is what may be answered; it never holds a secret or a string to sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DoorRefusal {
    /// There is no signature at all.
    #[error("the request is not signed")]
    Missing,
    /// There is a signature, but it cannot be read: what is wrong with it.
    #[error("the signature cannot be read: {0}")]
    Malformed(String),
    /// It was made for another service.
    #[error("the signature is made for `{found}`, not for `{expected}`")]
    WrongScope {
        /// The service name in the signature.
        found: String,
        /// The one that it must be made for.
        expected: String,
    },
    /// It is older, or further in the future, than the allowed five minutes.
    #[error("the timestamp {timestamp} is more than {allowed} seconds away from the gateway's clock")]
    Expired {
        /// The request's time, Unix seconds.
        timestamp: i64,
        /// The gateway's time, Unix seconds.
        now: i64,
        /// How far it may be away, in seconds.
        allowed: i64,
    },
    /// No operator has this key.
    #[error("there is no operator with the key `{0}`")]
    UnknownId(String),
    /// The signature is another one than the operator's key makes.
    #[error("the signature does not match")]
    Mismatch {
        /// The public half of the key.
        id: String,
        /// What the gateway would have signed: for the log, never answered.
        string_to_sign: String,
    },
}
