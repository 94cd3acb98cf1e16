//! A call's journey: the one place that knows the order of the stages.
//!
//! Read [`travel`] first: a line a stage. A stage lets the call pass or refuses it; what a refusal looks like is the
//! dialect's table ([`crate::refusal`]). Nothing before `send` waits for anything but a form body, so a plan cannot
//! change under a call that is being judged.

use model::Auth;
use net::{Caller, Framing, Request};

use crate::backend::OriginIs;
use crate::call::Call;
use crate::limit::{Exceeded, Limits};
use crate::plan::{ApiEntry, BackendPlan, CrossOriginRule, Grant, Plan};
use crate::plugin::{Answering, Asking, Caching, Facts, Plugins};
use crate::refusal::{Refusal, TokenRefusal, tencent};
use crate::tunnel::{Opened, Tunnel};
use crate::worker::{Scratch, Worker};
use crate::{auth, backend, cors, domain, origin, push, reply, site};

/// Takes one request through: judged, answered, counted and logged.
pub async fn journey(worker: &Worker, caller: &mut Caller, request: Request) {
    if let Some(tunnel) = answer(worker, caller, &request).await {
        // The plan and the buffers are free again: a tunnel may last for days.
        Box::pin(tunnel.run(worker, caller, &request)).await;
    }
}

/// Answers one request; what is left to do where the answer was to switch protocols.
async fn answer(worker: &Worker, caller: &mut Caller, request: &Request) -> Option<Box<Tunnel>> {
    let plan = worker.plan();
    let mut scratch = worker.scratch();
    let mut call = Call::new(worker, origin::of(&worker.trusted_proxies, caller.peer(), request));
    let outcome = travel(worker, &plan, caller, request, &mut call, &mut scratch).await;
    if let Some(breaker) = call.breaker {
        breaker.note(&call, outcome.as_ref().err(), worker.clock.now());
    }
    if let Err(refusal) = &outcome {
        refuse(worker, caller, request, &mut call, &mut scratch, refusal).await;
    }
    scratch.lines.complete(&call);
    let tunnel = match outcome {
        Ok(Some(opened)) => Some(Box::new(Tunnel::begin(worker, &call, opened, &scratch))),
        outcome => {
            call.finish(worker, caller, request, &scratch.lines, outcome.as_ref().err());
            None
        }
    };
    worker.keep(scratch);
    tunnel
}

