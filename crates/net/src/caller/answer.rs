//! Answers made by the gateway itself, and what every answer says about the connection.

use std::future::poll_fn;
use std::task::Poll;

use super::{Caller, End};
use crate::body::Incoming;
use crate::buffer::Buffer;
use crate::{CallerGone, Request, Version};

impl Caller {
    /// Gives a complete answer made by the gateway. `head` is the status line and header lines, each with its CRLF, without framing and
    /// connection lines and without the empty line. Adds Content-Length and, where needed, Connection; drops the body of an answer to HEAD
    /// and of 204 and 304. `close` closes the connection after the answer. `request` is `None` only after a [`HeadFault`](crate::HeadFault).
    pub async fn answer(
        &mut self,
        request: Option<&Request>,
        head: &[u8],
        body: &[u8],
        close: bool,
    ) -> Result<(), CallerGone> {
        self.answer_saying(request, head, body, Some(body.len() as u64), close).await
    }

    /// [`Caller::answer`] to a HEAD, whose body's `length` is said where it is known.
    pub async fn answer_head(&mut self, request: &Request, head: &[u8], length: Option<u64>) -> Result<(), CallerGone> {
        self.answer_saying(Some(request), head, b"", length, false).await
    }

    async fn answer_saying(
        &mut self,
        request: Option<&Request>,
        head: &[u8],
        body: &[u8],
        length: Option<u64>,
        close: bool,
    ) -> Result<(), CallerGone> {
        let mut out = Buffer::take();
        out.extend_from_slice(head);
        let status = head.get(9..12).unwrap_or_default();
        let is_bare = status == b"204" || status == b"304";
        if let Some(length) = length
            && !is_bare
        {
            append_length(&mut out, length);
        }
        self.conclude(close || request.is_none(), &mut out);
        out.extend_from_slice(b"\r\n");
        if !is_bare && !request.is_some_and(Request::is_head) {
            out.extend_from_slice(body);
        }
        self.write(&out).await?;
        self.busy = false;
        Ok(())
    }

    /// Decides whether the connection lives on after the answer whose head is being written, and appends the Connection line that says so.
    pub(crate) fn conclude(&mut self, close: bool, head: &mut Vec<u8>) {
        let rest_is_small = match &self.body {
            Incoming::Length(left) => left.saturating_sub(self.unused().len() as u64) <= self.limits.discard_bytes,
            Incoming::Done | Incoming::Chunked(_) | Incoming::UntilClose => true,
        };
        let most = self.limits.requests_per_connection;
        let lives_on = !close
            && self.end == End::Open
            && self.persistent
            && rest_is_small
            // A caller that was not told to go on may send the body or may not: nobody can tell what comes next.
            && !self.awaits_continue
            && (most == 0 || self.served < most)
            && !self.deadline.ticker().is_draining();
        if !lives_on {
            head.extend_from_slice(b"Connection: close\r\n");
            self.spoil();
        } else if self.version == Version::Http10 {
            head.extend_from_slice(b"Connection: keep-alive\r\n");
        }
    }

    /// The answer has been written to its end.
    pub(crate) fn answered(&mut self) {
        self.busy = false;
    }

    /// The answer cannot be written to its end: the connection is closed without one, so that the caller can tell.
    pub(crate) fn abandon(&mut self) {
        self.end = End::Gone;
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), CallerGone> {
        let (mut position, mut before) = (0, 0);
        self.deadline.set_after(self.limits.write_idle_timeout);
        let written = poll_fn(|cx| {
            if let Poll::Ready(result) = self.io.poll_write_all(cx, bytes, &mut position) {
                return Poll::Ready(result.map_err(|_| CallerGone));
            }
            if position > before {
                before = position;
                self.deadline.set_after(self.limits.write_idle_timeout);
            }
            if self.deadline.poll(cx) { Poll::Ready(Err(CallerGone)) } else { Poll::Pending }
        });
        let written = written.await;
        if written.is_err() {
            self.end = End::Gone;
        }
        written
    }
}

pub(crate) fn append_length(head: &mut Vec<u8>, length: u64) {
    head.extend_from_slice(b"Content-Length: ");
    head.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
    head.extend_from_slice(b"\r\n");
}
