//! The push address: where functions say something to WebSockets, and close them (spec: push, server close).
//!
//! It is `POST /{api}` on any host that is no service's and no domain's. Who knows the id of a connection may push to it:
//! the functions alone are told.

use net::{Caller, Request};

use crate::backend::body_refusal;
use crate::call::Call;
use crate::conversation::switchboard::Delivered;
use crate::conversation::told;
use crate::refusal::Refusal;
use crate::reply;
use crate::worker::{Scratch, Worker};

/// What every identifier of an API begins with.
const API: &str = "api-";

/// What may stand in a push beside its data: names, the id, escapes.
const OVERHEAD: usize = 64 * 1024;

/// The API that a request to nobody's host pushes to.
pub fn api(request: &Request) -> Option<&str> {
    let api = request.path().strip_prefix('/')?;
    (request.method() == "POST" && api.starts_with(API) && !api.contains('/')).then_some(api)
}

/// Takes a push, and answers when it is said.
pub async fn answer(
    worker: &Worker,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let api = api(request).unwrap_or_default().to_owned();
    // Base64 and escapes make data longer.
    let most = worker.message_bytes.saturating_mul(2).saturating_add(OVERHEAD);
    let body = caller.read_body(request, most).await.map_err(body_refusal)?;
    let (status, number, message) = match told::push(&body) {
        Err(wrong) => (400, 400, wrong),
        Ok((_, push)) if push.message.as_ref().is_some_and(|message| message.size() > worker.message_bytes) => {
            (413, 413, format!("websocket.data is longer than {} bytes", worker.message_bytes))
        }
        Ok((id, push)) => {
            let delivered = caller.unless_gone(worker.switchboard.push(id, api, push)).await;
            match delivered.map_err(|_| Refusal::CallerGone)? {
                Delivered::Said => (200, 0, "ok".to_owned()),
                Delivered::Unknown => (404, 404, "there is no such connection".to_owned()),
                Delivered::Full => (429, 429, "too many pushes wait for this connection".to_owned()),
                Delivered::Gone => (410, 410, "the connection has ended".to_owned()),
            }
        }
    };
    let body = serde_json::json!({"errNo": number, "errMsg": message}).to_string();
    call.status = status;
    let head = &mut scratch.head;
    head.clear();
    reply::write_status(head, status);
    reply::write_line(head, "Content-Type", b"application/json");
    reply::write_line(head, "X-Api-RequestId", &call.request_id);
    worker.write_date(head);
    call.is_answered = true;
    call.bytes_out = body.len() as u64;
    caller.answer(Some(request), head, body.as_bytes(), false).await.map_err(|_| Refusal::CallerGone)
}