/// The stages in their order. What was opened, if the answer is to switch protocols; its 101 is in `scratch`.
async fn travel<'p>(
    worker: &Worker,
    plan: &'p Plan,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'p>,
    scratch: &mut Scratch,
) -> Result<Option<Opened>, Refusal> {
    let entry = match site::find(worker, plan, caller, request, call, scratch)? {
        site::Found::Api(entry) => entry,
        site::Found::Preflight(entry) => {
            return answer_preflight(entry, caller, request, call, scratch).await.map(|()| None);
        }
        site::Found::Proof(proof) => return prove(caller, request, call, scratch, &proof).await.map(|()| None),
        site::Found::Push => {
            return Box::pin(push::answer(worker, caller, request, call, scratch)).await.map(|()| None);
        }
    };
    if let Some(plugins) = &entry.plugins {
        plugins.check_address(call.caller.ip())?;
    }
    refuse_other_sites(entry, request)?;
    let now = worker.clock.wall(call.started).seconds();
    let mut body = None;
    match entry.rules.auth {
        Auth::Application => {
            let signed = auth::application::identify(worker, entry, plan, caller, request, &scratch.path, now);
            let known = Box::pin(signed).await?;
            call.judged = worker.clock.now();
            call.application = Some(known.application);
            body = known.body;
        }
        Auth::Oauth => {
            Box::pin(auth::token::check(request, entry, now)).await?;
            call.judged = worker.clock.now();
        }
        Auth::None | Auth::KeyPair => call.grant = auth::identify(worker, request, entry, plan, now)?,
    }
    check_protocol(entry, caller, request)?;
    let mut has_waited = entry.plugins.is_some() || !matches!(entry.rules.auth, Auth::None | Auth::KeyPair);
    let Ruled { entry, edited, body, answering } = match &entry.plugins {
        None => {
            admit(entry, call)?;
            Ruled { entry, edited: None, body, answering: None }
        }
        Some(plugins) => Box::pin(rule(worker, plugins, entry, caller, request, call, scratch, body)).await?,
    };
    let request = edited.as_ref().unwrap_or(request);
    scratch.lines.write(call);
    let form = read_form(worker, entry, caller, request, body).await?;
    has_waited |= entry.rules.uses_form;
    let asked = if has_waited { worker.clock.now() } else { call.started };
    let answering = answering.as_deref();
    let turn = backend::Turn { worker, entry, asked, form, origin_is: OriginIs::Plain, answering };
    if let Some(Answering { caching: Some(Caching { kept: Some(kept), .. }), .. }) = answering {
        let (kept, age) = (&kept.whole, kept.age(worker.clock.now()));
        let given = backend::whole::give_again(turn, kept, age, caller, request, call, scratch);
        return Box::pin(given).await.map(|()| None);
    }
    match &entry.api.backend {
        BackendPlan::Http(http) => backend::http::call(turn, http, caller, request, call, scratch).await?,
        BackendPlan::Mock(mock) => backend::mock::answer(turn, mock, caller, request, call, scratch).await?,
        BackendPlan::WebSocket(http) => {
            let exchange = backend::websocket::call(turn, http, caller, request, call, scratch).await?;
            return Ok(exchange.map(Opened::Exchange));
        }
        // Boxed: what these calls need on their way is not kept for the calls of others.
        BackendPlan::Upstream(used) => {
            Box::pin(backend::upstream::call(turn, used, caller, request, call, scratch)).await?;
        }
        BackendPlan::Event(event) => {
            Box::pin(backend::function::call(turn, event, caller, request, call, scratch)).await?;
        }
        BackendPlan::Rpc(rpc) => Box::pin(backend::rpc::call(turn, rpc, caller, request, call, scratch)).await?,
        BackendPlan::Web(None) | BackendPlan::Bucket(None) => return Err(Refusal::NoRuntime),
        BackendPlan::Conversation(functions) => {
            let begun = backend::conversation::call(turn, plan, functions, caller, request, call, scratch);
            return Box::pin(begun).await.map(|conversation| Some(Opened::Conversation(conversation)));
        }
        BackendPlan::Web(Some(web)) if entry.rules.is_websocket => {
            let turn = turn.with(OriginIs::Function(web));
            let begun = backend::websocket::call(turn, &web.http, caller, request, call, scratch);
            return Ok(Box::pin(begun).await?.map(Opened::Exchange));
        }
        BackendPlan::Web(Some(web)) => {
            let turn = turn.with(OriginIs::Function(web));
            backend::http::call(turn, &web.http, caller, request, call, scratch).await?;
        }
        BackendPlan::Bucket(Some(bucket)) => {
            let turn = turn.with(OriginIs::Bucket(bucket));
            backend::http::call(turn, &bucket.http, caller, request, call, scratch).await?;
        }
    }
    Ok(None)
}

/// All limits that the call is under, the lowest of them wins; what one refuses uses up nothing of the others.
fn admit(entry: &ApiEntry, call: &Call<'_>) -> Result<(), Refusal> {
    limits(entry, call).admit(call.judged).map_err(exceeded)
}

fn limits<'l>(entry: &'l ApiEntry, call: &'l Call<'_>) -> Limits<'l> {
    Limits {
        service: call.environment.and_then(|environment| environment.rate.as_deref()),
        api: entry.rate.as_deref(),
        plan: call.grant.and_then(|grant| grant.rate.as_deref()),
        quota: call.grant.and_then(|grant| grant.quota.as_ref()).map(|(quota, limit)| (&**quota, *limit)),
    }
}

fn exceeded(exceeded: Exceeded) -> Refusal {
    match exceeded {
        Exceeded::Service | Exceeded::Api | Exceeded::Plan => Refusal::RateExceeded,
        Exceeded::Quota => Refusal::QuotaExceeded,
    }
}

