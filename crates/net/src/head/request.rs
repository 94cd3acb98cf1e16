//! A request head.

use crate::{Framing, Version};

/// A request head, with everything about it that HTTP/1.1 lets vary already decided. Owns a pooled buffer.
#[derive(Debug)]
pub struct Request {}

impl Request {
    /// The method as sent.
    pub fn method(&self) -> &str {
        todo!()
    }

    /// The target in origin-form (`/path?query`), or `*`. Of an absolute-form the part after the authority; its authority is
    /// [`Request::host`]. Printable ASCII without `#`.
    pub fn target(&self) -> &str {
        todo!()
    }

    /// The target before the first `?`, as sent (not decoded).
    pub fn path(&self) -> &str {
        todo!()
    }

    /// The target after the first `?`, if there is one.
    pub fn query(&self) -> Option<&str> {
        todo!()
    }

    /// The authority that the request is for, with a port if one was sent: from an absolute-form target, else from Host.
    /// Empty for an HTTP/1.0 request without Host.
    pub fn host(&self) -> &str {
        todo!()
    }

    /// The caller's protocol version.
    pub fn version(&self) -> Version {
        todo!()
    }

    /// All header fields in order: the name as sent, the value without surrounding blanks.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        todo!();
        #[allow(unreachable_code)]
        std::iter::empty()
    }

    /// The first field of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let _ = name;
        todo!()
    }

    /// All fields of that name, in any case.
    pub fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let _ = name;
        todo!();
        #[allow(unreachable_code)]
        std::iter::empty()
    }

    /// How many header fields there are.
    pub fn header_count(&self) -> usize {
        todo!()
    }

    /// How the end of the body is known.
    pub fn body(&self) -> Framing {
        todo!()
    }

    /// Whether the caller waits for a 100 before it sends the body.
    pub fn expects_continue(&self) -> bool {
        todo!()
    }

    /// The protocols that the caller wants to switch to (`Connection: upgrade` and `Upgrade`).
    pub fn wants_upgrade(&self) -> Option<&str> {
        todo!()
    }

    /// Appends every end-to-end field as `Name: value\r\n`, order and case kept. Left out are: hop-by-hop fields (Connection and those
    /// that it names, Keep-Alive, Proxy-Connection, Proxy-Authenticate, Proxy-Authorization, TE, Upgrade), Content-Length, Transfer-Encoding,
    /// Host, Expect, and those for which `skip` says true.
    pub fn copy_headers(&self, out: &mut Vec<u8>, skip: impl FnMut(&str, &[u8]) -> bool) {
        let _ = (out, skip);
        todo!()
    }
}
