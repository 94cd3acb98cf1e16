//! The form of an authority, as Host and an absolute-form target carry it.

/// Bytes of a host name or an address (RFC 3986, 3.2.2), without `,`, so that two hosts in one field are not taken for one.
static HOST_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let allowed = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$&'()*+;=";
    let mut index = 0;
    while index < allowed.len() {
        table[allowed[index] as usize] = true;
        index += 1;
    }
    table
};

/// `host [":" port]`, the host not empty.
pub(super) fn is_authority(authority: &[u8]) -> bool {
    let (host, rest) = if authority.first() == Some(&b'[') {
        let Some(end) = memchr::memchr(b']', authority) else { return false };
        let inside = authority.get(1..end).unwrap_or_default();
        if inside.is_empty() || !inside.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')) {
            return false;
        }
        (inside, authority.get(end + 1..).unwrap_or_default())
    } else {
        let end = memchr::memchr(b':', authority).unwrap_or(authority.len());
        let host = authority.get(..end).unwrap_or_default();
        if !host.iter().all(|byte| HOST_BYTES.get(usize::from(*byte)) == Some(&true)) {
            return false;
        }
        (host, authority.get(end..).unwrap_or_default())
    };
    let port = match rest {
        [] => return !host.is_empty(),
        [b':', port @ ..] => port,
        _ => return false,
    };
    !host.is_empty() && port.len() <= 5 && port.iter().all(u8::is_ascii_digit)
}
