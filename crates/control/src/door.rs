//! The door: who is asking.
//!
//! Every management request is signed with an operator's pair. A refusal says which step failed, and in
//! [`DoorRefusal::Mismatch`] what the gateway would have signed, so that the log can show why two sides disagree.

use std::sync::Arc;

use model::{Operator, Secret, Snapshot, Timestamp};
use sign::{tc1, tc3};
use subtle::ConstantTimeEq as _;

use crate::{Actor, Control, Terms};

/// How far a request's time may be from the gateway's, in seconds (spec: control plane wire protocol).
const SKEW: i64 = tc3::MAX_SKEW;

/// What the door sees of a request.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// The method as it stands on the wire.
    pub method: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// The raw query string without its `?`; empty for none.
    pub query: &'a str,
    /// Every header as it was sent, `Host` with its port if there was one; names in any case.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The whole body.
    pub body: &'a [u8],
    /// The dialect and its request id: becomes [`Actor::origin`].
    pub origin: &'a str,
}

impl<'a> SignedRequest<'a> {
    /// The values of a header.
    fn values(&self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.iter().filter(move |(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// A header that must not be repeated: two readers could choose differently.
    fn only(&self, name: &'static str) -> Result<Option<&'a [u8]>, DoorRefusal> {
        let mut values = self.values(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(malformed(format!("the header {name} is there more than once"))),
        }
    }
}

/// Verifies who is asking.
pub struct Door {
    control: Arc<Control>,
    scope: String,
}

impl Door {
    /// A door that knows the operators of `control`. `scope` is the service name that a signature must be made for;
    /// the first label of the host that was asked is one too.
    pub fn new(control: Arc<Control>, scope: impl Into<String>) -> Self {
        Self { control, scope: scope.into() }
    }

    /// The operator who signed `request`, as of `now`.
    ///
    /// Two schemes are understood: the header scheme (TC3-HMAC-SHA256) when there is an `Authorization` header, else
    /// the older one, whose signature is a parameter: of the query of a GET, of the form body of a POST. What a
    /// signature covers differs: the query of a POST never, so its reader must not use it.
    ///
    /// # Errors
    /// Each way to fail apart, see [`DoorRefusal`].
    pub fn verify(&self, request: &SignedRequest<'_>, now: Timestamp) -> Result<Actor, DoorRefusal> {
        let snapshot = self.control.snapshot();
        let operator = match request.only("authorization")? {
            Some(authorization) => by_header(request, authorization, &snapshot, &self.scope, now)?,
            None => by_parameters(request, &snapshot, now)?,
        };
        Ok(Actor {
            operator: operator.id.clone(),
            name: operator.name.to_string(),
            role: operator.role,
            origin: request.origin.to_owned(),
            terms: Terms::default(),
        })
    }
}

/// The operator whose pair this is, for the few who show both halves of it.
pub fn by_pair(snapshot: &Snapshot, id: &str, key: &str) -> Option<Arc<Operator>> {
    let (operator, secret) = pair(snapshot, id)?;
    is_same(key.as_bytes(), secret.expose().as_bytes()).then(|| Arc::clone(operator))
}

/// The operator whose pair has this public half, with the secret one; none for an operator that is disabled.
fn pair<'s>(snapshot: &'s Snapshot, id: &str) -> Option<(&'s Arc<Operator>, &'s Secret)> {
    let (operator, secret) = match snapshot.operator_keys.get(id) {
        Some(key) => (snapshot.operators.get(&key.operator)?, &key.secret),
        None => {
            let own = |operator: &&Arc<Operator>| !operator.secret_id.is_empty() && operator.secret_id == id;
            let operator = snapshot.operators.values().find(own)?;
            (operator, &operator.secret_key)
        }
    };
    operator.enabled.then_some((operator, secret))
}

/// Compares two secrets in a time that tells nothing of where they differ.
pub fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

fn by_header<'s>(
    request: &SignedRequest<'_>,
    authorization: &[u8],
    snapshot: &'s Snapshot,
    scope: &str,
    now: Timestamp,
) -> Result<&'s Operator, DoorRefusal> {
    let authorization = tc3::parse(authorization).map_err(malformed)?;
    if authorization.service != scope && Some(authorization.service) != first_label(request)? {
        return Err(DoorRefusal::WrongScope { found: authorization.service.to_owned(), expected: scope.to_owned() });
    }
    let signed = tc3::Request {
        method: request.method,
        path: request.path,
        query: request.query,
        headers: request.headers,
        body: request.body,
    };
    timely(tc3::timestamp(&signed).map_err(malformed)?, now)?;
    let (operator, secret) = find(snapshot, authorization.secret_id)?;
    match tc3::verify(&signed, &authorization, secret.expose().as_bytes()) {
        Ok(()) => Ok(operator),
        Err(tc3::Refusal::Mismatch { canonical_request, string_to_sign }) => Err(DoorRefusal::Mismatch {
            id: authorization.secret_id.to_owned(),
            canonical_request: Some(canonical_request),
            string_to_sign,
        }),
        Err(other) => Err(malformed(other)),
    }
}

/// The first label of the host that was asked: what the vendor's SDK for Node takes for the name of the service, whose
/// endpoints are all called `{service}.…`.
fn first_label<'a>(request: &SignedRequest<'a>) -> Result<Option<&'a str>, DoorRefusal> {
    let host = request.only("host")?.and_then(|host| std::str::from_utf8(host).ok());
    Ok(host.and_then(|host| host.split(['.', ':']).next()))
}

