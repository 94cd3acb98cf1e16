//! Two connections joined after a backend has switched protocols: bytes go both ways as they come.

mod frames;

use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::task::{Context, Poll};
use std::time::Duration;

use super::{Exchange, Parts};
use crate::buffer::{Buffer, with_scratch};
use crate::ticker::Moment;
use crate::{Backend, Caller, Io};
use frames::{Frames, going_away};

/// What a tunnel may take of time.
#[derive(Clone, Copy, Debug)]
pub struct TunnelLimits {
    /// Time without a byte in either direction.
    pub idle: Duration,
    /// Time in all; zero means no bound.
    pub total: Duration,
    /// Time that both ends have to answer when one of them has ended, or when the tunnel says goodbye.
    pub goodbye: Duration,
}

/// A tunnel that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tunneled {
    /// Bytes that went from the caller to the backend.
    pub from_caller: u64,
    /// Bytes that went from the backend to the caller.
    pub from_backend: u64,
    /// Why it ended.
    pub end: TunnelEnd,
}

/// Why a tunnel ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TunnelEnd {
    /// The caller ended it.
    Caller,
    /// The backend ended it.
    Backend,
    /// Nothing was said for [`TunnelLimits::idle`].
    Idle,
    /// It lasted for [`TunnelLimits::total`].
    Overdue,
    /// The worker is draining.
    Drained,
}

impl Exchange {
    /// Passes the backend's 101 on and joins the two connections until one of them ends or the time is over. `head` is the status line and
    /// header lines with their CRLF, without the empty line. The connections are not used again.
    ///
    /// What passes is not looked at, but for where WebSocket frames end: when the tunnel has to end in its own name, both ends
    /// get a Close frame (1001, "going away") behind the frame that was on its way, and [`TunnelLimits::goodbye`] to answer it.
    pub async fn tunnel(self, caller: &mut Caller, head: &mut Vec<u8>, limits: TunnelLimits) -> Tunneled {
        head.extend_from_slice(b"\r\n");
        let Parts { backend, rest, .. } = *self.0;
        let early = caller.take_unused();
        let mut out = Buffer::holding(head);
        out.append(&rest);
        let mut tunnel = Tunnel {
            up: Way::new(early, 0),
            down: Way::new(out, head.len()),
            backend,
            idle_until: Moment::NEVER,
            until: match limits.total {
                Duration::ZERO => Moment::NEVER,
                total => caller.deadline.ticker().after(total),
            },
            limits,
            end: None,
        };
        drop(rest);
        let end = poll_fn(|cx| tunnel.poll(cx, caller)).await;
        // Told apart from a whole end by the callers' protocol; the connections are done for.
        caller.answered();
        caller.abandon();
        Tunneled { from_caller: tunnel.up.passed, from_backend: tunnel.down.passed, end }
    }
}

struct Tunnel {
    /// From the caller to the backend.
    up: Way,
    /// From the backend to the caller.
    down: Way,
    backend: Backend,
    /// When the silence will have lasted too long.
    idle_until: Moment,
    /// When the tunnel is over, however busy; once it is ending, when it is cut.
    until: Moment,
    limits: TunnelLimits,
    /// Why it is ending.
    end: Option<TunnelEnd>,
}

impl Tunnel {
    fn poll(&mut self, cx: &mut Context<'_>, caller: &mut Caller) -> Poll<TunnelEnd> {
        loop {
            let mut moved = self.up.poll(cx, &mut caller.io, &mut self.backend.io);
            moved |= self.down.poll(cx, &mut self.backend.io, &mut caller.io);
            let ticker = caller.deadline.ticker();
            if moved || self.idle_until == Moment::NEVER {
                self.idle_until = ticker.after(self.limits.idle);
            }
            if self.end.is_none() {
                self.end = if self.up.has_ended() || self.down.is_broken() {
                    Some(TunnelEnd::Caller)
                } else if self.down.has_ended() || self.up.is_broken() {
                    Some(TunnelEnd::Backend)
                } else if ticker.is_draining() {
                    Some(TunnelEnd::Drained)
                } else if self.until.has_passed(ticker) {
                    Some(TunnelEnd::Overdue)
                } else if self.idle_until.has_passed(ticker) {
                    Some(TunnelEnd::Idle)
                } else {
                    None
                };
                if let Some(end) = self.end {
                    self.until = ticker.after(self.limits.goodbye);
                    if !matches!(end, TunnelEnd::Caller | TunnelEnd::Backend) {
                        self.up.leave(going_away(Some(mask())));
                        self.down.leave(going_away(None));
                        continue;
                    }
                }
            }
            let Some(end) = self.end else {
                caller.deadline.set(self.idle_until.min(self.until));
                let _ = caller.deadline.poll(cx);
                return Poll::Pending;
            };
            caller.deadline.set(self.until);
            if self.up.is_over() && self.down.is_over() || caller.deadline.poll(cx) {
                // Best effort: both connections are dropped now.
                let _ = caller.io.poll_shutdown(cx);
                let _ = self.backend.io.poll_shutdown(cx);
                return Poll::Ready(end);
            }
            return Poll::Pending;
        }
    }
}

