//! A fixed answer.

use net::{Caller, Request};

use super::Turn;
use crate::call::Call;
use crate::plan::MockPlan;
use crate::refusal::Refusal;
use crate::reply::gzip;
use crate::worker::Scratch;
use crate::{cors, reply};

/// Answers a call with `mock`. Parameters go nowhere, but a call without the required ones is still refused.
pub async fn answer(
    turn: Turn<'_>,
    mock: &MockPlan,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let api = &turn.entry.api;
    api.parameters.read(request, scratch.path.of(request), &scratch.captures, turn.form.as_deref())?;
    call.status = mock.status;
    let Scratch { head, lines, .. } = scratch;
    head.clear();
    reply::write_status(head, mock.status);
    let packed = gzip::packed(request, mock.status, &mock.head, &mock.body);
    reply::write_whole(head, &mock.head, turn.entry.rules.cors, packed.is_some());
    if !mock.has_date {
        turn.worker.write_date(head);
    }
    head.extend_from_slice(lines.bytes());
    cors::write_lines(head, turn.entry.rules.cors, turn.entry, request);
    let body = packed.as_deref().unwrap_or(&mock.body);
    call.is_answered = true;
    call.bytes_out = body.len() as u64;
    caller.answer(Some(request), head, body, false).await.map_err(|_| Refusal::CallerGone)
}
