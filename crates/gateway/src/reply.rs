//! What callers get: the header lines that the gateway adds, and the answers that it makes itself.
//!
//! Both generations of the vendor's response headers are written (spec: headers on the response to the client).

pub mod gzip;
mod lines;

use crate::plan::CrossOriginRule;

pub use lines::CallLines;

/// Writes `Name: value\r\n`.
pub fn write_line(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// Writes `HTTP/1.1 200 OK\r\n`. A status that has no phrase of its own gets the vendor's: `status code N`.
pub fn write_status(out: &mut Vec<u8>, status: u16) {
    begin_status(out, status);
    match phrase(status) {
        Some(phrase) => out.extend_from_slice(phrase.as_bytes()),
        None => {
            out.extend_from_slice(b"status code ");
            write_number(out, status.into());
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes `HTTP/1.1 200 `, what stands before the phrase.
pub fn begin_status(out: &mut Vec<u8>, status: u16) {
    if !(100..1000).contains(&status) {
        out.extend_from_slice(b"HTTP/1.1 ");
        write_number(out, status.into());
        return out.push(b' ');
    }
    let digit = |place: u16| b'0' + (status / place % 10) as u8;
    let [hundreds, tens, ones] = [digit(100), digit(10), digit(1)];
    out.extend_from_slice(&[b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'1', b' ', hundreds, tens, ones, b' ']);
}

/// The reason phrase that [`write_status`] writes.
pub fn reason(status: u16) -> Vec<u8> {
    phrase(status).map_or_else(|| format!("status code {status}").into_bytes(), |phrase| phrase.as_bytes().to_vec())
}

/// True for a header that the gateway sets and that a backend must not set in its place.
pub fn is_ours(name: &[u8], cors: CrossOriginRule) -> bool {
    const OURS: [&str; 10] = [
        "x-api-requestid",
        "x-api-id",
        "x-service-ratelimit",
        "x-api-ratelimit",
        "x-usageplan-ratelimit",
        "x-usageplan-quota",
        "x-secret-id",
        "x-usageplan-id",
        "x-ratelimit-limit",
        "x-ratelimit-used",
    ];
    match name.first() {
        Some(b'x' | b'X') => OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours.as_bytes())),
        Some(b'a' | b'A') => match cors {
            CrossOriginRule::Closed => false,
            CrossOriginRule::Open => {
                name.eq_ignore_ascii_case(b"access-control-allow-origin")
                    || name.eq_ignore_ascii_case(b"access-control-expose-headers")
            }
            CrossOriginRule::Plugin => {
                name.get(..15).is_some_and(|start| start.eq_ignore_ascii_case(b"access-control-"))
            }
        },
        _ => false,
    }
}

/// Writes the header lines of an answer that is there as a whole: `lines`, but for what the gateway says itself under the
/// rule `cors`, and what is not true of a body that was packed.
pub fn write_whole(head: &mut Vec<u8>, lines: &[u8], cors: CrossOriginRule, is_packed: bool) {
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let is_out = is_ours(name, cors) || (is_packed && gzip::is_untrue(name));
        if !is_out {
            head.extend_from_slice(line);
        }
    }
    if is_packed {
        gzip::write_etag(head, gzip::value_of(lines, "etag"));
        gzip::write_lines(head);
    }
}

/// Writes `number` in decimal. Not in place of its calls: there are many, and a call finds the code, too, cold.
#[inline(never)]
pub fn write_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

fn phrase(status: u16) -> Option<&'static str> {
    Some(match status {
        100 => "Continue",
        101 => "Switching Protocols",
        103 => "Early Hints",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Request Entity Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        422 => "Unprocessable Entity",
        425 => "Too Early",
        426 => "Upgrade Required",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Time-out",
        505 => "HTTP Version Not Supported",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_status_gets_the_vendors_phrase() {
        let mut out = Vec::new();
        write_status(&mut out, 435);
        assert_eq!(out, b"HTTP/1.1 435 status code 435\r\n");
    }

    #[test]
    fn a_status_is_written_as_the_number_that_it_is() {
        for status in 0..=u16::MAX {
            let mut out = Vec::new();
            begin_status(&mut out, status);
            assert_eq!(out, format!("HTTP/1.1 {status} ").into_bytes());
        }
    }

    #[test]
    fn a_packed_body_has_the_lines_that_are_true_of_it() {
        let mut head = Vec::new();
        let lines = b"A: b\r\netag: \"a\"\r\nAccept-Ranges: bytes\r\nContent-Type: text/css\r\n";
        write_whole(&mut head, lines, CrossOriginRule::Closed, true);
        let wanted = "A: b\r\nContent-Type: text/css\r\nETag: W/\"a\"\r\n\
            Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n";
        assert_eq!(String::from_utf8_lossy(&head), wanted);
    }

    #[test]
    fn what_the_gateway_says_of_other_sites_is_said_once() {
        let lines = b"A: b\r\naccess-control-allow-origin: *\r\nAccess-Control-Max-Age: 5\r\nX-Api-ID: mine\r\n";
        for (cors, wanted) in [
            (CrossOriginRule::Closed, "A: b\r\naccess-control-allow-origin: *\r\nAccess-Control-Max-Age: 5\r\n"),
            (CrossOriginRule::Open, "A: b\r\nAccess-Control-Max-Age: 5\r\n"),
            (CrossOriginRule::Plugin, "A: b\r\n"),
        ] {
            let mut head = Vec::new();
            write_whole(&mut head, lines, cors, false);
            assert_eq!(String::from_utf8_lossy(&head), wanted);
        }
    }

    #[test]
    fn a_backend_cannot_set_what_the_gateway_sets() {
        assert!(is_ours(b"X-API-ID", CrossOriginRule::Closed));
        assert!(is_ours(b"x-ratelimit-used", CrossOriginRule::Closed));
        assert!(!is_ours(b"X-Request-Id", CrossOriginRule::Closed));
        assert!(is_ours(b"Access-Control-Allow-Origin", CrossOriginRule::Open));
        assert!(!is_ours(b"Access-Control-Allow-Origin", CrossOriginRule::Closed));
        assert!(!is_ours(b"Access-Control-Max-Age", CrossOriginRule::Open));
        assert!(is_ours(b"access-control-max-age", CrossOriginRule::Plugin));
    }
}
