//! HmacSHA1 and HmacSHA256: how management calls were signed before TC3 (spec: control plane wire protocol, old
//! signature).
//!
//! The signature is itself a parameter, of a GET's query or a POST's form: the Base64 of an HMAC over the method, the
//! host, the path, `?`, and every other parameter as `name=value`, decoded, `_` in names read as `.`, sorted by name,
//! joined by `&`. The clock is the caller's: it compares the parameter `Timestamp` with its own time.

/// Why the signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No parameter `Signature`.
    #[error("the parameter Signature is missing")]
    SignatureMissing,
    /// A `SignatureMethod` other than `HmacSHA1` (which is also meant when there is none) and `HmacSHA256`.
    #[error("SignatureMethod is `{0}`; HmacSHA1 and HmacSHA256 are allowed")]
    UnsupportedMethod(String),
    /// The signature is not the one that the key makes. What we signed is for the owner's eyes: it holds no secret.
    #[error("the signature does not match")]
    Mismatch {
        /// The string that the server signed.
        string_to_sign: String,
    },
}

/// The parts of a request that the signature covers.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method in upper case.
    pub method: &'a str,
    /// The host as the `Host` header has it.
    pub host: &'a str,
    /// The path: `/` for the vendor's own tools.
    pub path: &'a str,
    /// Every parameter, decoded; `Signature` may be among them.
    pub parameters: &'a [(String, String)],
}

/// What is signed.
pub fn string_to_sign(request: &Request<'_>) -> String {
    let _ = request;
    todo!()
}

/// Checks the parameter `Signature` against the others.
///
/// # Errors
/// See [`Refusal`].
pub fn verify(request: &Request<'_>, secret_key: &[u8]) -> Result<(), Refusal> {
    let _ = (request, secret_key);
    todo!()
}

/// The value of the parameter `Signature` for `request`, by its parameter `SignatureMethod`.
///
/// # Errors
/// [`Refusal::UnsupportedMethod`].
pub fn sign(request: &Request<'_>, secret_key: &[u8]) -> Result<String, Refusal> {
    let _ = (request, secret_key);
    todo!()
}
