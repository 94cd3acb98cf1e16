//! A call to a custom domain: what is asked of its connection and scheme before it is matched like any other.

use std::borrow::Cow;
use std::sync::Arc;

use net::{Caller, Request};

use crate::plan::{DomainPlan, Plan, ServicePlan};
use crate::refusal::Refusal;
use crate::site::check_scheme;
use crate::worker::Worker;
use crate::{host, push};

/// Where an authority asks for the proof that a name is ours (RFC 8555, 8.3).
const PROOF: &str = "/.well-known/acme-challenge/";

/// Where a call to a custom domain goes on.
pub enum Way<'p> {
    /// To the service.
    Service(&'p Arc<ServicePlan>, &'p DomainPlan),
    /// It is answered with this proof.
    Proof(Arc<str>),
    /// It is none: a function pushes to a WebSocket.
    Push,
}

/// Finds the domain that the call is for, and asks of the call what the domain asks.
///
/// # Errors
/// [`Refusal::UnknownHost`]; [`Refusal::Misdirected`] for a connection whose handshake was not for this domain, where
/// the domain asks more of a handshake than others; [`Refusal::HttpsForced`]; [`Refusal::WrongScheme`].
#[cold]
pub fn find<'p>(worker: &Worker, plan: &'p Plan, caller: &Caller, request: &Request) -> Result<Way<'p>, Refusal> {
    let host = lower(host::without_port(request.host()));
    let Some(domain) = plan.hosts.find(&host) else {
        return if push::api(request).is_some() { Ok(Way::Push) } else { Err(Refusal::UnknownHost) };
    };
    if !caller.is_tls()
        && let Some(token) = request.path().strip_prefix(PROOF)
        && let Some(proof) = worker.challenges.proof(&host, token)
    {
        return Ok(Way::Proof(proof));
    }
    if caller.is_tls() {
        ask_of_handshake(plan, domain, caller)?;
    } else if domain.force_https {
        return Err(Refusal::HttpsForced);
    }
    check_scheme(domain.allows_http, domain.allows_https, caller.is_tls())?;
    // A domain goes with its service, in one change.
    let service = plan.services.get(&domain.service).ok_or(Refusal::UnknownHost)?;
    Ok(Way::Service(service, domain))
}

fn lower(host: &str) -> Cow<'_, str> {
    if host.bytes().any(|b| b.is_ascii_uppercase()) { host.to_ascii_lowercase().into() } else { host.into() }
}

/// A connection made for one name may carry calls to another. Where a domain asks for a caller's certificate or for the
/// newest TLS alone, its calls must come over a handshake that was asked for that.
fn ask_of_handshake(plan: &Plan, domain: &Arc<DomainPlan>, caller: &Caller) -> Result<(), Refusal> {
    if !domain.asks_certificate && !domain.only_tls13 {
        return Ok(());
    }
    let io = caller.io();
    let is_of_domain =
        io.server_name().and_then(|name| plan.hosts.find(name)).is_some_and(|of| Arc::ptr_eq(of, domain));
    let has_shown = !domain.asks_certificate || io.peer_certificate().is_some();
    let is_new = !domain.only_tls13 || io.is_tls13();
    if is_of_domain && has_shown && is_new { Ok(()) } else { Err(Refusal::Misdirected) }
}

/// Where a call that must come over https is sent: the same host, path and query. `port` is where callers find https.
pub fn secure_location(request: &Request, port: u16) -> String {
    let host = host::without_port(request.host());
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    match request.query() {
        Some(query) => format!("https://{host}{port}{}?{query}", request.path()),
        None => format!("https://{host}{port}{}", request.path()),
    }
}
