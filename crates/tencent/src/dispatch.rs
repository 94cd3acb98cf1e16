//! One request, from its head to its answer: what every action has around it.
//!
//! Body bound, door, row of the table, rights, the action's function, log line, envelope; in this order, written once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use control::{Actor, Control, Door, SignedRequest};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};
use model::{Role, Timestamp};

use crate::call::Call;
use crate::code::Code;
use crate::refusal::{Fault, not_let_in, refused};
use crate::table::{self, Rights, Row, State};
use crate::wire::{Answer, Params, body, envelope, multipart};

/// The version of the API.
pub(crate) const VERSION: &str = "2018-08-08";

/// The service name that signatures are made for.
const SCOPE: &str = "apigateway";

/// Where people are sent who open the address in a browser.
const CONSOLE: &str = "/console/";

/// What the dialect needs to answer.
pub(crate) struct Dialect {
    control: Arc<Control>,
    door: Door,
}

impl Dialect {
    pub(crate) fn new(control: Arc<Control>) -> Self {
        Self { door: Door::new(control.clone(), SCOPE), control }
    }
}

/// Answers a request to `/`.
pub(crate) async fn answer(Shared(dialect): Shared<Arc<Dialect>>, request: Request) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    if is_visit(&parts) {
        return (StatusCode::FOUND, [(header::LOCATION, CONSOLE)]).into_response();
    }
    let request_id = uuid::Uuid::new_v4().to_string();
    let mut log = LogLine { request_id: request_id.clone(), ..LogLine::default() };
    let outcome = match body::read(body, largest(&parts.headers)).await {
        Ok(body) => serve(&dialect, &parts, &body, &mut log).await.map_err(Fault::bounded),
        Err(fault) => Err(fault),
    };
    log.write(started, outcome.as_ref().err());
    match outcome {
        Ok(answer) => envelope::success(&request_id, answer),
        Err(fault) => envelope::failure(&request_id, &fault),
    }
}

/// True for a browser's visit: a GET that names no action.
fn is_visit(parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or("");
    matches!(parts.method, Method::GET | Method::HEAD)
        && !parts.headers.contains_key("x-tc-action")
        && !form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "Action")
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The media type of the body, in lower case and without parameters.
fn media_type(headers: &HeaderMap) -> String {
    let sent = header(headers, "content-type").unwrap_or("");
    sent.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers) == "application/x-www-form-urlencoded"
}

fn largest(headers: &HeaderMap) -> usize {
    if is_form(headers) { body::LARGEST_FORM } else { body::LARGEST }
}

async fn serve(dialect: &Dialect, parts: &Parts, body: &Bytes, log: &mut LogLine) -> Result<Answer, Fault> {
    let admitted = catch_unwind(AssertUnwindSafe(|| admit(dialect, parts, body, log)))
        .unwrap_or_else(|_| Err(Fault::internal("the door or a decoder panicked")))?;
    let Admitted { row, actor, params } = admitted;
    match row.state {
        State::Refused(reason) => Err(Fault::new(
            Code::UnsupportedOperation,
            format!("`{}` is not served by this version of Tollgate: {reason}.", row.name),
        )),
        State::Served(function) => {
            let control = dialect.control.clone();
            let call = Call { snapshot: control.snapshot(), control, actor, action: row.name };
            // In a task of its own, a change that has begun is not torn when the caller goes away, and a panic is an
            // answer like any other.
            match tokio::spawn(function(call, params)).await {
                Ok(outcome) => outcome.map_err(|problem| problem.into_fault(row.name)),
                Err(error) => Err(Fault::internal(format!("the action did not end: {error}"))),
            }
        }
    }
}

/// A request that may have its action carried out.
struct Admitted {
    row: &'static Row,
    actor: Actor,
    params: Params,
}

fn admit(dialect: &Dialect, parts: &Parts, body: &Bytes, log: &mut LogLine) -> Result<Admitted, Fault> {
    let query = parts.uri.query().unwrap_or("");
    if query.len() > body::LARGEST_QUERY {
        return Err(body::too_large("query", body::LARGEST_QUERY));
    }
    let origin = format!("tencent {}", log.request_id);
    let headers: Vec<(&str, &[u8])> =
        parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let actor = dialect
        .door
        .verify(
            &SignedRequest {
                method: parts.method.as_str(),
                path: parts.uri.path(),
                query,
                headers: &headers,
                body,
                origin: &origin,
            },
            now(),
        )
        .map_err(|refusal| not_let_in(&refusal))?;
    log.operator.clone_from(&actor.name);

    let (named, params) = read(parts, query, body)?;
    let row = row(named.action, named.version)?;
    log.action = row.name;
    let needed = match row.rights {
        Rights::Read => Role::Viewer,
        Rights::Write => Role::Editor,
    };
    if actor.role < needed {
        return Err(refused(&control::Refusal::Forbidden { needed }, row.name));
    }
    Ok(Admitted { row, actor, params })
}

