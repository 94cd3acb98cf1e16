//! What speaks gRPC: a call of gRPC passes as it is, and a call with JSON becomes one (spec: gRPC plugin).

use std::time::Duration;

use net::{Caller, Exchange, Framing, Request, Taken};
use rpc::{Matched, NoMatch};

use super::{OriginIs, Turn, body_refusal, http, upstream, whole};
use crate::call::Call;
use crate::plan::{ApiRules, RpcPlan};
use crate::plugin::Whole;
use crate::refusal::Refusal;
use crate::reply;
use crate::worker::Scratch;

/// A call that becomes one of gRPC.
#[derive(Debug)]
pub struct RpcCall<'a> {
    matched: &'a Matched<'a>,
    /// Its message, framed.
    pub(super) message: Vec<u8>,
}

/// Sends a call to what speaks gRPC, and the answer to the caller.
pub async fn call(
    turn: Turn<'_>,
    plan: &RpcPlan,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    if is_rpc(request) {
        return pass(turn, plan, caller, request, call, scratch).await;
    }
    let transcoding = turn.entry.plugins.as_ref().and_then(|plugins| plugins.transcoding.as_ref());
    let transcoder = transcoding.and_then(|plan| plan.transcoder.as_ref()).ok_or(Refusal::NoTranscoding)?;
    // The vendor's words.
    let path = scratch.path.of(request);
    let matched = transcoder.find(request.method(), path).map_err(|none| match none {
        NoMatch::Method => {
            let method = request.method().to_ascii_lowercase();
            refused(format!("failed to transcode .proto file Unknown method \"{method}\""))
        }
        NoMatch::Path => refused(format!("failed to transcode .proto file Unknown path \"{path}\"")),
    })?;
    let read;
    let body = match &turn.form {
        Some(body) => body.as_slice(),
        None if request.body() == Framing::None => &[],
        None => {
            read = caller.read_body(request, turn.worker.rpc_bytes).await.map_err(body_refusal)?;
            read.as_slice()
        }
    };
    let message = matched.message(request.query().unwrap_or(""), body).map_err(|fault| refused(fault.to_string()))?;
    let rpc = RpcCall { matched: &matched, message };
    // The body may have been waited for.
    let asked = turn.worker.clock.now();
    let turn = turn.with(OriginIs::Rpc(&rpc));
    pass(Turn { asked, ..turn }, plan, caller, request, call, scratch).await
}

fn refused(reason: String) -> Refusal {
    Refusal::NotTranscoded(reason.into())
}

/// Whether a call is one of gRPC already.
fn is_rpc(request: &Request) -> bool {
    const TYPE: &[u8] = b"application/grpc";
    let sent = request.header("content-type").unwrap_or_default();
    let is_type = sent.get(..TYPE.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(TYPE));
    // `application/grpc-web` is another.
    is_type && !matches!(sent.get(TYPE.len()), Some(b'-'))
}

async fn pass(
    turn: Turn<'_>,
    plan: &RpcPlan,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    match plan {
        RpcPlan::Origin(origin) => http::call(turn, origin, caller, request, call, scratch).await,
        RpcPlan::Upstream(used) => upstream::call(turn, used, caller, request, call, scratch).await,
    }
}

impl RpcCall<'_> {
    /// Writes the request line, up to its version.
    pub(super) fn write_line(&self, head: &mut Vec<u8>) {
        head.extend_from_slice(b"POST ");
        head.extend_from_slice(self.matched.path().as_bytes());
    }

    /// Writes what a call of gRPC says of itself (gRPC over HTTP/2, "Requests").
    pub(super) fn write_headers(&self, head: &mut Vec<u8>, timeout: Duration) {
        head.extend_from_slice(b"Content-Type: application/grpc\r\nTE: trailers\r\ngrpc-timeout: ");
        reply::write_number(head, timeout.as_secs());
        head.extend_from_slice(b"S\r\n");
    }
}

/// What a caller cannot say of a call that becomes one of gRPC: it is of its body, or of the hop.
pub(super) fn is_ours(name: &[u8]) -> bool {
    const OURS: [&str; 6] =
        ["accept-encoding", "content-encoding", "content-type", "expect", "te", "x-http-method-override"];
    OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours.as_bytes())) || is_of_rpc(name)
}

/// Whether a header is the protocol's own.
fn is_of_rpc(name: &[u8]) -> bool {
    name.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case(b"grpc-"))
}

/// Takes the answer of an RPC, and sends it to the caller as JSON.
#[allow(clippy::too_many_arguments)]
pub(super) async fn answer(
    turn: &Turn<'_>,
    rules: ApiRules,
    rpc: &RpcCall<'_>,
    exchange: Exchange,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let most = turn.worker.rpc_bytes;
    let Taken { response, body, trailers } =
        whole::take(turn, rules, exchange, most, Refusal::BackendBroken, caller, call).await?;
    let said = |name: &str| trailers.get(name).or_else(|| response.header(name));
    let (status, message, details) = (said("grpc-status"), said("grpc-message"), said("grpc-status-details-bin"));
    let answer = rpc.matched.answer(&body, status, message, details).map_err(|_| {
        tracing::warn!(rpc = rpc.matched.path(), status = response.status(), "the backend's answer is none of gRPC");
        Refusal::BackendBroken
    })?;
    // What its status is in HTTP tells more than that of an answer which is always 200.
    call.backend_status = Some(answer.status);
    let mut lines = Vec::new();
    reply::write_line(&mut lines, "Content-Type", b"application/json");
    response.copy_headers(&mut lines, |name, _| {
        let is_of_body = ["content-type", "content-encoding", "trailer"];
        is_of_rpc(name) || is_of_body.iter().any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
    });
    let whole = Whole {
        status: answer.status,
        reason: reply::reason(answer.status).into(),
        lines: lines.into(),
        length: Some(answer.body.len() as u64),
        body: answer.body.into(),
    };
    whole::finish(turn, &whole, true, caller, request, call, scratch).await
}