/// What becomes of a call that plugins rule.
struct Ruled<'p> {
    /// What answers it: the API, unless it is routed elsewhere.
    entry: &'p ApiEntry,
    /// The head, where a function has changed it.
    edited: Option<Request>,
    /// The body, where it was read: for a signature, or for a function that was told it or has changed it.
    body: Option<Vec<u8>>,
    /// What is done with the answer.
    answering: Option<Box<Answering<'p>>>,
}

/// The plugins of a call whose caller is known, in their order, around the limits that it is under.
#[allow(clippy::too_many_arguments)]
async fn rule<'p>(
    worker: &Worker,
    plugins: &'p Plugins,
    entry: &'p ApiEntry,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'p>,
    scratch: &Scratch,
    mut body: Option<Vec<u8>>,
) -> Result<Ruled<'p>, Refusal> {
    let facts = Facts {
        request,
        path: scratch.path.of(request),
        address: call.caller.ip(),
        application: call.application.map(|application| &*application.id),
        is_tls: caller.is_tls(),
    };
    if let Some(check) = &plugins.caller_check {
        body = check.check(facts, worker, caller, request, call, body).await?;
    }
    // A body or the function may have been waited for, and windows have gone by meanwhile.
    call.judged = worker.clock.now();
    let now = worker.clock.wall(call.judged);
    let nonce = plugins.replay.as_ref().map(|plan| plan.nonce(&facts)).transpose()?.flatten();
    let counted = plugins.counted(&facts, now)?;
    let routed = plugins.routes.as_ref().map(|routes| routes.choose(&facts)).transpose()?.flatten();
    let rooms = limits(entry, call).rooms(call.judged).map_err(exceeded)?;
    if !counted.have_room() {
        return Err(Refusal::RateExceeded);
    }
    if let (Some(plan), Some(nonce)) = (&plugins.replay, nonce)
        && !plan.nonces.take(nonce, now)
    {
        return Err(Refusal::Replayed);
    }
    if !counted.take() {
        return Err(Refusal::RateExceeded);
    }
    rooms.take(call.judged).map_err(exceeded)?;
    let diverted = plugins.breaker.as_ref().map(|breaker| breaker.diverted(call.judged)).transpose()?.flatten();
    let mut edited = None;
    if let Some(edit) = &plugins.edit {
        let made = edit.edit(worker, caller, request, call, body.take()).await?;
        (edited, body) = (made.request, made.body);
    }
    let mut caching = None;
    if diverted.is_none() {
        call.breaker = plugins.breaker.as_ref();
        if let Some(cache) = &plugins.cache {
            let asking = Asking {
                request: edited.as_ref().unwrap_or(request),
                before: edited.is_some().then_some(request),
                path: scratch.path.of(request),
                is_tls: caller.is_tls(),
                route: plugins.routes.as_ref().zip(routed).and_then(|(routes, entry)| routes.place(entry)),
                auth: entry.rules.auth,
                known: call.grant.map(Grant::key_id).or(call.application.map(|application| &*application.id)),
            };
            caching = cache.caching(&asking, caller, &mut body, worker.form_bytes, &worker.clock).await?;
        }
    }
    let edit = plugins.answer_edit.as_ref();
    let answering = (caching.is_some() || edit.is_some()).then(|| Box::new(Answering { caching, edit }));
    Ok(Ruled { entry: diverted.or(routed).unwrap_or(entry), edited, body, answering })
}

/// A browser on another site may call only an API that says so. WebSockets know no such rule: a browser names its site,
/// and the backend decides (RFC 6455, 10.2).
fn refuse_other_sites(entry: &ApiEntry, request: &Request) -> Result<(), Refusal> {
    if entry.rules.cors == CrossOriginRule::Open || entry.rules.is_websocket {
        return Ok(());
    }
    match request.header("origin") {
        Some(origin) if cors::is_cross_origin(origin, request.host()) && !cors::allows(entry, origin) => {
            Err(Refusal::CrossOrigin)
        }
        _ => Ok(()),
    }
}

