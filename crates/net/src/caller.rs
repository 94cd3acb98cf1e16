//! One accepted connection: requests come out of it in order, answers go back.

mod answer;
mod close;
mod inbound;

pub(crate) use answer::append_length;

use std::future::poll_fn;
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::body::Incoming;
use crate::buffer::{Buffer, with_scratch};
use crate::http2::{Opening, PREFACE};
use crate::ticker::Deadline;
use crate::{HeadFault, Io, Limits, Request, Ticker, Version};

/// One accepted connection of a caller.
///
/// The loop is: [`Caller::next`], then [`Caller::answer`] or an [`Exchange`](crate::Exchange), again and again until `next` says
/// `None`. After a [`HeadFault`] answer with `request: None` and `close: true`, then call `next` once more: it lingers until the caller
/// has read the answer and says `None`. [`HeadFault::Preface`] is no fault to be answered: go on with [`Caller::into_http2`].
#[derive(Debug)]
pub struct Caller {
    pub(crate) io: Io,
    peer: SocketAddr,
    local: SocketAddr,
    pub(crate) limits: Rc<Limits>,
    pub(crate) deadline: Deadline,
    /// Received and not yet used, from `used` on. Without memory while there is nothing.
    inbox: Buffer,
    used: usize,
    /// What is still to come of the current request's body.
    pub(crate) body: Incoming,
    /// Data bytes of the current request's body so far.
    body_bytes: u64,
    /// The caller waits for a 100 and did not get it yet.
    awaits_continue: bool,
    /// A request was handed out and not answered to its end.
    busy: bool,
    /// The current request allows the connection to live on.
    persistent: bool,
    version: Version,
    served: u64,
    end: End,
}

/// How far the connection is from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Open,
    /// No further request; whatever still comes is to be read and thrown away.
    Closing,
    /// Nothing can be read or written any more, or nothing should.
    Gone,
}

impl Caller {
    /// Takes over an accepted connection.
    pub fn new(io: Io, peer: SocketAddr, local: SocketAddr, limits: Rc<Limits>, clock: Rc<Ticker>) -> Caller {
        Caller {
            io,
            peer,
            local,
            limits,
            deadline: Deadline::new(clock),
            inbox: Buffer::none(),
            used: 0,
            body: Incoming::Done,
            body_bytes: 0,
            awaits_continue: false,
            busy: false,
            persistent: true,
            version: Version::Http11,
            served: 0,
            end: End::Open,
        }
    }

    /// The caller's address.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// The address that the caller connected to.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Whether the connection is TLS.
    pub fn is_tls(&self) -> bool {
        self.io.is_tls()
    }

    /// The connection as such: what its TLS handshake said.
    pub fn io(&self) -> &Io {
        &self.io
    }

    /// Requests taken from this connection so far.
    pub fn served(&self) -> u64 {
        self.served
    }

    /// After an answer: no further request will be taken from this connection.
    pub fn will_close(&self) -> bool {
        self.end != End::Open
    }

    /// Waits for the next request head; pipelined requests come out in order. `None`: the caller closed the connection, rested too long,
    /// the last answer closed it, or the worker is draining: then a first request that is on its way is waited for, and no other. What is
    /// left of the last request's body is read and thrown away first.
    pub async fn next(&mut self) -> Result<Option<Request>, HeadFault> {
        if self.busy {
            // The last request was never answered, so whatever is said next would be taken for its answer.
            self.end = End::Gone;
        }
        if self.end == End::Open && !self.body.is_done() {
            self.discard_body().await;
        }
        if self.end != End::Open {
            self.linger().await;
            return Ok(None);
        }
        if self.unused().is_empty() {
            self.inbox.release();
            self.used = 0;
        }
        let wait = if self.served == 0 { self.limits.head_timeout } else { self.limits.idle_timeout };
        self.deadline.set_after(wait);
        if !self.inbox.is_empty() {
            match self.parse_inbox() {
                Ok(None) => self.deadline.set_after(self.limits.head_timeout),
                done => return self.handed_out(done),
            }
        }
        let mut is_hurried = false;
        let head = poll_fn(|cx| self.poll_head(cx, &mut is_hurried)).await;
        self.handed_out(head)
    }

    fn handed_out(&mut self, mut head: Result<Option<Request>, HeadFault>) -> Result<Option<Request>, HeadFault> {
        match &mut head {
            Ok(Some(request)) => {
                if self.io.is_stream() {
                    request.set_version(Version::Http2);
                }
                self.body = Incoming::from(request.body());
                self.body_bytes = 0;
                self.awaits_continue = request.expects_continue();
                self.busy = true;
                self.persistent = request.is_persistent();
                self.version = request.version();
                self.served += 1;
            }
            Ok(None) => self.end = End::Gone,
            Err(_) => {
                self.end = End::Closing;
                // Whatever may still come is not understood.
                self.body = Incoming::UntilClose;
            }
        }
        head
    }

