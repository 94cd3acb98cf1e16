//! An HTTP or HTTPS origin.

use std::borrow::Cow;

use model::{Method, is_told_header};
use net::{Caller, ConnectFault, Exchange, Framing, RelayFault, Request, RequestBody, SendFaultKind};

use super::{OriginIs, Turn, body_refusal, bucket, function, rpc, whole};
use crate::call::Call;
use crate::parameter::PathText;
use crate::plan::{ApiPlan, ApiRules, HttpPlan};
use crate::refusal::Refusal;
use crate::reply::gzip;
use crate::worker::Scratch;
use crate::{cors, reply};

/// How often a request is sent at most: once, and again while it is safe.
pub(super) const TRIES: u32 = 3;

/// What an ordinary request says of its connection.
pub(super) const KEEP_ALIVE: &[u8] = b"Connection: keep-alive\r\n";

/// Sends a call to its origin and the answer to the caller.
pub async fn call(
    turn: Turn<'_>,
    http: &HttpPlan,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    // What is needed of the plan when the answer is there: by then a call would find it cold in memory again.
    let rules = turn.entry.rules;
    let asked = Asked { method: http.method, host: &http.origin.host, hop: KEEP_ALIVE };
    let form = compose(&turn, asked, caller, request, call, scratch)?;
    let body = form.as_deref().map_or(RequestBody::Stream, RequestBody::Bytes);
    let exchange = send(&turn, http, caller, request, call, scratch, body).await?;
    relay(&turn, rules, exchange, caller, request, call, scratch).await
}

/// How a backend is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The method; `None` is the caller's.
    pub(super) method: Option<&'static str>,
    /// What `Host` says where no constant says otherwise.
    pub(super) host: &'a str,
    /// The lines about the connection.
    pub(super) hop: &'a [u8],
}

/// Sends the answer to the caller.
pub(super) async fn relay(
    turn: &Turn<'_>,
    rules: ApiRules,
    mut exchange: Exchange,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    if let OriginIs::Rpc(rpc) = turn.origin_is {
        return Box::pin(rpc::answer(turn, rules, rpc, exchange, caller, request, call, scratch)).await;
    }
    if turn.answering.is_some()
        && let Some(edit) = whole::edit_of(turn, exchange.response().header("content-encoding"))
    {
        return Box::pin(whole::edited(turn, rules, edit, exchange, caller, request, call, scratch)).await;
    }
    let caching = turn.answering.and_then(|answering| answering.caching.as_ref());
    let keeping = caching.and_then(|caching| caching.begin(&mut exchange, request));
    let response = exchange.response();
    let packs = gzip::suits(request, response);
    call.status = response.status();
    call.backend_status = Some(response.status());
    let Scratch { head, lines, .. } = scratch;
    head.clear();
    reply::begin_status(head, response.status());
    head.extend_from_slice(response.reason());
    head.extend_from_slice(b"\r\n");
    match turn.origin_is {
        OriginIs::Plain | OriginIs::Bucket(_) | OriginIs::Rpc(_) => {
            response.copy_headers(head, |name, _| reply::is_ours(name, rules.cors) || (packs && gzip::is_untrue(name)))
        }
        OriginIs::Function(web) => {
            let is_ours = |name: &[u8]| reply::is_ours(name, rules.cors) || function::is_ours(name);
            response.copy_headers(head, |name, _| is_ours(name) || (packs && gzip::is_untrue(name)));
            function::write_lines(head, &web.head, request, response.status(), response.status());
        }
    }
    if packs {
        gzip::write_etag(head, response.header("etag"));
        gzip::write_lines(head);
        exchange.pack();
    }
    head.extend_from_slice(lines.bytes());
    cors::write_lines(head, rules.cors, turn.entry, request);
    call.is_answered = true;
    match exchange.relay(caller, request, head, &turn.worker.pool, turn.worker.stall.unwrap_or(rules.timeout())).await {
        Ok(relayed) => {
            call.bytes_out = relayed.body_bytes;
            if let Some((keeping, keeper)) = keeping
                && let Some(body) = keeper.take()
            {
                keeping.end(Some(body));
            }
            Ok(())
        }
        Err(RelayFault::CallerGone) => Err(Refusal::CallerGone),
        Err(RelayFault::BackendStalled) => Err(Refusal::BackendTimeout),
        Err(RelayFault::BackendGone | RelayFault::Malformed(_)) => Err(Refusal::BackendBroken),
        Err(RelayFault::Unbegun(_)) => {
            call.is_answered = false;
            Err(Refusal::BackendBroken)
        }
    }
}

/// Sends the composed request, again where that is safe, and waits for the answer's head.
pub(super) async fn send(
    turn: &Turn<'_>,
    http: &HttpPlan,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
    body: RequestBody<'_>,
) -> Result<Exchange, Refusal> {
    let worker = turn.worker;
    let deadline = worker.clock.instant(turn.asked) + turn.entry.rules.timeout();
    let target = http.origin.target.as_ref().ok_or(Refusal::BackendUnreachable)?;
    let mut connection = worker.pool.acquire(target, deadline).await.map_err(connect_refusal)?;
    let mut tries = 1;
    loop {
        call.backend = Some(connection.peer());
        let begun = worker.clock.now();
        call.sent = begun;
        if !connection.reused() {
            call.connect_us = Some(begun.0.saturating_sub(turn.asked.0));
        }
        match Exchange::send(caller, request, connection, &mut scratch.head, body, deadline).await {
            Ok(exchange) => {
                call.backend_us = Some(worker.clock.now().0.saturating_sub(begun.0));
                return Ok(exchange);
            }
            // A resting connection that died in the moment of its use says nothing of the backend.
            // One that refused a request has not begun with it.
            Err(fault)
                if fault.safe_to_retry
                    && tries < TRIES
                    && (fault.kind == SendFaultKind::Refused || may_repeat(http.method, request)) =>
            {
                tries += 1;
                connection = worker.pool.connect(target, deadline).await.map_err(connect_refusal)?;
            }
            Err(fault) => return Err(send_refusal(fault.kind)),
        }
    }
}

