//! Tokens: JSON Web Tokens (RFC 7519) that a public key signed for (spec: OAuth 2.0).
//!
//! The keys are read once, from a JSON Web Key or a set of them (RFC 7517), and checked then: a key that could verify nothing, a
//! private one and a symmetric one are refused. A token must say when it expires; the time of day is passed in.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

/// Most keys of a set.
const MOST: usize = 100;

/// How far `nbf` may be ahead of now, in seconds: for clocks that differ.
const LEEWAY: f64 = 60.0;

/// Keys that tokens are held against. It prints without them.
pub struct Keys(Vec<TokenKey>);

struct TokenKey {
    id: Option<String>,
    key: DecodingKey,
    /// The algorithms that the key is for.
    validation: Validation,
}

/// Why a text holds no keys that tokens could be held against.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum UnfitKeys {
    #[error("is no JSON Web Key, and no set of them")]
    NotJson,
    #[error("holds no key")]
    Empty,
    #[error("holds more than {MOST} keys")]
    TooMany,
    #[error("holds a private or a symmetric key; only public ones are allowed")]
    Private,
    #[error(
        "holds a key that no token can be held against; RSA of 2048 to 8192 bits, P-256, P-384 and Ed25519 are allowed"
    )]
    Unsupported,
}

/// What of a token is looked at.
#[derive(Deserialize)]
struct Claims {
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    iss: Option<String>,
    aud: Option<Audience>,
}

/// Whom a token is for.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn holds(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Many(many) => many.iter().any(|one| one == wanted),
        }
    }
}

/// What a token must say of itself besides its times. The default asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demands {
    /// Who gave it (`iss`).
    pub issuer: Option<Box<str>>,
    /// Whom it is for (`aud`).
    pub audience: Option<Box<str>>,
    /// How old it may be, in seconds since it was given (`iat`), which it has to say then.
    pub age: Option<u32>,
}

/// What becomes of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It is none, no key signed for it, or its time is not now.
    Fails,
    /// It names a key that is not among these.
    UnknownKey,
    /// It holds, and is for others.
    ForOthers,
}

impl Keys {
    /// Reads a JSON Web Key, or a set of them.
    ///
    /// # Errors
    /// See [`UnfitKeys`].
    pub fn new(text: &str) -> Result<Self, UnfitKeys> {
        let value: Value = serde_json::from_str(text).map_err(|_| UnfitKeys::NotJson)?;
        let keys = match value.get("keys") {
            Some(Value::Array(keys)) => keys.clone(),
            Some(_) => return Err(UnfitKeys::NotJson),
            None if value.is_object() => vec![value],
            None => return Err(UnfitKeys::NotJson),
        };
        if keys.is_empty() {
            return Err(UnfitKeys::Empty);
        }
        if keys.len() > MOST {
            return Err(UnfitKeys::TooMany);
        }
        keys.into_iter().map(TokenKey::new).collect::<Result<_, _>>().map(Self)
    }

    /// Reads the set of keys that an issuer publishes. What is no public key for signatures there is left out: an issuer
    /// may publish more than that, and one key too new for us must not take the others away.
    ///
    /// # Errors
    /// No key is left.
    pub fn published(text: &str) -> Result<Self, UnfitKeys> {
        let value: Value = serde_json::from_str(text).map_err(|_| UnfitKeys::NotJson)?;
        let Some(Value::Array(keys)) = value.get("keys") else { return Err(UnfitKeys::NotJson) };
        let signs = |key: &&Value| key.get("use").and_then(Value::as_str).is_none_or(|usage| usage == "sig");
        let fit: Vec<TokenKey> =
            keys.iter().take(MOST).filter(signs).filter_map(|key| TokenKey::new(key.clone()).ok()).collect();
        if fit.is_empty() { Err(UnfitKeys::Empty) } else { Ok(Self(fit)) }
    }

    /// True when one of the keys signed for `token`, and it holds now. `now` is in seconds since the Unix epoch.
    pub fn verify(&self, token: &[u8], now: i64) -> bool {
        self.judge(token, now, &Demands::default()) == Verdict::Holds
    }

    /// What becomes of `token` now. `now` is in seconds since the Unix epoch.
    pub fn judge(&self, token: &[u8], now: i64, demands: &Demands) -> Verdict {
        let Ok(header) = decode_header(token) else { return Verdict::Fails };
        // A key that has an id is for tokens that name it, or that name none.
        let is_meant = |key: &&TokenKey| match (&header.kid, &key.id) {
            (Some(named), Some(id)) => named == id,
            _ => true,
        };
        #[allow(clippy::cast_precision_loss)]
        let now = now as f64;
        let mut verdict = Verdict::UnknownKey;
        for key in self.0.iter().filter(is_meant) {
            verdict = Verdict::Fails;
            if let Ok(token) = decode::<Claims>(token, &key.key, &key.validation) {
                return demands.judge(&token.claims, now);
            }
        }
        verdict
    }
}

