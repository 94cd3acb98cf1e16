//! A request head.

use super::authority::authority;
use super::connection::Connection;
use super::fields::{self, Fields};
use super::meaning::Meaning;
use super::{fault, scan};
use crate::{Framing, HeadFault, Limits, Version};

/// A request head, with everything about it that HTTP/1.1 lets vary already decided. Owns a pooled buffer.
#[derive(Debug)]
pub struct Request {
    /// `line` holds method, target and host, one behind the other.
    fields: Fields,
    method_end: u32,
    path_end: u32,
    target_end: u32,
    version: Version,
    pub(super) body: Framing,
    pub(super) persistent: bool,
    expects_continue: bool,
    upgrade: bool,
    accepts_trailers: bool,
}

impl Request {
    /// Reads a head from the beginning of `bytes`. `Ok(None)`: the head is not all there yet. Otherwise the head and how many bytes it took.
    /// One empty line before the request line is skipped, as RFC 9112 (2.2) asks; a second one is refused.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Option<(Request, usize)>, HeadFault> {
        let skipped = if bytes.starts_with(b"\r\n") { 2 } else { 0 };
        let bytes = bytes.get(skipped..).unwrap_or_default();
        if matches!(bytes.first(), Some(b'\r' | b'\n')) && (skipped > 0 || bytes.len() > 1) {
            return Err(HeadFault::RequestLine);
        }
        match Request::read(bytes, limits) {
            Some(read) => read.map(|(request, consumed)| Some((request, skipped + consumed))),
            None => fault::of_request(bytes, limits).map_or(Ok(None), Err),
        }
    }

    /// Reads a head that is all there and well-formed, and says how many bytes it took.
    fn read(bytes: &[u8], limits: &Limits) -> Option<Result<(Request, usize), HeadFault>> {
        let line = scan::request_line(bytes)?;
        let (mut fields, mut facts) = (Fields::take(), Facts::default());
        let is_forwarded = |meaning| meaning == Meaning::EndToEnd;
        let (end, heeded) = fields.read(bytes, line.end, is_forwarded, |meaning, value| facts.heed(meaning, value))?;
        let head = bytes.get(..end)?;
        let bounded = within(line.target.len(), head.len(), fields.len(), limits);
        let made = bounded.and(heeded).and_then(|()| Request::make(head, &line, fields, &facts));
        Some(made.map(|request| (request, head.len())))
    }

    /// Decides framing, persistence and the rest from all fields together.
    fn make(
        head: &[u8],
        line: &scan::RequestLine<'_>,
        mut fields: Fields,
        facts: &Facts<'_>,
    ) -> Result<Request, HeadFault> {
        if line.method == b"CONNECT" {
            return Err(HeadFault::Connect);
        }
        let is_http11 = line.version == Version::Http11;
        let body = match (facts.chunked, facts.length) {
            (true, Some(_)) => return Err(HeadFault::LengthAndEncoding),
            (true, None) if !is_http11 => return Err(HeadFault::EncodingOnHttp10),
            (true, None) => Framing::Chunked,
            (false, Some(length)) => Framing::Length(length),
            (false, None) => Framing::None,
        };
        if is_http11 && facts.host.is_none() {
            return Err(HeadFault::MissingHost);
        }
        fields.bytes.extend_from_slice(head);
        if facts.connection.names_fields {
            fields.strike_named_by_connection();
        }
        let mut request = Request {
            fields,
            method_end: 0,
            path_end: 0,
            target_end: 0,
            version: line.version,
            body,
            persistent: !facts.connection.close && (is_http11 || facts.connection.keep_alive),
            // An expectation means something only with HTTP/1.1 and a body to wait for.
            expects_continue: facts.expects_continue
                && is_http11
                && !matches!(body, Framing::None | Framing::Length(0)),
            upgrade: is_http11 && facts.connection.upgrade && facts.protocols,
            accepts_trailers: facts.accepts_trailers,
        };
        request.write_line(line, facts.host.unwrap_or_default())?;
        Ok(request)
    }

    /// Writes down method, target and host, the target in origin-form. The authority of an absolute-form replaces Host
    /// (RFC 9112, 3.2.2).
    fn write_line(&mut self, line: &scan::RequestLine<'_>, host: &[u8]) -> Result<(), HeadFault> {
        if memchr::memchr(b'#', line.target).is_some() {
            return Err(HeadFault::Target);
        }
        let (host, target) = match line.target {
            [b'/', ..] => (host, line.target),
            b"*" if line.method == b"OPTIONS" => (host, line.target),
            _ => split_absolute(line.target).ok_or(HeadFault::Target)?,
        };
        let mut text = std::mem::take(&mut self.fields.line).into_bytes();
        text.reserve(line.method.len() + target.len() + host.len() + 1);
        text.extend_from_slice(line.method);
        self.method_end = text.len() as u32;
        if !matches!(target.first(), Some(b'/' | b'*')) {
            // An absolute-form without a path.
            text.push(b'/');
        }
        text.extend_from_slice(target);
        self.target_end = text.len() as u32;
        let query = memchr::memchr(b'?', target).map_or(0, |at| target.len() - at);
        self.path_end = self.target_end - query as u32;
        text.extend_from_slice(host);
        // All three are ASCII.
        self.fields.line = String::from_utf8(text).map_err(|_| HeadFault::Target)?;
        Ok(())
    }

    fn text(&self, from: u32, to: u32) -> &str {
        self.fields.line.get(from as usize..to as usize).unwrap_or_default()
    }

    /// The method as sent.
    pub fn method(&self) -> &str {
        self.text(0, self.method_end)
    }

    /// The target in origin-form (`/path?query`), or `*`. Of an absolute-form the part after the authority; its authority is
    /// [`Request::host`]. Printable ASCII without `#`.
    pub fn target(&self) -> &str {
        self.text(self.method_end, self.target_end)
    }

    /// The target before the first `?`, as sent (not decoded).
    pub fn path(&self) -> &str {
        self.text(self.method_end, self.path_end)
    }

    /// The target after the first `?`, if there is one.
    pub fn query(&self) -> Option<&str> {
        (self.path_end < self.target_end).then(|| self.text(self.path_end + 1, self.target_end))
    }

    /// The authority that the request is for, with a port if one was sent: from an absolute-form target, else from Host.
    /// Empty for an HTTP/1.0 request without Host.
    pub fn host(&self) -> &str {
        self.fields.line.get(self.target_end as usize..).unwrap_or_default()
    }

    /// The caller's protocol version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The request came in this version, whatever the form in which it was read.
    pub(crate) fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// All header fields in order: the name as sent, the value without surrounding blanks. A name may hold an underscore; whoever maps names to
    /// something in which `-` and `_` are the same must decide about that.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields.iter()
    }

    /// The first field of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.fields.find(name)
    }

    /// All fields of that name, in any case.
    pub fn header_values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.fields.find_all(name)
    }

    /// How many header fields there are.
    pub fn header_count(&self) -> usize {
        self.fields.len()
    }

    /// How the end of the body is known.
    pub fn body(&self) -> Framing {
        self.body
    }

    /// Whether the caller waits for a 100 before it sends the body.
    pub fn expects_continue(&self) -> bool {
        self.expects_continue
    }

    /// The protocols that the caller wants to switch to (`Connection: upgrade` and `Upgrade`).
    pub fn wants_upgrade(&self) -> Option<&str> {
        if !self.upgrade {
            return None;
        }
        self.header("upgrade").and_then(|value| std::str::from_utf8(value).ok())
    }

    /// Whether the caller said that it understands a trailer section (`TE: trailers`).
    pub fn accepts_trailers(&self) -> bool {
        self.accepts_trailers
    }

    /// Whether the caller wants to use the connection again.
    pub(crate) fn is_persistent(&self) -> bool {
        self.persistent
    }

    /// The method is HEAD, to which no body is answered.
    pub fn is_head(&self) -> bool {
        self.method() == "HEAD"
    }

    /// Appends every end-to-end field as `Name: value\r\n`, order and case kept. Left out are: hop-by-hop fields (Connection and those
    /// that it names, Keep-Alive, Proxy-Connection, Proxy-Authenticate, Proxy-Authorization, TE, Upgrade), Content-Length, Transfer-Encoding,
    /// Host, Expect, and those for which `skip` says true.
    pub fn copy_headers(&self, out: &mut Vec<u8>, skip: impl FnMut(&[u8], &[u8]) -> bool) {
        self.fields.copy(out, skip);
    }
}

