//! Debug calls: one real call through the data plane, signed in the operator's place, and what became of it.
//!
//! What is sent is put together here ([`compose`]); [`DataPlane`] sends it to a listener of the gateway like any
//! caller would, and brings back the answer with what was logged of that very call. From that, the answer's headers and
//! the configuration, the decisions on the way are told ([`decision`]); nothing is asked of the path of a call.

mod compose;
mod decision;
mod snippet;

use std::net::SocketAddr;

use model::{
    AccessKeyId, ApiId, ApplicationId, EnvironmentName, Invalid, Location, LoggedCall, Method, Scheme, ServiceId,
};
use thiserror::Error;

use crate::observation::Later;
use crate::{Actor, Control, Refusal};

pub use decision::{Decision, Outcome, Stage, knows_refusal};
pub use snippet::{Language, Snippet};

/// What is to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebugCall {
    /// The service.
    pub service: ServiceId,
    /// The environment.
    pub environment: EnvironmentName,
    /// The API.
    pub api: ApiId,
    /// The key to sign with; none: the call is not signed.
    pub key: Option<AccessKeyId>,
    /// The application to sign as, in place of a key.
    pub application: Option<ApplicationId>,
    /// The method; none: the API's own, GET where it answers all.
    pub method: Option<Method>,
    /// The path without the environment; none: the API's own with the path parameters put in.
    pub path: Option<String>,
    /// Values of parameters.
    pub parameters: Vec<DebugParameter>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The body; none where form parameters make it, or there is none.
    pub body: Option<Vec<u8>>,
}

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebugParameter {
    /// Where it stands.
    pub location: Location,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A request that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The schemes that the service answers on, the better one first.
    pub schemes: Vec<Scheme>,
    /// The method.
    pub method: Method,
    /// What the `Host` header says.
    pub host: String,
    /// Path and query.
    pub target: String,
    /// The headers in their order, without `Host` and without the length of the body.
    pub headers: Vec<(String, String)>,
    /// The body; `None` is no body at all.
    pub body: Option<Vec<u8>>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The scheme that was used.
    pub scheme: Scheme,
    /// The listener that was called.
    pub address: SocketAddr,
    /// The status.
    pub status: u16,
    /// The headers of the answer, in their order.
    pub headers: Vec<(String, String)>,
    /// The body, as much of it as is kept.
    pub body: Vec<u8>,
    /// How long the whole body is.
    pub body_bytes: u64,
    /// From sending the first byte to the last byte of the answer, in microseconds.
    pub duration_us: u64,
    /// What was logged of the call; none when the record did not come in time.
    pub logged: Option<LoggedCall>,
    /// The route of the call in the plan that runs.
    pub route: Option<Route>,
}

/// Where a path led.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The API that answers there.
    pub api: ApiId,
    /// The version that the environment runs.
    pub version: String,
    /// The variables of the path.
    pub variables: Vec<(String, String)>,
    /// What the API's path did not match: it is appended to the backend's.
    pub rest: String,
}

/// Why a debug call could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DebugRefusal {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// What was asked for cannot be sent. `field` is a member of [`DebugCall`].
    #[error("{field} {message}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// What was wrong, and what is allowed.
        message: String,
    },
    /// The data plane did not answer.
    #[error("the data plane did not answer: {0}")]
    NoAnswer(String),
}

impl From<Invalid> for DebugRefusal {
    fn from(invalid: Invalid) -> Self {
        Self::Refused(invalid.into())
    }
}

/// Sends a call to the gateway's own listener, as callers do.
pub trait DataPlane: Send + Sync {
    /// Sends it, and waits for the answer and the record. An error is a sentence.
    fn send(&self, call: Outgoing) -> Later<'_, Result<Sent, String>>;
}

/// A debug call from end to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebugReport {
    /// What was sent.
    pub request: Outgoing,
    /// What was signed; none where nothing was.
    pub string_to_sign: Option<String>,
    /// What came of it.
    pub sent: Sent,
    /// The decisions on the way, in their order.
    pub decisions: Vec<Decision>,
    /// Commands that make the same call from outside. They take the secret from `TOLLGATE_SECRET_KEY`.
    pub snippets: Vec<Snippet>,
}

impl Control {
    /// Makes a debug call. The secret of the key signs here and is told nobody.
    ///
    /// # Errors
    /// The role does not allow it, something is not there, the call cannot be put together, or nothing answered.
    pub async fn debug_call(&self, actor: &Actor, call: DebugCall) -> Result<DebugReport, DebugRefusal> {
        actor.may_write()?;
        self.call_through(call).await
    }

    /// Makes a call whose asker may make it.
    pub(crate) async fn call_through(&self, call: DebugCall) -> Result<DebugReport, DebugRefusal> {
        let snapshot = self.snapshot();
        let data_plane = self.observation().data_plane;
        let data_plane = data_plane.ok_or_else(|| DebugRefusal::NoAnswer("there is none".to_owned()))?;
        let host = self.default_host(&call.service);
        let composed = compose::compose(&snapshot, &call, host, self.clock.now())?;
        let sent = data_plane.send(composed.request.clone()).await.map_err(DebugRefusal::NoAnswer)?;
        let decisions = decision::decisions(&snapshot, &call, &composed, &sent);
        let snippets = snippet::all(&composed, &sent);
        Ok(DebugReport {
            request: composed.request,
            string_to_sign: composed.signed.map(|signed| signed.string),
            sent,
            decisions,
            snippets,
        })
    }
}