/// An API speaks one protocol.
fn check_protocol(entry: &ApiEntry, caller: &Caller, request: &Request) -> Result<(), Refusal> {
    if entry.rules.is_websocket {
        return backend::websocket::check(caller, request);
    }
    match request.wants_upgrade() {
        Some(protocol) if protocol.eq_ignore_ascii_case("websocket") => Err(Refusal::UpgradeNotServed),
        // Any other wish may be passed over (RFC 9110, 7.8): the call goes on as HTTP/1.1.
        _ => Ok(()),
    }
}

/// The body, where parameters stand in it; what was `read` of it before is not read again.
async fn read_form(
    worker: &Worker,
    entry: &ApiEntry,
    caller: &mut Caller,
    request: &Request,
    read: Option<Vec<u8>>,
) -> Result<Option<Vec<u8>>, Refusal> {
    if !entry.rules.uses_form {
        return Ok(read);
    }
    if read.is_none() && request.body() == Framing::None {
        return Ok(Some(Vec::new()));
    }
    if !auth::application::is_form(request) {
        return Err(Refusal::FormExpected);
    }
    match read {
        Some(body) => Ok(Some(body)),
        None => caller.read_body(request, worker.form_bytes).await.map(Some).map_err(backend::body_refusal),
    }
}

/// The gateway answers preflights itself: the API need not answer OPTIONS.
async fn answer_preflight(
    entry: &ApiEntry,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    call.status = 204;
    scratch.head.clear();
    reply::write_status(&mut scratch.head, call.status);
    reply::write_line(&mut scratch.head, "X-Api-RequestId", &call.request_id);
    cors::write_preflight(&mut scratch.head, entry, request);
    call.is_answered = true;
    caller.answer(Some(request), &scratch.head, b"", false).await.map_err(|_| Refusal::CallerGone)
}

/// Tells an authority that the host is ours (RFC 8555, 8.3).
async fn prove(
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
    proof: &str,
) -> Result<(), Refusal> {
    call.status = 200;
    scratch.head.clear();
    reply::write_status(&mut scratch.head, call.status);
    reply::write_line(&mut scratch.head, "Content-Type", b"application/octet-stream");
    call.is_answered = true;
    call.bytes_out = proof.len() as u64;
    caller.answer(Some(request), &scratch.head, proof.as_bytes(), false).await.map_err(|_| Refusal::CallerGone)
}

/// Answers a call that was refused.
async fn refuse(
    worker: &Worker,
    caller: &mut Caller,
    request: &Request,
    call: &mut Call<'_>,
    scratch: &mut Scratch,
    refusal: &Refusal,
) {
    let told = tencent::Told { host: request.host(), path: request.path() };
    let look = tencent::look(refusal, told);
    call.status = look.status;
    call.message = look.message;
    if *refusal == Refusal::CallerGone || call.is_answered {
        return;
    }
    call.is_answered = true;
    let Scratch { head, body, lines, .. } = scratch;
    head.clear();
    body.clear();
    lines.complete(call);
    reply::write_status(head, look.status);
    reply::write_line(head, "Content-Type", b"application/json");
    worker.write_date(head);
    head.extend_from_slice(lines.bytes());
    if let Some(entry) = call.entry {
        cors::write_lines(head, entry.rules.cors, entry, request);
    }
    if *refusal == Refusal::HttpsForced {
        let location = domain::secure_location(request, worker.https_port);
        reply::write_line(head, "Location", location.as_bytes());
    }
    if let Refusal::Token(TokenRefusal::LoginNeeded(login)) = refusal {
        reply::write_line(head, "Location", login.as_bytes());
    }
    tencent::write_body(&call.message, body);
    call.bytes_out = body.len() as u64;
    let close = matches!(refusal, Refusal::BodyTooLarge | Refusal::BodyTimeout | Refusal::BodyBroken);
    // The caller may be gone by now; the call is logged with what it was refused for.
    let _ = caller.answer(Some(request), head, body, close).await;
}
