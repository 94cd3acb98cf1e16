//! The response on its way to the caller.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{Course, Exchange, Parts, Upload};
use crate::body::{Coding, Incoming};
use crate::buffer::{Buffer, with_scratch};
use crate::caller::append_length;
use crate::{Backend, Caller, ChunkFault, Pool, RelayFault, Request, ResponseFraming, Version};

/// A response that reached the caller whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relayed {
    /// Bytes of the body, without chunked coding.
    pub body_bytes: u64,
}

impl Exchange {
    /// Sends `head` (status line and header lines with their CRLF, without framing lines and the empty line) and the response body to
    /// the caller - the head and what is there of the body in one write. Puts a clean connection back into `pool`.
    /// `stall_limit` bounds the time in which the backend sends nothing; the caller has
    /// [`Limits::write_idle_timeout`](crate::Limits::write_idle_timeout).
    pub async fn relay(
        self,
        caller: &mut Caller,
        request: &Request,
        head: &mut Vec<u8>,
        pool: &Pool,
        stall_limit: Duration,
    ) -> Result<Relayed, RelayFault> {
        let Parts { backend, response, rest, upload, to_head, course } = *self.0;
        let framing = match response.body() {
            // How long it will be when it is packed is not known.
            ResponseFraming::Length(_) if course.as_ref().is_some_and(|course| course.packer.is_some()) => {
                ResponseFraming::Chunked
            }
            framing => framing,
        };
        let mut coding = match framing {
            ResponseFraming::None | ResponseFraming::Length(_) => Coding::Plain,
            ResponseFraming::Chunked | ResponseFraming::UntilClose => Coding::Chunked,
        };
        let mut must_close = !upload.is_complete();
        match framing {
            ResponseFraming::Length(length) => append_length(head, length),
            ResponseFraming::None if response.status() == 204 => {}
            // The backend was asked with HEAD, the caller has not.
            ResponseFraming::None if to_head && !request.is_head() && response.status() != 304 => {
                append_length(head, 0)
            }
            ResponseFraming::None => {
                if let Some(length) = response.content_length() {
                    append_length(head, length);
                }
            }
            ResponseFraming::Chunked | ResponseFraming::UntilClose if request.version() >= Version::Http11 => {
                head.extend_from_slice(b"Transfer-Encoding: chunked\r\n");
            }
            ResponseFraming::Chunked | ResponseFraming::UntilClose => {
                coding = Coding::Plain;
                must_close = true;
            }
        }
        if request.is_head() {
            coding = Coding::Nothing;
        }
        caller.conclude(must_close, head);
        head.extend_from_slice(b"\r\n");

        let persistent = response.is_persistent();
        let mut relay = Relay {
            backend,
            body: Incoming::of(&response),
            rest,
            upload,
            course,
            coding,
            position: 0,
            body_bytes: 0,
            stall_limit,
            progress: true,
        };
        drop(response);
        let result = relay.run(caller, head).await;
        if result.is_err() || !relay.upload.is_complete() {
            // As in `send`: nothing is left behind for a backend that does not read.
            relay.backend.io.reset_on_close();
        }
        if matches!(result, Err(RelayFault::BackendStalled)) {
            relay.backend.io.doubt();
        }
        match result {
            Ok(()) => {
                if let Some(keeper) = relay.course.as_ref().and_then(|course| course.keeper.as_ref()) {
                    keeper.end(relay.body.trailers());
                }
                caller.answered();
                let is_clean = persistent && relay.upload.is_complete() && relay.rest.is_empty();
                if is_clean {
                    pool.put_back(relay.backend.used());
                }
                Ok(Relayed { body_bytes: relay.body_bytes })
            }
            Err(fault @ RelayFault::Unbegun(_)) => Err(fault),
            Err(fault) => {
                if coding == Coding::Plain && must_close {
                    // Only a reset tells this caller that the body is not whole.
                    caller.io.reset_on_close();
                }
                caller.abandon();
                Err(fault)
            }
        }
    }
}

struct Relay {
    backend: Backend,
    body: Incoming,
    /// What was received behind the head; in the end what came behind the body.
    rest: Buffer,
    upload: Upload,
    course: Option<Box<Course>>,
    coding: Coding,
    position: usize,
    body_bytes: u64,
    stall_limit: Duration,
    /// Something moved since the deadline was set.
    progress: bool,
}

impl Relay {
    async fn run(&mut self, caller: &mut Caller, out: &mut Vec<u8>) -> Result<(), RelayFault> {
        if !self.rest.is_empty() {
            let (body, course, coding) = (&mut self.body, &mut self.course, self.coding);
            let (consumed, length) = transfer(body, course, &self.rest, coding, out).map_err(RelayFault::Unbegun)?;
            self.body_bytes += length as u64;
            self.keep_rest(consumed);
        }
        poll_fn(|cx| self.poll(cx, caller, out)).await
    }

