//! A response head.

use super::connection::Connection;
use super::fields::{self, Fields};
use super::meaning::Meaning;
use super::{fault, scan};
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
        match Response::read(bytes, to_head) {
            Some(read) => read.map(Some),
            None => fault::of_response(bytes).map_or(Ok(None), Err),
        }
    }

    /// Reads a head that is all there and well-formed, and says how many bytes it took.
    fn read(bytes: &[u8], to_head: bool) -> Option<Result<(Response, usize), ResponseFault>> {
        let line = scan::status_line(bytes).filter(|line| line.status >= 100)?;
        let mut response = Response {
            fields: Fields::take(),
            status: line.status,
            reason: (line.reason.start as u32, line.reason.end as u32),
            version: line.version,
            body: ResponseFraming::None,
            length: None,
            persistent: false,
        };
        let mut facts = Facts::default();
        // Host and Expect mean nothing in a response.
        let is_forwarded = |meaning| matches!(meaning, Meaning::EndToEnd | Meaning::Host | Meaning::Expect);
        let (end, heeded) =
            response.fields.read(bytes, line.end, is_forwarded, |meaning, value| facts.heed(meaning, value))?;
        let head = bytes.get(..end)?;
        let settled = match head.len() > LONGEST {
            true => Err(ResponseFault::TooLarge),
            false => heeded.and_then(|()| response.settle(&facts, to_head)),
        };
        response.fields.bytes.extend_from_slice(head);
        if facts.connection.names_fields {
            response.fields.strike_named_by_connection();
        }
        Some(settled.map(|()| (response, head.len())))
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
        self.persistent = !facts.connection.close
            && (self.version == Version::Http11 || facts.connection.keep_alive)
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
    connection: Connection,
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
            Meaning::Connection => self.connection.heed(value),
            _ => {}
        }
        Ok(())
    }
}
