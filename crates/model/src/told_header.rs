//! The header lines that the gateway tells the backend of each call.

/// Their names in lower case (spec: headers added on the request to backends).
const TOLD_HEADERS: [&str; 7] = [
    "x-client-proto",
    "x-client-proto-ver",
    "x-forwarded-for",
    "x-real-ip",
    "x-b3-traceid",
    "x-api-requestid",
    "x-api-scheme",
];

/// True for the name of a line that the gateway writes itself on each request to a backend: a caller's line of this name
/// does not pass, and no definition may name it. Also in the other spelling: many a backend takes `X_Real_IP` for
/// `X-Real-IP` (CGI, RFC 3875, 4.1.18).
pub fn is_told_header(name: &[u8]) -> bool {
    matches!(name.first(), Some(b'x' | b'X')) && TOLD_HEADERS.iter().any(|told| is_alias(name, told.as_bytes()))
}

/// True where `name` is `told`, which is in lower case, but for case and `_` in place of `-`.
fn is_alias(name: &[u8], told: &[u8]) -> bool {
    name.len() == told.len()
        && name.iter().zip(told).all(|(byte, our)| byte.to_ascii_lowercase() == *our || (*byte == b'_' && *our == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_told_header_is_known_in_each_spelling() {
        for name in ["x-real-ip", "X-Real-IP", "X_Real_IP", "x_api-requestid", "X-FORWARDED-FOR"] {
            assert!(is_told_header(name.as_bytes()), "{name}");
        }
        for name in ["", "x", "x-real-ips", "y-real-ip", "xreal-ip", "x-real.ip", "x-b3-spanid"] {
            assert!(!is_told_header(name.as_bytes()), "{name}");
        }
    }
}
