//! The header's value, taken apart.

/// The scheme's name, and the algorithm's.
pub const SCHEME: &str = "TC3-HMAC-SHA256";

/// An `Authorization: TC3-HMAC-SHA256 …` value, taken apart. All parts borrow from the header; none is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// The public half of the key pair.
    pub secret_id: &'a str,
    /// The day that the key was derived for, `YYYY-MM-DD` in UTC.
    pub date: &'a str,
    /// The service that the key was derived for: `apigateway`.
    pub service: &'a str,
    /// The names of the signed headers: lower case, sorted, joined by `;`, with `content-type` and `host` among them.
    pub signed_headers: &'a str,
    /// The signature: 64 hexadecimal digits.
    pub signature: &'a str,
}

/// Why an `Authorization` value cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Another scheme than [`SCHEME`].
    #[error("the authorization scheme is not TC3-HMAC-SHA256")]
    NotTc3,
    /// Not a list of `Name=value` parts separated by commas, a part given twice, or bytes that are not ASCII.
    #[error("the authorization is not a list of Name=value parts separated by commas")]
    Format,
    /// No `Credential`, or not of the form `{id}/{YYYY-MM-DD}/{service}/tc3_request`.
    #[error("Credential is not of the form {{secret id}}/{{YYYY-MM-DD}}/{{service}}/tc3_request")]
    Credential,
    /// No `SignedHeaders`, names not in lower case, not sorted, or given twice.
    #[error("SignedHeaders is not a sorted list of lower-case header names separated by semicolons")]
    SignedHeaders,
    /// `content-type` or `host` is not among the signed headers.
    #[error("SignedHeaders lacks content-type or host")]
    HeadersNotSigned,
    /// No `Signature`, or not 64 hexadecimal digits.
    #[error("Signature is not 64 hexadecimal digits")]
    Signature,
}

/// Takes an `Authorization` value apart, without allocating.
///
/// # Errors
/// See [`Malformed`]; the first that applies in the order of its variants.
pub fn parse(value: &[u8]) -> Result<Authorization<'_>, Malformed> {
    let _ = value;
    todo!()
}
