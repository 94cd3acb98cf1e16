//! What a handler is given, and what it gives back.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use control::terms::{Noun, OnlyIf, Rehearsal};
use control::{Actor, Control, Terms};
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode, header};
use model::{Api, ApiId, ServiceId, ServiceTree, Snapshot};
use serde::Serialize;

use crate::caller::Caller;
use crate::etag;
use crate::problem::Problem;
use crate::query;
use crate::state::Shared;

/// A request that looks.
pub(crate) struct Look {
    pub(crate) state: Shared,
    pub(crate) caller: Caller,
    /// The configuration when the request came in.
    pub(crate) snapshot: Arc<Snapshot>,
}

impl FromRequestParts<Shared> for Look {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Problem> {
        query::read(parts, state)?;
        let caller = parts.extensions.get::<Caller>().cloned();
        let caller = caller.ok_or_else(|| Problem::internal("a handler was reached by nobody"))?;
        Ok(Self { snapshot: state.control.snapshot(), state: Arc::clone(state), caller })
    }
}

impl Look {
    pub(crate) fn control(&self) -> &Control {
        &self.state.control
    }

    /// The service in the path.
    pub(crate) fn service(&self, id: &str) -> Result<&Arc<ServiceTree>, Problem> {
        service(&self.snapshot, id)
    }

    /// The API in the path.
    pub(crate) fn api(&self, of: &str, id: &str) -> Result<(&Arc<ServiceTree>, &Arc<Api>), Problem> {
        let tree = service(&self.snapshot, of)?;
        let gone = || Problem::not_found(format!("there is no API `{}` in service `{of}`", id.escape_debug()));
        Ok((tree, tree.apis.get(id).ok_or_else(gone)?))
    }

    /// The answer that shows a noun, with its mark.
    pub(crate) fn show(&self, noun: &Noun, view: impl Serialize) -> Answer {
        Answer::ok(view).marked(etag::of(noun, &self.snapshot))
    }
}

fn service<'s>(snapshot: &'s Snapshot, id: &str) -> Result<&'s Arc<ServiceTree>, Problem> {
    let gone = || Problem::not_found(format!("there is no service `{}`", id.escape_debug()));
    snapshot.services.get(id).ok_or_else(gone)
}

/// A request that changes something, or would.
pub(crate) struct Change {
    look: Look,
    if_match: Result<Option<Vec<String>>, Problem>,
    rehearsal: Option<Rehearsal>,
}

impl FromRequestParts<Shared> for Change {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Problem> {
        let look = Look::from_request_parts(parts, state).await?;
        let rehearsal = query::is_dry_run(parts).then(Rehearsal::default);
        Ok(Self { look, if_match: etag::wanted(&parts.headers), rehearsal })
    }
}

impl Change {
    pub(crate) fn control(&self) -> &Control {
        self.look.control()
    }

    /// True when nothing is to be stored.
    pub(crate) fn is_rehearsal(&self) -> bool {
        self.rehearsal.is_some()
    }

    /// The one who makes something, or does what needs no mark.
    pub(crate) fn actor(&self) -> Actor {
        self.look.caller.actor(Terms { only_if: None, rehearsal: self.rehearsal.clone() })
    }

    /// The one who changes `noun` as it was read.
    ///
    /// # Errors
    /// [`crate::problem::Kind::PreconditionRequired`] without `If-Match`.
    pub(crate) fn actor_on(&self, noun: &Noun) -> Result<Actor, Problem> {
        let only_if = self.if_match.clone()?.map(|marks| OnlyIf { noun: noun.clone(), marks });
        Ok(self.look.caller.actor(Terms { only_if, rehearsal: self.rehearsal.clone() }))
    }

    /// How things are after the change, or would be.
    pub(crate) fn after(&self) -> Look {
        let would_be = self.rehearsal.as_ref().and_then(Rehearsal::outcome);
        let snapshot = would_be.unwrap_or_else(|| self.control().snapshot());
        Look { state: Arc::clone(&self.look.state), caller: self.look.caller.clone(), snapshot }
    }

    /// The same answer, saying so when it is about what would be.
    pub(crate) fn answer(&self, mut answer: Answer) -> Answer {
        if self.is_rehearsal() {
            answer.headers.push((HeaderName::from_static("x-dry-run"), HeaderValue::from_static("true")));
        }
        answer
    }
}

/// A service's identifier from the path. What cannot be one names nothing.
pub(crate) fn service_id(raw: &str) -> Result<ServiceId, Problem> {
    ServiceId::try_from(raw).map_err(|_| Problem::not_found(format!("there is no service `{}`", raw.escape_debug())))
}

/// An API's identifier from the path.
pub(crate) fn api_id(raw: &str) -> Result<ApiId, Problem> {
    ApiId::try_from(raw).map_err(|_| Problem::not_found(format!("there is no API `{}`", raw.escape_debug())))
}

/// A JSON answer.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Result<Option<String>, String>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    /// 200 with a body.
    pub(crate) fn ok(view: impl Serialize) -> Self {
        let body = serde_json::to_string(&view).map(Some).map_err(|fault| fault.to_string());
        Self { status: StatusCode::OK, body, headers: Vec::new() }
    }

    /// 204.
    pub(crate) fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: Ok(None), headers: Vec::new() }
    }

    /// The same as 201, with the place of what was made.
    pub(crate) fn created(self, place: &str) -> Self {
        let place = HeaderValue::try_from(place).ok().map(|place| (header::LOCATION, place));
        let mut answer = Self { status: StatusCode::CREATED, ..self };
        answer.headers.extend(place);
        answer
    }

    /// The same with an `ETag`.
    pub(crate) fn marked(mut self, mark: Option<HeaderValue>) -> Self {
        self.headers.extend(mark.map(|mark| (header::ETAG, mark)));
        self
    }

    /// The same with a header.
    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Ok(Some(text)) => (self.status, [(header::CONTENT_TYPE, "application/json")], text + "\n").into_response(),
            Ok(None) => self.status.into_response(),
            Err(fault) => return Problem::internal(fault).into_response(),
        };
        for (name, value) in self.headers {
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// What a handler gives back.
pub(crate) type Outcome = Result<Answer, Problem>;