    fn poll_head(&mut self, cx: &mut Context<'_>, is_hurried: &mut bool) -> Poll<Result<Option<Request>, HeadFault>> {
        loop {
            if self.inbox.is_empty() && self.deadline.ticker().is_draining() {
                if self.served > 0 {
                    return Poll::Ready(Ok(None));
                }
                // Who has just come had no way to know, and may have sent a request that nothing but this connection would lose.
                if !*is_hurried {
                    *is_hurried = true;
                    self.deadline.set_after(self.limits.linger_timeout);
                }
            }
            let result = with_scratch(|scratch| {
                // Never more than one longest head and the beginning of what follows, so that the inbox stays bounded.
                let room = self.limits.head_bytes.saturating_sub(self.inbox.len()).max(1).min(scratch.len());
                let room = scratch.get_mut(..room).unwrap_or_default();
                let Poll::Ready(read) = self.io.poll_read_first(cx, room) else { return Poll::Pending };
                let bytes = match read {
                    Ok(count) if count > 0 => room.get(..count).unwrap_or_default(),
                    _ => return Poll::Ready(Some(Ok(None))),
                };
                Poll::Ready(self.take_in(bytes))
            });
            match result {
                Poll::Ready(Some(done)) => return Poll::Ready(done),
                Poll::Ready(None) => {}
                Poll::Pending if !self.deadline.poll(cx) => return Poll::Pending,
                Poll::Pending if self.inbox.is_empty() => return Poll::Ready(Ok(None)),
                Poll::Pending => return Poll::Ready(Err(HeadFault::Timeout)),
            }
        }
    }

    /// Takes in what was read. `None`: more is needed.
    fn take_in(&mut self, bytes: &[u8]) -> Option<Result<Option<Request>, HeadFault>> {
        if self.inbox.is_empty() {
            match Request::parse(bytes, &self.limits) {
                Ok(None) => {
                    self.inbox.append(bytes);
                    self.deadline.set_after(self.limits.head_timeout);
                    return match lines_of(bytes, 0) {
                        Lines::Broken => Some(Err(HeadFault::BareLineBreak)),
                        Lines::Unfinished | Lines::Finished => None,
                    };
                }
                Ok(Some((request, consumed))) => {
                    self.inbox.append(bytes.get(consumed..).unwrap_or_default());
                    return Some(Ok(Some(request)));
                }
                Err(fault) => return self.refuse(bytes, fault),
            }
        }
        // A head that comes in many small pieces is not looked at from its beginning for each of them, only when a piece may end it.
        let seen = self.inbox.len();
        self.inbox.append(bytes);
        match lines_of(&self.inbox, seen) {
            Lines::Broken => return Some(Err(HeadFault::BareLineBreak)),
            Lines::Unfinished if self.inbox.len() < self.limits.head_bytes.min(self.limits.target_bytes) => {
                return None;
            }
            Lines::Unfinished | Lines::Finished => {}
        }
        match self.parse_inbox() {
            Ok(None) => None,
            Err(fault) => self.refuse(&[], fault),
            done => Some(done),
        }
    }

    /// Refuses the head that the inbox and `bytes` begin with, unless they are the beginning of HTTP/2.
    #[cold]
    fn refuse(&mut self, bytes: &[u8], fault: HeadFault) -> Option<Result<Option<Request>, HeadFault>> {
        if self.served > 0 || self.io.is_stream() {
            return Some(Err(fault));
        }
        self.inbox.append(bytes);
        let there = self.unused().len().min(PREFACE.len());
        if self.unused().get(..there) != PREFACE.get(..there) {
            Some(Err(fault))
        } else if there < PREFACE.len() {
            None
        } else {
            Some(Err(HeadFault::Preface))
        }
    }

    /// After [`HeadFault::Preface`]: the connection for [`http2::serve`](crate::http2::serve).
    pub fn into_http2(self) -> Opening {
        let Caller { io, peer, local, limits, deadline, inbox, .. } = self;
        Opening::with(io, inbox, peer, local, limits, Rc::clone(deadline.ticker()))
    }

    /// Looks for a head at the beginning of the inbox.
    fn parse_inbox(&mut self) -> Result<Option<Request>, HeadFault> {
        if self.used > 0 {
            let used = self.used.min(self.inbox.len());
            self.inbox.drain(..used);
            self.used = 0;
        }
        match Request::parse(&self.inbox, &self.limits)? {
            None => Ok(None),
            Some((request, consumed)) => {
                self.use_up(consumed);
                Ok(Some(request))
            }
        }
    }

    /// What was received and not yet used.
    pub(crate) fn unused(&self) -> &[u8] {
        self.inbox.get(self.used..).unwrap_or_default()
    }

    fn use_up(&mut self, count: usize) {
        self.used += count;
        if self.used >= self.inbox.len() {
            self.inbox.release();
            self.used = 0;
        }
    }
}

/// What can be said of a head without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lines {
    Unfinished,
    /// There is an empty line.
    Finished,
    /// A line ends with LF alone.
    Broken,
}

/// Looks at the line ends at `seen` or later.
fn lines_of(bytes: &[u8], seen: usize) -> Lines {
    let mut lines = Lines::Unfinished;
    for at in memchr::memchr_iter(b'\n', bytes.get(seen..).unwrap_or_default()) {
        let before = bytes.get(..seen + at).unwrap_or_default();
        if lines == Lines::Unfinished && !before.ends_with(b"\r") {
            return Lines::Broken;
        }
        if before.ends_with(b"\r\n\r") {
            lines = Lines::Finished;
        }
    }
    lines
}
