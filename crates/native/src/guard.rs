//! What every request goes through before its handler, and every answer after it.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::caller;
use crate::problem::{Kind, Problem};
use crate::state::Shared;

/// Headers of every answer: it is JSON and nothing else, for the one who asked and nobody else.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Puts [`HEADERS`] on an answer.
pub(crate) async fn seal(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// Finds out who is asking, and tells the log how it ended.
pub(crate) async fn admit(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = uuid::Uuid::new_v4().to_string();
    let (mut parts, body) = request.into_parts();
    let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
    let mut operator = String::new();
    let admitted = match acceptable(&parts.headers) {
        Err(problem) => Err(problem),
        // Whoever logs in is not known yet.
        Ok(()) if method == Method::POST && path == "/api/v1/session" => Ok(()),
        Ok(()) => caller::identify(&state, &parts, &request_id).map(|caller| {
            operator.clone_from(&caller.name);
            parts.extensions.insert(caller);
        }),
    };
    let mut answer = match admitted {
        Ok(()) => state.repeats.answer(state.control.now(), parts, body, next).await,
        Err(problem) => problem.into_response(),
    };
    let status = answer.status().as_u16();
    let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(request_id, %method, path, operator, status, duration_us, "native request");
    if let Ok(value) = HeaderValue::try_from(request_id) {
        answer.headers_mut().insert("x-request-id", value);
    }
    answer
}

/// The media types that a request may accept.
const SERVED: [&str; 6] =
    ["*/*", "application/*", "application/json", "application/problem+json", "application/yaml", "text/event-stream"];

/// Refuses whoever wants anything but what is served: JSON, events, and an OpenAPI document in YAML.
fn acceptable(headers: &HeaderMap) -> Result<(), Problem> {
    let mut values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    if values.peek().is_none() {
        return Ok(());
    }
    let fits = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
        !is_refused && SERVED.contains(&kind.as_str())
    };
    if values.flat_map(|value| value.split(',')).any(fits) {
        Ok(())
    } else {
        Err(Problem::new(Kind::NotAcceptable, "accept application/json"))
    }
}
