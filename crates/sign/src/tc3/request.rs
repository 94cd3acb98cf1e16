//! What of a request is signed, and how it is written down.

use sha2::{Digest as _, Sha256};

use super::{Authorization, SCHEME};

/// The parts of a request that a signature may cover, exactly as they were sent.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method in upper case.
    pub method: &'a str,
    /// The path: `/` for the vendor's own tools.
    pub path: &'a str,
    /// What stands after the `?`, still percent-encoded; empty for none.
    pub query: &'a str,
    /// Every header; names in any case.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The whole body.
    pub body: &'a [u8],
}

/// Why a well-formed authorization does not hold for a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No `X-TC-Timestamp`.
    #[error("the header X-TC-Timestamp is missing")]
    TimestampMissing,
    /// An `X-TC-Timestamp` that is not a count of seconds before the year 10000; here as it was sent.
    #[error("X-TC-Timestamp is `{0}`; seconds since 1970-01-01T00:00:00Z in decimal digits are allowed")]
    TimestampInvalid(String),
    /// The day in the credential is not the day of the timestamp in UTC.
    #[error("the day in Credential is {credential}, the day of X-TC-Timestamp in UTC is {timestamp}")]
    DateMismatch {
        /// The day in the credential.
        credential: String,
        /// The day of the timestamp.
        timestamp: String,
    },
    /// A header that is listed as signed is not in the request.
    #[error("the signed header `{0}` is missing")]
    HeaderMissing(String),
    /// A header that is signed, or says what is signed, is in the request more than once.
    #[error("the header `{0}` is there more than once")]
    HeaderRepeated(String),
    /// The signature is not the one that the key makes. What we signed is for the owner's eyes: it holds no secret.
    #[error("the signature does not match")]
    Mismatch {
        /// The canonical request that the server made.
        canonical_request: String,
        /// The string that the server signed.
        string_to_sign: String,
    },
}

/// How the values of signed headers are written. The vendor's documents say in lower case, its tools leave them as they
/// are, and its SDK for Node signs a host without the port that it sends; all of these must be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Values {
    /// In lower case, else as they were sent.
    pub(super) lower: bool,
    /// `Host` without its port, else as it was sent.
    pub(super) bare_host: bool,
}

impl Values {
    /// As the vendor documents it.
    pub(super) const DOCUMENTED: Self = Self { lower: true, bare_host: false };
    /// Every other way in which the vendor's tools do it.
    pub(super) const TOLERATED: [Self; 3] = [
        Self { lower: false, bare_host: false },
        Self { lower: true, bare_host: true },
        Self { lower: false, bare_host: true },
    ];
}

/// The request's time from `X-TC-Timestamp`, in seconds since the Unix epoch.
///
/// # Errors
/// [`Refusal::TimestampMissing`], [`Refusal::TimestampInvalid`], [`Refusal::HeaderRepeated`].
pub fn timestamp(request: &Request<'_>) -> Result<i64, Refusal> {
    let text = timestamp_text(request)?;
    // At most twelve digits: what is signed is the text itself, so that it must be readable in one way only.
    let fits = !text.is_empty() && text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|seconds| fits && *seconds < 253_402_300_800).ok_or_else(|| {
        let shown: String = text.chars().take(64).collect();
        Refusal::TimestampInvalid(shown)
    })
}

fn timestamp_text<'a>(request: &Request<'a>) -> Result<&'a str, Refusal> {
    let value = header(request, "x-tc-timestamp")?.ok_or(Refusal::TimestampMissing)?;
    str::from_utf8(value.trim_ascii())
        .map_err(|_| Refusal::TimestampInvalid(String::from_utf8_lossy(&value[..value.len().min(64)]).into_owned()))
}

/// What the request's digest is taken of, as the vendor documents it: header values in lower case.
///
/// # Errors
/// A signed header that is missing or repeated.
pub fn canonical_request(request: &Request<'_>, signed_headers: &str) -> Result<String, Refusal> {
    Ok(String::from_utf8_lossy(&canonical(request, signed_headers, Values::DOCUMENTED)?).into_owned())
}

/// What is signed.
///
/// # Errors
/// As [`canonical_request`] and [`timestamp`].
pub fn string_to_sign(request: &Request<'_>, authorization: &Authorization<'_>) -> Result<String, Refusal> {
    timestamp(request)?;
    let canonical = canonical(request, authorization.signed_headers, Values::DOCUMENTED)?;
    to_sign(request, authorization.date, authorization.service, &canonical)
}

pub(super) fn canonical(request: &Request<'_>, signed_headers: &str, values: Values) -> Result<Vec<u8>, Refusal> {
    let mut text = Vec::with_capacity(512);
    text.extend_from_slice(request.method.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(if request.path.is_empty() { "/" } else { request.path }.as_bytes());
    text.push(b'\n');
    if request.method != "POST" {
        text.extend_from_slice(request.query.as_bytes());
    }
    text.push(b'\n');
    for name in signed_headers.split(';') {
        let mut value = header(request, name)?.ok_or_else(|| Refusal::HeaderMissing(name.to_owned()))?.trim_ascii();
        if values.bare_host && name.eq_ignore_ascii_case("host") {
            value = without_port(value);
        }
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        let begin = text.len();
        text.extend_from_slice(value);
        if values.lower {
            text[begin..].make_ascii_lowercase();
        }
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(signed_headers.as_bytes());
    text.push(b'\n');
    let unsigned = header(request, "x-tc-content-sha256")?.is_some_and(|value| value.trim_ascii() == UNSIGNED);
    let payload = if unsigned { UNSIGNED } else { request.body };
    text.extend_from_slice(hex(&Sha256::digest(payload)).as_bytes());
    Ok(text)
}

/// A host without what stands after its last colon, if that are digits.
fn without_port(host: &[u8]) -> &[u8] {
    match host.iter().rposition(|byte| *byte == b':') {
        Some(at) if host[at + 1..].iter().all(u8::is_ascii_digit) => &host[..at],
        _ => host,
    }
}

const UNSIGNED: &[u8] = b"UNSIGNED-PAYLOAD";

pub(super) fn to_sign(request: &Request<'_>, date: &str, service: &str, canonical: &[u8]) -> Result<String, Refusal> {
    let timestamp = timestamp_text(request)?;
    let digest = hex(&Sha256::digest(canonical));
    Ok(format!("{SCHEME}\n{timestamp}\n{date}/{service}/tc3_request\n{digest}"))
}

/// The only value of a header; `None` when there is no such header.
fn header<'a>(request: &Request<'a>, name: &str) -> Result<Option<&'a [u8]>, Refusal> {
    let mut values =
        request.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(Refusal::HeaderRepeated(name.to_owned())),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}
