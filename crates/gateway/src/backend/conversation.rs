//! The handshake of a WebSocket that functions answer: the registration function decides on it (spec: SCF three-function
//! protocol). What comes after it is [`crate::conversation`].

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use net::{Caller, Request};

use super::Turn;
use super::function::invoke::{Errand, Outcome};
use super::websocket::UPGRADE;
use crate::call::Call;
use crate::conversation::Conversation;
use crate::conversation::switchboard::ConnectionId;
use crate::conversation::told::{Connecting, Context, Handshake, Identity, Registered};
use crate::plan::{ConversationPlan, Plan};
use crate::refusal::Refusal;
use crate::reply;
use crate::worker::Scratch;

/// Bytes of a `Sec-WebSocket-Key` (RFC 6455, 4.1).
const KEY_BYTES: usize = 16;

/// Asks the registration function. The conversation, if it agrees, and the head for the caller in `scratch`.
pub async fn call(
    turn: Turn<'_>,
    plan: &Plan,
    functions: &Arc<ConversationPlan>,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<Box<Conversation>, Refusal> {
    let worker = turn.worker;
    let key = key(request)?;
    // What the caller left out is refused before anybody is asked.
    let parameters = &turn.entry.api.parameters;
    parameters.read(request, scratch.path.of(request), &scratch.captures, None)?;
    let register = &functions.register;
    let invocation = register.invocation.as_ref().ok_or(Refusal::NoRuntime)?;
    let id = ConnectionId::new(worker.index).ok_or(Refusal::Internal)?;
    let seat = worker.seats.take(id.clone(), &functions.api);
    let protocol = list(request, "sec-websocket-protocol");
    let event = told(worker.address_text(call.caller.ip()), plan, functions, request, call, &id, protocol.as_deref())?;
    let timeout = turn.entry.rules.timeout();
    let begun = worker.clock.now();
    let errand = Errand {
        invocation,
        function: &register.function,
        request_id: &call.request_id,
        is_async: false,
        now: worker.clock.wall(begun).seconds(),
        most: functions.result_bytes,
        deadline: worker.clock.instant(begun) + timeout,
    };
    let sending = errand.prepare(&event)?;
    call.sent = begun;
    let (outcome, peer) = caller.unless_gone(sending.run(&worker.pool)).await.map_err(|_| Refusal::CallerGone)??;
    call.backend = Some(peer);
    call.backend_us = Some(worker.clock.now().0.saturating_sub(begun.0));
    call.backend_status = Some(outcome.status());
    let registered = read(&outcome)?;
    call.status = 101;
    call.is_answered = true;
    let Scratch { head, lines, .. } = scratch;
    head.clear();
    reply::write_status(head, 101);
    head.extend_from_slice(UPGRADE);
    reply::write_line(head, "Sec-WebSocket-Accept", net::websocket::accept(key).as_bytes());
    // Extensions change what frames are, and the gateway speaks none: whatever the function says, none is agreed on.
    if let Some(protocol) = registered.protocol(protocol.as_deref()) {
        reply::write_line(head, "Sec-WebSocket-Protocol", protocol.as_bytes());
    }
    head.extend_from_slice(lines.bytes());
    Ok(Box::new(Conversation { plan: Arc::clone(functions), seat, request_id: call.request_id, timeout }))
}

/// The handshake's key; the gateway answers for itself, so it must be one, and the version the one that it speaks.
fn key(request: &Request) -> Result<&[u8], Refusal> {
    if request.header("sec-websocket-version").is_none_or(|version| version.trim_ascii() != b"13") {
        return Err(Refusal::WebSocketHeaderMissing("Sec-WebSocket-Version"));
    }
    request
        .header("sec-websocket-key")
        .map(<[u8]>::trim_ascii)
        .filter(|key| STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == KEY_BYTES))
        .ok_or(Refusal::WebSocketHeaderMissing("Sec-WebSocket-Key"))
}

/// What the caller's lines of this name hold together.
fn list(request: &Request, name: &str) -> Option<String> {
    let values: Vec<_> = request.header_values(name).map(String::from_utf8_lossy).collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// The event for the registration function.
fn told(
    address: String,
    plan: &Plan,
    functions: &ConversationPlan,
    request: &Request,
    call: &Call<'_>,
    id: &ConnectionId,
    protocol: Option<&str>,
) -> Result<String, Refusal> {
    // A service's name acts without a release, and nothing but this asks for it.
    let tree = plan.snapshot.service(&functions.service);
    let event = Connecting {
        request_context: Context {
            service_name: tree.map_or("", |tree| tree.service.name.as_str()),
            path: &functions.path,
            http_method: request.method(),
            request_id: std::str::from_utf8(&call.request_id).unwrap_or_default(),
            identity: Identity { secret_id: call.grant.map(|grant| grant.key_id()) },
            source_ip: &address,
            stage: call.environment.map_or("", |environment| environment.environment),
            websocket_enable: true,
        },
        websocket: Handshake {
            action: "connecting",
            id: id.as_str(),
            protocol: protocol.map(str::to_owned),
            extensions: list(request, "sec-websocket-extensions"),
        },
    };
    serde_json::to_string(&event).map_err(|_| Refusal::Internal)
}

/// The status is looked at first, the body only where that is 200 (spec: response order).
fn read(outcome: &Outcome) -> Result<Registered, Refusal> {
    let Outcome::Returned(result) = outcome else { return Err(Refusal::BackendBroken) };
    let registered: Registered = serde_json::from_slice(result).map_err(|error| {
        tracing::warn!(%error, "a registration function's answer cannot be read");
        Refusal::BackendBroken
    })?;
    if registered.number == 0 {
        return Ok(registered);
    }
    let Registered { number, message, .. } = &registered;
    tracing::debug!(number, message = message.as_deref(), "a registration function refused a handshake");
    Err(Refusal::RegistrationRefused)
}
