//! Functions, prepared: where they run, and what of their events and answers is the same for every call.

use std::sync::Arc;

use model::{ApiRevision, Base64Rule, EventCall, FunctionName};

use super::{HttpPlan, OriginPlan};
use crate::reply;
use crate::runtime::{CloudKey, Runtimes};

/// An event function.
#[derive(Debug)]
pub struct EventPlan {
    /// Which function.
    pub function: FunctionName,
    /// How an event gets there; `None` where nothing stands behind the name.
    pub invocation: Option<Invocation>,
    /// The result says status, headers and body.
    pub is_integrated: bool,
    /// The caller does not wait for the result.
    pub is_async: bool,
    /// Which bodies are told in Base64.
    pub base64: Base64Rule,
    /// The service.
    pub service: Box<str>,
    /// The API's path, as it is configured.
    pub path: Box<str>,
    /// The API's method, as it is configured.
    pub method: &'static str,
    /// The API's timeout in seconds, in decimal.
    pub timeout: Box<str>,
    /// The response lines that name the function.
    pub head: Box<[u8]>,
    /// Longest request body in bytes, after Base64.
    pub request_bytes: usize,
    /// Longest result in bytes.
    pub result_bytes: usize,
}

/// How an event gets to its function.
#[derive(Debug)]
pub enum Invocation {
    /// It is posted to an endpoint of the function.
    Endpoint {
        /// The endpoint's origin.
        origin: Arc<OriginPlan>,
        /// The request's line and the headers that are the same for every call.
        head: Box<[u8]>,
    },
    /// It is handed to the cloud's Invoke API.
    Api {
        /// The API's origin.
        origin: Arc<OriginPlan>,
        /// The region that the function is in.
        region: Box<str>,
        /// Signs the calls.
        key: CloudKey,
    },
}

/// A web function: an origin that gets the calls themselves.
#[derive(Debug)]
pub struct WebPlan {
    /// The origin, and how it is asked.
    pub http: HttpPlan,
    /// The request lines that tell the function what it is.
    pub lines: Box<[u8]>,
    /// The response lines that name the function.
    pub head: Box<[u8]>,
}

impl EventPlan {
    /// The plan of an API whose definition was frozen as `frozen`.
    pub(super) fn new(
        frozen: &ApiRevision,
        function: &FunctionName,
        event: &EventCall,
        runtimes: &Runtimes,
        invocation: Option<Invocation>,
    ) -> Self {
        let definition = &frozen.definition;
        Self {
            function: function.clone(),
            invocation,
            is_integrated: event.integrated,
            is_async: event.asynchronous,
            base64: event.base64.clone(),
            service: frozen.service.as_str().into(),
            path: definition.path.as_str().into(),
            method: definition.method.as_str(),
            timeout: definition.timeout.seconds().to_string().into(),
            head: response_head(frozen, function, runtimes),
            request_bytes: runtimes.request_bytes,
            result_bytes: runtimes.result_bytes,
        }
    }
}

impl Invocation {
    /// Events are posted to `path` at `origin`.
    pub(super) fn endpoint(origin: Arc<OriginPlan>, path: &str, function: &FunctionName, timeout: u32) -> Self {
        let path = if path.is_empty() { "/" } else { path };
        let mut head =
            format!("POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: keep-alive\r\n", origin.host).into_bytes();
        reply::write_line(&mut head, "Content-Type", b"application/json");
        write_function(&mut head, function, timeout);
        Self::Endpoint { origin, head: head.into() }
    }
}

impl WebPlan {
    /// Calls are passed on to `http`.
    pub(super) fn new(frozen: &ApiRevision, function: &FunctionName, runtimes: &Runtimes, http: HttpPlan) -> Self {
        // The web server is told what the cloud would tell it. Memory is the cloud's default: there is no such bound here.
        let mut lines = Vec::new();
        write_function(&mut lines, function, frozen.definition.timeout.seconds());
        reply::write_line(&mut lines, "X-Scf-Memory", b"128");
        reply::write_line(&mut lines, "X-Scf-Region", runtimes.region.as_bytes());
        let account = runtimes.app_id.to_string();
        reply::write_line(&mut lines, "X-Scf-Appid", account.as_bytes());
        reply::write_line(&mut lines, "X-Scf-Uin", account.as_bytes());
        Self { http, lines: lines.into(), head: response_head(frozen, function, runtimes) }
    }
}

fn write_function(lines: &mut Vec<u8>, function: &FunctionName, timeout: u32) {
    reply::write_line(lines, "X-Scf-Name", function.name().as_bytes());
    reply::write_line(lines, "X-Scf-Namespace", function.namespace().as_bytes());
    reply::write_line(lines, "X-Scf-Version", function.qualifier().as_bytes());
    reply::write_line(lines, "X-Scf-Timeout", timeout.to_string().as_bytes());
}

fn response_head(frozen: &ApiRevision, function: &FunctionName, runtimes: &Runtimes) -> Box<[u8]> {
    let mut head = Vec::new();
    reply::write_line(&mut head, "X-Api-FuncName", function.name().as_bytes());
    reply::write_line(&mut head, "X-Api-AppId", runtimes.app_id.to_string().as_bytes());
    reply::write_line(&mut head, "X-Api-ServiceId", frozen.service.as_str().as_bytes());
    head.into()
}
