//! Request bodies: JSON, bounded, checked against the document, then read into types.

pub(crate) mod schema;

use axum::extract::{FromRequest, Request};
use http::header;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::problem::{FieldError, Kind, Problem};
use crate::state::Shared;

/// The longest body that is read: 1 MiB.
pub(crate) const LONGEST: usize = 1024 * 1024;

/// The longest body that is read where a whole configuration or document comes: 32 MiB.
pub(crate) const LONGEST_DOCUMENT: usize = 32 * LONGEST;

/// A body that is a `T`.
pub(crate) struct Body<T>(pub(crate) T);

/// A body that is a `T` and may have [`LONGEST_DOCUMENT`].
pub(crate) struct LongBody<T>(pub(crate) T);

impl<T: DeserializeOwned + ToSchema> FromRequest<Shared> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, Problem> {
        value(request, state, LONGEST).await.map(Self)
    }
}

impl<T: DeserializeOwned + ToSchema> FromRequest<Shared> for LongBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, Problem> {
        value(request, state, LONGEST_DOCUMENT).await.map(Self)
    }
}

/// What a request's body is.
async fn value<T: DeserializeOwned + ToSchema>(request: Request, state: &Shared, longest: usize) -> Result<T, Problem> {
    let sent = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = sent.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let is_patch = request.method() == http::Method::PATCH && kind == "application/merge-patch+json";
    if kind != "application/json" && !is_patch {
        let found = if kind.is_empty() { "it has no `Content-Type`".to_owned() } else { format!("it is {kind}") };
        return Err(Problem::new(Kind::UnsupportedMediaType, format!("{found}; application/json is allowed")));
    }
    let bytes = collect(request.into_body(), longest).await?;
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|fault| Problem::new(Kind::Malformed, format!("the body is no JSON: {fault}")))?;
    decode(&state.document.0, value)
}

/// Checks `value` against the schema of `T`, and reads it.
pub(crate) fn decode<T: DeserializeOwned + ToSchema>(document: &Value, value: Value) -> Result<T, Problem> {
    let about = serde_json::json!({ "$ref": format!("#/components/schemas/{}", T::name()) });
    let faults = schema::check(document, &about, &value);
    if !faults.is_empty() {
        let error =
            |fault: schema::Fault| FieldError { pointer: Some(fault.pointer), parameter: None, message: fault.message };
        return Err(Problem::body(faults.into_iter().map(error).collect()));
    }
    serde_path_to_error::deserialize(&value).map_err(|fault| {
        let place = pointer(fault.path());
        let message = fault.inner().to_string();
        let (place, message) = narrowed(&value, place, &message);
        Problem::field(place, message)
    })
}

/// The bytes of a body that is not too long.
pub(crate) async fn collect(body: axum::body::Body, longest: usize) -> Result<bytes::Bytes, Problem> {
    match Limited::new(body, longest).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(fault) if fault.is::<LengthLimitError>() => {
            Err(Problem::new(Kind::TooLarge, format!("at most {longest} bytes are allowed")))
        }
        Err(fault) => Err(Problem::new(Kind::Malformed, format!("the body ended early: {fault}"))),
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path.iter() {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&schema::escaped(&part));
    }
    pointer
}

/// A type that looks at its tag first tells no path into itself; but the model's refusals begin with the field's name.
fn narrowed(whole: &Value, place: String, message: &str) -> (String, String) {
    let Some((field, reason)) = message.split_once(": ") else { return (place, message.to_owned()) };
    let field = field.replace(' ', "_");
    let inside = whole.pointer(&place).and_then(Value::as_object);
    match inside {
        Some(object) if object.contains_key(&field) => {
            (format!("{place}/{}", schema::escaped(&field)), reason.to_owned())
        }
        _ => (place, reason.to_owned()),
    }
}
