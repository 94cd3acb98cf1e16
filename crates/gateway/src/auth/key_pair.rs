//! Key pairs: the call is signed with HMAC (spec: key pair authentication).

use net::Request;
use sign::key_pair::{self, Authorization, HeaderNames, Malformed};

use crate::plan::{ApiEntry, Grant, Plan};
use crate::refusal::Refusal;
use crate::worker::Worker;

/// The grant of the key that signed the call.
pub(super) fn identify<'p>(
    worker: &Worker,
    request: &Request,
    entry: &'p ApiEntry,
    plan: &Plan,
    now: i64,
) -> Result<&'p Grant, Refusal> {
    let presented = presented(request)?;
    check_date(worker, request, presented.headers, now)?;
    let grant = match entry.grants.of(presented.id) {
        Some(grant) => grant,
        None => return Err(without_grant(entry, plan, presented.id)),
    };
    // The signature takes as long to verify as memory takes to come.
    grant.fetch_ahead();
    entry.fetch_text_ahead();
    if verify(request, grant, &presented) { Ok(grant) } else { Err(Refusal::SignatureMismatch) }
}

/// The signature that the call shows, whose signed headers are there.
#[inline]
pub(super) fn presented(request: &Request) -> Result<Authorization<'_>, Refusal> {
    let mut values = request.header_values("authorization");
    let value = values.next().ok_or(Refusal::SignatureMissing)?;
    if values.next().is_some() {
        return Err(Refusal::HeaderRepeated);
    }
    let presented = key_pair::parse(value).map_err(malformed)?;
    check_signed_headers(request, presented.headers)?;
    Ok(presented)
}

fn verify(request: &Request, grant: &Grant, presented: &Authorization<'_>) -> bool {
    let lines = presented.headers.iter().map(|name| (name.as_bytes(), request.header(name).unwrap_or(b"")));
    grant.key.verify(presented.algorithm, lines, presented.signature.as_bytes())
}

/// Each signed header must be there, once.
fn check_signed_headers(request: &Request, names: HeaderNames<'_>) -> Result<(), Refusal> {
    for name in names.iter() {
        match header(request, name) {
            (None, _) => return Err(Refusal::SignedHeaderMissing(name.to_ascii_lowercase())),
            (Some(_), true) => return Err(Refusal::HeaderRepeated),
            (Some(_), false) => {}
        }
    }
    Ok(())
}

/// One of `Date` and `X-Date` must be there. `Date` is not held against the clock; `X-Date` is, where it was signed or
/// stands alone.
fn check_date(worker: &Worker, request: &Request, names: HeaderNames<'_>, now: i64) -> Result<(), Refusal> {
    let has_date = request.header("date").is_some();
    match request.header("x-date") {
        None if has_date => Ok(()),
        None => Err(Refusal::DateMissing),
        Some(_) if has_date && !names.contains("x-date") => Ok(()),
        Some(value) => check_age(worker, value, now),
    }
}

/// `X-Date` must be there and near to now.
pub(super) fn check_x_date(worker: &Worker, request: &Request, now: i64) -> Result<(), Refusal> {
    request.header("x-date").map_or(Err(Refusal::DateInvalid), |value| check_age(worker, value, now))
}

fn check_age(worker: &Worker, date: &[u8], now: i64) -> Result<(), Refusal> {
    match key_pair::http_date_age(date, now) {
        None => Err(Refusal::DateInvalid),
        Some(age) if age.abs() > worker.signature_skew => Err(Refusal::DateExpired),
        Some(_) => Ok(()),
    }
}

/// The first value of a header in any case, and whether there are more.
fn header<'r>(request: &'r Request, name: &'r str) -> (Option<&'r [u8]>, bool) {
    let mut values = request.header_values(name);
    (values.next(), values.next().is_some())
}

/// Why a key has no grant here.
fn without_grant(entry: &ApiEntry, plan: &Plan, id: &str) -> Refusal {
    if !entry.grants.is_ruled {
        return Refusal::NoPlan;
    }
    match plan.snapshot.credentials.get(id) {
        Some(credential) if credential.enabled => Refusal::KeyNotBound,
        _ => Refusal::UnknownKey,
    }
}

fn malformed(malformed: Malformed<'_>) -> Refusal {
    match malformed {
        // The vendor's gateway knows one text for a header that is there and not of its grammar.
        Malformed::NotHmac | Malformed::Format => Refusal::SignatureFormat,
        Malformed::TooFewParameters => Refusal::SignatureIncomplete,
        Malformed::IdOrSignatureMissing => Refusal::IdOrSignatureMissing,
        Malformed::UnsupportedAlgorithm(name) => Refusal::UnknownAlgorithm(name.to_owned()),
    }
}
