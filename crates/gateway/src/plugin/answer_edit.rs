//! A function that changes answers on their way to the caller.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::AnswerEdit;
use net::Caller;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Whole;
use super::function::Asked;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply;
use crate::worker::Worker;

/// Headers that belong to one connection or frame one message: no function changes them.
const KEPT: [&str; 8] =
    ["connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/// Headers that are not true of another body.
const UNTRUE: [&str; 5] = ["etag", "content-md5", "digest", "content-digest", "accept-ranges"];

/// A plugin, ready to be asked.
#[derive(Debug)]
pub struct AnswerEditPlan {
    /// What it says.
    pub rules: Arc<AnswerEdit>,
    /// The function.
    pub asked: Asked,
}

/// What a function is told of an answer (spec: custom response body).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    header_parameters: BTreeMap<String, Value>,
    body: Cow<'a, str>,
}

impl AnswerEditPlan {
    /// True for an answer with this coding of its body. A packed one passes as it is.
    pub fn suits(&self, content_encoding: Option<&[u8]>) -> bool {
        content_encoding.is_none_or(|coding| coding.eq_ignore_ascii_case(b"identity"))
    }

    /// Asks the function, and gives the answer as it has it.
    pub async fn edit(
        &self,
        whole: &Whole,
        worker: &Worker,
        caller: &mut Caller,
        call: &Call<'_>,
    ) -> Result<Whole, Refusal> {
        let base64 = self.rules.base64;
        let mut header_parameters: BTreeMap<String, Value> = BTreeMap::new();
        for (name, value) in whole.headers() {
            let value = String::from_utf8_lossy(value);
            match header_parameters.entry(name.to_ascii_lowercase()).or_insert(Value::Null) {
                Value::String(before) => {
                    before.push_str(", ");
                    before.push_str(&value);
                }
                new => *new = Value::String(value.into_owned()),
            }
        }
        header_parameters.insert("status".to_owned(), whole.status.into());
        header_parameters.insert("is_base64_encoded".to_owned(), base64.into());
        let body = if base64 { Cow::Owned(STANDARD.encode(&whole.body)) } else { String::from_utf8_lossy(&whole.body) };
        let asked = self.asked.ask(&Event { header_parameters, body }, worker, caller, call).await;
        // What becomes of the function says nothing of the backend.
        let result = asked.map_err(|refusal| match refusal {
            Refusal::BackendUnreachable | Refusal::BackendTimeout | Refusal::BackendBroken => Refusal::PluginBroken,
            refusal => refusal,
        })?;
        let Ok(Value::Object(changes)) = serde_json::from_slice(&result) else {
            tracing::warn!(function = %self.asked.function.function, "the function returned no change of an answer");
            return Err(Refusal::PluginBroken);
        };
        Ok(edited(&self.rules, whole, changes))
    }
}

/// The answer with what a function changes of it. What is missing, or is not what it should be, stays as it was.
fn edited(rules: &AnswerEdit, whole: &Whole, mut changes: Map<String, Value>) -> Whole {
    let mut edited = whole.clone();
    if rules.status
        && let Some(status) = changes.get("replace_status").and_then(Value::as_u64)
        && let Some(status) = u16::try_from(status).ok().filter(|status| (200..=999).contains(status))
        && status != whole.status
    {
        edited.status = status;
        edited.reason = reply::reason(status).into();
    }
    let mut gone: Vec<String> = Vec::new();
    let mut added: Vec<(String, String)> = Vec::new();
    if rules.body
        && let Some(Value::String(text)) = changes.remove("replace_body")
    {
        let is_base64 = changes.get("is_base64_encoded").and_then(Value::as_bool).unwrap_or(false);
        let body = if is_base64 { STANDARD.decode(text).ok() } else { Some(text.into_bytes()) };
        if let Some(body) = body {
            edited.length = Some(body.len() as u64);
            edited.body = body.into();
            gone.extend(UNTRUE.map(str::to_owned));
        }
    }
    if rules.headers {
        if let Some(Value::Array(names)) = changes.remove("remove_headers") {
            gone.extend(names.iter().filter_map(Value::as_str).filter(|name| is_free(name)).map(str::to_owned));
        }
        if let Some(Value::Object(headers)) = changes.remove("replace_headers") {
            added.extend(headers.into_iter().filter_map(|(name, value)| {
                let value = text(value)?;
                let is_header = is_free(&name) && is_token(&name) && !value.chars().any(char::is_control);
                is_header.then_some((name, value))
            }));
        }
    }
    if !gone.is_empty() || !added.is_empty() {
        let mut lines = Vec::new();
        let is_out = |name: &str| {
            let is = |other: &str| other.eq_ignore_ascii_case(name);
            gone.iter().any(|gone| is(gone)) || added.iter().any(|(added, _)| is(added))
        };
        for (name, value) in whole.headers().filter(|(name, _)| !is_out(name)) {
            reply::write_line(&mut lines, name, value);
        }
        for (name, value) in &added {
            reply::write_line(&mut lines, name, value.as_bytes());
        }
        edited.lines = lines.into();
    }
    edited
}

