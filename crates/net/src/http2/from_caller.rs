//! A caller's stream: its request as a head and body of HTTP/1.1, the answer as frames.

use std::io;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::header::{CONTENT_LENGTH, COOKIE, HOST};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};

use super::connection::Crowd;
use super::head::{Head, invalid, write_field};
use super::inward::{Inward, fault};
use super::outward::Outward;
use super::stream::{Side, Stream};
use crate::body::{Coding, Incoming};
use crate::buffer::Buffer;
use crate::io::Handshake;

/// One request of a caller, and its answer.
#[derive(Debug)]
pub(super) struct FromCaller {
    inward: Inward,
    answer: Answer,
    to_head: bool,
    crowd: Rc<Crowd>,
}

#[derive(Debug)]
enum Answer {
    /// The head of the final answer was not written yet.
    Awaited(SendResponse<Bytes>),
    Begun(Outward),
}

impl FromCaller {
    /// The stream of an accepted request.
    pub(super) fn stream(request: Request<RecvStream>, respond: SendResponse<Bytes>, crowd: Rc<Crowd>) -> Stream {
        crowd.enter();
        let (parts, recv) = request.into_parts();
        let mut head = Buffer::take();
        let coding = write_head(&mut head, &parts, recv.is_end_stream());
        Stream(Side::Caller(FromCaller {
            to_head: parts.method == Method::HEAD,
            inward: Inward::new(head, Some(recv), coding),
            answer: Answer::Awaited(respond),
            crowd,
        }))
    }

    pub(super) fn is_tls(&self) -> bool {
        self.crowd.is_tls()
    }

    pub(super) fn handshake(&self) -> &Handshake {
        self.crowd.handshake()
    }

    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        self.inward.poll_read(cx, buffer)
    }

    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.answer {
            Answer::Begun(body) => body.poll_write(cx, bytes),
            Answer::Awaited(_) => Poll::Ready(self.write_head(bytes)),
        }
    }

    fn write_head(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Answer::Awaited(respond) = &mut self.answer else { return Ok(0) };
        // The gateway writes a head in one piece.
        let head = Head::of(bytes).ok_or(io::ErrorKind::InvalidData)?;
        let (fields, said) = head.fields()?;
        let status = StatusCode::from_bytes(head.first.get(9..12).unwrap_or_default()).map_err(invalid)?;
        let mut response = Response::new(());
        *response.status_mut() = status;
        *response.headers_mut() = fields;
        if status.is_informational() {
            respond.send_informational(response).map_err(fault)?;
            return Ok(head.length);
        }
        let body = match said.length {
            _ if self.to_head || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED => {
                Incoming::Done
            }
            _ if said.chunked => Incoming::Chunked(crate::chunked::Decoder::default()),
            Some(0) => Incoming::Done,
            Some(length) => Incoming::Length(length),
            None => Incoming::UntilClose,
        };
        let ended = body.is_done();
        let send = respond.send_response(response, ended).map_err(fault)?;
        self.answer = Answer::Begun(Outward::new(send, body, ended));
        Ok(head.length)
    }

    pub(super) fn poll_left(&mut self, cx: &mut Context<'_>) -> bool {
        match &mut self.answer {
            Answer::Awaited(respond) => respond.poll_reset(cx).is_ready(),
            Answer::Begun(body) if body.has_ended() => false,
            Answer::Begun(body) => body.send().poll_reset(cx).is_ready(),
        }
    }
}

impl Drop for FromCaller {
    fn drop(&mut self) {
        let is_answered = match &mut self.answer {
            // A caller that still sends is told by the protocol's library that its answer was whole.
            Answer::Begun(body) if body.has_ended() => true,
            Answer::Begun(body) => {
                body.send().send_reset(Reason::INTERNAL_ERROR);
                false
            }
            Answer::Awaited(respond) => {
                respond.send_reset(Reason::INTERNAL_ERROR);
                false
            }
        };
        self.crowd.leave(is_answered);
    }
}

/// Writes the request as HTTP/1.1 would say it, and says how its body is to be given out. Nothing is judged here: what HTTP/1.1 would
/// not allow is written as it came, so that it is refused where such things are.
fn write_head(out: &mut Vec<u8>, parts: &Parts, is_bare: bool) -> Coding {
    let authority = parts.uri.authority().map(|authority| authority.as_str().as_bytes());
    out.extend_from_slice(parts.method.as_str().as_bytes());
    out.push(b' ');
    match parts.uri.path_and_query() {
        Some(target) if parts.method != Method::CONNECT => out.extend_from_slice(target.as_str().as_bytes()),
        _ => out.extend_from_slice(authority.unwrap_or(b"/")),
    }
    out.extend_from_slice(b" HTTP/1.1\r\n");
    if let Some(authority) = authority {
        out.extend_from_slice(b"Host: ");
        out.extend_from_slice(authority);
        out.extend_from_slice(b"\r\n");
    }
    let mut coding = if is_bare { Coding::Nothing } else { Coding::Chunked };
    for (name, value) in &parts.headers {
        // Host says the same as the authority (RFC 9113, 8.3.1); if it does not, there are two hosts.
        let is_told = name == HOST && authority.is_some_and(|told| told.eq_ignore_ascii_case(value.as_bytes()));
        // Crumbs are put together below.
        if is_told || name == COOKIE {
            continue;
        }
        if name == CONTENT_LENGTH {
            coding = Coding::Plain;
        }
        write_field(out, name, value);
    }
    let mut crumbs = parts.headers.get_all(COOKIE).iter();
    if let Some(first) = crumbs.next() {
        out.extend_from_slice(b"cookie: ");
        out.extend_from_slice(first.as_bytes());
        for crumb in crumbs {
            out.extend_from_slice(b"; ");
            out.extend_from_slice(crumb.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }
    if coding == Coding::Chunked {
        out.extend_from_slice(b"Transfer-Encoding: chunked\r\n");
    }
    out.extend_from_slice(b"\r\n");
    coding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(request: http::request::Builder, is_bare: bool) -> (String, Coding) {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let mut out = Vec::new();
        let coding = write_head(&mut out, &parts, is_bare);
        (String::from_utf8(out).unwrap(), coding)
    }

    #[test]
    fn a_request_is_written_as_http11_says_it() {
        let request = Request::get("https://a.example/x?y=1").header("accept", "*/*").header("host", "A.example");
        assert_eq!(
            written(request, true),
            ("GET /x?y=1 HTTP/1.1\r\nHost: a.example\r\naccept: */*\r\n\r\n".into(), Coding::Nothing)
        );
    }

    #[test]
    fn crumbs_are_one_cookie() {
        let request = Request::get("http://a/").header("cookie", "a=1").header("x", "1").header("cookie", "b=2");
        assert_eq!(written(request, true).0, "GET / HTTP/1.1\r\nHost: a\r\nx: 1\r\ncookie: a=1; b=2\r\n\r\n");
    }

    #[test]
    fn a_body_has_its_length_or_is_chunked() {
        let (head, coding) = written(Request::post("http://a/"), false);
        assert!(head.contains("Transfer-Encoding: chunked\r\n"));
        assert_eq!(coding, Coding::Chunked);
        let (head, coding) = written(Request::post("http://a/").header("content-length", "5"), false);
        assert!(head.ends_with("content-length: 5\r\n\r\n"));
        assert_eq!(coding, Coding::Plain);
    }

    #[test]
    fn two_hosts_stay_two() {
        let (head, _) = written(Request::get("http://a/").header("host", "b"), true);
        assert_eq!(head, "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n");
    }
}
