//! A stream to a backend: the request is taken as a head and body of HTTP/1.1, the answer is given as one.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use h2::RecvStream;
use h2::client::{ResponseFuture, SendRequest};
use http::header::CONTENT_LENGTH;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};

use super::head::{Head, invalid, write_field};
use super::inward::{Inward, fault};
use super::outward::Outward;
use super::session::State;
use super::stream::{Side, Stream};
use crate::body::{Coding, Incoming};
use crate::buffer::Buffer;
use crate::chunked::Decoder;

/// How long the end of an answer is waited for whose body has come whole.
const END_WAIT: Duration = Duration::from_secs(1);

/// One call on a connection to a backend.
#[derive(Debug)]
pub(super) struct ToBackend {
    session: Rc<State>,
    request: Outgoing,
    answer: Answer,
    /// What had come on the connection when the request was sent.
    heard: u64,
    to_head: bool,
}

#[derive(Debug)]
enum Outgoing {
    /// No head was written yet.
    Awaited(SendRequest<Bytes>),
    Begun(Outward),
}

#[derive(Debug)]
enum Answer {
    /// Nothing was asked yet.
    Unasked,
    Awaited(ResponseFuture),
    /// An interim answer, and then what comes next.
    Interim(Inward, ResponseFuture),
    Begun(Inward),
}

impl ToBackend {
    pub(super) fn stream(requests: SendRequest<Bytes>, session: Rc<State>) -> Stream {
        Stream(Side::Backend(ToBackend {
            heard: session.heard(),
            session,
            request: Outgoing::Awaited(requests),
            answer: Answer::Unasked,
            to_head: false,
        }))
    }

    pub(super) fn is_tls(&self) -> bool {
        self.session.is_tls()
    }

    pub(super) fn doubt(&self) {
        self.session.close();
    }

    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.request {
            Outgoing::Begun(body) => body.poll_write(cx, bytes),
            Outgoing::Awaited(requests) => {
                if ready!(requests.poll_ready(cx)).is_err() {
                    self.session.close();
                    // Nothing of the call was sent.
                    return Poll::Ready(Err(io::ErrorKind::ConnectionRefused.into()));
                }
                Poll::Ready(self.write_head(bytes))
            }
        }
    }

    fn write_head(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Outgoing::Awaited(requests) = &mut self.request else { return Ok(0) };
        // The gateway writes a head in one piece.
        let head = Head::of(bytes).ok_or(io::ErrorKind::InvalidData)?;
        let (fields, said) = head.fields()?;
        let mut words = head.first.split(|byte| *byte == b' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let scheme = if self.session.is_tls() { Scheme::HTTPS } else { Scheme::HTTP };
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(scheme);
        uri.authority = Some(Authority::try_from(said.host).map_err(invalid)?);
        uri.path_and_query = Some(path(target)?);
        let mut request = Request::new(());
        *request.method_mut() = Method::from_bytes(method).map_err(invalid)?;
        *request.uri_mut() = Uri::from_parts(uri).map_err(invalid)?;
        *request.headers_mut() = fields;
        let body = match said.length {
            _ if said.chunked => Incoming::Chunked(Decoder::default()),
            None | Some(0) => Incoming::Done,
            Some(length) => Incoming::Length(length),
        };
        let ended = body.is_done();
        self.to_head = method == b"HEAD";
        self.heard = self.session.heard();
        let (response, send) = requests.send_request(request, ended).map_err(fault)?;
        self.answer = Answer::Awaited(response);
        self.request = Outgoing::Begun(Outward::new(send, body, ended));
        Ok(head.length)
    }

    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            match &mut self.answer {
                // Writing the head wakes the task.
                Answer::Unasked => return Poll::Pending,
                Answer::Begun(inward) => return inward.poll_read(cx, buffer),
                Answer::Interim(inward, _) => {
                    let count = ready!(inward.poll_read(cx, buffer))?;
                    if count > 0 {
                        return Poll::Ready(Ok(count));
                    }
                    let Answer::Interim(_, response) = std::mem::replace(&mut self.answer, Answer::Unasked) else {
                        continue;
                    };
                    self.answer = Answer::Awaited(response);
                }
                Answer::Awaited(response) => {
                    if let Poll::Ready(Some(interim)) = response.poll_informational(cx) {
                        let (parts, ()) = interim.map_err(fault)?.into_parts();
                        let Answer::Awaited(response) = std::mem::replace(&mut self.answer, Answer::Unasked) else {
                            continue;
                        };
                        let mut head = write_status(parts.status);
                        write_fields(&mut head, &parts.headers);
                        head.extend_from_slice(b"\r\n");
                        self.answer = Answer::Interim(Inward::new(head, None, Coding::Nothing), response);
                        continue;
                    }
                    let answer = ready!(Pin::new(response).poll(cx)).map_err(fault)?;
                    self.answer = Answer::Begun(read_answer(answer, self.to_head));
                }
            }
        }
    }

    /// The answer has come whole. If only the mark of its end is missing it is waited for, so that the backend is not told that
    /// its answer was not wanted.
    pub(super) fn end(mut self) {
        let Answer::Begun(inward) = &mut self.answer else { return };
        let Some(mut recv) = inward.take_rest() else { return };
        tokio::task::spawn_local(async move {
            let rest = async { while recv.data().await.is_some_and(|data| data.is_ok_and(|data| data.is_empty())) {} };
            // In time or not, the stream is let go of.
            let _ = tokio::time::timeout(END_WAIT, rest).await;
            drop(self);
        });
    }
}

