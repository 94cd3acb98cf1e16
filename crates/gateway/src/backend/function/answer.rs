//! What a function returned, as the answer to its caller (spec: response modes).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::is_ours;
use crate::plan::CrossOriginRule;
use crate::reply;

/// An answer: the gateway's own lines are added to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) status: u16,
    /// The function's header lines.
    pub(super) head: Vec<u8>,
    /// `Date` is among them.
    pub(super) has_date: bool,
    pub(super) body: Vec<u8>,
}

impl Made {
    /// JSON text.
    pub(super) fn json(status: u16, body: Vec<u8>) -> Self {
        Self::failed(status, None, body)
    }

    /// What the function's platform says, as it says it; without a `Content-Type` it is JSON.
    pub(super) fn failed(status: u16, content_type: Option<&[u8]>, body: Vec<u8>) -> Self {
        let mut head = Vec::new();
        reply::write_line(&mut head, "Content-Type", content_type.unwrap_or(b"application/json"));
        Self { status, head, has_date: false, body }
    }
}

/// A result that says status, headers and body. One that does not is answered with 403 and the vendor's text.
pub(super) fn integrated(result: Vec<u8>, request_id: &[u8; 32]) -> Made {
    match serde_json::from_slice::<Value>(&result) {
        Err(_) => {
            let id = String::from_utf8_lossy(request_id);
            let text = format!(
                r#"{{"errno":403,"error":"requestId {id} , Invalid scf response. expected scf response valid JSON."}}"#
            );
            Made::json(403, text.into_bytes())
        }
        Ok(value) => read(value).unwrap_or_else(|| {
            let text =
                br#"{"errno":403,"error":"Invalid scf response format. please check your scf response format."}"#;
            Made::json(403, text.to_vec())
        }),
    }
}

fn read(result: Value) -> Option<Made> {
    let Value::Object(mut members) = result else { return None };
    let status = members.get("statusCode")?.as_u64().filter(|status| (200..600).contains(status))?;
    let body = body(&mut members)?;
    let mut made = Made { status: u16::try_from(status).ok()?, head: Vec::new(), has_date: false, body };
    let mut has_type = false;
    match members.remove("headers") {
        None | Some(Value::Null) => {}
        Some(Value::Object(headers)) => {
            for (name, value) in headers {
                if name.eq_ignore_ascii_case("content-type") {
                    // It must be one text: two types would say nothing.
                    value.as_str()?;
                    has_type = true;
                }
                made.has_date |= name.eq_ignore_ascii_case("date");
                match value {
                    Value::Array(values) => values.iter().try_for_each(|value| line(&mut made.head, &name, value))?,
                    value => line(&mut made.head, &name, &value)?,
                }
            }
        }
        Some(_) => return None,
    }
    if !has_type {
        reply::write_line(&mut made.head, "Content-Type", b"application/json");
    }
    Some(made)
}

fn body(members: &mut Map<String, Value>) -> Option<Vec<u8>> {
    let is_base64 = match members.get("isBase64Encoded") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        // The event says it in text, and functions that pass it back do too.
        Some(Value::String(text)) => match text.as_str() {
            "true" => true,
            "false" | "" => false,
            _ => return None,
        },
        Some(_) => return None,
    };
    match members.remove("body") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) if is_base64 => STANDARD.decode(text.trim_ascii()).ok(),
        Some(Value::String(text)) => Some(text.into_bytes()),
        Some(_) => None,
    }
}

/// Writes one header line, where the header is the function's to say.
fn line(head: &mut Vec<u8>, name: &str, value: &Value) -> Option<()> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    let is_token =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
    if !is_token || text.chars().any(char::is_control) {
        return None;
    }
    // How the message is framed, and what the gateway tells of it, is not for the function to say.
    const CONNECTION: [&str; 8] = [
        "connection",
        "content-length",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    let is_owned = CONNECTION.iter().any(|owned| name.eq_ignore_ascii_case(owned));
    if !is_owned && !is_ours(name.as_bytes()) && !reply::is_ours(name.as_bytes(), CrossOriginRule::Closed) {
        reply::write_line(head, name, text.as_bytes());
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &[u8; 32] = b"0123456789abcdef0123456789abcdef";

    fn answer(result: &str) -> (u16, String, String) {
        let made = integrated(result.as_bytes().to_vec(), ID);
        (made.status, String::from_utf8(made.head).unwrap(), String::from_utf8(made.body).unwrap())
    }

    #[test]
    fn an_integrated_result_says_all_of_the_answer() {
        let (status, head, body) = answer(
            r#"{"isBase64Encoded":false,"statusCode":201,"headers":{"Content-Type":"text/html","Set-Cookie":["a=1","b=2"],"X-N":3,"Content-Length":"9","X-Api-Id":"mine"},"body":"<p>"}"#,
        );
        assert_eq!(status, 201);
        assert_eq!(body, "<p>");
        assert_eq!(head, "Content-Type: text/html\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-N: 3\r\n");
    }

    #[test]
    fn a_body_in_base64_is_decoded() {
        assert_eq!(answer(r#"{"isBase64Encoded":true,"statusCode":200,"body":"aGk="}"#).2, "hi");
        assert_eq!(answer(r#"{"isBase64Encoded":"true","statusCode":200,"body":"aGk="}"#).2, "hi");
        assert_eq!(answer(r#"{"isBase64Encoded":true,"statusCode":200,"body":"?"}"#).0, 403);
    }

    #[test]
    fn what_is_no_integrated_result_is_told_apart_from_what_is_no_json() {
        let format = r#"{"errno":403,"error":"Invalid scf response format. please check your scf response format."}"#;
        for result in [
            "null",
            "\"text\"",
            "[]",
            "{}",
            r#"{"statusCode":"200"}"#,
            r#"{"statusCode":99}"#,
            r#"{"statusCode":600}"#,
            r#"{"statusCode":200,"body":{}}"#,
            r#"{"statusCode":200,"headers":[]}"#,
            r#"{"statusCode":200,"headers":{"Content-Type":["a","b"]}}"#,
            r#"{"statusCode":200,"headers":{"X":"a\r\nY: b"}}"#,
            r#"{"statusCode":200,"headers":{"X Y":"a"}}"#,
            r#"{"statusCode":200,"headers":{"X":{}}}"#,
            r#"{"statusCode":200,"isBase64Encoded":1}"#,
        ] {
            let (status, head, body) = answer(result);
            assert_eq!((status, body.as_str()), (403, format), "{result}");
            assert_eq!(head, "Content-Type: application/json\r\n");
        }
        for result in ["", "oops", "{"] {
            let body = answer(result).2;
            assert_eq!(
                body,
                format!(
                    r#"{{"errno":403,"error":"requestId {} , Invalid scf response. expected scf response valid JSON."}}"#,
                    std::str::from_utf8(ID).unwrap()
                )
            );
        }
    }
}
