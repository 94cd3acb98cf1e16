//! Issuers of tokens: their keys are fetched, kept and fetched anew.
//!
//! Only issuers that the settings name are asked, and nothing that stands in a token leads anywhere. An issuer tells where
//! its keys are (OpenID Connect Discovery 1.0, 4): at another host only over https. Redirects are not followed, answers are
//! bounded in time and size. While an issuer cannot be reached its last keys are used on.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gateway::{Issuer, Issuers};
use serde::Deserialize;
use sign::token::Keys;
use tokio::task::JoinHandle;

use crate::call::exchange::{Outgoing, TlsTrust, send};
use crate::failure::Failure;
use crate::settings::Settings;

/// The longest document of an issuer.
const LONGEST: u64 = 1 << 20;

/// The first pause after a failure; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// How issuers are asked.
#[derive(Debug, Clone)]
struct Manner {
    trust: TlsTrust,
    timeout: Duration,
    /// Between two looks at the keys.
    refresh: Duration,
    /// The least pause between two looks that calls want.
    pause: Duration,
}

/// All issuers that the settings name, each once.
pub(super) fn all(settings: &Settings) -> Arc<Issuers> {
    Arc::new(settings.issuers().iter().map(|address| Issuer::new(address)).collect())
}

/// Begins to fetch the keys of all of them.
///
/// # Errors
/// The file with the authorities cannot be read.
pub(super) fn keep(issuers: &Issuers, settings: &Settings) -> Result<Vec<JoinHandle<()>>, Failure> {
    let issuer = &settings.issuer;
    let manner = Manner {
        trust: issuer.issuer_ca.as_ref().map_or(Ok(TlsTrust::System), |file| TlsTrust::file(&file.0))?,
        timeout: issuer.issuer_timeout.duration(),
        refresh: issuer.issuer_refresh.duration(),
        pause: issuer.issuer_pause.duration(),
    };
    Ok(issuers.iter().map(|issuer| tokio::spawn(keep_one(Arc::clone(issuer), manner.clone()))).collect())
}

async fn keep_one(issuer: Arc<Issuer>, manner: Manner) {
    let mut failures: u32 = 0;
    loop {
        let (address, asked) = (issuer.address().to_owned(), manner.clone());
        let found = tokio::task::spawn_blocking(move || look(&address, &asked)).await;
        let pause = match found {
            Ok(Ok(keys)) => {
                if failures > 0 {
                    tracing::info!(issuer = issuer.address(), "the issuer answers again");
                }
                failures = 0;
                tracing::debug!(issuer = issuer.address(), ?keys, "keys of an issuer");
                issuer.publish(keys);
                manner.refresh
            }
            Ok(Err(fault)) => {
                failures = failures.saturating_add(1);
                let issuer = issuer.address();
                tracing::warn!(issuer, fault, failures, "the keys of an issuer cannot be fetched; those before stay");
                pause_after(failures, manner.refresh)
            }
            Err(ended) if ended.is_panic() => {
                // It was told of where it happened. The keys are asked for again all the same.
                failures = failures.saturating_add(1);
                tracing::error!(issuer = issuer.address(), failures, "the look for the keys of an issuer broke off");
                pause_after(failures, manner.refresh)
            }
            // The runtime ends.
            Err(_) => return,
        };
        let rest = manner.pause.min(pause);
        issuer.looked(now().saturating_add(i64::try_from(rest.as_secs()).unwrap_or(i64::MAX)));
        tokio::time::sleep(rest).await;
        tokio::select! {
            () = tokio::time::sleep(pause.saturating_sub(rest)) => {}
            () = issuer.wanted() => {}
        }
    }
}

/// How long to wait after so many failures in a row.
fn pause_after(failures: u32, longest: Duration) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failures.min(12).saturating_sub(1)).min(longest)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// What of an issuer's discovery document is looked at.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

/// Asks an issuer where its keys are, and for the keys.
fn look(address: &str, manner: &Manner) -> Result<Keys, String> {
    let place = format!("{}/.well-known/openid-configuration", address.trim_end_matches('/'));
    let told: Discovery = serde_json::from_slice(&get(&place, manner)?).map_err(|error| format!("{place}: {error}"))?;
    if told.issuer != address {
        return Err(format!("{place} tells of the issuer {:?}, not of this one", told.issuer));
    }
    if !may_hold_keys(address, &told.jwks_uri) {
        let reason = "the keys of an issuer are at its own host, or at another one over https";
        return Err(format!("{place} leads to {:?}: {reason}", told.jwks_uri));
    }
    let text = get(&told.jwks_uri, manner)?;
    let text = str::from_utf8(&text).map_err(|error| format!("{}: {error}", told.jwks_uri))?;
    Keys::published(text).map_err(|unfit| format!("{} {unfit}", told.jwks_uri))
}

/// Whether the keys of an issuer may be at `place`.
fn may_hold_keys(issuer: &str, place: &str) -> bool {
    let (Ok(issuer), Ok(place)) = (issuer.parse::<http::Uri>(), place.parse::<http::Uri>()) else { return false };
    let is_same = issuer.scheme() == place.scheme() && issuer.authority() == place.authority();
    is_same || place.scheme_str() == Some("https")
}

fn get(url: &str, manner: &Manner) -> Result<Vec<u8>, String> {
    let answer = send(Outgoing {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: vec![("accept".to_owned(), "application/json".to_owned())],
        body: None,
        connect_to: None,
        trust: manner.trust.clone(),
        timeout: manner.timeout,
        longest: LONGEST,
    })
    .map_err(|failure| failure.line().unwrap_or_default().to_owned())?;
    if answer.status == 200 { Ok(answer.body) } else { Err(format!("{url} answered with {}", answer.status)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_at_the_issuer_or_behind_https() {
        for (issuer, place, may) in [
            ("https://id.example.com", "https://id.example.com/jwks", true),
            ("https://id.example.com", "https://keys.example.com/jwks", true),
            ("https://id.example.com", "http://id.example.com/jwks", false),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/jwks", true),
            ("http://127.0.0.1:9000", "http://127.0.0.1:22/", false),
            ("https://id.example.com", "http://169.254.169.254/latest", false),
            ("https://id.example.com", "file:///etc/passwd", false),
            ("https://id.example.com", "/jwks", false),
        ] {
            assert_eq!(may_hold_keys(issuer, place), may, "{issuer} {place}");
        }
    }
}