    fn keep_rest(&mut self, consumed: usize) {
        self.rest.drain(..consumed);
        if self.rest.is_empty() {
            self.rest.release();
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>, caller: &mut Caller, out: &mut Vec<u8>) -> Poll<Result<(), RelayFault>> {
        if !self.upload.is_done() {
            let moved = self.upload.moved();
            if let Poll::Ready(Err(_)) = self.upload.poll(cx, caller, &mut self.backend.io) {
                // The answer is on its way already; the caller's connection will be closed behind it.
                self.upload.break_off();
            }
            // A backend that takes what is sent has not stalled.
            self.progress |= self.upload.moved() != moved;
        }
        loop {
            let before = self.position;
            let written = caller.io.poll_write_all(cx, out, &mut self.position);
            self.progress |= self.position > before;
            match written {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => return Poll::Ready(Err(RelayFault::CallerGone)),
                Poll::Pending => {
                    return self.wait(cx, caller, caller.limits.write_idle_timeout, RelayFault::CallerGone);
                }
            }
            out.clear();
            self.position = 0;
            if self.body.is_done() {
                return Poll::Ready(Ok(()));
            }
            match self.poll_backend(cx, caller, out) {
                Poll::Ready(Ok(())) => self.progress = true,
                Poll::Ready(Err(fault)) => return Poll::Ready(Err(fault)),
                Poll::Pending if self.flush(out) => {}
                Poll::Pending if caller.poll_gone(cx) => return Poll::Ready(Err(RelayFault::CallerGone)),
                Poll::Pending => return self.wait(cx, caller, self.stall_limit, RelayFault::BackendStalled),
            }
        }
    }

    /// What is packed and held goes on when the backend pauses. True if there was something.
    fn flush(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(course) = &mut self.course else { return false };
        let length = course.flush(self.coding, out);
        self.body_bytes += length as u64;
        length > 0
    }

    /// Nothing can be done now. The time that this may last begins anew with every progress.
    fn wait(
        &mut self,
        cx: &Context<'_>,
        caller: &mut Caller,
        limit: Duration,
        fault: RelayFault,
    ) -> Poll<Result<(), RelayFault>> {
        if std::mem::take(&mut self.progress) {
            caller.deadline.set_after(limit);
        }
        if caller.deadline.poll(cx) { Poll::Ready(Err(fault)) } else { Poll::Pending }
    }

    /// One read, appended to `out`; what needs no coding goes straight to the caller as far as it takes it.
    fn poll_backend(
        &mut self,
        cx: &mut Context<'_>,
        caller: &mut Caller,
        out: &mut Vec<u8>,
    ) -> Poll<Result<(), RelayFault>> {
        with_scratch(|scratch| {
            let room = self.body.worth_reading(scratch.len());
            let room = scratch.get_mut(..room).unwrap_or_default();
            let Poll::Ready(read) = self.backend.io.poll_read(cx, room) else { return Poll::Pending };
            Poll::Ready(match read {
                Ok(0) if matches!(self.body, Incoming::UntilClose) => {
                    match &mut self.course {
                        Some(course) => self.body_bytes += course.end(&self.body, self.coding, out) as u64,
                        None => self.body.append_end(self.coding, out),
                    }
                    self.body = Incoming::Done;
                    Ok(())
                }
                Ok(0) | Err(_) => Err(RelayFault::BackendGone),
                Ok(count) => {
                    let bytes = room.get(..count).unwrap_or_default();
                    if self.coding == Coding::Plain
                        && self.course.is_none()
                        && let Some(taken) = self.body.take_plain(count)
                    {
                        self.body_bytes += taken as u64;
                        self.rest.append(bytes.get(taken..).unwrap_or_default());
                        let (bytes, mut position) = (bytes.get(..taken).unwrap_or_default(), 0);
                        if let Poll::Ready(Err(_)) = caller.io.poll_write_all(cx, bytes, &mut position) {
                            return Poll::Ready(Err(RelayFault::CallerGone));
                        }
                        out.extend_from_slice(bytes.get(position..).unwrap_or_default());
                        return Poll::Ready(Ok(()));
                    }
                    match transfer(&mut self.body, &mut self.course, bytes, self.coding, out) {
                        Ok((consumed, length)) => {
                            self.body_bytes += length as u64;
                            self.rest.append(bytes.get(consumed..).unwrap_or_default());
                            Ok(())
                        }
                        Err(fault) => Err(RelayFault::Malformed(fault)),
                    }
                }
            })
        })
    }
}

/// [`Incoming::transfer`], with what is to be done to the data.
fn transfer(
    body: &mut Incoming,
    course: &mut Option<Box<Course>>,
    input: &[u8],
    coding: Coding,
    out: &mut Vec<u8>,
) -> Result<(usize, usize), ChunkFault> {
    match course {
        None => body.transfer(input, coding, out),
        Some(course) => course.transfer(body, input, coding, out),
    }
}
