//! A call as its function is told of it: one JSON object (spec: event JSON).
//!
//! Member names and forms are the vendor's: `isBase64Encoded` is text, names of headers are in lower case,
//! `requestContext` tells the path and the method that are configured, and the members beside it those of the call.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Base64Rule, Location};
use net::{Caller, Request, Version};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::plan::EventPlan;
use crate::worker::Worker;

/// What an event is made of.
pub(super) struct Event<'a, 'p> {
    pub(super) plan: &'a EventPlan,
    pub(super) worker: &'a Worker,
    pub(super) caller: &'a Caller,
    pub(super) request: &'a Request,
    pub(super) call: &'a Call<'p>,
    /// The call's path without the environment.
    pub(super) path: &'a str,
    /// The declared parameters that have a value.
    pub(super) declared: Vec<(Location, &'a str, &'a str)>,
}

/// The object itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    request_context: Context<'a>,
    headers: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    body: Cow<'a, str>,
    path_parameters: BTreeMap<Cow<'a, str>, &'a str>,
    query_string_parameters: BTreeMap<Cow<'a, str>, &'a str>,
    header_parameters: BTreeMap<Cow<'a, str>, &'a str>,
    stage_variables: Stage<'a>,
    path: &'a str,
    query_string: Map<String, Value>,
    http_method: &'a str,
    is_base64_encoded: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    service_id: &'a str,
    path: &'a str,
    http_method: &'a str,
    request_id: &'a str,
    identity: Identity<'a>,
    source_ip: &'a str,
    stage: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Stage<'a> {
    stage: &'a str,
}

impl Event<'_, '_> {
    /// The event as JSON text; `None` where the body is too long in Base64.
    pub(super) fn json(&self, body: &[u8]) -> Option<String> {
        let Self { plan, worker, request, call, path, declared, .. } = self;
        let is_base64 = self.wants_base64();
        let body = match is_base64 {
            true if encoded_length(body.len()) > plan.request_bytes => return None,
            true => Cow::Owned(STANDARD.encode(body)),
            false if body.len() > plan.request_bytes => return None,
            false => String::from_utf8_lossy(body),
        };
        let address = worker.address_text(call.caller.ip());
        let request_id = std::str::from_utf8(&call.request_id).unwrap_or_default();
        let stage = call.environment.map_or("", |environment| environment.environment);
        let of = |location: Location| {
            let there = declared.iter().filter(move |(at, _, _)| *at == location);
            there.map(|(_, name, value)| (Cow::Borrowed(*name), *value)).collect::<BTreeMap<_, _>>()
        };
        let told = Told {
            request_context: Context {
                service_id: &plan.service,
                path: &plan.path,
                http_method: plan.method,
                request_id,
                identity: Identity { secret_id: call.grant.map(|grant| grant.key_id()) },
                source_ip: &address,
                stage,
            },
            headers: self.headers(&address, request_id),
            body,
            path_parameters: of(Location::Path),
            query_string_parameters: of(Location::Query),
            header_parameters: of(Location::Header)
                .into_iter()
                .map(|(name, value)| (Cow::Owned(name.to_ascii_lowercase()), value))
                .collect(),
            stage_variables: Stage { stage },
            path,
            query_string: query_string(request.query().unwrap_or("")),
            http_method: request.method(),
            is_base64_encoded: if is_base64 { "true" } else { "false" },
        };
        serde_json::to_string(&told).ok()
    }

    fn wants_base64(&self) -> bool {
        match &self.plan.base64 {
            Base64Rule::Never => false,
            Base64Rule::Always => true,
            Base64Rule::Matching { triggers } => triggers.iter().any(|trigger| {
                self.request.header_values(trigger.header.as_str()).any(|value| {
                    let value = String::from_utf8_lossy(value).to_ascii_lowercase();
                    trigger.values.iter().any(|wanted| value.contains(&wanted.as_str().to_ascii_lowercase()))
                })
            }),
        }
    }

    /// The caller's headers, and behind them those that the gateway tells a function; the latter cannot be overridden.
    fn headers<'b>(&'b self, address: &'b str, request_id: &'b str) -> BTreeMap<Cow<'b, str>, Cow<'b, str>> {
        let Self { plan, worker, caller, request, call, .. } = self;
        let mut headers: BTreeMap<Cow<'b, str>, Cow<'b, str>> = BTreeMap::new();
        for (name, value) in request.headers() {
            let value = String::from_utf8_lossy(value);
            headers
                .entry(Cow::Owned(name.to_ascii_lowercase()))
                .and_modify(|known| *known = Cow::Owned(format!("{known},{value}")))
                .or_insert(value);
        }
        let forwarded = match headers.get("x-forwarded-for") {
            // Who stands in the chain is the hop, not whom a trusted hop tells of.
            Some(chain) => Cow::Owned(format!("{chain}, {}", worker.address_text(caller.peer().ip()))),
            None => Cow::Borrowed(address),
        };
        let scheme = if caller.is_tls() { "https" } else { "http" };
        let version = match request.version() {
            Version::Http10 => "HTTP/1.0",
            Version::Http11 => "HTTP/1.1",
            Version::Http2 => "HTTP/2.0",
        };
        headers.remove("x-anonymous-consumer");
        for (name, value) in [
            ("endpoint-timeout", Cow::Borrowed(&*plan.timeout)),
            ("requestsource", "APIGW".into()),
            ("x-api-requestid", request_id.into()),
            ("x-api-scheme", scheme.into()),
            ("x-b3-traceid", request_id.into()),
            ("x-client-proto", scheme.into()),
            ("x-client-proto-ver", version.into()),
            ("x-forwarded-for", forwarded),
            ("x-qualifier", plan.function.qualifier().into()),
            ("x-real-ip", address.into()),
        ] {
            headers.insert(name.into(), value);
        }
        if call.grant.is_none() {
            headers.insert("x-anonymous-consumer".into(), "true".into());
        }
        headers
    }
}

/// The pairs of a query, decoded. A name that comes once has a text, one that comes more often a list.
fn query_string(query: &str) -> Map<String, Value> {
    let mut pairs = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = Value::String(value.into_owned());
        match pairs.get_mut(name.as_ref()) {
            None => drop(pairs.insert(name.into_owned(), value)),
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    pairs
}

/// How long `bytes` bytes are in Base64.
fn encoded_length(bytes: usize) -> usize {
    bytes.div_ceil(3).saturating_mul(4)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_query_is_told_decoded_and_a_repeated_name_as_a_list() {
        let told = Value::Object(query_string("foo=bar&a=%E4%BD%A0+x&b&n=1&n=2&n=3&"));
        assert_eq!(told, json!({"foo": "bar", "a": "你 x", "b": "", "n": ["1", "2", "3"]}));
    }

    #[test]
    fn the_length_in_base64_is_known_beforehand() {
        for length in 0..20 {
            assert_eq!(encoded_length(length), STANDARD.encode(vec![0; length]).len());
        }
    }
}