/// True when a request may be sent twice and mean no more than once.
pub(super) fn may_repeat(method: Option<&'static str>, request: &Request) -> bool {
    Method::from_bytes(method.unwrap_or_else(|| request.method()).as_bytes()).is_some_and(Method::is_idempotent)
}

/// Writes the request's line and headers into the scratch head; gives back the form body where there is one.
pub(super) fn compose<'t>(
    turn: &Turn<'t>,
    asked: Asked<'_>,
    caller: &Caller,
    request: &Request,
    call: &Call<'_>,
    scratch: &mut Scratch,
) -> Result<Option<Cow<'t, [u8]>>, Refusal> {
    let api: &ApiPlan = &turn.entry.api;
    let parameters = &api.parameters;
    let path = scratch.path.of(request);
    let values = parameters.read(request, path, &scratch.captures, turn.form.as_deref())?;
    let form = turn.form.as_deref().map(|form| parameters.form(form, &values));
    // A call without a body has no type to say of the one that is made here.
    let is_form_made = turn.entry.rules.uses_form
        && !turn.entry.rules.is_websocket
        && request.body() == Framing::None
        && form.as_ref().is_some_and(|form| !form.is_empty());
    let head = &mut scratch.head;
    head.clear();
    if let OriginIs::Rpc(rpc) = turn.origin_is {
        rpc.write_line(head);
    } else {
        head.extend_from_slice(asked.method.unwrap_or_else(|| request.method()).as_bytes());
        head.push(b' ');
        let text = PathText { literals: &api.text, call: path, rest: scratch.path.rest(path) };
        parameters.write_path(head, text, &scratch.captures, &values)?;
        parameters.write_query(head, request.query(), &values);
    }
    head.extend_from_slice(b" HTTP/1.1\r\nHost: ");
    head.extend_from_slice(parameters.host().unwrap_or(asked.host).as_bytes());
    head.extend_from_slice(b"\r\n");
    head.extend_from_slice(asked.hop);
    let is_out = |name: &[u8]| {
        is_told_header(name)
            || parameters.drops_header(name)
            || (is_form_made && name.eq_ignore_ascii_case(b"content-type"))
    };
    match turn.origin_is {
        OriginIs::Rpc(_) => request.copy_headers(head, |name, _| is_out(name) || rpc::is_ours(name)),
        _ => request.copy_headers(head, |name, _| is_out(name)),
    }
    write_our_lines(head, turn, caller, request, call);
    parameters.write_headers(head, request, &values);
    if is_form_made && !parameters.drops_header(b"content-type") {
        reply::write_line(head, "Content-Type", b"application/x-www-form-urlencoded");
    }
    match turn.origin_is {
        OriginIs::Plain => {}
        OriginIs::Function(web) => {
            head.extend_from_slice(&web.lines);
            reply::write_line(head, "X-Scf-Request-Id", &call.request_id);
        }
        OriginIs::Bucket(plan) => {
            let host = parameters.host().unwrap_or(asked.host);
            bucket::sign(head, plan, host, turn.worker.clock.wall(turn.asked).seconds())?;
        }
        OriginIs::Rpc(rpc) => {
            rpc.write_headers(head, turn.entry.rules.timeout());
            return Ok(Some(Cow::Borrowed(&rpc.message)));
        }
    }
    Ok(form.map(Cow::Owned))
}

fn write_our_lines(head: &mut Vec<u8>, turn: &Turn<'_>, caller: &Caller, request: &Request, call: &Call<'_>) {
    let mut chain = request.header_values("x-forwarded-for").peekable();
    let is_first_hop = chain.peek().is_none();
    if !is_first_hop {
        head.extend_from_slice(b"X-Forwarded-For: ");
        for value in chain {
            head.extend_from_slice(value);
            head.extend_from_slice(b", ");
        }
        head.extend_from_slice(turn.worker.address_text(caller.peer().ip()).as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    turn.worker.write_origin_lines(head, call.caller.ip(), caller.is_tls(), request.version(), is_first_hop);
    head.extend_from_slice(b"x-b3-traceid: ");
    head.extend_from_slice(&call.request_id);
    head.extend_from_slice(b"\r\nX-Api-RequestId: ");
    head.extend_from_slice(&call.request_id);
    head.extend_from_slice(b"\r\n");
}

pub(super) fn connect_refusal(fault: ConnectFault) -> Refusal {
    match fault {
        ConnectFault::Timeout => Refusal::BackendTimeout,
        ConnectFault::Exhausted => Refusal::Internal,
        ConnectFault::Resolve | ConnectFault::Refused | ConnectFault::Tls => Refusal::BackendUnreachable,
    }
}

pub(super) fn send_refusal(kind: SendFaultKind) -> Refusal {
    match kind {
        SendFaultKind::Timeout => Refusal::BackendTimeout,
        SendFaultKind::CallerGone => Refusal::CallerGone,
        SendFaultKind::CallerBody(fault) => body_refusal(fault),
        SendFaultKind::Closed
        | SendFaultKind::Reset
        | SendFaultKind::Refused
        | SendFaultKind::Malformed(_)
        | SendFaultKind::TooManyInterim
        | SendFaultKind::Upgrade => Refusal::BackendBroken,
    }
}
