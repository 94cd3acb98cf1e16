//! Refusals as RFC 9457 has them.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! kinds {
    ($($(#[doc = $about:literal])+ $name:ident = $slug:literal $status:literal $title:literal;)*) => {
        /// What sort of refusal it is: a closed set, each with a name that programs may rely on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($(#[doc = $about])+ $name,)*
        }

        impl Kind {
            /// Every kind.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The last part of the problem's `type`.
            pub(crate) const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// The status of the answer.
            pub(crate) const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The same for every problem of this kind.
            pub(crate) const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

kinds! {
    /// The body is no JSON, or the request cannot be read for another reason.
    Malformed = "malformed" 400 "The request cannot be read";
    /// A query parameter is unknown or has a value that is not allowed.
    InvalidQuery = "invalid-query" 400 "A query parameter is not allowed";
    /// Nobody is logged in, or the access key is wrong.
    Unauthenticated = "unauthenticated" 401 "Log in first";
    /// The name or the password is wrong.
    WrongLogin = "wrong-login" 401 "Name or password is wrong";
    /// The role does not allow it.
    Forbidden = "forbidden" 403 "The operator's role does not allow it";
    /// The CSRF token is missing or wrong.
    Forged = "csrf" 403 "The CSRF token is missing or wrong";
    /// The request comes from a page of another site.
    ForeignOrigin = "foreign-origin" 403 "The request comes from another site";
    /// It is not there.
    NotFound = "not-found" 404 "It is not there";
    /// The method is not allowed here.
    MethodNotAllowed = "method-not-allowed" 405 "The method is not allowed here";
    /// The answer would be JSON, which is not accepted.
    NotAcceptable = "not-acceptable" 406 "Only JSON can be answered";
    /// The state of things does not allow it; another state would.
    Conflict = "conflict" 409 "The state of things does not allow it";
    /// A name or place is taken.
    Taken = "taken" 409 "It is taken already";
    /// What should be deleted is in use.
    InUse = "in-use" 409 "It is in use";
    /// A limit of the configuration is reached.
    LimitReached = "limit-reached" 409 "A limit is reached";
    /// A setting has switched it off.
    SwitchedOff = "switched-off" 409 "A setting has switched it off";
    /// Somebody else was first.
    Changed = "changed" 412 "It was changed by somebody else";
    /// The body is too large.
    TooLarge = "too-large" 413 "The body is too large";
    /// The body is not JSON by its own account.
    UnsupportedMediaType = "unsupported-media-type" 415 "Only JSON can be read";
    /// The body is JSON, and not what is allowed.
    InvalidInput = "invalid-input" 422 "Something in the body is not allowed";
    /// One `Idempotency-Key` came with two requests.
    KeyReused = "idempotency-key-reused" 422 "The `Idempotency-Key` belongs to another request";
    /// A change of a noun must say which state it changes.
    PreconditionRequired = "precondition-required" 428 "`If-Match` is needed";
    /// Too many wrong guesses.
    Locked = "locked" 429 "Too many wrong guesses";
    /// Something that should not have happened.
    Internal = "internal" 500 "Something went wrong in the gateway";
    /// The gateway's own data plane gave a debug call no answer.
    NoAnswer = "no-answer" 503 "The data plane did not answer";
    /// As many watch the log as may.
    TooManyWatch = "too-many-watch" 503 "Too many watch the log";
    /// Asking again may help.
    Busy = "busy" 503 "Others are changing the configuration";
}

/// A refusal (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Names the sort of refusal: `urn:tollgate:problem:not-found`. Programs may rely on it.
    #[schema(example = "urn:tollgate:problem:not-found")]
    r#type: String,
    /// The same for every refusal of this type.
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What was wrong this time, and what is allowed.
    detail: String,
    /// What is wrong where, for input that is not allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
    #[serde(skip)]
    #[schema(ignore)]
    kind: Kind,
    #[serde(skip)]
    #[schema(ignore)]
    retry_after: Option<u64>,
}

/// Something in the input that is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Where in the body: a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/backend/origin")]
    pub(crate) pointer: Option<String>,
    /// Which query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
    /// What was wrong and what is allowed.
    pub(crate) message: String,
}

impl Problem {
    /// A refusal of this kind.
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            r#type: format!("urn:tollgate:problem:{}", kind.slug()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: detail.into(),
            errors: Vec::new(),
            kind,
            retry_after: None,
        }
    }

    /// What is not there.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, detail)
    }

    /// Something that should not have happened; `detail` goes to the log alone.
    pub(crate) fn internal(detail: impl std::fmt::Display) -> Self {
        tracing::error!(%detail, "a native request failed");
        Self::new(Kind::Internal, "the gateway's log has more")
    }

    /// The body is wrong in these places; there is at least one.
    pub(crate) fn body(errors: Vec<FieldError>) -> Self {
        Self::of(Kind::InvalidInput, errors)
    }

    /// One place in the body is wrong.
    pub(crate) fn field(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::body(vec![FieldError { pointer: Some(pointer.into()), parameter: None, message: message.into() }])
    }

    /// These query parameters are wrong; there is at least one.
    pub(crate) fn query(errors: Vec<(String, String)>) -> Self {
        let error = |(parameter, message)| FieldError { pointer: None, parameter: Some(parameter), message };
        Self::of(Kind::InvalidQuery, errors.into_iter().map(error).collect())
    }

    fn of(kind: Kind, errors: Vec<FieldError>) -> Self {
        let first = errors.first().map_or(String::new(), |error| {
            let place = error.pointer.as_deref().or(error.parameter.as_deref()).unwrap_or_default();
            format!("`{place}` {}", error.message)
        });
        let detail = match errors.len() {
            0 | 1 => first,
            more => format!("{first}; and {} more", more - 1),
        };
        Self { errors, ..Self::new(kind, detail) }
    }

    /// The same, with the place in the body that it is about.
    pub(crate) fn at(mut self, pointer: &str) -> Self {
        let message = self.detail.clone();
        self.errors.push(FieldError { pointer: Some(pointer.to_owned()), parameter: None, message });
        self
    }

    /// The same, about something inside of `place`: what is wrong stands there, in whole or in the fields that are named.
    pub(crate) fn within(self, place: &str) -> Self {
        if self.errors.is_empty() {
            return self.at(place);
        }
        let mut problem = self;
        for error in &mut problem.errors {
            error.pointer = error.pointer.as_ref().map(|inner| format!("{place}{inner}"));
        }
        problem.detail = format!("{place}: {}", problem.detail);
        problem
    }

    /// The same, with the seconds after which asking again may help.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let text = serde_json::to_string(&self).unwrap_or_default() + "\n";
        let mut answer = (status, [(header::CONTENT_TYPE, "application/problem+json")], text).into_response();
        if let Some(seconds) = self.retry_after {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.kind == Kind::Unauthenticated {
            answer
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"tollgate\""));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_stands_in_the_documents() {
        let page = include_str!("../../../docs/how-to/native-api.md");
        let mut names = std::collections::BTreeSet::new();
        for kind in Kind::ALL {
            assert!(names.insert(kind.slug()), "{} stands twice", kind.slug());
            let row = format!("| `{}` | {} |", kind.slug(), kind.status());
            assert!(page.contains(&row), "docs/how-to/native-api.md has no row {row}");
        }
    }
}
