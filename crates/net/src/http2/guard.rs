//! The bytes below an HTTP/2 connection: what comes is watched for floods, and the end waits until the peer has read it.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::scan::{Frame, Kind, Scan};
use crate::buffer::Buffer;
use crate::ticker::Deadline;
use crate::{Io, Limits, Ticker};

/// Idle frames that each second allows.
const IDLE_FRAMES_A_SECOND: u64 = 100;
/// Cancelled streams that each second allows.
const RESETS_A_SECOND: u64 = 20;
/// What is sent allows the peer one idle frame for so many bytes: it has to open windows for it.
const BYTES_FOR_A_FRAME: usize = 64;
/// Most bytes read and thrown away before the end.
const LINGER_BYTES: usize = 1024 * 1024;

/// A caller's connection on which HTTP/2 is about to begin.
#[derive(Debug)]
pub struct Opening {
    pub(super) io: Io,
    /// What was received already.
    pub(super) before: Buffer,
    pub(super) peer: SocketAddr,
    pub(super) local: SocketAddr,
    pub(super) limits: Rc<Limits>,
    pub(super) ticker: Rc<Ticker>,
}

impl Opening {
    /// A connection of which nothing was read yet.
    pub fn new(io: Io, peer: SocketAddr, local: SocketAddr, limits: Rc<Limits>, ticker: Rc<Ticker>) -> Opening {
        Opening::with(io, Buffer::none(), peer, local, limits, ticker)
    }

    /// A connection of which `before` was read.
    pub(crate) fn with(
        io: Io,
        before: Buffer,
        peer: SocketAddr,
        local: SocketAddr,
        limits: Rc<Limits>,
        ticker: Rc<Ticker>,
    ) -> Opening {
        Opening { io, before, peer, local, limits, ticker }
    }

    /// The caller's address.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }
}

/// What is allowed of something in one go, and how much of it is left.
#[derive(Debug)]
struct Allowance {
    most: u64,
    left: Cell<u64>,
    a_second: u64,
    second: Cell<u64>,
}

impl Allowance {
    fn new(most: u32, a_second: u64, now: u64) -> Allowance {
        let most = u64::from(most.max(1));
        Allowance { most, left: Cell::new(most), a_second, second: Cell::new(now) }
    }

    /// False when nothing is left.
    fn take(&self, now: u64) -> bool {
        let seconds = now.saturating_sub(self.second.replace(now));
        if seconds > 0 {
            self.give(seconds.saturating_mul(self.a_second));
        }
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    fn give(&self, more: u64) {
        self.left.set(self.left.get().saturating_add(more).min(self.most));
    }
}

/// What no peer may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breach {
    /// Too much of what carries nothing, or too many streams cancelled.
    Flood,
    /// A frame of a size that its kind cannot have. The protocol's library would call it by a less exact name.
    FrameSize,
}

/// What is known of a connection from the bytes that pass.
#[derive(Debug)]
pub(super) struct Watch {
    ticker: Rc<Ticker>,
    scan: RefCell<Scan>,
    idle: Allowance,
    resets: Allowance,
    breach: Cell<Option<Breach>>,
    block_open: Cell<bool>,
    /// Bytes received.
    heard: Cell<u64>,
    /// Bytes sent that have not allowed a frame yet.
    sent: Cell<usize>,
}

impl Watch {
    /// `preface`: bytes that the peer sends before its first frame.
    pub(super) fn new(ticker: &Rc<Ticker>, preface: usize, idle_frames: u32, resets: u32) -> Rc<Watch> {
        let now = ticker.seconds();
        Rc::new(Watch {
            ticker: Rc::clone(ticker),
            scan: RefCell::new(Scan::behind(preface)),
            idle: Allowance::new(idle_frames, IDLE_FRAMES_A_SECOND, now),
            resets: Allowance::new(resets, RESETS_A_SECOND, now),
            breach: Cell::new(None),
            block_open: Cell::new(false),
            heard: Cell::new(0),
            sent: Cell::new(0),
        })
    }

    /// Why nothing more is read from the peer.
    pub(super) fn breach(&self) -> Option<Breach> {
        self.breach.get()
    }

    /// A header block has begun and not ended: nothing else can come on the connection.
    pub(super) fn is_block_open(&self) -> bool {
        self.block_open.get()
    }

