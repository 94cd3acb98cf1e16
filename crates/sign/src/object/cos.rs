//! The signature of COS: `q-sign-algorithm=sha1&q-ak=…&q-signature=…` (the vendor's page "request signature").

use hmac::{Hmac, Mac as _};
use sha1::{Digest as _, Sha1};

use super::{Request, decoded, encoded};
use crate::key_pair::keyed;
use crate::tc3::hex;

/// The `Authorization` value of `request`, which holds from `start` to `end`, seconds since the Unix epoch.
pub fn authorization(request: &Request<'_>, secret_id: &str, secret_key: &[u8], start: i64, end: i64) -> String {
    let time = format!("{start};{end}");
    let (parameter_names, parameters) =
        listed(request.pairs().iter().map(|(name, value)| (encoded(name, b""), encoded(value, b""))));
    let (header_names, headers) = listed(
        request.headers.iter().map(|(name, value)| (encoded(name.as_bytes(), b""), encoded(value.as_bytes(), b""))),
    );
    let method = request.method.to_ascii_lowercase();
    let mut text = format!("{method}\n").into_bytes();
    text.extend_from_slice(&decoded(request.path));
    text.extend_from_slice(format!("\n{parameters}\n{headers}\n").as_bytes());
    let signing_key = hex(&mac(secret_key, time.as_bytes()));
    let to_sign = format!("sha1\n{time}\n{}\n", hex(&Sha1::digest(&text)));
    let signature = hex(&mac(signing_key.as_bytes(), to_sign.as_bytes()));
    format!(
        "q-sign-algorithm=sha1&q-ak={secret_id}&q-sign-time={time}&q-key-time={time}&q-header-list={header_names}\
         &q-url-param-list={parameter_names}&q-signature={signature}"
    )
}

/// Names in lower case and in order, joined by `;`, and the pairs, joined by `&`.
fn listed(pairs: impl Iterator<Item = (String, String)>) -> (String, String) {
    let mut pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    pairs.sort();
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    let written: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (names.join(";"), written.join("&"))
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 20] {
    let mut mac: Hmac<Sha1> = keyed(key);
    mac.update(text);
    mac.finalize().into_bytes().into()
}
