//! What the parts of an API's definition must say of each other.
//!
//! Each part is valid by its own type; here is what no part can know by itself. A definition that passes can be
//! served: the data plane never meets a mapping without a source or a backend path with an open variable.

use std::collections::BTreeSet;

use model::parameter::{check_name, check_value};
use model::{
    ApiDefinition, ApiProtocol, Backend, BackendMethod, BackendPath, BucketAction, FunctionCall, Invalid, Location,
    Method, MethodMatch, MockBackend, Origin, Text, is_told_header,
};

use crate::{Refusal, rule};

/// Headers that belong to one connection, or frame one message. Whatever is configured, the gateway writes them itself.
const CONNECTION_HEADERS: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Most codes that an API says it may answer with: each release keeps them, and every look at the API shows them.
const MOST_ERROR_CODES: usize = 100;

/// Refuses a definition whose parts contradict each other.
pub(crate) fn check(definition: &ApiDefinition) -> Result<(), Refusal> {
    protocol(definition)?;
    error_codes(definition)?;
    parameters(definition).map_err(Refusal::BadParameters)?;
    backend(definition).map_err(Refusal::BadBackend)?;
    mappings(definition).map_err(Refusal::BadMappings)?;
    constants(definition).map_err(Refusal::BadConstants)?;
    rule::tags(&definition.tags)
}

/// The codes of answers: bounded in number and length.
fn error_codes(definition: &ApiDefinition) -> Result<(), Invalid> {
    let codes = &definition.response.error_codes;
    if codes.len() > MOST_ERROR_CODES {
        let reason = format!("there are {}; at most {MOST_ERROR_CODES} are allowed", codes.len());
        return Err(Invalid::new("error codes", reason));
    }
    for text in codes.iter().flat_map(|code| [&code.message, &code.description]) {
        Text::try_from(text.as_str()).map_err(|invalid| Invalid { field: "error codes", ..invalid })?;
    }
    Ok(())
}

/// What callers speak and what answers fit together; a WebSocket begins with a GET, here and at the backend.
fn protocol(definition: &ApiDefinition) -> Result<(), Refusal> {
    match (definition.protocol, &definition.backend) {
        (
            ApiProtocol::Http,
            Backend::Http(_) | Backend::Upstream(_) | Backend::Mock(_) | Backend::Function(_) | Backend::Bucket(_),
        ) => Ok(()),
        (ApiProtocol::Http, Backend::WebSocket(_) | Backend::Conversation(_)) => {
            Err(Refusal::ProtocolMismatch("a WebSocket backend needs an API whose protocol is WebSocket"))
        }
        (ApiProtocol::WebSocket, Backend::Http(_) | Backend::Upstream(_) | Backend::Mock(_) | Backend::Bucket(_)) => {
            Err(Refusal::ProtocolMismatch("an API whose protocol is WebSocket needs a WebSocket backend"))
        }
        (ApiProtocol::WebSocket, Backend::WebSocket(backend)) => {
            let there = match backend.method {
                BackendMethod::Same => MethodMatch::Only(Method::Get),
                BackendMethod::Fixed(method) => MethodMatch::Only(method),
            };
            handshake(definition, there)
        }
        (ApiProtocol::WebSocket, Backend::Conversation(_)) => handshake(definition, MethodMatch::Only(Method::Get)),
        (ApiProtocol::WebSocket, Backend::Function(function)) => match function.call {
            FunctionCall::Web => handshake(definition, MethodMatch::Only(Method::Get)),
            FunctionCall::Event(_) => Err(Refusal::ProtocolMismatch(
                "a function that is called with one event cannot answer a WebSocket; a web function can, or a \
                 registration, a transport and a cleanup function",
            )),
        },
    }
}