/// A masking key that nobody could foresee.
fn mask() -> [u8; 4] {
    let [a, b, c, d, ..] = RandomState::new().hash_one(0_u8).to_ne_bytes();
    [a, b, c, d]
}

/// One direction.
struct Way {
    /// Read and not yet written; nothing is read meanwhile, so it holds at most one read.
    out: Buffer,
    position: usize,
    /// TLS may keep back what was written.
    unflushed: bool,
    frames: Frames,
    /// Bytes that were passed on, or are about to be.
    passed: u64,
    state: State,
}

enum State {
    /// What comes is passed on.
    Open,
    /// The frame that is passing is passed on to its end, then these bytes.
    Leaving(Vec<u8>),
    /// What comes is thrown away; the receiver has been told goodbye.
    Left,
    /// The sender has ended; what it said is still to be written.
    Ending,
    /// Everything was written, and the receiver knows that nothing more comes.
    Ended,
    /// The receiver takes nothing more.
    Broken,
}

impl Way {
    /// A way on which `out` is to be written first, and its first `not_frames` bytes are no frames.
    fn new(out: Buffer, not_frames: usize) -> Way {
        let mut frames = Frames::default();
        let first = out.get(not_frames..).unwrap_or_default();
        frames.follow(first);
        let passed = first.len() as u64;
        Way { out, position: 0, unflushed: false, frames, passed, state: State::Open }
    }

    /// The sender has ended.
    fn has_ended(&self) -> bool {
        matches!(self.state, State::Ending | State::Ended)
    }

    /// The receiver takes nothing more.
    fn is_broken(&self) -> bool {
        matches!(self.state, State::Broken)
    }

    /// Nothing more is awaited from the sender: it has ended, or it has said its Close and that is written.
    fn is_over(&self) -> bool {
        match self.state {
            State::Ended | State::Broken => true,
            State::Left => self.frames.is_closed() && self.out.is_empty() && !self.unflushed,
            State::Open | State::Leaving(_) | State::Ending => false,
        }
    }

    /// Has the receiver told `goodbye` as soon as a frame may begin.
    fn leave(&mut self, goodbye: Vec<u8>) {
        if matches!(self.state, State::Open) {
            self.state = State::Leaving(goodbye);
            self.say_goodbye();
        }
    }

    fn say_goodbye(&mut self) {
        if let State::Leaving(goodbye) = &mut self.state
            && self.frames.is_between()
        {
            // A receiver that has got the sender's Close gets no other.
            if !self.frames.is_closed() {
                self.out.append(goodbye);
            }
            self.state = State::Left;
        }
    }

    /// Moves what can be moved; true when something did.
    fn poll(&mut self, cx: &mut Context<'_>, from: &mut Io, to: &mut Io) -> bool {
        let mut moved = false;
        loop {
            if !self.out.is_empty() || self.unflushed {
                let before = self.position;
                let written = to.poll_write_all(cx, &self.out, &mut self.position);
                moved |= self.position > before;
                match written {
                    Poll::Ready(Ok(())) => {
                        self.out.release();
                        self.position = 0;
                        self.unflushed = false;
                    }
                    Poll::Ready(Err(_)) => self.state = State::Broken,
                    Poll::Pending => return moved,
                }
            }
            match self.state {
                State::Open | State::Leaving(_) | State::Left => {}
                State::Ending => match to.poll_shutdown(cx) {
                    Poll::Ready(_) => self.state = State::Ended,
                    Poll::Pending => return moved,
                },
                State::Ended | State::Broken => return moved,
            }
            match with_scratch(|scratch| self.poll_pass(cx, from, to, scratch)) {
                Poll::Ready(()) => moved = true,
                Poll::Pending => return moved,
            }
        }
    }

    /// One read, written at once as far as the receiver takes it.
    fn poll_pass(&mut self, cx: &mut Context<'_>, from: &mut Io, to: &mut Io, scratch: &mut [u8]) -> Poll<()> {
        if matches!(self.state, State::Ended | State::Broken) {
            return Poll::Pending;
        }
        let Poll::Ready(read) = from.poll_read(cx, scratch) else { return Poll::Pending };
        let bytes = match read {
            Ok(count) if count > 0 => scratch.get(..count).unwrap_or_default(),
            _ => {
                self.state = State::Ending;
                return Poll::Ready(());
            }
        };
        let passing = match self.state {
            State::Left => 0,
            State::Leaving(_) => self.frames.pass_frame(bytes),
            State::Open | State::Ending | State::Ended | State::Broken => {
                self.frames.follow(bytes);
                bytes.len()
            }
        };
        self.passed += passing as u64;
        let (bytes, unwanted) = bytes.split_at(passing.min(bytes.len()));
        let mut position = 0;
        match to.poll_write_all(cx, bytes, &mut position) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(_)) => self.state = State::Broken,
            Poll::Pending => {
                self.unflushed = true;
                self.out.append(bytes.get(position..).unwrap_or_default());
            }
        }
        self.say_goodbye();
        // Whether the sender says its Close is of interest all the same.
        self.frames.follow(unwanted);
        Poll::Ready(())
    }
}
