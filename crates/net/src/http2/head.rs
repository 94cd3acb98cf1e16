//! Fields from one form into the other.

use std::io;

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TE};

use crate::head::{Meaning, tokens};

/// A head in the form of HTTP/1.1, as the gateway has written it.
pub(super) struct Head<'b> {
    /// The first line, without its CR LF.
    pub(super) first: &'b [u8],
    lines: &'b [u8],
    /// How many bytes it took, with its empty line.
    pub(super) length: usize,
}

/// What the fields say about the message's framing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said<'b> {
    pub(super) host: &'b [u8],
    pub(super) length: Option<u64>,
    pub(super) chunked: bool,
}

impl<'b> Head<'b> {
    /// The head at the beginning of `bytes`; `None` while it is not all there.
    pub(super) fn of(bytes: &'b [u8]) -> Option<Head<'b>> {
        let end = memchr::memmem::find(bytes, b"\r\n\r\n")? + 2;
        let head = bytes.get(..end)?;
        let first = memchr::memchr(b'\r', head)?;
        Some(Head { first: head.get(..first)?, lines: head.get(first + 2..)?, length: end + 2 })
    }

    /// The fields for the other side: names in lower case, without those that belong to an HTTP/1.1 hop (RFC 9113, 8.2.2).
    pub(super) fn fields(&self) -> io::Result<(HeaderMap, Said<'b>)> {
        let mut said = Said::default();
        let mut fields = HeaderMap::with_capacity(24);
        for line in self.lines.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let Some(colon) = memchr::memchr(b':', line) else { continue };
            let (name, value) = line.split_at(colon);
            let value = value.get(1..).unwrap_or_default().trim_ascii();
            let name = HeaderName::from_bytes(name).map_err(invalid)?;
            match Meaning::of(name.as_str().as_bytes()) {
                // The gateway's own comes first, and no other is another authority.
                Meaning::Host if said.host.is_empty() => said.host = value,
                Meaning::Host => {}
                Meaning::Length => {
                    said.length = std::str::from_utf8(value).ok().and_then(|length| length.parse().ok());
                    fields.insert(CONTENT_LENGTH, HeaderValue::from_bytes(value).map_err(invalid)?);
                }
                Meaning::Encoding => said.chunked = true,
                Meaning::Te => {
                    if tokens(value).any(|token| token.eq_ignore_ascii_case(b"trailers")) {
                        fields.insert(TE, HeaderValue::from_static("trailers"));
                    }
                }
                Meaning::Connection | Meaning::Upgrade | Meaning::Hop => {}
                Meaning::Expect | Meaning::EndToEnd => {
                    fields.append(name, HeaderValue::from_bytes(value).map_err(invalid)?);
                }
            }
        }
        Ok((fields, said))
    }
}

/// The trailer section of a chunked body as fields.
pub(super) fn trailers(section: &[u8]) -> HeaderMap {
    let mut fields = HeaderMap::new();
    for line in section.split(|byte| *byte == b'\n') {
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        // Checked when the section was read.
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            fields.append(name, value);
        }
    }
    fields
}

/// Appends `name: value\r\n`.
pub(super) fn write_field(out: &mut Vec<u8>, name: &HeaderName, value: &HeaderValue) {
    out.extend_from_slice(name.as_str().as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value.as_bytes());
    out.extend_from_slice(b"\r\n");
}

pub(super) fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_split_and_loses_what_belongs_to_a_hop() {
        let bytes = b"HTTP/1.1 200 OK\r\nX-A: 1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nset-Cookie: a\r\nSet-Cookie: b\r\n\r\nbody";
        let head = Head::of(bytes).unwrap();
        assert_eq!((head.first, head.length), (&b"HTTP/1.1 200 OK"[..], bytes.len() - 4));
        let (fields, said) = head.fields().unwrap();
        assert_eq!(said, Said { host: b"", length: None, chunked: true });
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        assert_eq!(fields, [("x-a", "1"), ("set-cookie", "a"), ("set-cookie", "b")]);
    }

    #[test]
    fn a_head_without_fields_is_one() {
        let head = Head::of(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        assert_eq!((head.first, head.length), (&b"HTTP/1.1 100 Continue"[..], 25));
        assert!(head.fields().unwrap().0.is_empty());
        assert!(Head::of(b"HTTP/1.1 100 Continue\r\n").is_none());
    }

    #[test]
    fn a_second_host_is_no_authority() {
        let head = Head::of(b"GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n").unwrap();
        let (fields, said) = head.fields().unwrap();
        assert_eq!((said.host, fields.len()), (&b"a"[..], 0));
    }

    #[test]
    fn what_the_hop_understands_is_told_to_the_next() {
        let (fields, said) = Head::of(
            b"POST / HTTP/1.1\r\nHost: a:1\r\nTE: trailers, gzip\r\nConnection: TE\r\nContent-Length: 5\r\n\r\n",
        )
        .unwrap()
        .fields()
        .unwrap();
        assert_eq!((said.host, said.length), (&b"a:1"[..], Some(5)));
        assert_eq!(fields.get("te").unwrap(), "trailers");
        assert_eq!(fields.get("content-length").unwrap(), "5");
        assert_eq!(fields.len(), 2);
    }
}