/// A WebSocket begins with a GET without a body, here and `there`.
fn handshake(definition: &ApiDefinition, there: MethodMatch) -> Result<(), Refusal> {
    match [definition.method, there].into_iter().find(|method| *method != MethodMatch::Only(Method::Get)) {
        Some(method) => Err(Refusal::WebSocketMethod { method }),
        None if definition.parameters.iter().any(|parameter| parameter.location == Location::Body)
            || definition.mappings.iter().any(|mapping| mapping.location == Location::Body) =>
        {
            Err(Refusal::BadParameters(Invalid::new("parameters", "a WebSocket begins without a body")))
        }
        None => Ok(()),
    }
}

/// The declared parameters: each place at most once, and the variables of the path exactly.
fn parameters(definition: &ApiDefinition) -> Result<(), Invalid> {
    let variables = definition.path.variables();
    let mut seen = BTreeSet::new();
    for parameter in &definition.parameters {
        let (name, location) = (parameter.name.as_str(), parameter.location);
        check_name(name, location)?;
        if let Some(default) = &parameter.default {
            check_value(default, location)?;
        }
        if location == Location::Header {
            not_of_the_connection(name)?;
        }
        if location == Location::Path && !variables.contains(&name) {
            let path = &definition.path;
            return Err(Invalid::new(
                "parameters",
                format!("`{name}` is a path parameter; `{path}` has no `{{{name}}}`"),
            ));
        }
        if !seen.insert(place(name, location)) {
            return Err(Invalid::new("parameters", format!("{} `{name}` is declared twice", location.as_str())));
        }
    }
    match variables.iter().find(|name| !seen.contains(&place(name, Location::Path))) {
        Some(name) => Err(Invalid::new(
            "parameters",
            format!("`{{{name}}}` stands in the path and must be declared as a path parameter"),
        )),
        None => Ok(()),
    }
}

/// The backend: every variable of its path is filled, by a mapping or by the frontend path's variable of the same name,
/// which goes to the same place where nothing else is said; a fixed answer can be sent.
fn backend(definition: &ApiDefinition) -> Result<(), Invalid> {
    match &definition.backend {
        Backend::Http(http) => filled(definition, &http.path),
        Backend::WebSocket(backend) => filled(definition, &backend.path),
        Backend::Upstream(backend) => filled(definition, &backend.path),
        Backend::Mock(mock) => fixed_answer(mock),
        // Functions are valid by their own type.
        Backend::Function(_) | Backend::Conversation(_) => Ok(()),
        Backend::Bucket(bucket) => {
            filled(definition, &bucket.path)?;
            action_fits(definition.method, bucket.action)
        }
    }
}

fn filled(definition: &ApiDefinition, path: &BackendPath) -> Result<(), Invalid> {
    let is_filled = |variable: &str| {
        definition.mappings.iter().any(|mapping| mapping.location == Location::Path && mapping.name == variable)
            || definition.path.variables().contains(&variable)
    };
    match path.variables().find(|variable| !is_filled(variable)) {
        Some(open) => Err(Invalid::new(
            "backend path",
            format!("`{{{open}}}` is filled by nothing; map a parameter to the path parameter `{open}`"),
        )),
        None => Ok(()),
    }
}

/// An object is read and written with the method that callers used: a GET must not delete.
fn action_fits(method: MethodMatch, action: BucketAction) -> Result<(), Invalid> {
    let needed = action.method();
    if method == MethodMatch::Only(needed) {
        return Ok(());
    }
    Err(Invalid::new(
        "bucket action",
        format!("needs the API's method to be {}; it is {}", needed.as_str(), method.as_str()),
    ))
}

fn fixed_answer(mock: &MockBackend) -> Result<(), Invalid> {
    // 1xx announces an answer and cannot be one (RFC 9110, 15.2).
    if !(200..=599).contains(&mock.status) {
        return Err(Invalid::new("status", format!("{} is out of range; 200 to 599 are allowed", mock.status)));
    }
    for (name, value) in &mock.headers {
        check_name(name, Location::Header)?;
        check_value(value, Location::Header)?;
        not_of_the_connection(name)?;
    }
    Ok(())
}

