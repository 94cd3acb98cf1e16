//! An answer that is there as a whole: one that was kept, or one that a function is to change.

use std::borrow::Cow;

use net::{Caller, Exchange, Request, ResponseFraming, TakeFault, Taken};

use super::{Turn, function};
use crate::call::Call;
use crate::plan::{ApiRules, BackendPlan};
use crate::plugin::{AnswerEditPlan, Whole};
use crate::refusal::Refusal;
use crate::reply::gzip;
use crate::worker::Scratch;
use crate::{cors, reply};

/// Answers a call with what was kept, which is so many seconds old. A call without the required parameters is refused as it
/// would be without it.
pub async fn give_again(
    turn: Turn<'_>,
    whole: &Whole,
    age: u64,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let api = &turn.entry.api;
    api.parameters.read(request, scratch.path.of(request), &scratch.captures, turn.form.as_deref())?;
    let whole = match edit_of(&turn, gzip::value_of(&whole.lines, "content-encoding")) {
        Some(edit) => Cow::Owned(edit.edit(whole, turn.worker, caller, call).await?),
        None => Cow::Borrowed(whole),
    };
    send(&turn, &whole, Some(age), caller, request, call, scratch).await
}

/// The plugin that changes an answer with this coding of its body, if there is one.
pub(super) fn edit_of<'a>(turn: &Turn<'a>, content_encoding: Option<&[u8]>) -> Option<&'a AnswerEditPlan> {
    turn.answering?.edit.filter(|edit| edit.suits(content_encoding))
}

/// Takes the answer of an exchange, and sends it as a function has it.
#[allow(clippy::too_many_arguments)]
pub(super) async fn edited(
    turn: &Turn<'_>,
    rules: ApiRules,
    edit: &AnswerEditPlan,
    exchange: Exchange,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let most = edit.asked.request_bytes;
    let Taken { response, body, .. } = take(turn, rules, exchange, most, Refusal::PluginBroken, caller, call).await?;
    let mut lines = Vec::new();
    response.copy_headers(&mut lines, |_, _| false);
    let whole = Whole {
        status: response.status(),
        reason: response.reason().into(),
        lines: lines.into(),
        length: response.content_length(),
        body: body.into(),
    };
    // Whether a body came whole that ends with its connection nobody can tell.
    let may_keep = response.body() != ResponseFraming::UntilClose;
    finish(turn, &whole, may_keep, caller, request, call, scratch).await
}

/// Takes the answer of an exchange, whose body may have `most` bytes; `too_long` is the refusal of a longer one.
pub(super) async fn take(
    turn: &Turn<'_>,
    rules: ApiRules,
    exchange: Exchange,
    most: usize,
    too_long: Refusal,
    caller: &mut Caller,
    call: &mut Call<'_>,
) -> Result<Taken, Refusal> {
    let worker = turn.worker;
    call.backend_status = Some(exchange.response().status());
    let stall = worker.stall.unwrap_or(rules.timeout());
    exchange.take(caller, &worker.pool, most, stall).await.map_err(|fault| match fault {
        TakeFault::CallerGone => Refusal::CallerGone,
        TakeFault::Stalled => Refusal::BackendTimeout,
        TakeFault::Gone | TakeFault::Malformed => Refusal::BackendBroken,
        TakeFault::TooLong => too_long,
    })
}

/// Keeps an answer where it may be kept, and sends it, as a function has it where one changes it.
pub(super) async fn finish(
    turn: &Turn<'_>,
    whole: &Whole,
    may_keep: bool,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    if let Some(caching) = turn.answering.and_then(|answering| answering.caching.as_ref())
        && may_keep
    {
        caching.keep(whole, request);
    }
    match edit_of(turn, gzip::value_of(&whole.lines, "content-encoding")) {
        Some(edit) => {
            let whole = edit.edit(whole, turn.worker, caller, call).await?;
            send(turn, &whole, None, caller, request, call, scratch).await
        }
        None => send(turn, whole, None, caller, request, call, scratch).await,
    }
}

async fn send(
    turn: &Turn<'_>,
    whole: &Whole,
    age: Option<u64>,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let rules = turn.entry.rules;
    let packed = if request.is_head() { None } else { gzip::packed(request, whole.status, &whole.lines, &whole.body) };
    call.status = whole.status;
    let Scratch { head, lines, .. } = scratch;
    head.clear();
    head.extend_from_slice(b"HTTP/1.1 ");
    reply::write_number(head, whole.status.into());
    head.push(b' ');
    head.extend_from_slice(&whole.reason);
    head.extend_from_slice(b"\r\n");
    let told = match &turn.entry.api.backend {
        BackendPlan::Event(plan) => Some(&plan.head),
        BackendPlan::Web(Some(web)) => Some(&web.head),
        _ => None,
    };
    for (name, value) in whole.headers() {
        let name_bytes = name.as_bytes();
        let is_ours = reply::is_ours(name_bytes, rules.cors)
            || (told.is_some() && function::is_ours(name_bytes))
            || (packed.is_some() && gzip::is_untrue(name_bytes));
        if !is_ours {
            reply::write_line(head, name, value);
        }
    }
    if let Some(age) = age {
        head.extend_from_slice(b"Age: ");
        reply::write_number(head, age);
        head.extend_from_slice(b"\r\n");
    }
    if packed.is_some() {
        gzip::write_etag(head, gzip::value_of(&whole.lines, "etag"));
        gzip::write_lines(head);
    }
    if let Some(told) = told {
        function::write_lines(head, told, request, whole.status, call.backend_status.unwrap_or(whole.status));
    }
    head.extend_from_slice(lines.bytes());
    cors::write_lines(head, rules.cors, turn.entry, request);
    call.is_answered = true;
    if request.is_head() {
        return caller.answer_head(request, head, whole.length).await.map_err(|_| Refusal::CallerGone);
    }
    let body = packed.as_deref().unwrap_or(&whole.body);
    call.bytes_out = body.len() as u64;
    caller.answer(Some(request), head, body, false).await.map_err(|_| Refusal::CallerGone)
}
