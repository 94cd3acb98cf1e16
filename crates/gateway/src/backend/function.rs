//! A cloud function that is called with an event (spec: SCF).
//!
//! The call is told to the function as one JSON object ([`event`]), the object gets to wherever the function runs
//! ([`invoke`]), and what the function returns becomes the answer ([`answer`]).

mod answer;
mod event;
pub(crate) mod invoke;

use std::rc::Rc;

use net::{Caller, Framing, Request};

use self::answer::Made;
use self::event::Event;
use self::invoke::{Errand, Outcome};
use super::{Turn, body_refusal};
use crate::call::Call;
use crate::plan::EventPlan;
use crate::plugin::Whole;
use crate::refusal::Refusal;
use crate::reply::gzip;
use crate::worker::Scratch;
use crate::{cors, reply};

/// What a caller gets of an asynchronous call that was begun.
const BEGUN: &[u8] = b"\"Async run task success\"";

/// Most asynchronous calls that one worker waits for.
const MOST_ERRANDS: usize = 1024;

/// Calls the function, and answers with what it returns.
pub async fn call(
    turn: Turn<'_>,
    plan: &EventPlan,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let worker = turn.worker;
    let invocation = plan.invocation.as_ref().ok_or(Refusal::NoRuntime)?;
    let path = scratch.path.of(request);
    let parameters = &turn.entry.api.parameters;
    // What the caller left out is refused before its body is asked for.
    let values = parameters.read(request, path, &scratch.captures, turn.form.as_deref())?;
    let read;
    let body = match &turn.form {
        Some(form) => form,
        None if request.body() == Framing::None => &[][..],
        None => {
            read = caller.read_body(request, plan.request_bytes).await.map_err(body_refusal)?;
            &read
        }
    };
    let event = Event { plan, worker, caller, request, call, path, declared: parameters.declared(&values).collect() };
    let told = event.json(body).ok_or(Refusal::BodyTooLarge)?;
    let begun = worker.clock.now();
    let errand = Errand {
        invocation,
        function: &plan.function,
        request_id: &call.request_id,
        is_async: plan.is_async,
        now: worker.clock.wall(begun).seconds(),
        most: plan.result_bytes,
        deadline: worker.clock.instant(begun) + turn.entry.rules.timeout(),
    };
    let sending = errand.prepare(&told)?;
    let made = if plan.is_async {
        let errands = Rc::clone(&worker.errands);
        if errands.get() >= MOST_ERRANDS {
            return Err(Refusal::BackendUnreachable);
        }
        errands.set(errands.get() + 1);
        let (pool, function) = (Rc::clone(&worker.pool), plan.function.to_string());
        tokio::task::spawn_local(async move {
            if let Err(refusal) = sending.run(&pool).await {
                tracing::warn!(function, reason = refusal.name(), "an asynchronous call failed");
            }
            errands.set(errands.get() - 1);
        });
        Made::json(200, BEGUN.to_vec())
    } else {
        call.sent = begun;
        // A caller that leaves takes its call with it: the function's runtime sees its connection end.
        let done = caller.unless_gone(sending.run(&worker.pool)).await.map_err(|_| Refusal::CallerGone)?;
        let (outcome, peer) = done?;
        call.backend = Some(peer);
        call.backend_us = Some(worker.clock.now().0.saturating_sub(begun.0));
        call.backend_status = Some(outcome.status());
        match outcome {
            Outcome::Returned(result) if plan.is_integrated => answer::integrated(result, &call.request_id),
            Outcome::Returned(result) => Made::json(200, result),
            Outcome::Failed { status, content_type, body } => Made::failed(status, content_type.as_deref(), body),
        }
    };
    if turn.answering.is_some() && call.backend_status.is_some() {
        return Box::pin(answer_with(&turn, made, caller, request, call, scratch)).await;
    }
    reply_with(&turn, plan, made, caller, request, call, scratch).await
}

/// Sends the answer, which plugins keep or change.
async fn answer_with(
    turn: &Turn<'_>,
    mut made: Made,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    if !made.has_date {
        turn.worker.write_date(&mut made.head);
        made.has_date = true;
    }
    let whole = Whole {
        status: made.status,
        reason: reply::reason(made.status).into(),
        lines: made.head.as_slice().into(),
        length: Some(made.body.len() as u64),
        body: made.body.as_slice().into(),
    };
    // What the platform says of a function that failed is no answer of the function.
    let has_returned = call.backend_status.is_some_and(|status| status < 400);
    super::whole::finish(turn, &whole, has_returned, caller, request, call, scratch).await
}

/// Sends the answer.
async fn reply_with(
    turn: &Turn<'_>,
    plan: &EventPlan,
    made: Made,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    call.status = made.status;
    let Scratch { head, lines, .. } = scratch;
    head.clear();
    reply::write_status(head, made.status);
    let packed = gzip::packed(request, made.status, &made.head, &made.body);
    reply::write_whole(head, &made.head, turn.entry.rules.cors, packed.is_some());
    if !made.has_date {
        turn.worker.write_date(head);
    }
    head.extend_from_slice(lines.bytes());
    write_lines(head, &plan.head, request, made.status, call.backend_status.unwrap_or(made.status));
    cors::write_lines(head, turn.entry.rules.cors, turn.entry, request);
    let body = packed.as_deref().unwrap_or(&made.body);
    call.is_answered = true;
    call.bytes_out = body.len() as u64;
    caller.answer(Some(request), head, body, false).await.map_err(|_| Refusal::CallerGone)
}

/// Writes the lines that every answer of a function carries (spec: headers on the response to the client).
pub(super) fn write_lines(head: &mut Vec<u8>, known: &[u8], request: &Request, status: u16, upstream: u16) {
    head.extend_from_slice(known);
    reply::write_line(head, "X-Api-HttpHost", request.host().as_bytes());
    reply::write_line(head, "X-Api-Uri", request.path().as_bytes());
    for (name, status) in [(&b"X-Api-Status: "[..], status), (b"X-Api-UpstreamStatus: ", upstream)] {
        head.extend_from_slice(name);
        reply::write_number(head, status.into());
        head.extend_from_slice(b"\r\n");
    }
}

/// True for a line that [`write_lines`] writes.
pub(super) fn is_ours(name: &[u8]) -> bool {
    const OURS: [&str; 7] = [
        "x-api-funcname",
        "x-api-appid",
        "x-api-serviceid",
        "x-api-httphost",
        "x-api-uri",
        "x-api-status",
        "x-api-upstreamstatus",
    ];
    OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours.as_bytes()))
}