fn by_parameters<'s>(
    request: &SignedRequest<'_>,
    snapshot: &'s Snapshot,
    now: Timestamp,
) -> Result<&'s Operator, DoorRefusal> {
    let encoded = match request.method {
        "GET" => request.query.as_bytes(),
        "POST" if is_form(request)? => request.body,
        _ => return Err(DoorRefusal::Missing),
    };
    let parameters: Vec<(String, String)> = form_urlencoded::parse(encoded).into_owned().collect();
    if parameters.iter().all(|(name, _)| name != "Signature") {
        return Err(DoorRefusal::Missing);
    }
    let needed = |name: &str| {
        let mut values = parameters.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(value),
            (None, _) => Err(malformed(format!("there is no {name}"))),
            (Some(_), Some(_)) => Err(malformed(format!("the parameter {name} is there more than once"))),
        }
    };
    let id = needed("SecretId")?;
    let sent = needed("Timestamp")?;
    let timestamp = sent
        .parse::<i64>()
        .map_err(|_| malformed(format!("Timestamp is `{sent}`; seconds since 1970-01-01T00:00:00Z are allowed")))?;
    timely(timestamp, now)?;
    let (operator, secret) = find(snapshot, id)?;
    let host = request.only("host")?.and_then(|host| std::str::from_utf8(host).ok()).unwrap_or_default();
    let signed = tc1::Request { method: request.method, host, path: request.path, parameters: &parameters };
    match tc1::verify(&signed, secret.expose().as_bytes()) {
        Ok(()) => Ok(operator),
        Err(tc1::Refusal::SignatureMissing) => Err(DoorRefusal::Missing),
        Err(tc1::Refusal::Mismatch { string_to_sign }) => {
            Err(DoorRefusal::Mismatch { id: id.to_owned(), canonical_request: None, string_to_sign })
        }
        Err(other) => Err(malformed(other)),
    }
}

fn is_form(request: &SignedRequest<'_>) -> Result<bool, DoorRefusal> {
    let value = request.only("content-type")?.unwrap_or_default();
    let kind = value.split(|byte| *byte == b';').next().unwrap_or_default();
    Ok(kind.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded"))
}

fn timely(timestamp: i64, now: Timestamp) -> Result<(), DoorRefusal> {
    let now = now.seconds();
    if timestamp.abs_diff(now) <= SKEW.unsigned_abs() {
        Ok(())
    } else {
        Err(DoorRefusal::Expired { timestamp, now, allowed: SKEW })
    }
}

fn find<'s>(snapshot: &'s Snapshot, id: &str) -> Result<(&'s Operator, &'s Secret), DoorRefusal> {
    let found = pair(snapshot, id).map(|(operator, secret)| (&**operator, secret));
    found.ok_or_else(|| DoorRefusal::UnknownId(id.to_owned()))
}

fn malformed(reason: impl ToString) -> DoorRefusal {
    DoorRefusal::Malformed(reason.to_string())
}

/// Why nobody was let in. `Display` is what may be answered; it never holds a secret or a string to sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DoorRefusal {
    /// There is no signature at all.
    #[error("the request is not signed")]
    Missing,
    /// There is a signature, but it cannot be read: what is wrong with it.
    #[error("the signature cannot be read: {0}")]
    Malformed(String),
    /// It was made for another service.
    #[error("the signature is made for `{found}`, not for `{expected}`")]
    WrongScope {
        /// The service name in the signature.
        found: String,
        /// The one that it must be made for.
        expected: String,
    },
    /// It is older, or further in the future, than is allowed.
    #[error("the timestamp {timestamp} is more than {allowed} seconds away from the gateway's clock")]
    Expired {
        /// The request's time, Unix seconds.
        timestamp: i64,
        /// The gateway's time, Unix seconds.
        now: i64,
        /// How far it may be away, in seconds.
        allowed: i64,
    },
    /// No operator has this key.
    #[error("there is no operator with the key `{0}`")]
    UnknownId(String),
    /// The signature is another one than the operator's key makes.
    #[error("the signature does not match")]
    Mismatch {
        /// The public half of the key.
        id: String,
        /// What the gateway took the digest of, where the scheme has such a step: for the log, never answered.
        canonical_request: Option<String>,
        /// What the gateway would have signed: for the log, never answered.
        string_to_sign: String,
    },
}

#[cfg(test)]
mod tests;