/// The authority of an absolute-form, and what stands behind it.
fn split_absolute(target: &[u8]) -> Option<(&[u8], &[u8])> {
    let scheme = if target.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"http://")) {
        7
    } else if target.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"https://")) {
        8
    } else {
        return None;
    };
    let rest = target.get(scheme..)?;
    let end = memchr::memchr2(b'/', b'?', rest).unwrap_or(rest.len());
    let (host, rest) = rest.split_at_checked(end)?;
    Some((authority(host)?, rest))
}

/// What was seen while going through the fields.
#[derive(Default)]
struct Facts<'h> {
    host: Option<&'h [u8]>,
    length: Option<u64>,
    chunked: bool,
    connection: Connection,
    protocols: bool,
    expects_continue: bool,
    accepts_trailers: bool,
}

impl<'h> Facts<'h> {
    /// Takes in what a field means to this hop.
    #[inline]
    fn heed(&mut self, meaning: Meaning, value: &'h [u8]) -> Result<(), HeadFault> {
        match meaning {
            Meaning::EndToEnd | Meaning::Hop => {}
            Meaning::Host => {
                if self.host.is_some() {
                    return Err(HeadFault::RepeatedHost);
                }
                self.host = Some(authority(value).ok_or(HeadFault::Host)?);
            }
            Meaning::Length => {
                if self.length.is_some() {
                    return Err(HeadFault::RepeatedLength);
                }
                self.length = Some(fields::length(value).ok_or(HeadFault::Length)?);
            }
            Meaning::Encoding => {
                if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(HeadFault::Encoding);
                }
                self.chunked = true;
            }
            Meaning::Connection => self.connection.heed(value),
            Meaning::Expect => self.expects_continue |= value.eq_ignore_ascii_case(b"100-continue"),
            Meaning::Te => self.accepts_trailers |= fields::tokens(value).any(|t| t.eq_ignore_ascii_case(b"trailers")),
            Meaning::Upgrade => self.protocols = true,
        }
        Ok(())
    }
}

/// Whether a head's bounds are kept.
pub(super) fn within(target: usize, head: usize, fields: usize, limits: &Limits) -> Result<(), HeadFault> {
    if target > limits.target_bytes {
        Err(HeadFault::TargetTooLong)
    } else if head > limits.head_bytes {
        Err(HeadFault::TooLarge)
    } else if fields > limits.header_count {
        Err(HeadFault::TooManyHeaders)
    } else {
        Ok(())
    }
}
