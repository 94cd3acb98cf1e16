//! A bucket of an object store: an origin whose requests are signed (spec: COS).

use crate::parameter::climbs;
use crate::plan::{BucketPlan, BucketSigner};
use crate::refusal::Refusal;
use crate::reply;
use crate::runtime::BucketSignature;

/// How long a signature holds, in seconds.
const HOLDS: i64 = 900;

/// How far the store's clock may be behind ours, in seconds.
const SKEW: i64 = 60;

/// Appends the lines that sign the request whose line `head` begins with; `host` is what its `Host` says, `now` is in
/// seconds since the Unix epoch.
///
/// # Errors
/// [`Refusal::BadPath`] where the form in which S3 has the path signed leads out of the path that is configured: an
/// escaped slash is a slash there.
pub(super) fn sign(head: &mut Vec<u8>, plan: &BucketPlan, host: &str, now: i64) -> Result<(), Refusal> {
    let Some(BucketSigner { signature, key, region }) = &plan.signer else { return Ok(()) };
    let end = head.iter().position(|b| *b == b'\r').unwrap_or(head.len());
    let line = String::from_utf8_lossy(head.get(..end).unwrap_or_default()).into_owned();
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let secret = key.secret.expose().as_bytes();
    match signature {
        BucketSignature::Cos => {
            let request = sign::object::Request { method, path, query, headers: &[("host", host)] };
            let made = sign::object::cos::authorization(&request, &key.id, secret, now - SKEW, now + HOLDS);
            reply::write_line(head, "Authorization", made.as_bytes());
        }
        BucketSignature::S3 => {
            let (time, payload) = (sign::object::s3::timestamp(now), sign::object::s3::UNSIGNED);
            let headers = [("host", host), ("x-amz-content-sha256", payload), ("x-amz-date", time.as_str())];
            let sent = sign::object::s3::canonical_path(path);
            if climbs(sent.as_bytes()) {
                return Err(Refusal::BadPath);
            }
            let begin = method.len() + 1;
            head.splice(begin..begin + path.len(), sent.bytes());
            let request = sign::object::Request { method, path: &sent, query, headers: &headers };
            let made = sign::object::s3::authorization(&request, region, &key.id, secret, &time, payload);
            reply::write_line(head, "x-amz-content-sha256", payload.as_bytes());
            reply::write_line(head, "x-amz-date", time.as_bytes());
            reply::write_line(head, "Authorization", made.as_bytes());
        }
    }
    Ok(())
}
