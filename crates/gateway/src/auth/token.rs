//! OAuth 2.0: the call carries a token that the key of its authorization API signed for (spec: OAuth 2.0).

use model::TokenLocation;
use net::Request;
use sign::token::{Demands, Verdict};

use crate::plan::{ApiEntry, KeySource, TokenPlan};
use crate::refusal::{Refusal, TokenRefusal};

/// The name of the cookie and of the parameter that hold the token.
const NAME: &[u8] = b"id_token";

/// Refuses a call without a token that holds, or sends its caller to log in. `now` is in seconds since the Unix epoch.
pub async fn check(request: &Request, entry: &ApiEntry, now: i64) -> Result<(), Refusal> {
    let (keys, demands, location, login) = match entry.tokens.as_deref() {
        None | Some(TokenPlan::Unrelated) => return Err(TokenRefusal::Unrelated.into()),
        Some(TokenPlan::Unconfigured) => return Err(TokenRefusal::Unconfigured.into()),
        Some(TokenPlan::Held { keys, demands, location, login }) => (keys, demands, *location, login.as_deref()),
    };
    let token = match location {
        TokenLocation::Header => in_header(request),
        TokenLocation::Cookie => in_cookie(request).ok_or(TokenRefusal::CookieMissing),
    };
    let refusal = match token {
        Ok(token) => match judge(keys, token, now, demands).await {
            Some(Verdict::Holds) => return Ok(()),
            // Another log-in would give the same user another token.
            Some(Verdict::ForOthers) => return Err(Refusal::CallerRefused),
            Some(Verdict::Fails | Verdict::UnknownKey) => TokenRefusal::Invalid,
            None => return Err(TokenRefusal::Unreachable.into()),
        },
        Err(refusal) => refusal,
    };
    // A form or an order that is sent to log in would be lost there.
    let is_a_look = matches!(request.method(), "GET" | "HEAD");
    match login {
        Some(login) if is_a_look => Err(TokenRefusal::LoginNeeded(login.into()).into()),
        _ => Err(refusal.into()),
    }
}

/// What becomes of a token; nothing while no keys of its issuer are known.
async fn judge(keys: &KeySource, token: &[u8], now: i64, demands: &Demands) -> Option<Verdict> {
    let issuer = match keys {
        KeySource::Written(keys) => return Some(keys.judge(token, now, demands)),
        KeySource::Issuer(issuer) => issuer,
    };
    let verdict = issuer.keys().map(|keys| keys.judge(token, now, demands));
    // The issuer may have changed its keys since they were fetched.
    if matches!(verdict, None | Some(Verdict::UnknownKey)) && issuer.look_again(now).await {
        return issuer.keys().map(|keys| keys.judge(token, now, demands));
    }
    verdict
}

/// `Authorization: Bearer id_token="…"`; the plain `Bearer …` of RFC 6750 too.
fn in_header(request: &Request) -> Result<&[u8], TokenRefusal> {
    let mut values = request.header_values("authorization");
    let value = values.next().ok_or(TokenRefusal::HeaderMissing)?;
    if values.next().is_some() {
        return Err(TokenRefusal::HeaderRepeated);
    }
    let (scheme, rest) = value.split_at_checked(6).ok_or(TokenRefusal::Format)?;
    if !scheme.eq_ignore_ascii_case(b"bearer") || !matches!(rest.first(), None | Some(b' ' | b'\t')) {
        return Err(TokenRefusal::Format);
    }
    let rest = rest.trim_ascii();
    let token = match rest.strip_prefix(NAME).map(<[u8]>::trim_ascii_start).and_then(|rest| rest.strip_prefix(b"=")) {
        Some(value) => unquoted(value.trim_ascii_start()),
        None => rest,
    };
    if token.is_empty() { Err(TokenRefusal::TokenMissing) } else { Ok(token) }
}

/// The cookie `id_token`; the first where there are more.
fn in_cookie(request: &Request) -> Option<&[u8]> {
    let pairs = request.header_values("cookie").flat_map(|line| line.split(|byte| *byte == b';'));
    let mut found = pairs.filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        (pair.get(..at)?.trim_ascii() == NAME).then(|| unquoted(pair.get(at + 1..).unwrap_or_default().trim_ascii()))
    });
    found.next().filter(|token| !token.is_empty())
}

fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}
