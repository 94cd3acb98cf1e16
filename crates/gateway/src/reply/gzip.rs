//! Answers packed as gzip, for callers that take them (spec: response compression).

use net::{Request, Response, ResponseFraming};

use super::write_line;

/// Bodies that are not longer than this are sent as they are.
const SMALL: u64 = 1024;

/// The types whose bodies are packed.
const TYPES: [&str; 9] = [
    "text/xml",
    "text/plain",
    "text/css",
    "application/javascript",
    "application/x-javascript",
    "application/rss+xml",
    "application/xml",
    "application/json",
    "application/octet-stream",
];

/// True when the body of a backend's answer is to be packed on its way. A body whose length is not known counts as long.
pub fn suits(request: &Request, response: &Response) -> bool {
    let is_long = match response.body() {
        ResponseFraming::None => false,
        ResponseFraming::Length(length) => length > SMALL,
        ResponseFraming::Chunked | ResponseFraming::UntilClose => true,
    };
    is_long
        && is_taken(request)
        // A part of a body is a part of the bytes that the backend has.
        && response.status() != 206
        && response.header("content-encoding").is_none()
        && response.header("content-type").is_some_and(is_packed_type)
        && !response.header("cache-control").is_some_and(forbids)
}

/// A body that is there as a whole, packed if that suits; `lines` are the header lines of an answer with this `status`.
pub fn packed(request: &Request, status: u16, lines: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let suits = body.len() as u64 > SMALL
        // A part of a body is a part of the bytes that the backend has.
        && status != 206
        && is_taken(request)
        && value_of(lines, "content-encoding").is_none()
        && value_of(lines, "content-type").is_some_and(is_packed_type)
        && !value_of(lines, "cache-control").is_some_and(forbids);
    suits.then(|| net::gzip(body))
}

/// Writes what a packed body's head says of it.
pub fn write_lines(head: &mut Vec<u8>) {
    write_line(head, "Content-Encoding", b"gzip");
    write_line(head, "Vary", b"Accept-Encoding");
}

/// True for a header of the backend's that is not true of the packed body.
pub fn is_untrue(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"etag") || name.eq_ignore_ascii_case(b"accept-ranges")
}

/// Writes the backend's entity tag as that of a body that means the same, but is not the same (RFC 9110, 8.8.1).
pub fn write_etag(head: &mut Vec<u8>, tag: Option<&[u8]>) {
    match tag {
        Some(tag) if tag.starts_with(b"\"") => write_line(head, "ETag", &[b"W/", tag].concat()),
        Some(tag) => write_line(head, "ETag", tag),
        None => {}
    }
}

/// `Accept-Encoding` names gzip, and not with a weight of nothing.
fn is_taken(request: &Request) -> bool {
    request.header_values("accept-encoding").any(|value| {
        value.split(|byte| *byte == b',').any(|item| {
            let mut parts = item.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
            let is_gzip = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case(b"gzip"));
            is_gzip && !parts.any(is_nothing)
        })
    })
}

/// `q=0`, `q=0.0`, …
fn is_nothing(parameter: &[u8]) -> bool {
    let Some((name, value)) = parameter.split_at_checked(2) else { return false };
    name.eq_ignore_ascii_case(b"q=") && !value.is_empty() && value.iter().all(|byte| matches!(byte, b'0' | b'.'))
}

fn is_packed_type(value: &[u8]) -> bool {
    let kind = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    TYPES.iter().any(|one| kind.eq_ignore_ascii_case(one.as_bytes()))
}

/// The backend wants its body as it is (RFC 9111, 5.2.2.6).
fn forbids(cache_control: &[u8]) -> bool {
    cache_control.split(|byte| *byte == b',').any(|item| item.trim_ascii().eq_ignore_ascii_case(b"no-transform"))
}

/// The value of the first of these header lines that has this name.
pub fn value_of<'h>(lines: &'h [u8], name: &str) -> Option<&'h [u8]> {
    lines.split(|byte| *byte == b'\n').find_map(|line| {
        let colon = memchr::memchr(b':', line)?;
        let (own, value) = line.split_at(colon);
        own.eq_ignore_ascii_case(name.as_bytes()).then(|| value.get(1..).unwrap_or_default().trim_ascii())
    })
}

#[cfg(test)]
mod tests {
    use net::Limits;

    use super::*;

    fn request(accept: &str) -> Request {
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\n{accept}\r\n");
        Request::parse(head.as_bytes(), &Limits::default()).unwrap().unwrap().0
    }

    fn response(lines: &str) -> Response {
        let head = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
        Response::parse(head.as_bytes(), false).unwrap().unwrap().0
    }

    #[test]
    fn a_caller_says_what_it_takes() {
        for (line, is) in [
            ("", false),
            ("Accept-Encoding: gzip\r\n", true),
            ("accept-encoding: deflate, GZIP;q=0.5, br\r\n", true),
            ("Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n", true),
            ("Accept-Encoding: gzip;q=0\r\n", false),
            ("Accept-Encoding: gzip; q=0.000, br\r\n", false),
            ("Accept-Encoding: x-gzip\r\n", false),
            ("Accept-Encoding: identity\r\n", false),
            ("Accept-Encoding: *\r\n", false),
        ] {
            assert_eq!(is_taken(&request(line)), is, "{line}");
        }
    }

    #[test]
    fn an_answer_is_packed_by_its_type_and_length() {
        let asks = request("Accept-Encoding: gzip\r\n");
        for (lines, is) in [
            ("Content-Type: application/json\r\nContent-Length: 1025\r\n", true),
            ("Content-Type: application/json\r\nContent-Length: 1024\r\n", false),
            ("Content-Type: Text/Plain; charset=utf-8\r\nTransfer-Encoding: chunked\r\n", true),
            ("Content-Type: text/css\r\n", true),
            ("Content-Type: text/html\r\nContent-Length: 5000\r\n", false),
            ("Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n", false),
            ("Content-Length: 5000\r\n", false),
            ("Content-Type: text/css\r\nContent-Length: 5000\r\nContent-Encoding: br\r\n", false),
            ("Content-Type: text/css\r\nContent-Length: 5000\r\nCache-Control: public, no-transform\r\n", false),
        ] {
            assert_eq!(suits(&asks, &response(lines)), is, "{lines}");
            assert!(!suits(&request(""), &response(lines)), "{lines}");
        }
    }

    #[test]
    fn a_whole_body_follows_the_same_rules() {
        let (asks, body) = (request("Accept-Encoding: gzip\r\n"), [b'a'; 1025]);
        assert!(packed(&asks, 200, b"X: y\r\nContent-Type: application/json\r\n", &body).is_some());
        assert!(packed(&asks, 200, b"Content-Type: application/json\r\n", &body[1..]).is_none());
        assert!(packed(&asks, 200, b"Content-Type: text/html\r\n", &body).is_none());
        assert!(packed(&asks, 200, b"content-type: text/xml\r\ncontent-encoding: gzip\r\n", &body).is_none());
        assert!(packed(&request(""), 200, b"Content-Type: application/json\r\n", &body).is_none());
        assert!(packed(&asks, 206, b"Content-Type: application/json\r\n", &body).is_none(), "a part of a body");
    }

    #[test]
    fn an_entity_tag_becomes_weak() {
        for (tag, wanted) in [("\"a\"", "ETag: W/\"a\"\r\n"), ("W/\"b\"", "ETag: W/\"b\"\r\n")] {
            let mut head = Vec::new();
            write_etag(&mut head, response(&format!("ETag: {tag}\r\n")).header("etag"));
            assert_eq!(head, wanted.as_bytes());
        }
    }
}
