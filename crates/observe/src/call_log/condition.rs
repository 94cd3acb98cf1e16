//! Whether a call is one of those that are looked for.

use std::net::{IpAddr, SocketAddr};

use memchr::memmem::Finder;
use model::LogCondition;

use crate::CallRecord;

/// Whether `call` meets every condition.
pub(crate) fn meets_all(conditions: &[LogCondition], call: &CallRecord<'_>) -> bool {
    conditions.iter().all(|condition| meets(condition, call))
}

fn meets(condition: &LogCondition, call: &CallRecord<'_>) -> bool {
    match condition {
        LogCondition::Service(id) => call.service == id,
        LogCondition::Environment(name) => call.environment == name,
        LogCondition::Api(id) => call.api == id,
        LogCondition::Key(id) => call.key == id,
        LogCondition::Method(method) => call.method.eq_ignore_ascii_case(method),
        LogCondition::RequestId(id) => call.request_id == id.as_bytes(),
        LogCondition::PeerIp(ip) => call.peer.ip().to_canonical() == ip.to_canonical(),
        LogCondition::Peer(peer) => canonical(call.peer) == canonical(*peer),
        LogCondition::PathPrefix(prefix) => call.path.starts_with(prefix.as_str()),
        LogCondition::BackendHolds(text) => call.backend.is_some_and(|backend| backend.to_string().contains(text)),
        LogCondition::MessageHolds(text) => holds(call.message, text),
        LogCondition::Text(text) => texts(call).into_iter().any(|of_call| holds(of_call, text)),
        LogCondition::Refusal(name) => call.refusal == name,
        LogCondition::Refused(refused) => call.refusal.is_empty() != *refused,
        LogCondition::Status(comparison, status) => comparison.holds(u64::from(call.status), *status),
        LogCondition::StatusHolds(text) => call.status.to_string().contains(text),
        LogCondition::Duration(comparison, us) => comparison.holds(call.duration_us, *us),
    }
}

/// An IPv4 caller of a listener for both is known by its address in IPv6.
fn canonical(peer: SocketAddr) -> (IpAddr, u16) {
    (peer.ip().to_canonical(), peer.port())
}

fn texts<'a>(call: &CallRecord<'a>) -> [&'a str; 11] {
    [
        call.path,
        call.host,
        call.message,
        std::str::from_utf8(call.request_id).unwrap_or_default(),
        call.service,
        call.environment,
        call.api,
        call.key,
        call.plan,
        call.method,
        call.refusal,
    ]
}

/// Whether `text` holds `wanted`, in any case of ASCII letters.
fn holds(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    wanted.is_empty() || text.windows(wanted.len()).any(|window| window.eq_ignore_ascii_case(wanted))
}

/// Texts that must stand in the bytes of many calls if one of them is to be found among them.
pub(super) fn needles(conditions: &[LogCondition]) -> Vec<Finder<'_>> {
    conditions.iter().filter_map(needle).map(|text| Finder::new(text.as_bytes())).collect()
}

fn needle(condition: &LogCondition) -> Option<&str> {
    match condition {
        LogCondition::Service(text)
        | LogCondition::Environment(text)
        | LogCondition::Api(text)
        | LogCondition::Key(text)
        | LogCondition::RequestId(text)
        | LogCondition::PathPrefix(text)
        | LogCondition::Refusal(text) => Some(text),
        _ => None,
    }
}
