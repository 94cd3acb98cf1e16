//! A node of an upstream, and another where that is safe.
//!
//! A call goes on to another node when no connection could be had, for then nothing was sent; and when the request was
//! sent, no byte of an answer came, its method may be repeated and no byte of its body is lost. The former are as many as
//! the upstream allows; of the latter there is a budget besides, so that a failing upstream is not called twice as often
//! as a sound one.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use net::{Caller, Exchange, Request, RequestBody, SendFault, SendFaultKind};

use super::Turn;
use super::http::{Asked, KEEP_ALIVE, TRIES, compose, connect_refusal, may_repeat, relay, send_refusal};
use crate::call::Call;
use crate::plan::UpstreamUse;
use crate::refusal::Refusal;
use crate::upstream::{InFlight, NodePlan, Outcome, Tried, UpstreamPlan};
use crate::worker::{Scratch, Worker};

/// Sends a call to a node of its upstream and the answer to the caller.
pub async fn call(
    turn: Turn<'_>,
    used: &UpstreamUse,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let upstream = used.upstream.as_deref().ok_or(Refusal::BackendUnreachable)?;
    let mut tries = Tries::new(&turn, upstream, upstream.key_of(request, call.caller.ip()));
    let first = tries.next().ok_or(Refusal::BackendUnreachable)?;
    let asked = Asked { method: used.method, host: &first.host, hop: KEEP_ALIVE };
    let form = compose(&turn, asked, caller, request, call, scratch)?;
    let body = form.as_deref().map_or(RequestBody::Stream, RequestBody::Bytes);
    let is_repeatable = may_repeat(used.method, request);
    let (node, exchange, _in_flight) =
        tries.send(first, caller, request, call, &mut scratch.head, body, is_repeatable).await?;
    let (worker, rules) = (turn.worker, turn.entry.rules);
    upstream.note_status(node, exchange.response().status(), worker.clock.now());
    let answered = relay(&turn, rules, exchange, caller, request, call, scratch).await;
    match answered {
        Err(Refusal::BackendBroken) => upstream.note_call(node, Outcome::TcpFailure, worker.clock.now()),
        Err(Refusal::BackendTimeout) => upstream.note_call(node, Outcome::Timeout, worker.clock.now()),
        _ => {}
    }
    answered
}

/// The tries of one call.
struct Tries<'p> {
    worker: &'p Worker,
    upstream: &'p UpstreamPlan,
    /// A constant of the API says what every node's `Host` is.
    has_fixed_host: bool,
    key: u64,
    tried: Tried,
    left: u32,
    deadline: Instant,
}

/// A node that answers, its answer, and the count of the calls that it has.
type Answering<'p> = (&'p NodePlan, Exchange, Option<InFlight<'p>>);

impl<'p> Tries<'p> {
    fn new(turn: &Turn<'p>, upstream: &'p UpstreamPlan, key: u64) -> Self {
        let api = &turn.entry.api;
        Self {
            worker: turn.worker,
            upstream,
            has_fixed_host: api.parameters.host().is_some() || upstream.model.host.is_some(),
            key,
            tried: Tried::default(),
            left: upstream.retries,
            deadline: turn.worker.clock.instant(turn.asked) + turn.entry.rules.timeout(),
        }
    }

