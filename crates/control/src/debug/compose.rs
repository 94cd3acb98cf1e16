//! What a debug call sends.

mod signature;

use std::sync::Arc;

use model::{
    ApiDefinition, EnvironmentName, Location, Method, MethodMatch, PathForm, Piece, Scheme, ServiceProtocol, Snapshot,
    Timestamp,
};

use self::signature::Signer;
pub(super) use self::signature::{SOURCE, Signed};
use super::{DebugCall, DebugRefusal, Outgoing};
use crate::Refusal;

/// A call that is ready to be sent.
#[derive(Debug)]
pub(super) struct Composed {
    pub(super) request: Outgoing,
    /// The definition that is called: the environment's, or the newest where that has none.
    pub(super) definition: Arc<ApiDefinition>,
    /// The environment runs it.
    pub(super) is_released: bool,
    pub(super) signed: Option<Signed>,
}

fn invalid(field: &'static str, message: impl Into<String>) -> DebugRefusal {
    DebugRefusal::Invalid { field, message: message.into() }
}

/// Puts the call together. `host` is the service's default name.
pub(super) fn compose(
    snapshot: &Snapshot,
    call: &DebugCall,
    host: String,
    now: Timestamp,
) -> Result<Composed, DebugRefusal> {
    let tree = snapshot.service(&call.service).ok_or_else(|| Refusal::ServiceNotFound(call.service.clone()))?;
    if !EnvironmentName::NAMES.contains(&call.environment.as_str()) {
        return Err(Refusal::EnvironmentNotFound(call.environment.clone()).into());
    }
    let released = tree.running_revisions(&call.environment).into_iter().find(|revision| revision.api == call.api);
    let is_released = released.is_some();
    let newest = || tree.apis.get(&call.api).map(|api| api.definition.clone());
    let definition = released.map(|revision| revision.definition.clone()).or_else(newest);
    let not_found = || Refusal::ApiNotFound { service: call.service.clone(), api: call.api.clone() };
    let definition = definition.ok_or_else(not_found)?;
    let signer = Signer::of(snapshot, call)?;
    let (headers, body) = headers_and_body(call)?;
    let mut request = Outgoing {
        schemes: match tree.service.protocol {
            ServiceProtocol::Http => vec![Scheme::Http],
            ServiceProtocol::Https => vec![Scheme::Https],
            ServiceProtocol::Both => vec![Scheme::Http, Scheme::Https],
        },
        method: call.method.unwrap_or(match definition.method {
            MethodMatch::Only(method) => method,
            MethodMatch::Any => Method::Get,
        }),
        host,
        target: target(call, &definition)?,
        headers,
        body,
    };
    let signed = signer.map(|signer| signer.sign(&mut request, &call.environment, now));
    Ok(Composed { request, definition, is_released, signed })
}

fn target(call: &DebugCall, definition: &ApiDefinition) -> Result<String, DebugRefusal> {
    let path = match (&call.path, definition.path.form()) {
        (Some(path), _) if path.starts_with('/') && is_target(path) && !path.contains('?') => path.clone(),
        (Some(_), _) => {
            return Err(invalid("path", "must begin with `/` and hold neither blanks, `?` nor `#`; escape them"));
        }
        (None, PathForm::Exact(text) | PathForm::Prefix(text) | PathForm::Plain(text)) => text.clone(),
        (None, PathForm::Template(pieces)) => fill(pieces, call, definition)?,
        (None, PathForm::Regex { .. }) => {
            let path = definition.path.as_str();
            return Err(invalid("path", format!("is needed: `{path}` is a regular expression")));
        }
    };
    let mut target = match call.environment.as_str() {
        "release" => path,
        environment => format!("/{environment}{path}"),
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut pairs = call.parameters.iter().filter(|parameter| parameter.location == Location::Query).peekable();
    if pairs.peek().is_some() {
        query.extend_pairs(pairs.map(|parameter| (&parameter.name, &parameter.value)));
        target.push('?');
        target.push_str(&query.finish());
    }
    Ok(target)
}

/// Characters that may stand in a request's target as they are.
fn is_target(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

fn fill(pieces: &[Piece], call: &DebugCall, definition: &ApiDefinition) -> Result<String, DebugRefusal> {
    let mut path = String::new();
    for piece in pieces {
        let name = match piece {
            Piece::Literal(text) => {
                path.push_str(text);
                continue;
            }
            Piece::Variable(name) => name,
        };
        let given = call.parameters.iter().find(|given| given.location == Location::Path && given.name == *name);
        let declared = || definition.parameters.iter().find(|one| one.location == Location::Path && one.name == *name);
        let value = given.map(|given| given.value.as_str()).or_else(|| declared()?.default.as_deref());
        match value {
            Some(value) if !value.is_empty() => escape_into(&mut path, value),
            _ => return Err(invalid("parameters", format!("the path variable `{name}` has no value"))),
        }
    }
    Ok(path)
}

/// A value in a path: a slash stays, for a variable may hold several segments.
fn escape_into(path: &mut String, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => path.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' | b'/' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';'
            | b'=' | b':' | b'@' => path.push(char::from(byte)),
            other => path.push_str(&format!("%{other:02X}")),
        }
    }
}

/// Headers that the call gets from elsewhere.
const OURS: [&str; 5] = ["host", "content-length", "transfer-encoding", "connection", "expect"];

type Headers = Vec<(String, String)>;

fn headers_and_body(call: &DebugCall) -> Result<(Headers, Option<Vec<u8>>), DebugRefusal> {
    let of = |location| call.parameters.iter().filter(move |parameter| parameter.location == location);
    let mut headers: Headers = Vec::new();
    let declared = of(Location::Header).map(|parameter| ("parameters", &parameter.name, &parameter.value));
    let further = call.headers.iter().map(|(name, value)| ("headers", name, value));
    for (field, name, value) in declared.chain(further) {
        check_header(field, name, value, call.key.is_some() || call.application.is_some())?;
        if headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Err(invalid(field, format!("header `{name}` is given twice")));
        }
        headers.push((name.clone(), value.clone()));
    }
    let mut pairs = of(Location::Body).peekable();
    let body = match (&call.body, pairs.peek()) {
        (Some(_), Some(_)) => return Err(invalid("body", "cannot be given with form parameters, which make it")),
        (Some(body), None) => Some(body.clone()),
        (None, None) => None,
        (None, Some(_)) => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(pairs.map(|parameter| (&parameter.name, &parameter.value)));
            if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                headers.push(("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
            }
            Some(form.finish().into_bytes())
        }
    };
    Ok((headers, body))
}

fn check_header(field: &'static str, name: &str, value: &str, is_signed: bool) -> Result<(), DebugRefusal> {
    let is_token =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if !is_token {
        return Err(invalid(field, format!("`{name}` is no name of a header")));
    }
    if OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
        return Err(invalid(field, format!("header `{name}` is made with the call")));
    }
    if is_signed && ["authorization", "x-date", "source"].iter().any(|signed| name.eq_ignore_ascii_case(signed)) {
        return Err(invalid(field, format!("header `{name}` is made by signing; leave the key out to send your own")));
    }
    if value.bytes().any(|byte| !(byte == b' ' || byte.is_ascii_graphic() || byte == b'\t')) {
        return Err(invalid(
            field,
            format!("the value of header `{name}` may hold visible ASCII characters and blanks"),
        ));
    }
    Ok(())
}
