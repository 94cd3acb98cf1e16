//! The request body as it comes in.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};

use super::{Caller, End};
use crate::body::{Coding, Incoming};
use crate::buffer::{Buffer, with_scratch};
use crate::{BodyFault, ChunkFault, Framing, Request};

/// The body as it was before anything was taken from the inbox, to be able to begin again.
#[derive(Debug)]
pub(crate) struct Bookmark {
    body: Incoming,
    used: usize,
    body_bytes: u64,
}

impl Caller {
    /// Reads the whole request body into memory, at most `max` bytes and at most [`Limits::body_bytes`](crate::Limits::body_bytes); sends
    /// 100 Continue first if the caller waits for it.
    pub async fn read_body(&mut self, request: &Request, max: usize) -> Result<Vec<u8>, BodyFault> {
        let mut body = Vec::new();
        if let Framing::Length(length) = request.body() {
            if length > max as u64 || self.exceeds(length) {
                return Err(BodyFault::TooLarge);
            }
            body.reserve_exact(usize::try_from(length).unwrap_or(0).min(crate::buffer::SCRATCH));
        }
        self.send_continue().await.map_err(|_| BodyFault::Gone)?;
        let end = self.deadline.ticker().after(self.limits.whole_body_timeout);
        while !self.body.is_done() {
            self.deadline.set(self.deadline.ticker().after(self.limits.body_idle_timeout).min(end));
            let more = poll_fn(|cx| {
                if let Poll::Ready(more) = self.poll_body(cx, Coding::Plain, &mut body) {
                    return Poll::Ready(more);
                }
                if self.deadline.poll(cx) { Poll::Ready(Err(BodyFault::Timeout)) } else { Poll::Pending }
            });
            if let Err(fault) = more.await {
                self.spoil();
                return Err(fault);
            }
            if body.len() > max {
                self.spoil();
                return Err(BodyFault::TooLarge);
            }
            if end.has_passed(self.deadline.ticker()) && !self.body.is_done() {
                self.spoil();
                return Err(BodyFault::Timeout);
            }
        }
        Ok(body)
    }

    /// Bytes of the current request's body that were read so far, without chunked coding.
    pub fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    /// Most bytes that a request's body may have; `None` where there is no bound.
    pub fn most_body_bytes(&self) -> Option<u64> {
        Some(self.limits.body_bytes).filter(|most| *most > 0)
    }

    /// Whether a body of this length is longer than any may be.
    pub(crate) fn exceeds(&self, length: u64) -> bool {
        self.limits.body_bytes > 0 && length > self.limits.body_bytes
    }

    /// Whether the caller waits for a 100.
    pub(crate) fn awaits_continue(&self) -> bool {
        self.awaits_continue
    }

    /// Tells a caller that waits for it to send the body, unless it has begun already.
    pub(crate) async fn send_continue(&mut self) -> Result<(), crate::CallerGone> {
        if !std::mem::take(&mut self.awaits_continue) || !self.unused().is_empty() {
            return Ok(());
        }
        self.write(b"HTTP/1.1 100 Continue\r\n\r\n").await
    }

    /// Takes what the inbox holds of the body and appends it to `out`.
    pub(crate) fn take_body(&mut self, coding: Coding, out: &mut Vec<u8>) -> Result<(), BodyFault> {
        let unused = self.inbox.get(self.used..).unwrap_or_default();
        let taken = self.body.transfer(unused, coding, out);
        self.used += self.count(taken)?;
        Ok(())
    }

    /// Counts what was taken of the body. After a fault nothing more on this connection can be understood or is wanted.
    fn count(&mut self, taken: Result<(usize, usize), ChunkFault>) -> Result<usize, BodyFault> {
        let (consumed, length) = taken.map_err(|fault| {
            self.spoil();
            BodyFault::Malformed(fault)
        })?;
        self.body_bytes += length as u64;
        if self.exceeds(self.body_bytes) {
            self.spoil();
            return Err(BodyFault::TooLarge);
        }
        Ok(consumed)
    }

    /// No further request is to be taken from this connection.
    pub(crate) fn spoil(&mut self) {
        if self.end == End::Open {
            self.end = End::Closing;
        }
    }

    /// Takes more of the body, from the inbox or with one read, and appends it to `out`. Ready when something came.
    pub(crate) fn poll_body(
        &mut self,
        cx: &mut Context<'_>,
        coding: Coding,
        out: &mut Vec<u8>,
    ) -> Poll<Result<(), BodyFault>> {
        self.poll_body_through(cx, coding, out, |_, _| 0)
    }