    /// The next node to be tried.
    fn next(&mut self) -> Option<&'p NodePlan> {
        let (worker, upstream) = (self.worker, self.upstream);
        let at = upstream.choose(worker.index, worker.clock.now(), &self.tried, self.key, worker.random())?;
        self.tried.add(at);
        upstream.nodes.get(at)
    }

    /// Another node, if one may be tried; `head` is made to fit it.
    fn another(&mut self, head: &mut Vec<u8>) -> Option<&'p NodePlan> {
        if self.left == 0 || Instant::now() >= self.deadline {
            return None;
        }
        let node = self.next()?;
        self.left -= 1;
        self.upstream.counts.retries.fetch_add(1, Relaxed);
        if !self.has_fixed_host {
            retell_host(head, &node.host);
        }
        Some(node)
    }

    /// Sends `head` and `body` to `node`, or to others while that is safe.
    #[allow(clippy::too_many_arguments)]
    async fn send(
        mut self,
        mut node: &'p NodePlan,
        caller: &mut Caller,
        request: &Request,
        call: &mut Call<'_>,
        head: &mut Vec<u8>,
        body: RequestBody<'_>,
        is_repeatable: bool,
    ) -> Result<Answering<'p>, Refusal> {
        let (worker, upstream) = (self.worker, self.upstream);
        let turns = upstream.turns(worker.index);
        turns.earn();
        loop {
            let in_flight = upstream.choice.counts_calls().then(|| InFlight::to(&node.state));
            let fault = match self.ask(node, caller, request, call, head, body, is_repeatable).await {
                Ok(exchange) => return Ok((node, exchange, in_flight)),
                Err(fault) => fault,
            };
            upstream.note_call(node, fault.outcome, worker.clock.now());
            let next = match fault.elsewhere {
                Elsewhere::Never => None,
                Elsewhere::Free => self.another(head),
                Elsewhere::Repeats => (is_repeatable && turns.may_repeat()).then(|| self.another(head)).flatten(),
            };
            node = next.ok_or(fault.refusal)?;
        }
    }

    /// Sends to one node; again over a new connection where one that had rested turned out dead.
    #[allow(clippy::too_many_arguments)]
    async fn ask(
        &self,
        node: &NodePlan,
        caller: &mut Caller,
        request: &Request,
        call: &mut Call<'_>,
        head: &mut Vec<u8>,
        body: RequestBody<'_>,
        is_repeatable: bool,
    ) -> Result<Exchange, Failed> {
        let (worker, pool, deadline) = (self.worker, &self.worker.pool, self.deadline);
        let target = node.target.as_ref().ok_or(Failed {
            refusal: Refusal::BackendUnreachable,
            outcome: Outcome::TcpFailure,
            elsewhere: Elsewhere::Free,
        })?;
        let unconnected = |fault| Failed {
            refusal: connect_refusal(fault),
            outcome: Outcome::of_connect(fault),
            elsewhere: Elsewhere::Free,
        };
        let before = worker.clock.now();
        let mut connection = pool.acquire(target, deadline).await.map_err(unconnected)?;
        let mut tries = 1;
        loop {
            call.backend = Some(connection.peer());
            let had_rested = connection.reused();
            let begun = worker.clock.now();
            call.sent = begun;
            if !had_rested {
                call.connect_us = Some(begun.0.saturating_sub(before.0));
            }
            match Exchange::send(caller, request, connection, head, body, deadline).await {
                Ok(exchange) => {
                    call.backend_us = Some(worker.clock.now().0.saturating_sub(begun.0));
                    return Ok(exchange);
                }
                Err(SendFault { safe_to_retry: true, kind, .. })
                    if tries < TRIES && (is_repeatable || kind == SendFaultKind::Refused) =>
                {
                    tries += 1;
                    connection = pool.connect(target, deadline).await.map_err(unconnected)?;
                }
                Err(fault) => {
                    return Err(Failed {
                        refusal: send_refusal(fault.kind),
                        outcome: Outcome::of_send(fault.kind, had_rested),
                        elsewhere: match fault.kind {
                            _ if !fault.may_go_elsewhere => Elsewhere::Never,
                            SendFaultKind::Refused => Elsewhere::Free,
                            _ => Elsewhere::Repeats,
                        },
                    });
                }
            }
        }
    }
}

/// A node that gave no answer.
struct Failed {
    refusal: Refusal,
    outcome: Outcome,
    elsewhere: Elsewhere,
}

/// Whether another node may be asked.
enum Elsewhere {
    /// The caller's body is lost, or an answer had begun.
    Never,
    /// Nothing was sent, or the node has not begun with it.
    Free,
    /// The request was sent: if it may be repeated, and within the budget.
    Repeats,
}

/// Writes another `Host` into a request's head, where it is the first line after the request line.
fn retell_host(head: &mut Vec<u8>, host: &str) {
    const NAME: &[u8] = b"\r\nHost: ";
    let Some(at) = memchr::memmem::find(head, NAME) else { return };
    let from = at + NAME.len();
    let Some(length) = head.get(from..).and_then(|rest| memchr::memchr(b'\r', rest)) else { return };
    head.splice(from..from + length, host.bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_nodes_host_takes_the_place_of_the_first() {
        let mut head = b"GET /?a=Host:%20x HTTP/1.1\r\nHost: 10.0.0.1:8080\r\nX: Host: y\r\n".to_vec();
        retell_host(&mut head, "b");
        assert_eq!(head, b"GET /?a=Host:%20x HTTP/1.1\r\nHost: b\r\nX: Host: y\r\n");
    }
}