impl Drop for ToBackend {
    fn drop(&mut self) {
        // Nothing at all came since the request was sent: perhaps nobody is there any more.
        if matches!(self.answer, Answer::Awaited(_)) && self.session.heard() == self.heard {
            self.session.close();
        }
        self.session.leave();
    }
}

/// The target for `:path`. What an URI of the library's may not hold is escaped, which means the same.
fn path(target: &[u8]) -> io::Result<PathAndQuery> {
    if let Ok(path) = PathAndQuery::try_from(target) {
        return Ok(path);
    }
    let mut escaped = Vec::with_capacity(target.len() + 16);
    for byte in target {
        match byte {
            b'<' | b'>' | b'^' | b'`' | b'"' | b'\\' | b'{' | b'|' | b'}' => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                escaped.extend([b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
            }
            byte => escaped.push(*byte),
        }
    }
    PathAndQuery::try_from(escaped).map_err(invalid)
}

fn read_answer(answer: Response<RecvStream>, to_head: bool) -> Inward {
    let (parts, recv) = answer.into_parts();
    let mut head = write_status(parts.status);
    let is_bare = to_head || parts.status == StatusCode::NO_CONTENT || parts.status == StatusCode::NOT_MODIFIED;
    let mut coding = Coding::Nothing;
    // A length and trailers cannot be said together in HTTP/1.1; the length matters more unless trailers were promised.
    let has_length = parts.headers.contains_key(CONTENT_LENGTH) && !parts.headers.contains_key(http::header::TRAILER);
    if has_length || is_bare {
        write_fields(&mut head, &parts.headers);
        coding = if is_bare { Coding::Nothing } else { Coding::Plain };
    } else {
        let mut fields = parts.headers;
        fields.remove(CONTENT_LENGTH);
        write_fields(&mut head, &fields);
        if recv.is_end_stream() {
            head.extend_from_slice(b"Content-Length: 0\r\n");
        } else {
            head.extend_from_slice(b"Transfer-Encoding: chunked\r\n");
            coding = Coding::Chunked;
        }
    }
    head.extend_from_slice(b"\r\n");
    Inward::new(head, Some(recv), coding)
}

fn write_status(status: StatusCode) -> Buffer {
    let mut head = Buffer::take();
    head.extend_from_slice(b"HTTP/1.1 ");
    head.extend_from_slice(status.as_str().as_bytes());
    head.extend_from_slice(b" ");
    head.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    head.extend_from_slice(b"\r\n");
    head
}

fn write_fields(head: &mut Vec<u8>, fields: &HeaderMap) {
    for (name, value) in fields {
        write_field(head, name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_that_a_caller_may_send_has_a_path() {
        let all: Vec<u8> = (0x21..0x7f).filter(|byte| *byte != b'#').collect();
        let target = [b"/", &all[..]].concat();
        let path = path(&target).unwrap();
        assert!(path.as_str().contains("%3C"));
        for byte in all {
            assert!(super::path(&[b'/', byte]).is_ok(), "{}", byte as char);
        }
        assert_eq!(super::path(b"*").unwrap(), "*");
    }
}
