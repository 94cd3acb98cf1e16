//! What is drawn from the system's randomness: identifiers, pairs, passwords, version names.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{
    AccessKeyId, ApiDocumentId, ApiId, ApplicationId, CertificateId, IpStrategyId, OperatorId, PluginId, Secret,
    ServiceId, Snapshot, Timestamp, UpstreamId, UsagePlanId, VersionName,
};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::Refusal;

/// Signs that cannot be mistaken for one another when read out: no `l`, `o`, `0`, `1`.
const PASSWORD_SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A fresh key pair: `AKID` and 36 letters and digits, with a secret of 40.
///
/// # Errors
/// [`Refusal::Store`] when the system has no randomness to give.
pub fn pair() -> Result<(AccessKeyId, Secret), Refusal> {
    Ok((AccessKeyId::mint(entropy()?), secret()?))
}

/// A fresh password: 24 letters and digits, 120 bits.
///
/// # Errors
/// [`Refusal::Store`] when the system has no randomness to give.
pub fn password() -> Result<String, Refusal> {
    let drawn: [u8; 24] = entropy()?;
    Ok(drawn.iter().map(|byte| char::from(PASSWORD_SIGNS[usize::from(byte % 32)])).collect())
}

/// A fresh token: 43 signs of base64url, 256 bits.
///
/// # Errors
/// [`Refusal::Store`] when the system has no randomness to give.
pub(crate) fn token() -> Result<String, Refusal> {
    Ok(URL_SAFE_NO_PAD.encode(entropy::<32>()?))
}

/// A fresh secret.
pub(crate) fn secret() -> Result<Secret, Refusal> {
    Ok(Secret::mint(&entropy()?))
}

/// A public half that no access key of an operator has.
pub(crate) fn operator_key(snapshot: &Snapshot) -> Result<AccessKeyId, Refusal> {
    fresh(AccessKeyId::mint, |id| {
        let is_first = snapshot.operators.values().any(|operator| operator.secret_id == id.as_str());
        is_first || snapshot.operator_keys.contains_key(id)
    })
}

/// A service identifier that is not in use.
pub(crate) fn service(snapshot: &Snapshot) -> Result<ServiceId, Refusal> {
    fresh(ServiceId::mint, |id| snapshot.services.contains_key(id))
}

/// An API identifier that no service uses, nor a release for an API that was deleted.
pub(crate) fn api(snapshot: &Snapshot) -> Result<ApiId, Refusal> {
    fresh(ApiId::mint, |id| {
        snapshot.services.values().any(|tree| {
            tree.apis.contains_key(id)
                || tree.revisions.range((id.clone(), 0)..=(id.clone(), u32::MAX)).next().is_some()
        })
    })
}

/// A usage plan identifier that is not in use.
pub(crate) fn usage_plan(snapshot: &Snapshot) -> Result<UsagePlanId, Refusal> {
    fresh(UsagePlanId::mint, |id| snapshot.usage_plans.contains_key(id))
}

/// An upstream identifier that is not in use, nor named by a release of before it was deleted.
pub(crate) fn upstream(snapshot: &Snapshot) -> Result<UpstreamId, Refusal> {
    fresh(UpstreamId::mint, |id| {
        let is_named = |frozen: &std::sync::Arc<model::ApiRevision>| frozen.definition.backend.upstream() == Some(id);
        snapshot.upstreams.contains_key(id)
            || snapshot.services.values().any(|tree| tree.revisions.values().any(is_named))
    })
}

/// An identifier of an IP strategy that no service uses.
pub(crate) fn ip_strategy(snapshot: &Snapshot) -> Result<IpStrategyId, Refusal> {
    fresh(IpStrategyId::mint, |id| snapshot.services.values().any(|tree| tree.ip_strategies.contains_key(id)))
}

/// A plugin identifier that is not in use.
pub(crate) fn plugin(snapshot: &Snapshot) -> Result<PluginId, Refusal> {
    fresh(PluginId::mint, |id| snapshot.plugins.contains_key(id))
}

/// An identifier of an API document that is not in use.
pub(crate) fn api_document(snapshot: &Snapshot) -> Result<ApiDocumentId, Refusal> {
    fresh(ApiDocumentId::mint, |id| snapshot.api_documents.contains_key(id))
}

