//! A response head.

use std::mem::MaybeUninit;

use super::fields::{self, BareBreak, Fields, Meaning, SLOTS, Slots};
use crate::{ResponseFault, ResponseFraming, Version};

/// The longest response head, in bytes.
pub(crate) const LONGEST: usize = 64 * 1024;

/// A response head of a backend. Owns a pooled buffer.
#[derive(Debug)]
pub struct Response {
    fields: Fields,
    status: u16,
    reason: (u32, u32),
    version: Version,
    body: ResponseFraming,
    length: Option<u64>,
    persistent: bool,
}

impl Response {
    /// Reads a head from the beginning of `bytes`. `Ok(None)`: the head is not all there yet. Otherwise the head and how many bytes it took.
    /// `to_head` says that the request was HEAD, to which no body comes.
    pub fn parse(bytes: &[u8], to_head: bool) -> Result<Option<(Response, usize)>, ResponseFault> {
        if bytes.first().is_some_and(|first| *first != b'H') {
            return Err(ResponseFault::StatusLine);
        }
        let mut slots: Slots<'_> = [const { MaybeUninit::uninit() }; SLOTS];
        let mut parsed = httparse::Response::new(&mut []);
        let config = httparse::ParserConfig::default();
        let consumed = match config.parse_response_with_uninit_headers(&mut parsed, bytes, &mut slots) {
            Ok(httparse::Status::Complete(consumed)) if consumed <= LONGEST => consumed,
            Ok(httparse::Status::Partial) if bytes.len() < LONGEST => return Ok(None),
            Ok(_) => return Err(ResponseFault::TooLarge),
            Err(error) => return Err(name_of(error)),
        };
        let head = bytes.get(..consumed).unwrap_or_default();
        let (Some(status), Some(version)) = (parsed.code, parsed.version) else {
            return Err(ResponseFault::StatusLine);
        };
        if !(100..=999).contains(&status) {
            return Err(ResponseFault::Status);
        }
        let mut line = memchr::memchr(b'\n', head).map_or(head.len(), |end| end + 1);
        if head.get(line.wrapping_sub(2)) != Some(&b'\r') {
            return Err(ResponseFault::LineBreak);
        }
        // `HTTP/1.1 200 reason` or, as many send it, `HTTP/1.1 200`.
        let reason = 13.min(line - 2)..line - 2;
        let version = if version == 0 { Version::Http10 } else { Version::Http11 };
        let mut response = Response {
            fields: Fields::take(),
            status,
            reason: (reason.start as u32, reason.end as u32),
            version,
            body: ResponseFraming::None,
            length: None,
            persistent: false,
        };
        let mut facts = Facts::default();
        for field in parsed.headers.iter() {
            let meaning = Meaning::of(field.name);
            if fields::offset(head, field.name.as_bytes()) != line {
                return Err(ResponseFault::Header);
            }
            // Host and Expect mean nothing in a response.
            let forwarded = matches!(meaning, Meaning::EndToEnd | Meaning::Host | Meaning::Expect);
            line = match response.fields.note(head, field, forwarded) {
                Ok(next) => next,
                Err(BareBreak) => return Err(ResponseFault::LineBreak),
            };
            facts.heed(meaning, field.value)?;
        }
        if head.get(line..) != Some(b"\r\n") {
            return Err(ResponseFault::LineBreak);
        }
        response.settle(&facts, to_head)?;
        response.fields.bytes.extend_from_slice(head);
        if facts.names_fields {
            response.fields.strike_named_by_connection();
        }
        Ok(Some((response, consumed)))
    }

    /// Decides framing and persistence from all fields together (RFC 9112, 6.3).
    fn settle(&mut self, facts: &Facts, to_head: bool) -> Result<(), ResponseFault> {
        if facts.chunked && facts.length.is_some() {
            return Err(ResponseFault::LengthAndEncoding);
        }
        if facts.chunked && self.version == Version::Http10 {
            return Err(ResponseFault::Encoding);
        }
        self.length = facts.length;
        self.body = match facts.length {
            _ if to_head || self.status < 200 || self.status == 204 || self.status == 304 => ResponseFraming::None,
            _ if facts.chunked => ResponseFraming::Chunked,
            Some(length) => ResponseFraming::Length(length),
            None => ResponseFraming::UntilClose,
        };
        self.persistent = !facts.close
            && (self.version == Version::Http11 || facts.keep_alive)
            && self.body != ResponseFraming::UntilClose;
        Ok(())
    }

    /// The status, 100 to 999; of a final response at least 200.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The reason phrase as sent, may be empty.
    pub fn reason(&self) -> &[u8] {
        self.fields.bytes.get(self.reason.0 as usize..self.reason.1 as usize).unwrap_or_default()
    }

    /// The backend's protocol version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// How the end of the body is known.
    pub fn body(&self) -> ResponseFraming {
        self.body
    }

    /// Content-Length as sent, also where it does not frame a body (HEAD, 304).
    pub fn content_length(&self) -> Option<u64> {
        self.length
    }

    /// All header fields in order: the name as sent, the value without surrounding blanks.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields.iter()
    }

    /// The first field of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.fields.find(name)
    }

    /// Appends every end-to-end field as `Name: value\r\n`, order and case kept, as [`Request::copy_headers`](crate::Request::copy_headers) does.
    pub fn copy_headers(&self, out: &mut Vec<u8>, skip: impl FnMut(&[u8], &[u8]) -> bool) {
        self.fields.copy(out, skip);
    }

    /// Whether the backend lets the connection be used again after this response.
    pub(crate) fn is_persistent(&self) -> bool {
        self.persistent
    }
}

/// What was seen while going through the fields.
#[derive(Default)]
struct Facts {
    length: Option<u64>,
    chunked: bool,
    close: bool,
    keep_alive: bool,
    names_fields: bool,
}

impl Facts {
    fn heed(&mut self, meaning: Meaning, value: &[u8]) -> Result<(), ResponseFault> {
        match meaning {
            Meaning::Length => {
                let length = fields::length(value).ok_or(ResponseFault::Length)?;
                if self.length.replace(length).is_some() {
                    return Err(ResponseFault::Length);
                }
            }
            Meaning::Encoding => {
                if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(ResponseFault::Encoding);
                }
                self.chunked = true;
            }
            Meaning::Connection => {
                for token in fields::tokens(value) {
                    if token.eq_ignore_ascii_case(b"close") {
                        self.close = true;
                    } else if token.eq_ignore_ascii_case(b"keep-alive") {
                        self.keep_alive = true;
                    } else {
                        self.names_fields = true;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}

#[cold]
fn name_of(error: httparse::Error) -> ResponseFault {
    match error {
        httparse::Error::HeaderName | httparse::Error::HeaderValue | httparse::Error::Token => ResponseFault::Header,
        httparse::Error::NewLine => ResponseFault::LineBreak,
        httparse::Error::Status => ResponseFault::StatusLine,
        httparse::Error::TooManyHeaders => ResponseFault::TooLarge,
        httparse::Error::Version => ResponseFault::Version,
    }
}
