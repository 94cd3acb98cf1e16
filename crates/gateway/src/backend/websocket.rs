//! An origin that speaks WebSocket (RFC 6455). The handshake is a call like any other, judged before it is sent; what comes
//! after the backend's 101 is passed on as it is ([`crate::tunnel`]).

use model::Scheme;
use net::{Caller, Exchange, Framing, Request, RequestBody};

use super::{Turn, http};
use crate::call::Call;
use crate::plan::{CrossOriginRule, HttpPlan};
use crate::refusal::Refusal;
use crate::reply;
use crate::worker::Scratch;

/// What the handshake says of its connection.
pub const UPGRADE: &[u8] = b"Connection: Upgrade\r\nUpgrade: websocket\r\n";

/// Refuses a call that is no handshake (spec: protocols). The version is for the backend to judge.
pub fn check(caller: &Caller, request: &Request) -> Result<(), Refusal> {
    for name in ["Sec-WebSocket-Key", "Sec-WebSocket-Version"] {
        if request.header(name).is_none() {
            return Err(Refusal::WebSocketHeaderMissing(name));
        }
    }
    if !request.wants_upgrade().is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket")) {
        return Err(Refusal::UpgradeExpected(if caller.is_tls() { Scheme::Https } else { Scheme::Http }));
    }
    match request.body() {
        Framing::None => Ok(()),
        // What follows the head would be a body here and frames there.
        Framing::Length(_) | Framing::Chunked => Err(Refusal::BodyBroken),
    }
}

/// Sends the handshake to the origin. The exchange, if the origin agrees, and the head for the caller in `scratch`; any
/// other answer goes to the caller as it is.
pub async fn call(
    turn: Turn<'_>,
    origin: &HttpPlan,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<Option<Box<Exchange>>, Refusal> {
    let asked = http::Asked { method: origin.method, host: &origin.origin.host, hop: UPGRADE };
    http::compose(&turn, asked, caller, request, call, scratch)?;
    let exchange = http::send(&turn, origin, caller, request, call, scratch, RequestBody::Upgrade).await?;
    let response = exchange.response();
    if response.status() != 101 {
        http::relay(&turn, turn.entry.rules, exchange, caller, request, call, scratch).await?;
        return Ok(None);
    }
    if !response.header("upgrade").is_some_and(|protocol| protocol.eq_ignore_ascii_case(b"websocket")) {
        return Err(Refusal::BackendBroken);
    }
    call.status = 101;
    call.backend_status = Some(101);
    call.is_answered = true;
    let Scratch { head, lines, .. } = scratch;
    head.clear();
    reply::write_status(head, 101);
    head.extend_from_slice(UPGRADE);
    response.copy_headers(head, |name, _| reply::is_ours(name, CrossOriginRule::Closed));
    head.extend_from_slice(lines.bytes());
    Ok(Some(Box::new(exchange)))
}