    /// How many bytes came so far.
    pub(super) fn heard(&self) -> u64 {
        self.heard.get()
    }

    /// A call was answered to its end.
    pub(super) fn answered(&self) {
        self.resets.give(1);
    }

    fn received(&self, bytes: &[u8]) {
        self.heard.set(self.heard.get() + bytes.len() as u64);
        let now = self.ticker.seconds();
        self.scan.borrow_mut().take(bytes, |frame: Frame| {
            if let Some(open) = frame.leaves_block_open() {
                self.block_open.set(open);
            }
            let allowed = match frame.kind {
                Kind::Reset => self.resets.take(now),
                _ if frame.is_idle() => self.idle.take(now),
                _ => true,
            };
            let breach = match allowed {
                _ if frame.is_of_wrong_size() => Some(Breach::FrameSize),
                true => None,
                false => Some(Breach::Flood),
            };
            self.breach.set(self.breach.get().or(breach));
        });
    }

    fn sent(&self, count: usize) {
        let sent = self.sent.get() + count;
        self.idle.give((sent / BYTES_FOR_A_FRAME) as u64);
        self.sent.set(sent % BYTES_FOR_A_FRAME);
    }
}

/// The stream of bytes that the protocol runs on.
#[derive(Debug)]
pub(super) struct Guarded {
    io: Io,
    before: Buffer,
    watch: Rc<Watch>,
    linger: Linger,
}

/// How the end goes: first nothing more is sent, then what still comes is read, so that the last frames are not lost to a reset.
#[derive(Debug)]
struct Linger {
    limit: Duration,
    deadline: Deadline,
    begun: bool,
    is_shut: bool,
    left: usize,
}

impl Guarded {
    pub(super) fn new(io: Io, before: Buffer, watch: Rc<Watch>, linger: Duration) -> Guarded {
        let deadline = Deadline::new(Rc::clone(&watch.ticker));
        let linger = Linger { limit: linger, deadline, begun: false, is_shut: false, left: LINGER_BYTES };
        Guarded { io, before, watch, linger }
    }

    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Guarded { io, linger, .. } = self;
        if !linger.begun {
            linger.begun = true;
            linger.deadline.set_after(linger.limit);
        }
        if linger.deadline.poll(cx) {
            return Poll::Ready(());
        }
        if !linger.is_shut {
            match io.poll_shutdown(cx) {
                Poll::Ready(Ok(())) => linger.is_shut = true,
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
        let mut nowhere = [0; 4096];
        loop {
            match io.poll_read(cx, &mut nowhere) {
                Poll::Ready(Ok(count)) if count > 0 && linger.left > count => linger.left -= count,
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl AsyncRead for Guarded {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.watch.breach().is_some() {
            return Poll::Pending;
        }
        if !this.before.is_empty() {
            let count = this.before.len().min(buffer.remaining());
            let bytes = this.before.get(..count).unwrap_or_default();
            this.watch.received(bytes);
            if this.watch.breach().is_some() {
                return Poll::Pending;
            }
            buffer.put_slice(bytes);
            this.before.drain(..count);
            if this.before.is_empty() {
                this.before.release();
            }
            return Poll::Ready(Ok(()));
        }
        let room = buffer.initialize_unfilled();
        match this.io.poll_read(cx, room) {
            Poll::Ready(Ok(count)) => {
                this.watch.received(room.get(..count).unwrap_or_default());
                // Whoever drives the connection looks for a breach when it has been polled.
                if this.watch.breach().is_some() {
                    return Poll::Pending;
                }
                buffer.advance(count);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.io.poll_write(cx, bytes).map_ok(|count| {
            this.watch.sent(count);
            count
        })
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.io.poll_write_vectored(cx, slices).map_ok(|count| {
            this.watch.sent(count);
            count
        })
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().io.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_linger(cx).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_is_used_up_and_comes_back() {
        let allowance = Allowance::new(3, 2, 10);
        assert_eq!([0; 4].map(|_| allowance.take(10)), [true, true, true, false]);
        assert_eq!([0; 3].map(|_| allowance.take(11)), [true, true, false]);
        allowance.give(1);
        assert_eq!([0; 2].map(|_| allowance.take(11)), [true, false]);
        assert_eq!([0; 4].map(|_| allowance.take(1000)), [true, true, true, false], "never more than in one go");
    }
}
