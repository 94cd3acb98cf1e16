//! A head, changed.

use super::Request;
use crate::{HeadFault, Limits, Version};

/// What is changed of a head.
#[derive(Debug, Clone, Copy)]
pub struct HeadEdit<'e> {
    /// The query in place of the one that was sent; an empty one is none.
    pub query: Option<&'e str>,
    /// The names of fields that are taken out, in any case.
    pub removed: &'e [String],
    /// Fields that stand in place of those of the same name.
    pub replaced: &'e [(String, String)],
}

impl Request {
    /// The same request with another head. It is read anew, so that it is as valid as one that came in; how the end of its
    /// body is known stays, for fields that say so are not changed.
    ///
    /// # Errors
    /// A head that would not be let in.
    pub fn edited(&self, edit: &HeadEdit<'_>) -> Result<Self, HeadFault> {
        let is_framing =
            |name: &str| ["content-length", "transfer-encoding", "host"].iter().any(|f| name.eq_ignore_ascii_case(f));
        let mut head = Vec::with_capacity(1024);
        head.extend_from_slice(self.method().as_bytes());
        head.push(b' ');
        let query = edit.query.map_or_else(|| self.query(), |query| Some(query).filter(|query| !query.is_empty()));
        head.extend_from_slice(self.path().as_bytes());
        if let Some(query) = query {
            if !query.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(HeadFault::Target);
            }
            head.push(b'?');
            head.extend_from_slice(query.as_bytes());
        }
        let version: &[u8] = if self.version() == Version::Http10 { b" HTTP/1.0\r\n" } else { b" HTTP/1.1\r\n" };
        head.extend_from_slice(version);
        let mut line = |name: &str, value: &[u8]| {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        };
        if !self.host().is_empty() {
            line("Host", self.host().as_bytes());
        }
        for (name, value) in self.headers() {
            let is_out = name.eq_ignore_ascii_case("host")
                || (!is_framing(name)
                    && (edit.removed.iter().any(|removed| removed.eq_ignore_ascii_case(name))
                        || edit.replaced.iter().any(|(replaced, _)| replaced.eq_ignore_ascii_case(name))));
            if !is_out {
                line(name, value);
            }
        }
        for (name, value) in edit.replaced.iter().filter(|(name, _)| !is_framing(name)) {
            if !name.bytes().all(is_token) {
                return Err(HeadFault::HeaderName);
            }
            if value.bytes().any(|b| matches!(b, b'\r' | b'\n' | 0)) {
                return Err(HeadFault::HeaderValue);
            }
            line(name, value.as_bytes());
        }
        head.extend_from_slice(b"\r\n");
        match Self::parse(&head, &widest())? {
            Some((mut request, taken)) if taken == head.len() => {
                request.set_version(self.version());
                request.body = self.body();
                request.persistent = self.persistent;
                Ok(request)
            }
            _ => Err(HeadFault::HeaderValue),
        }
    }
}

/// No setting lets in more, and what a function adds is bounded by what it may return. The caller's own head was within
/// the settings when it came.
fn widest() -> Limits {
    Limits { head_bytes: 8 << 20, target_bytes: 4 << 20, header_count: Limits::MOST_HEADERS, ..Limits::default() }
}

/// What a field's name is made of (RFC 9110, 5.6.2): anything else could be more than a name.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(edit: &HeadEdit<'_>) -> Result<Request, HeadFault> {
        let head = b"POST http://a.example/p?x=1 HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\nX-One: 1\r\nx-one: 2\r\nTwo: 2\r\n\r\n";
        Request::parse(head, &Limits::default()).unwrap().unwrap().0.edited(edit)
    }

    #[test]
    fn a_head_is_changed_where_the_edit_says_so() {
        let replaced = [("X-ONE".to_owned(), "new".to_owned()), ("Content-Length".to_owned(), "9".to_owned())];
        let removed = ["two".to_owned(), "host".to_owned(), "transfer-encoding".to_owned()];
        let request = edited(&HeadEdit { query: Some("y=2"), removed: &removed, replaced: &replaced }).unwrap();
        assert_eq!((request.method(), request.target(), request.host()), ("POST", "/p?y=2", "a.example"));
        let fields: Vec<_> = request.headers().collect();
        assert_eq!(fields, [("Host", &b"a.example"[..]), ("Content-Length", b"3"), ("X-ONE", b"new")]);
        let same = edited(&HeadEdit { query: None, removed: &[], replaced: &[] }).unwrap();
        assert_eq!((same.target(), same.headers().count()), ("/p?x=1", 5));
        assert_eq!(edited(&HeadEdit { query: Some(""), removed: &[], replaced: &[] }).unwrap().target(), "/p");
    }

    #[test]
    fn a_head_that_was_let_in_may_be_made_longer() {
        let fields: String = (0..99).map(|number| format!("X-{number}: 1\r\n")).collect();
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        let (request, _) = Request::parse(head.as_bytes(), &Limits::default()).unwrap().unwrap();
        let replaced = [("Added".to_owned(), "x".repeat(40_000))];
        let edited = request.edited(&HeadEdit { query: None, removed: &[], replaced: &replaced }).unwrap();
        assert_eq!(edited.headers().count(), 101);
        assert_eq!(edited.header("added").map(<[u8]>::len), Some(40_000));
    }

    #[test]
    fn an_edit_smuggles_nothing_in() {
        for (name, value) in
            [("X", "1\r\nTransfer-Encoding: chunked"), ("X: y\r\nZ", "1"), ("", "1"), ("X", "\u{0}"), ("a b", "1")]
        {
            let replaced = [(name.to_owned(), value.to_owned())];
            assert!(
                edited(&HeadEdit { query: None, removed: &[], replaced: &replaced }).is_err(),
                "{name:?} {value:?}"
            );
        }
        for query in ["a b", "a\r\nX: y", "a HTTP/1.1\r\n\r\n"] {
            assert!(edited(&HeadEdit { query: Some(query), removed: &[], replaced: &[] }).is_err(), "{query:?}");
        }
    }
}