/// The time of day, for the age of a signature.
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// What a request says of itself.
struct Named {
    action: Option<String>,
    version: Option<String>,
}

/// Reads the action's name and its parameters.
///
/// Only what a signature covers is read: with the header signature a GET's query or a POST's body, with the older one
/// the query of a GET or the form of a POST. The older one does not cover headers, so there the action's name is a
/// parameter; the newer one has it in a header (which the vendor's own tools do not cover either).
fn read(parts: &Parts, query: &str, body: &Bytes) -> Result<(Named, Params), Fault> {
    let headers = &parts.headers;
    let pairs: Option<&[u8]> = match parts.method {
        Method::GET => Some(query.as_bytes()),
        _ if is_form(headers) => Some(body),
        _ => None,
    };
    let in_pairs = |name: &str| {
        let (_, value) = form_urlencoded::parse(pairs?).find(|(found, _)| found == name)?;
        Some(value.into_owned())
    };
    let in_header = |name: &str| {
        let value = headers.contains_key(header::AUTHORIZATION).then(|| header(headers, name))??;
        Some(value.to_owned())
    };
    let named = Named {
        action: in_header("x-tc-action").or_else(|| in_pairs("Action")),
        version: in_header("x-tc-version").or_else(|| in_pairs("Version")),
    };
    let params = match pairs {
        Some(pairs) => Params::from_pairs(pairs)?,
        None => match multipart::boundary(header(headers, "content-type").unwrap_or("")) {
            Some(boundary) => Params::from_multipart(body, boundary?)?,
            None if media_type(headers) == "application/json" => Params::from_json(body)?,
            None => {
                return Err(Fault::new(
                    Code::InvalidRequest,
                    "The header `Content-Type`: application/json, application/x-www-form-urlencoded and \
                     multipart/form-data are allowed.",
                ));
            }
        },
    };
    Ok((named, params))
}

fn row(action: Option<String>, version: Option<String>) -> Result<&'static Row, Fault> {
    let action = action.ok_or_else(|| Fault::missing("Action"))?;
    let version = version.ok_or_else(|| Fault::missing("Version"))?;
    if version != VERSION {
        let message = format!("There is no API version `{}`; there is {VERSION}.", version.escape_debug());
        return Err(Fault::new(Code::NoSuchVersion, message));
    }
    table::find(&action).ok_or_else(|| {
        let message = format!("There is no action `{}` in API version {VERSION}.", action.escape_debug());
        Fault::new(Code::InvalidAction, message)
    })
}

/// What the log says of a request. Parameters are not in it: they may be secrets.
#[derive(Debug, Default)]
struct LogLine {
    request_id: String,
    action: &'static str,
    operator: String,
}

impl LogLine {
    fn write(&self, started: Instant, fault: Option<&Fault>) {
        let Self { request_id, action, operator } = self;
        let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let Some(Fault { code, message, detail }) = fault else {
            tracing::info!(request_id, action, operator, duration_us, "action served");
            return;
        };
        let code = code.as_str();
        let detail = detail.as_deref().unwrap_or("");
        if code.starts_with("InternalError") {
            tracing::error!(request_id, action, operator, duration_us, code, message, detail, "action failed");
        } else {
            tracing::info!(request_id, action, operator, duration_us, code, message, detail, "action refused");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_found_by_its_name_and_version() {
        let find = |action: Option<&str>, version: Option<&str>| {
            row(action.map(str::to_owned), version.map(str::to_owned)).map(|row| row.name).map_err(|fault| fault.code)
        };
        assert_eq!(find(Some("CreateApi"), Some(VERSION)), Ok("CreateApi"));
        assert_eq!(find(Some("CreateApi"), Some("2017-03-12")), Err(Code::NoSuchVersion));
        assert_eq!(find(Some("createApi"), Some(VERSION)), Err(Code::InvalidAction));
        assert_eq!(find(None, Some(VERSION)), Err(Code::MissingParameter));
        assert_eq!(find(Some("CreateApi"), None), Err(Code::MissingParameter));
    }
}