/// The mappings: from declared parameters, each to a place of its own that the gateway does not own. A path parameter
/// that the backend path does not name is allowed, and goes nowhere.
fn mappings(definition: &ApiDefinition) -> Result<(), Invalid> {
    let declared: BTreeSet<_> = definition.parameters.iter().map(|p| place(&p.name, p.location)).collect();
    let mut seen = BTreeSet::new();
    for mapping in &definition.mappings {
        let (name, location) = (mapping.name.as_str(), mapping.location);
        check_name(name, location)?;
        if let Some(default) = &mapping.default {
            check_value(default, location)?;
        }
        if location == Location::Header {
            not_of_the_connection(name)?;
            not_told(name)?;
            if name.eq_ignore_ascii_case("host") {
                return Err(Invalid::new(
                    "mappings",
                    "callers must not choose the backend's Host; a constant `Host` may",
                ));
            }
        }
        if !declared.contains(&place(&mapping.source_name, mapping.source_location)) {
            return Err(Invalid::new(
                "mapping source",
                format!(
                    "`{name}` is taken from the {} parameter `{}`, which is not declared",
                    mapping.source_location.as_str(),
                    mapping.source_name
                ),
            ));
        }
        if !seen.insert(place(name, location)) {
            return Err(Invalid::new("mappings", format!("{} `{name}` is mapped twice", location.as_str())));
        }
    }
    Ok(())
}

/// The constants: headers and query pairs, each in a place that neither the gateway nor a mapping fills.
fn constants(definition: &ApiDefinition) -> Result<(), Invalid> {
    let mapped: BTreeSet<_> = definition.mappings.iter().map(|m| place(&m.name, m.location)).collect();
    let mut seen = BTreeSet::new();
    for constant in &definition.constants {
        let (name, location) = (constant.name.as_str(), constant.location);
        if !matches!(location, Location::Header | Location::Query) {
            return Err(Invalid::new(
                "constants",
                format!("`{name}` cannot stand in the {}; header and query are allowed", location.as_str()),
            ));
        }
        check_name(name, location)?;
        check_value(&constant.value, location)?;
        if location == Location::Header {
            not_of_the_connection(name)?;
            not_told(name)?;
            if name.eq_ignore_ascii_case("host") {
                is_authority(&constant.value)?;
            }
        }
        if mapped.contains(&place(name, location)) {
            return Err(Invalid::new(
                "constants",
                format!("{} `{name}` is the target of a mapping already", location.as_str()),
            ));
        }
        if !seen.insert(place(name, location)) {
            return Err(Invalid::new("constants", format!("{} `{name}` stands twice", location.as_str())));
        }
    }
    Ok(())
}

/// A place in a request as it is compared: header names regardless of case.
fn place(name: &str, location: Location) -> (Location, String) {
    match location {
        Location::Header => (location, name.to_ascii_lowercase()),
        Location::Query | Location::Path | Location::Body => (location, name.to_owned()),
    }
}

fn not_of_the_connection(header: &str) -> Result<(), Invalid> {
    if CONNECTION_HEADERS.iter().any(|owned| owned.eq_ignore_ascii_case(header)) {
        Err(Invalid::new("header name", format!("`{header}` belongs to the connection; the gateway writes it itself")))
    } else {
        Ok(())
    }
}

fn not_told(header: &str) -> Result<(), Invalid> {
    if is_told_header(header.as_bytes()) {
        let reason = format!("`{header}` is what the gateway tells the backend of each call; it writes it itself");
        Err(Invalid::new("header name", reason))
    } else {
        Ok(())
    }
}

/// A constant `Host` stands in the request's head as it is: it must be a host with perhaps a port.
fn is_authority(value: &str) -> Result<(), Invalid> {
    match Origin::try_from(format!("http://{value}")) {
        Ok(_) => Ok(()),
        Err(_) => Err(Invalid::new("header value", format!("`{value}` is no host; `host` or `host:port` is allowed"))),
    }
}

#[cfg(test)]
mod tests;