impl Demands {
    fn judge(&self, claims: &Claims, now: f64) -> Verdict {
        let is_now = now < claims.exp && claims.nbf.is_none_or(|nbf| nbf <= now + LEEWAY);
        let is_young = self.age.is_none_or(|age| claims.iat.is_some_and(|iat| now < iat + f64::from(age)));
        if !is_now || !is_young || self.issuer.as_deref().is_some_and(|issuer| claims.iss.as_deref() != Some(issuer)) {
            return Verdict::Fails;
        }
        match (&self.audience, &claims.aud) {
            (None, _) => Verdict::Holds,
            (Some(wanted), Some(audience)) if audience.holds(wanted) => Verdict::Holds,
            (Some(_), _) => Verdict::ForOthers,
        }
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

impl TokenKey {
    fn new(value: Value) -> Result<Self, UnfitKeys> {
        if value.get("d").is_some() || value.get("k").is_some() {
            return Err(UnfitKeys::Private);
        }
        let jwk: Jwk = serde_json::from_value(value).map_err(|_| UnfitKeys::Unsupported)?;
        let possible: &[(KeyAlgorithm, Algorithm)] = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => &[
                (KeyAlgorithm::RS256, Algorithm::RS256),
                (KeyAlgorithm::RS384, Algorithm::RS384),
                (KeyAlgorithm::RS512, Algorithm::RS512),
                (KeyAlgorithm::PS256, Algorithm::PS256),
                (KeyAlgorithm::PS384, Algorithm::PS384),
                (KeyAlgorithm::PS512, Algorithm::PS512),
            ],
            AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
                EllipticCurve::P256 => &[(KeyAlgorithm::ES256, Algorithm::ES256)],
                EllipticCurve::P384 => &[(KeyAlgorithm::ES384, Algorithm::ES384)],
                _ => return Err(UnfitKeys::Unsupported),
            },
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                &[(KeyAlgorithm::EdDSA, Algorithm::EdDSA)]
            }
            _ => return Err(UnfitKeys::Unsupported),
        };
        let wanted = jwk.common.key_algorithm;
        let algorithms: Vec<Algorithm> = possible
            .iter()
            .filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name))
            .map(|(_, algorithm)| *algorithm)
            .collect();
        let key = DecodingKey::from_jwk(&jwk).map_err(|_| UnfitKeys::Unsupported)?;
        if algorithms.is_empty() || !has_size(&jwk, &key) {
            return Err(UnfitKeys::Unsupported);
        }
        let mut validation = Validation::new(Algorithm::RS256);
        validation.algorithms = algorithms;
        // The clock is the caller's, and nothing says whom a token is for.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Ok(Self { id: jwk.common.key_id, key, validation })
    }
}

