//! The signing side: for the command line, and for people who look for the reason of a mismatch.

use super::Algorithm;

/// What is signed for `lines`: pairs of a header's name (any case) and its value.
pub fn signing_string<'h>(lines: impl Iterator<Item = (&'h [u8], &'h [u8])>) -> Vec<u8> {
    let _ = lines;
    todo!()
}

/// The `Authorization` value that signs `headers`, pairs of name and value in this order.
pub fn authorization(id: &str, secret: &[u8], algorithm: Algorithm, headers: &[(String, String)]) -> String {
    let _ = (id, secret, algorithm, headers);
    todo!()
}
