//! Making and checking the signature.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::request::{Values, canonical, hex, timestamp, to_sign};
use super::{Authorization, Refusal, Request, SCHEME};
use crate::key_pair::{date_of, keyed};

/// Checks that `authorization` was made for `request` with `secret_key`. The time of day is not looked at: see
/// [`timestamp`].
///
/// # Errors
/// See [`Refusal`].
pub fn verify(request: &Request<'_>, authorization: &Authorization<'_>, secret_key: &[u8]) -> Result<(), Refusal> {
    let Authorization { date, service, signed_headers, signature, .. } = *authorization;
    let day = date_of(timestamp(request)?);
    if date != day {
        return Err(Refusal::DateMismatch { credential: date.to_owned(), timestamp: day });
    }
    let key = signing_key(secret_key, date, service);
    let given = signature.to_ascii_lowercase();
    let holds = |canonical: &[u8]| -> Result<bool, Refusal> {
        let expected = hex(&mac(&key, to_sign(request, date, service, canonical)?.as_bytes()));
        Ok(expected.as_bytes().ct_eq(given.as_bytes()).into())
    };
    let documented = canonical(request, signed_headers, Values::DOCUMENTED)?;
    if holds(&documented)? {
        return Ok(());
    }
    for values in Values::TOLERATED {
        let tolerated = canonical(request, signed_headers, values)?;
        if tolerated != documented && holds(&tolerated)? {
            return Ok(());
        }
    }
    Err(Refusal::Mismatch {
        string_to_sign: to_sign(request, date, service, &documented)?,
        canonical_request: String::from_utf8_lossy(&documented).into_owned(),
    })
}

/// The `Authorization` value that signs `request`, which must have the headers `Content-Type`, `Host` and
/// `X-TC-Timestamp`; the first two are covered.
///
/// # Errors
/// One of those headers is missing, repeated or not of its form.
pub fn sign(request: &Request<'_>, secret_id: &str, secret_key: &[u8], service: &str) -> Result<String, Refusal> {
    const SIGNED: &str = "content-type;host";
    let date = date_of(timestamp(request)?);
    let canonical = canonical(request, SIGNED, Values::DOCUMENTED)?;
    let text = to_sign(request, &date, service, &canonical)?;
    let signature = hex(&mac(&signing_key(secret_key, &date, service), text.as_bytes()));
    Ok(format!(
        "{SCHEME} Credential={secret_id}/{date}/{service}/tc3_request, SignedHeaders={SIGNED}, Signature={signature}"
    ))
}

fn signing_key(secret_key: &[u8], date: &str, service: &str) -> [u8; 32] {
    let root = [b"TC3", secret_key].concat();
    mac(&mac(&mac(&root, date.as_bytes()), service.as_bytes()), b"tc3_request")
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac: Hmac<Sha256> = keyed(key);
    mac.update(text);
    mac.finalize().into_bytes().into()
}