/// A key of another size verifies nothing.
fn has_size(jwk: &Jwk, key: &DecodingKey) -> bool {
    match (&jwk.algorithm, key.kind()) {
        (_, jsonwebtoken::DecodingKeyKind::RsaModulusExponent { n, e }) => {
            let n = n.iter().position(|byte| *byte != 0).and_then(|at| n.get(at..)).unwrap_or_default();
            (256..=1024).contains(&n.len()) && !e.is_empty()
        }
        (AlgorithmParameters::EllipticCurve(curve), _) => {
            let size = if curve.curve == EllipticCurve::P256 { 65 } else { 97 };
            key.try_get_as_bytes().is_ok_and(|bytes| bytes.len() == size)
        }
        (AlgorithmParameters::OctetKeyPair(_), _) => key.try_get_as_bytes().is_ok_and(|bytes| bytes.len() == 32),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, appendix A.2: a key and what it signed.
    const RSA: &str = r#"{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#;
    const SIGNED: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    #[test]
    fn a_published_token_holds_until_it_expires_and_for_its_key_alone() {
        let keys = Keys::new(RSA).unwrap();
        assert!(keys.verify(SIGNED.as_bytes(), 1_300_819_379));
        assert!(!keys.verify(SIGNED.as_bytes(), 1_300_819_380), "it has expired");
        let set = format!(r#"{{"keys":[{RSA}]}}"#);
        assert!(Keys::new(&set).unwrap().verify(SIGNED.as_bytes(), 0));
        let forged = SIGNED.replacen(".eyJpc3MiOiJqb2Ui", ".eyJpc3MiOiJqb2Uj", 1);
        assert!(!keys.verify(forged.as_bytes(), 0));
        for other in ["", "a.b.c", "eyJhbGciOiJub25lIn0.eyJleHAiOjk5OTk5OTk5OTl9.", "\u{0}"] {
            assert!(!keys.verify(other.as_bytes(), 0), "{other:?}");
        }
        let for_pss = RSA.replacen('{', r#"{"alg":"PS256","#, 1);
        assert!(!Keys::new(&for_pss).unwrap().verify(SIGNED.as_bytes(), 0), "the key is for another algorithm");
    }

    #[test]
    fn a_token_is_held_against_what_is_demanded_of_it() {
        // {"iss":"joe","exp":1300819380,"http://example.com/is_root":true}
        let keys = Keys::new(RSA).unwrap();
        let judge = |demands: &Demands| keys.judge(SIGNED.as_bytes(), 0, demands);
        let issuer = |name: &str| Demands { issuer: Some(name.into()), ..Demands::default() };
        assert_eq!(judge(&issuer("joe")), Verdict::Holds);
        assert_eq!(judge(&issuer("jane")), Verdict::Fails);
        assert_eq!(judge(&Demands { age: Some(60), ..Demands::default() }), Verdict::Fails, "it tells no age");
        assert_eq!(judge(&Demands { audience: Some("shop".into()), ..issuer("joe") }), Verdict::ForOthers);
        let claims = |text: &str| serde_json::from_str::<Claims>(text).unwrap();
        let demands = Demands { audience: Some("shop".into()), age: Some(60), issuer: None };
        for (text, expected) in [
            (r#"{"exp":100,"iat":10,"aud":"shop"}"#, Verdict::Holds),
            (r#"{"exp":100,"iat":10,"aud":["bank","shop"]}"#, Verdict::Holds),
            (r#"{"exp":100,"iat":10,"aud":["bank"]}"#, Verdict::ForOthers),
            (r#"{"exp":100,"iat":10}"#, Verdict::ForOthers),
            (r#"{"exp":100,"iat":-20,"aud":"shop"}"#, Verdict::Fails),
        ] {
            assert_eq!(demands.judge(&claims(text), 50.0), expected, "{text}");
        }
    }

    #[test]
    fn of_what_an_issuer_publishes_the_fitting_keys_are_taken() {
        let named = RSA.replacen('{', r#"{"kid":"one","use":"sig","#, 1);
        let for_secrets = RSA.replacen('{', r#"{"kid":"two","use":"enc","#, 1);
        let set = format!(r#"{{"keys":[{{"kty":"oct","k":"x"}},{{"kty":"new"}},7,{for_secrets},{named}]}}"#);
        let keys = Keys::published(&set).unwrap();
        assert!(keys.verify(SIGNED.as_bytes(), 0));
        let other = "eyJhbGciOiJSUzI1NiIsImtpZCI6InRocmVlIn0.eyJleHAiOjl9.AAAA";
        assert_eq!(keys.judge(other.as_bytes(), 0, &Demands::default()), Verdict::UnknownKey);
        for text in ["", "[]", r#"{"keys":[]}"#, RSA, &format!(r#"{{"keys":[{for_secrets}]}}"#)] {
            assert!(Keys::published(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_holds_no_public_key_is_refused() {
        let n = "x".repeat(300);
        for (text, expected) in [
            ("", UnfitKeys::NotJson),
            ("[]", UnfitKeys::NotJson),
            ("5", UnfitKeys::NotJson),
            (r#"{"keys":{}}"#, UnfitKeys::NotJson),
            (r#"{"keys":[]}"#, UnfitKeys::Empty),
            ("{}", UnfitKeys::Unsupported),
            (r#"{"kty":"RSA","e":"AQAB","n":"AQAB"}"#, UnfitKeys::Unsupported),
            (&format!(r#"{{"kty":"RSA","e":"AQAB","n":"{n}"}}"#), UnfitKeys::Unsupported),
            (r#"{"kty":"oct","k":"c2VjcmV0"}"#, UnfitKeys::Private),
            (&RSA.replacen('{', r#"{"d":"AQAB","#, 1), UnfitKeys::Private),
            (&RSA.replacen('{', r#"{"alg":"HS256","#, 1), UnfitKeys::Unsupported),
            (r#"{"kty":"EC","crv":"P-256","x":"AQAB","y":"AQAB"}"#, UnfitKeys::Unsupported),
        ] {
            assert_eq!(Keys::new(text).err(), Some(expected), "{text}");
        }
    }
}
