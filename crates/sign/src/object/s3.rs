//! AWS Signature Version 4 in a header, for the service `s3` (AWS: authenticating requests, using the Authorization
//! header).

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use super::{Request, decoded, encoded};
use crate::key_pair::{date_of, keyed};
use crate::tc3::hex;

/// What stands in `x-amz-content-sha256` where the body is not covered.
pub const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// The value of `x-amz-date`: `20130524T000000Z`. `now` is in seconds since the Unix epoch.
pub fn timestamp(now: i64) -> String {
    let day = now.rem_euclid(86_400);
    format!("{}T{:02}{:02}{:02}Z", date_of(now).replace('-', ""), day / 3600, day / 60 % 60, day % 60)
}

/// `path` in the one form in which it is signed. Whoever sends it in that form is understood by stores that sign the path
/// as it came and by those that sign it in this form.
pub fn canonical_path(path: &str) -> String {
    encoded(&decoded(path), b"/")
}

/// The `Authorization` value of `request` at `timestamp`. Its headers must be `host`, `x-amz-content-sha256` (with
/// `payload`) and `x-amz-date` (with `timestamp`), and may be more.
pub fn authorization(
    request: &Request<'_>,
    region: &str,
    secret_id: &str,
    secret_key: &[u8],
    timestamp: &str,
    payload: &str,
) -> String {
    let day = timestamp.get(..8).unwrap_or_default();
    let scope = format!("{day}/{region}/s3/aws4_request");
    let mut pairs: Vec<(String, String)> =
        request.pairs().iter().map(|(name, value)| (encoded(name, b""), encoded(value, b""))).collect();
    pairs.sort();
    let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut headers = request.headers.to_vec();
    headers.sort_unstable();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let path = canonical_path(request.path);
    let canonical = format!("{}\n{path}\n{}\n{lines}\n{names}\n{payload}", request.method, query.join("&"));
    let to_sign = format!("AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
    let root = [b"AWS4", secret_key].concat();
    let key = [day, region, "s3", "aws4_request"].iter().fold(root, |key, part| mac(&key, part.as_bytes()).to_vec());
    let signature = hex(&mac(&key, to_sign.as_bytes()));
    format!("AWS4-HMAC-SHA256 Credential={secret_id}/{scope},SignedHeaders={names},Signature={signature}")
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac: Hmac<Sha256> = keyed(key);
    mac.update(text);
    mac.finalize().into_bytes().into()
}
