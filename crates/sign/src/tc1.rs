//! HmacSHA1 and HmacSHA256: how management calls were signed before TC3 (spec: control plane wire protocol, old
//! signature).
//!
//! The signature is itself a parameter, of a GET's query or a POST's form: the Base64 of an HMAC over the method, the
//! host, the path, `?`, and every other parameter as `name=value`, decoded, `_` in names read as `.`, sorted by name,
//! joined by `&`. The clock is the caller's: it compares the parameter `Timestamp` with its own time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::key_pair::keyed;

/// Why the signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No parameter `Signature`.
    #[error("the parameter Signature is missing")]
    SignatureMissing,
    /// A `SignatureMethod` other than `HmacSHA1` (which is also meant when there is none) and `HmacSHA256`.
    #[error("SignatureMethod is `{0}`; HmacSHA1 and HmacSHA256 are allowed")]
    UnsupportedMethod(String),
    /// A parameter that says how the request is signed is there more than once.
    #[error("the parameter {0} is there more than once")]
    ParameterRepeated(&'static str),
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
    let mut parameters: Vec<(String, &str)> = request
        .parameters
        .iter()
        .filter(|(name, _)| name != "Signature")
        .map(|(name, value)| (name.replace('_', "."), value.as_str()))
        .collect();
    parameters.sort();
    let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}{}{}?{}", request.method, request.host, request.path, pairs.join("&"))
}

/// Checks the parameter `Signature` against the others.
///
/// # Errors
/// See [`Refusal`].
pub fn verify(request: &Request<'_>, secret_key: &[u8]) -> Result<(), Refusal> {
    let given = parameter(request, "Signature")?.ok_or(Refusal::SignatureMissing)?;
    let string_to_sign = string_to_sign(request);
    let expected = Method::of(request)?.mac(secret_key, string_to_sign.as_bytes());
    let holds: bool = expected.as_bytes().ct_eq(given.as_bytes()).into();
    if holds { Ok(()) } else { Err(Refusal::Mismatch { string_to_sign }) }
}

/// The value of the parameter `Signature` for `request`, by its parameter `SignatureMethod`.
///
/// # Errors
/// [`Refusal::UnsupportedMethod`], [`Refusal::ParameterRepeated`].
pub fn sign(request: &Request<'_>, secret_key: &[u8]) -> Result<String, Refusal> {
    Ok(Method::of(request)?.mac(secret_key, string_to_sign(request).as_bytes()))
}

enum Method {
    HmacSha1,
    HmacSha256,
}

impl Method {
    fn of(request: &Request<'_>) -> Result<Self, Refusal> {
        match parameter(request, "SignatureMethod")? {
            None | Some("HmacSHA1") => Ok(Self::HmacSha1),
            Some("HmacSHA256") => Ok(Self::HmacSha256),
            Some(other) => Err(Refusal::UnsupportedMethod(other.to_owned())),
        }
    }

    /// The MAC of `text` in Base64.
    fn mac(&self, secret_key: &[u8], text: &[u8]) -> String {
        fn digest<M: KeyInit + Mac>(key: &[u8], text: &[u8]) -> String {
            let mut mac: M = keyed(key);
            mac.update(text);
            BASE64.encode(mac.finalize().into_bytes())
        }
        match self {
            Self::HmacSha1 => digest::<Hmac<Sha1>>(secret_key, text),
            Self::HmacSha256 => digest::<Hmac<Sha256>>(secret_key, text),
        }
    }
}

/// The only value of a parameter; `None` when there is no such parameter.
fn parameter<'a>(request: &Request<'a>, name: &'static str) -> Result<Option<&'a str>, Refusal> {
    let mut values = request.parameters.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(Refusal::ParameterRepeated(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn request(parameters: &[(String, String)]) -> Request<'_> {
        Request { method: "GET", host: "gateway.example:9080", path: "/", parameters }
    }

    #[test]
    fn parameters_are_sorted_after_their_names_were_changed_and_not_encoded() {
        let parameters = pairs(&[("b_1", "x y"), ("a", "ü/+&="), ("b.0", ""), ("Signature", "no"), ("B", "1")]);
        assert_eq!(string_to_sign(&request(&parameters)), "GETgateway.example:9080/?B=1&a=ü/+&=&b.0=&b.1=x y");
    }

    #[test]
    fn what_is_made_here_is_accepted_here_and_nothing_else() {
        for method in [&[][..], &[("SignatureMethod", "HmacSHA1")], &[("SignatureMethod", "HmacSHA256")]] {
            let mut parameters = pairs(&[&[("Action", "DescribeServices"), ("Nonce", "1")], method].concat());
            assert_eq!(verify(&request(&parameters), b"key"), Err(Refusal::SignatureMissing));
            parameters.push(("Signature".into(), sign(&request(&parameters), b"key").unwrap()));
            assert_eq!(verify(&request(&parameters), b"key"), Ok(()));
            assert!(matches!(verify(&request(&parameters), b"other"), Err(Refusal::Mismatch { .. })));
            let elsewhere = Request { host: "other.example", ..request(&parameters) };
            assert!(matches!(verify(&elsewhere, b"key"), Err(Refusal::Mismatch { .. })));
            let posted = Request { method: "POST", ..request(&parameters) };
            assert!(matches!(verify(&posted, b"key"), Err(Refusal::Mismatch { .. })));
            parameters[0].1.push('X');
            let Err(Refusal::Mismatch { string_to_sign }) = verify(&request(&parameters), b"key") else { panic!() };
            assert!(string_to_sign.starts_with("GETgateway.example:9080/?Action=DescribeServicesX&Nonce=1"));
        }
    }

    #[test]
    fn a_method_or_a_repetition_that_is_not_allowed_is_told() {
        let parameters = pairs(&[("SignatureMethod", "HmacMD5"), ("Signature", "x")]);
        assert_eq!(verify(&request(&parameters), b""), Err(Refusal::UnsupportedMethod("HmacMD5".into())));
        let parameters = pairs(&[("Signature", "x"), ("Signature", "y")]);
        assert_eq!(verify(&request(&parameters), b""), Err(Refusal::ParameterRepeated("Signature")));
    }
}
