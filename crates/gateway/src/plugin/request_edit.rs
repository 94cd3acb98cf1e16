//! A function that changes requests on their way to the backend.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::RequestEdit;
use net::{Caller, HeadEdit, Request};
use serde::Deserialize;
use serde_json::Value;

use super::function::{Asked, Event};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::worker::Worker;

/// Headers that belong to one connection or frame one message, and the host: no function changes them.
const KEPT: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A plugin, ready to be asked.
#[derive(Debug)]
pub struct EditPlan {
    /// What it says.
    pub rules: Arc<RequestEdit>,
    /// The function.
    pub asked: Asked,
}

/// A request as a function has it.
#[derive(Debug)]
pub struct Edited {
    /// The head; `None` where it is as it was.
    pub request: Option<Request>,
    /// The body; `None` where it was not read.
    pub body: Option<Vec<u8>>,
}

/// What the function returns. What it leaves out stays as it is.
#[derive(Deserialize)]
struct Changes {
    #[serde(default)]
    replace_headers: BTreeMap<String, Value>,
    #[serde(default)]
    remove_headers: Vec<String>,
    #[serde(default)]
    replace_querys: BTreeMap<String, Value>,
    #[serde(default)]
    remove_querys: Vec<String>,
    replace_body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

impl EditPlan {
    /// Asks the function, and gives the request as it has it. `body` is the body, where it was read before.
    pub async fn edit(
        &self,
        worker: &Worker,
        caller: &mut Caller,
        request: &Request,
        call: &Call<'_>,
        mut body: Option<Vec<u8>>,
    ) -> Result<Edited, Refusal> {
        let mut event = Event::default();
        if self.rules.tells_headers {
            event.tell_headers(request);
        }
        if self.rules.tells_query {
            event.tell_query(request);
        }
        if self.rules.tells_body {
            let read = self.asked.read(caller, request, body.take()).await?;
            event.tell_body(body.insert(read), self.rules.base64);
        }
        let result = self.asked.ask(&event, worker, caller, call).await?;
        drop(event);
        let nonsense = |what: &str| {
            tracing::warn!(function = %self.asked.function.function, what, "the function returned no change of a request");
            Refusal::PluginBroken
        };
        let changes: Changes = serde_json::from_slice(&result).map_err(|error| nonsense(&error.to_string()))?;
        if let Some(text) = changes.replace_body {
            // What the caller sent is read all the same: its connection goes on behind it.
            drop(self.asked.read(caller, request, body.take()).await?);
            body = Some(match changes.is_base64_encoded {
                true => STANDARD.decode(text).map_err(|_| nonsense("`replace_body` is no Base64"))?,
                false => text.into_bytes(),
            });
        }
        let texts = |members: BTreeMap<String, Value>| {
            let texts = members.into_iter().map(|(name, value)| text(value).map(|value| (name, value)));
            texts.collect::<Option<Vec<_>>>().ok_or_else(|| nonsense("a value is no text"))
        };
        let is_free = |name: &str| !KEPT.iter().any(|kept| name.eq_ignore_ascii_case(kept));
        let mut added = texts(changes.replace_headers)?;
        added.retain(|(name, _)| is_free(name));
        let mut removed = changes.remove_headers;
        removed.retain(|name| is_free(name));
        let queries = texts(changes.replace_querys)?;
        let query = (!queries.is_empty() || !changes.remove_querys.is_empty())
            .then(|| rewritten(request.query().unwrap_or(""), &queries, &changes.remove_querys));
        if added.is_empty() && removed.is_empty() && query.is_none() {
            return Ok(Edited { request: None, body });
        }
        let edit = HeadEdit { query: query.as_deref(), removed: &removed, replaced: &added };
        let request = request.edited(&edit).map_err(|_| nonsense("the head that comes of it is none"))?;
        Ok(Edited { request: Some(request), body })
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A query with parameters set and others taken out; the rest stays as it was sent.
fn rewritten(query: &str, set: &[(String, String)], removed: &[String]) -> String {
    let is_out = |pair: &str| {
        let sent = form_urlencoded::parse(pair.as_bytes()).next();
        sent.is_some_and(|(name, _)| set.iter().any(|(set, _)| *set == name) || removed.iter().any(|out| *out == name))
    };
    let mut out: Vec<String> =
        query.split('&').filter(|pair| !pair.is_empty() && !is_out(pair)).map(str::to_owned).collect();
    out.extend(
        set.iter()
            .map(|(name, value)| form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()),
    );
    out.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_rewritten_where_it_is_changed_and_nowhere_else() {
        let set = [("b".to_owned(), "ü &".to_owned()), ("new".to_owned(), String::new())];
        for (query, expected) in [
            ("a=1&b=2&c=%20&b=3&d", "a=1&c=%20&b=%C3%BC+%26&new="),
            ("", "b=%C3%BC+%26&new="),
            ("%62=2&gone=1", "b=%C3%BC+%26&new="),
        ] {
            assert_eq!(rewritten(query, &set, &["d".to_owned(), "gone".to_owned()]), expected, "{query}");
        }
    }
}
