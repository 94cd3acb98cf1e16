//! Messages on the wire: each behind a flag and its length (gRPC over HTTP/2, "Length-Prefixed-Message").

/// Bytes before each message.
pub(crate) const PREFIX: usize = 5;

/// Writes the prefix of a message that is not compressed into the room that was left for it at the beginning of `framed`.
/// `None` where the message is too long to be one.
pub(crate) fn seal(framed: &mut [u8]) -> Option<()> {
    let length = u32::try_from(framed.len().checked_sub(PREFIX)?).ok()?;
    let (flag, rest) = framed.split_first_mut()?;
    *flag = 0;
    rest.get_mut(..4)?.copy_from_slice(&length.to_be_bytes());
    Some(())
}

/// The first message of `body`, and what comes after it; `None` where it is compressed, which nobody asked for, or not all
/// there.
pub(crate) fn split(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let (prefix, rest) = body.split_first_chunk::<PREFIX>()?;
    let [0, length @ ..] = prefix else { return None };
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_split_again() {
        let mut framed = b".....abc".to_vec();
        seal(&mut framed).unwrap();
        assert_eq!(framed, b"\0\0\0\0\x03abc");
        framed.extend_from_slice(b"\0\0\0\0\0");
        assert_eq!(split(&framed), Some((&b"abc"[..], &b"\0\0\0\0\0"[..])));
        assert_eq!(split(b"\0\0\0\0\0"), Some((&b""[..], &b""[..])));
    }

    #[test]
    fn what_is_compressed_or_not_all_there_is_no_message() {
        for body in [&b"\x01\0\0\0\x01a"[..], b"\0\0\0\0\x02a", b"\0\0\0", b"\0\xff\xff\xff\xffa"] {
            assert_eq!(split(body), None, "{body:?}");
        }
        assert_eq!(seal(&mut [0; 4]), None);
    }
}