    /// The same, but that data which one read brought and which needs no coding is shown to `straight` first, which says how
    /// much of it was taken: a large body need not be copied to be sent on.
    pub(crate) fn poll_body_through(
        &mut self,
        cx: &mut Context<'_>,
        coding: Coding,
        out: &mut Vec<u8>,
        straight: impl FnOnce(&mut Context<'_>, &[u8]) -> usize,
    ) -> Poll<Result<(), BodyFault>> {
        if !self.unused().is_empty() {
            return Poll::Ready(self.take_body(coding, out));
        }
        with_scratch(|scratch| {
            let room = self.body.worth_reading(scratch.len());
            let room = scratch.get_mut(..room).unwrap_or_default();
            let count = match self.io.poll_read(cx, room) {
                Poll::Ready(Ok(count)) if count > 0 => count,
                Poll::Ready(_) => {
                    self.end = End::Gone;
                    return Poll::Ready(Err(BodyFault::Gone));
                }
                Poll::Pending => return Poll::Pending,
            };
            let bytes = room.get(..count).unwrap_or_default();
            let plain = if coding == Coding::Plain { self.body.take_plain(count) } else { None };
            let taken = match plain {
                Some(taken) => Ok((taken, taken)),
                None => self.body.transfer(bytes, coding, out),
            };
            Poll::Ready(self.count(taken).map(|consumed| {
                if plain.is_some() {
                    let data = bytes.get(..consumed).unwrap_or_default();
                    let gone = straight(cx, data);
                    out.extend_from_slice(data.get(gone..).unwrap_or_default());
                }
                // Only now: until something new comes, going back to what the inbox held is possible.
                self.inbox.release();
                self.used = 0;
                self.inbox.append(bytes.get(consumed..).unwrap_or_default());
            }))
        })
    }

    /// Whether the caller has gone, asked while a backend is waited for. Without a system call as long as nothing happens on the connection.
    /// What the caller says meanwhile is its next request and is kept; as much of it as a head may be long, then nothing more is read until
    /// that request's turn comes. A caller that only closes its sending side counts as gone: it cannot be told from one that closed.
    pub(crate) fn poll_gone(&mut self, cx: &mut Context<'_>) -> bool {
        if self.io.poll_left(cx) {
            self.end = End::Gone;
            return true;
        }
        if !self.body.is_done() {
            // What comes is the body, and whoever reads that will notice.
            return false;
        }
        loop {
            let room = self.limits.head_bytes.saturating_sub(self.unused().len());
            if room == 0 || self.io.poll_readable(cx).is_pending() {
                return false;
            }
            let read = with_scratch(|scratch| {
                let room = scratch.get_mut(..room.min(crate::buffer::SCRATCH)).unwrap_or_default();
                self.io.poll_read(cx, room).map_ok(|count| {
                    self.inbox.append(room.get(..count).unwrap_or_default());
                    count > 0
                })
            });
            match read {
                Poll::Ready(Ok(true)) => {}
                Poll::Pending => return false,
                Poll::Ready(Ok(false) | Err(_)) => {
                    self.end = End::Gone;
                    return true;
                }
            }
        }
    }

    /// What comes of `work`, unless the caller goes first; then `work` is dropped. The request's body must have been read to its end.
    pub async fn unless_gone<T>(&mut self, work: impl Future<Output = T>) -> Result<T, crate::CallerGone> {
        let mut work = pin!(work);
        poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(result) => Poll::Ready(Ok(result)),
            Poll::Pending if self.poll_gone(cx) => Poll::Ready(Err(crate::CallerGone)),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// Takes what was received and not used.
    pub(crate) fn take_unused(&mut self) -> Buffer {
        let unused = Buffer::holding(self.unused());
        self.inbox.release();
        self.used = 0;
        unused
    }

    pub(crate) fn bookmark(&self) -> Bookmark {
        Bookmark { body: self.body.clone(), used: self.used, body_bytes: self.body_bytes }
    }

    /// Puts the body back to where it was. Right only if all that was taken since came from the inbox.
    pub(crate) fn go_back(&mut self, bookmark: Bookmark) {
        self.body = bookmark.body;
        self.used = bookmark.used;
        self.body_bytes = bookmark.body_bytes;
    }
}
