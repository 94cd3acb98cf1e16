//! Key pairs: the call is signed with HMAC (spec: key pair authentication).

use net::Request;
use sign::key_pair::{self, Authorization, HeaderNames, Malformed};
use smallvec::SmallVec;

use crate::limit::Rate;
use crate::plan::{ApiEntry, Grant, Plan};
use crate::refusal::Refusal;
use crate::worker::Worker;

/// The header fields that were signed, by the names that the signature gives them. Few callers sign more than two.
type SignedFields<'r> = SmallVec<[(&'r [u8], &'r [u8]); 4]>;

/// The grant of the key that signed the call.
pub(super) fn identify<'p>(
    worker: &Worker,
    request: &Request,
    entry: &'p ApiEntry,
    plan: &Plan,
    now: i64,
) -> Result<&'p Grant, Refusal> {
    let presented = authorization(request)?;
    // Looked for first and asked about last: memory takes as long to come as the rest takes to be read.
    let grant = entry.grants.of(presented.id);
    if let Some(grant) = grant {
        grant.fetch_ahead();
    }
    let mut fields = SignedFields::new();
    read_signed_fields(request, presented.headers, &mut fields)?;
    check_date(worker, request, &fields, now)?;
    let Some(grant) = grant else { return Err(without_grant(entry, plan, presented.id)) };
    // As long again as the signature takes to verify.
    grant.rate.as_deref().into_iter().for_each(Rate::fetch_ahead);
    entry.fetch_text_ahead();
    let is_signed = grant.key.verify(presented.algorithm, fields.iter().copied(), presented.signature.as_bytes());
    if is_signed { Ok(grant) } else { Err(Refusal::SignatureMismatch) }
}

/// The signature that the call shows, whose signed headers are there.
pub(super) fn presented(request: &Request) -> Result<Authorization<'_>, Refusal> {
    let presented = authorization(request)?;
    read_signed_fields(request, presented.headers, &mut SignedFields::new())?;
    Ok(presented)
}

#[inline]
fn authorization(request: &Request) -> Result<Authorization<'_>, Refusal> {
    let mut values = request.header_values("authorization");
    let value = values.next().ok_or(Refusal::SignatureMissing)?;
    if values.next().is_some() {
        return Err(Refusal::HeaderRepeated);
    }
    key_pair::parse(value).map_err(malformed)
}

/// Each signed header must be there, once.
fn read_signed_fields<'r>(
    request: &'r Request,
    names: HeaderNames<'r>,
    fields: &mut SignedFields<'r>,
) -> Result<(), Refusal> {
    for name in names.iter() {
        match header(request, name) {
            (None, _) => return Err(Refusal::SignedHeaderMissing(name.to_ascii_lowercase())),
            (Some(_), true) => return Err(Refusal::HeaderRepeated),
            (Some(value), false) => fields.push((name.as_bytes(), value)),
        }
    }
    Ok(())
}

/// One of `Date` and `X-Date` must be there. `Date` is not held against the clock; `X-Date` is, where it was signed or
/// stands alone.
fn check_date(worker: &Worker, request: &Request, fields: &SignedFields<'_>, now: i64) -> Result<(), Refusal> {
    if let Some((_, value)) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(b"x-date")) {
        return check_age(worker, value, now);
    }
    match (request.header("date"), request.header("x-date")) {
        (Some(_), _) => Ok(()),
        (None, Some(value)) => check_age(worker, value, now),
        (None, None) => Err(Refusal::DateMissing),
    }
}

/// `X-Date` must be there and near to now.
pub(super) fn check_x_date(worker: &Worker, request: &Request, now: i64) -> Result<(), Refusal> {
    request.header("x-date").map_or(Err(Refusal::DateInvalid), |value| check_age(worker, value, now))
}

fn check_age(worker: &Worker, date: &[u8], now: i64) -> Result<(), Refusal> {
    match worker.dates.age(date, now) {
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
