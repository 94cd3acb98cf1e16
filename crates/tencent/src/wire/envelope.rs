//! The answer's envelope: `{"Response": {…, "RequestId": "…"}}`, with HTTP status 200 whatever happened.
//!
//! The vendor's Python SDK looks for an error only if `Content-Type` is exactly `application/json`, without a charset,
//! and takes any other status than 200 for a broken network (spec: control plane wire protocol).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::refusal::Fault;

/// What an action answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// `{"Result": …, "RequestId": …}`.
    Result(Value),
    /// The fields stand beside `RequestId`.
    Flat(Map<String, Value>),
    /// Just `RequestId`.
    Nothing,
}

impl Answer {
    /// `result` inside `Result`.
    pub(crate) fn result(result: impl Serialize) -> Result<Self, Fault> {
        serde_json::to_value(result).map(Self::Result).map_err(unwritable)
    }

    /// The members of `fields` beside `RequestId`.
    pub(crate) fn flat(fields: impl Serialize) -> Result<Self, Fault> {
        match serde_json::to_value(fields).map_err(unwritable)? {
            Value::Object(fields) => Ok(Self::Flat(fields)),
            other => Err(Fault::internal(format!("a flat answer that is no object: {other}"))),
        }
    }

    /// `"Result": true`: it was done.
    pub(crate) fn done() -> Self {
        Self::Result(Value::Bool(true))
    }
}

fn unwritable(error: serde_json::Error) -> Fault {
    Fault::internal(format!("an answer that cannot be written: {error}"))
}

/// The response for an answered request.
pub(crate) fn success(request_id: &str, answer: Answer) -> Response {
    let mut fields = match answer {
        Answer::Result(result) => Map::from_iter([("Result".to_owned(), result)]),
        Answer::Flat(fields) => fields,
        Answer::Nothing => Map::new(),
    };
    fields.insert("RequestId".to_owned(), Value::String(request_id.to_owned()));
    respond(&json!({ "Response": fields }))
}

/// The response for a refused request.
pub(crate) fn failure(request_id: &str, fault: &Fault) -> Response {
    let error = json!({ "Code": fault.code.as_str(), "Message": fault.message });
    respond(&json!({ "Response": { "Error": error, "RequestId": request_id } }))
}

fn respond(body: &Value) -> Response {
    let mut response = body.to_string().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;

    async fn text(response: Response) -> String {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_four_shapes_of_an_answer() {
        let fault = Fault::new(Code::InvalidAction, "no");
        for (response, expected) in [
            (success("r", Answer::done()), r#"{"Response":{"RequestId":"r","Result":true}}"#),
            (success("r", Answer::Nothing), r#"{"Response":{"RequestId":"r"}}"#),
            (
                success("r", Answer::flat(json!({"ServiceId": "s"})).unwrap()),
                r#"{"Response":{"RequestId":"r","ServiceId":"s"}}"#,
            ),
            (failure("r", &fault), r#"{"Response":{"Error":{"Code":"InvalidAction","Message":"no"},"RequestId":"r"}}"#),
        ] {
            assert_eq!(text(response).await, expected);
        }
    }
}
