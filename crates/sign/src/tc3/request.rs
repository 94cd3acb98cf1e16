//! What of a request is signed, and how it is written down.

use super::Authorization;

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
    /// An `X-TC-Timestamp` that is not a count of seconds; here as it was sent.
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
    /// A header that is listed as signed is in the request more than once.
    #[error("the signed header `{0}` is there more than once")]
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

/// The request's time from `X-TC-Timestamp`, in seconds since the Unix epoch.
///
/// # Errors
/// [`Refusal::TimestampMissing`], [`Refusal::TimestampInvalid`].
pub fn timestamp(request: &Request<'_>) -> Result<i64, Refusal> {
    let _ = request;
    todo!()
}

/// What the request's digest is taken of.
///
/// # Errors
/// A signed header that is missing or repeated.
pub fn canonical_request(request: &Request<'_>, signed_headers: &str) -> Result<String, Refusal> {
    let _ = (request, signed_headers);
    todo!()
}

/// What is signed.
///
/// # Errors
/// As [`canonical_request`] and [`timestamp`].
pub fn string_to_sign(request: &Request<'_>, authorization: &Authorization<'_>) -> Result<String, Refusal> {
    let _ = (request, authorization);
    todo!()
}
