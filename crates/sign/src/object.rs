//! How requests to object stores are signed.
//!
//! [`cos`] is the signature of the cloud's own store, [`s3`] the one that S3-compatible stores take. Both cover the
//! method, the path, every pair of the query and the headers that are handed in; neither covers the body, which is
//! streamed.

use std::fmt::Write as _;

pub mod cos;
pub mod s3;

/// The parts of a request that a signature covers, as they are sent.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method in upper case.
    pub method: &'a str,
    /// The path, percent-encoded.
    pub path: &'a str,
    /// What stands after the `?`, percent-encoded; empty for none.
    pub query: &'a str,
    /// Headers that are covered; names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
}

impl Request<'_> {
    /// The pairs of the query, decoded. A `+` is a plus: object stores know no form encoding in a query.
    fn pairs(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty());
        pairs
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decoded(name), decoded(value))
            })
            .collect()
    }
}

/// `text` without its percent-encoding. What is no escape stays as it is.
fn decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match after {
            [high, low, ..] if *first == b'%' => digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        out.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    out
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// `bytes` with everything escaped but letters, digits, `-._~` and what `kept` names.
fn encoded(bytes: &[u8], kept: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) || kept.contains(byte) {
            out.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_come_and_go() {
        assert_eq!(decoded("%E4%BD%A0%2f+%zz%"), "你/+%zz%".as_bytes());
        assert_eq!(encoded("a b/你~".as_bytes(), b""), "a%20b%2F%E4%BD%A0~");
        assert_eq!(encoded(b"/a b", b"/"), "/a%20b");
    }
}