fn is_free(name: &str) -> bool {
    !KEPT.iter().any(|kept| name.eq_ignore_ascii_case(kept))
}

fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use model::{FunctionName, PluginFunction};
    use serde_json::json;

    use super::*;

    fn change(which: [bool; 3], changes: Value) -> Whole {
        let [status, headers, body] = which;
        let name = FunctionName::new("default", "f", "$LATEST").unwrap();
        let function = PluginFunction { name, timeout: Default::default(), account: None };
        let rules = AnswerEdit { function, status, headers, body, base64: false };
        let whole = Whole {
            status: 201,
            reason: (*b"Made").into(),
            lines: (*b"ETag: \"e\"\r\nX-A: 1\r\nX-A: 2\r\n").into(),
            length: Some(3),
            body: (*b"old").into(),
        };
        let Value::Object(changes) = changes else { return whole };
        edited(&rules, &whole, changes)
    }

    fn shown(whole: &Whole) -> String {
        let all = [&whole.reason, &b" "[..], &whole.lines, &whole.body].concat();
        format!("{} {}", whole.status, String::from_utf8(all).unwrap().replace("\r\n", " "))
    }

    #[test]
    fn what_may_be_changed_is_changed_and_nothing_else() {
        let all = json!({
            "replace_status": 404, "replace_headers": {"Content-Length": "9", "x-a": 3, "x-b": "b"},
            "remove_headers": ["none", "etag"], "replace_body": "new body",
        });
        for (which, expected) in [
            ([true; 3], "404 Not Found x-a: 3 x-b: b new body"),
            ([true, false, false], "404 Not Found ETag: \"e\" X-A: 1 X-A: 2 old"),
            ([false, true, false], "201 Made x-a: 3 x-b: b old"),
            ([false, false, true], "201 Made X-A: 1 X-A: 2 new body"),
            ([false; 3], "201 Made ETag: \"e\" X-A: 1 X-A: 2 old"),
        ] {
            assert_eq!(shown(&change(which, all.clone())), expected);
        }
        let packed = json!({"replace_body": "bmV3", "is_base64_encoded": true});
        assert_eq!(&*change([true; 3], packed).body, b"new");
    }

    #[test]
    fn what_is_missing_or_malformed_stays() {
        for changes in [
            json!({}),
            json!({"replace_status": "404", "replace_headers": ["X-B"], "remove_headers": "etag", "replace_body": {}}),
            json!({"replace_status": 99, "replace_headers": {"a b": "x", "X-B": "1\r\nX-C: 2", "X-D": null}}),
            json!({"replace_body": "no base64!", "is_base64_encoded": true}),
        ] {
            let kept = change([true; 3], changes.clone());
            assert_eq!(shown(&kept), "201 Made ETag: \"e\" X-A: 1 X-A: 2 old", "{changes}");
        }
    }
}
