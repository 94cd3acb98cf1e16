//! A response head.

use crate::{ResponseFraming, Version};

/// A final response head of a backend. Owns a pooled buffer.
#[derive(Debug)]
pub struct Response {}

impl Response {
    /// The status, 200 to 999.
    pub fn status(&self) -> u16 {
        todo!()
    }

    /// The reason phrase as sent, may be empty.
    pub fn reason(&self) -> &[u8] {
        todo!()
    }

    /// The backend's protocol version.
    pub fn version(&self) -> Version {
        todo!()
    }

    /// How the end of the body is known.
    pub fn body(&self) -> ResponseFraming {
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

    /// Appends every end-to-end field as `Name: value\r\n`, order and case kept, as [`Request::copy_headers`](crate::Request::copy_headers) does.
    pub fn copy_headers(&self, out: &mut Vec<u8>, skip: impl FnMut(&str, &[u8]) -> bool) {
        let _ = (out, skip);
        todo!()
    }
}
