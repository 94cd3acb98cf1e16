//! The form of an authority, as Host and an absolute-form target carry it.

use super::scan::table_of;

/// Bytes of a host name or an address (RFC 3986, 3.2.2), without `,`, so that two hosts in one field are not taken for one.
static HOST_BYTES: [bool; 256] =
    table_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+;=");

/// `host [":" port]`, the host not empty; ASCII.
pub(super) fn authority(bytes: &[u8]) -> Option<&[u8]> {
    let (host, rest) = if let Some(address) = bytes.strip_prefix(b"[") {
        let (inside, rest) = address.split_at_checked(memchr::memchr(b']', address)?)?;
        if !inside.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')) {
            return None;
        }
        (inside, rest.get(1..)?)
    } else {
        let (host, rest) = bytes.split_at_checked(memchr::memchr(b':', bytes).unwrap_or(bytes.len()))?;
        // Without leaving early: most are good, and so the compiler can look at several bytes at once.
        if !host.iter().fold(true, |good, byte| good & HOST_BYTES[usize::from(*byte)]) {
            return None;
        }
        (host, rest)
    };
    let is_port = match rest {
        [] => true,
        [b':', port @ ..] => port.len() <= 5 && port.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    (is_port && !host.is_empty()).then_some(bytes)
}