/// What the readers of a document must know: 12 letters and digits, 60 bits, too many to be guessed.
pub(crate) fn page_password() -> Result<Secret, Refusal> {
    let drawn: [u8; 12] = entropy()?;
    let text: String = drawn.iter().map(|byte| char::from(PASSWORD_SIGNS[usize::from(byte % 32)])).collect();
    Ok(Secret::try_from(text)?)
}

/// An identifier of an application that is not in use.
pub(crate) fn application(snapshot: &Snapshot) -> Result<ApplicationId, Refusal> {
    fresh(ApplicationId::mint, |id| snapshot.applications.contains_key(id))
}

/// The public half of an application's pair that no other application has.
pub(crate) fn application_key(snapshot: &Snapshot) -> Result<AccessKeyId, Refusal> {
    fresh(AccessKeyId::mint_for_application, |key| snapshot.applications.values().any(|other| other.key == *key))
}

/// A key identifier that is not in use.
pub(crate) fn access_key(snapshot: &Snapshot) -> Result<AccessKeyId, Refusal> {
    fresh(AccessKeyId::mint, |id| snapshot.credentials.contains_key(id))
}

/// A certificate identifier that is not in use.
pub(crate) fn certificate(snapshot: &Snapshot) -> Result<CertificateId, Refusal> {
    fresh(CertificateId::mint, |id| snapshot.certificates.contains_key(id))
}

/// An operator identifier that is not in use.
pub(crate) fn operator(snapshot: &Snapshot) -> Result<OperatorId, Refusal> {
    fresh(OperatorId::mint, |id| snapshot.operators.contains_key(id))
}

/// The name of a release made at `now`: `YYYYMMDDhhmmss` in UTC and a random UUID (spec: identifiers and names).
pub(crate) fn version(now: Timestamp) -> Result<VersionName, Refusal> {
    let moment = OffsetDateTime::from_unix_timestamp(now.seconds())
        .ok()
        .and_then(|moment| moment.format(format_description!("[year][month][day][hour][minute][second]")).ok())
        .ok_or_else(|| Refusal::Store(format!("the clock shows no possible time: {} s", now.seconds())))?;
    let random = uuid::Builder::from_random_bytes(entropy()?).into_uuid();
    Ok(VersionName::try_from(format!("{moment}{random}"))?)
}

/// Draws until something is drawn that is not taken.
fn fresh<const N: usize, T>(mint: impl Fn([u8; N]) -> T, taken: impl Fn(&T) -> bool) -> Result<T, Refusal> {
    loop {
        let drawn = mint(entropy()?);
        if !taken(&drawn) {
            return Ok(drawn);
        }
    }
}

pub(crate) fn entropy<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|fault| Refusal::Store(format!("the system gives no randomness: {fault}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_named_by_its_second_and_a_random_uuid() {
        let name = version(Timestamp::from_millis(1_581_852_372_999)).unwrap();
        assert_eq!(name.as_str().len(), 14 + 36);
        assert!(name.as_str().starts_with("20200216112612"), "{name}");
        assert_eq!(&name.as_str()[14 + 14..14 + 15], "4", "a version 4 UUID: {name}");
        assert_ne!(name, version(Timestamp::from_millis(1_581_852_372_999)).unwrap());
    }

    #[test]
    fn an_impossible_time_is_refused_and_not_written_into_a_name() {
        assert!(matches!(version(Timestamp::from_millis(i64::MAX)), Err(Refusal::Store(_))));
    }

    #[test]
    fn what_is_taken_is_drawn_again() {
        let tries = std::cell::Cell::new(0);
        let drawn = fresh(
            |_: [u8; 1]| {
                tries.set(tries.get() + 1);
                tries.get()
            },
            |number| *number < 3,
        );
        assert_eq!(drawn, Ok(3));
    }

    #[test]
    fn passwords_and_pairs_have_their_documented_form_and_differ() {
        let (id, secret) = pair().unwrap();
        assert_eq!((id.as_str().len(), secret.expose().len()), (40, 40));
        assert!(id.as_str().starts_with("AKID"));
        let password = password().unwrap();
        assert_eq!(password.len(), 24);
        assert!(password.bytes().all(|b| PASSWORD_SIGNS.contains(&b)));
        assert_ne!(password, super::password().unwrap());
    }
}
