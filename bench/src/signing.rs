//! The two signatures that a user of Tollgate makes: key pair (calls) and TC3 (management). Written from the
//! specification and not taken from the product, so that a mistake cannot agree with itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// A key pair of a caller or an operator.
#[derive(Clone, Debug)]
pub(crate) struct KeyPair {
    /// `SecretId`.
    pub(crate) id: String,
    /// `SecretKey`.
    pub(crate) secret: String,
}

/// The `Authorization` of a call that signs `date` and `source` with HMAC-SHA1.
pub(crate) fn authorization(key: &KeyPair, date: &str, source: &str) -> String {
    let signed = format!("date: {date}\nsource: {source}");
    let signature = STANDARD.encode(hmac::<Hmac<Sha1>>(key.secret.as_bytes(), signed.as_bytes()));
    format!(r#"hmac id="{}", algorithm="hmac-sha1", headers="date source", signature="{signature}""#, key.id)
}

/// The `Authorization` of a management call: POST, JSON, `content-type` and `host` signed.
/// `day` is `YYYY-MM-DD` of `timestamp` in UTC.
pub(crate) fn tc3(key: &KeyPair, host: &str, content_type: &str, body: &[u8], timestamp: u64, day: &str) -> String {
    let scope = format!("{day}/apigateway/tc3_request");
    let canonical = format!(
        "POST\n/\n\ncontent-type:{content_type}\nhost:{host}\n\ncontent-type;host\n{}",
        hex(&Sha256::digest(body))
    );
    let signed = format!("TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
    let mut secret = format!("TC3{}", key.secret).into_bytes();
    for part in [day, "apigateway", "tc3_request"] {
        secret = hmac::<Hmac<Sha256>>(&secret, part.as_bytes());
    }
    let signature = hex(&hmac::<Hmac<Sha256>>(&secret, signed.as_bytes()));
    format!("TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=content-type;host, Signature={signature}", key.id)
}

fn hmac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of every length: the error cannot happen, and an empty MAC would be refused by every gateway.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_sha1_agrees_with_rfc_2202() {
        let mac = hmac::<Hmac<Sha1>>(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&mac), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    }

    #[test]
    fn hmac_sha256_agrees_with_rfc_4231() {
        let mac = hmac::<Hmac<Sha256>>(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
