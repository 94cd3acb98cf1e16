//! A caller's connection: it is read and written here, its streams are served elsewhere.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use h2::Reason;
use h2::server::{Builder, Connection};

use super::from_caller::FromCaller;
use super::guard::{Breach, Guarded, Opening, Watch};
use super::{Bounds, PREFACE};
use crate::io::Handshake;
use crate::ticker::{Deadline, Moment};
use crate::{Caller, Io, Limits, Ticker};

/// Most of an answer's body that is held for one stream.
const SEND_BUFFER: usize = 64 * 1024;
/// What a field adds to the size of a list of fields (RFC 9113, 6.5.2).
const FIELD_OVERHEAD: usize = 32;

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By its peer, by its age, by a breach of the protocol, or because the worker is draining.
    Closed,
    /// It sent too much of what carries nothing, or cancelled too many streams.
    Flooded,
}

/// Who is on a connection.
#[derive(Debug)]
pub(super) struct Crowd {
    watch: Rc<Watch>,
    is_tls: bool,
    handshake: Handshake,
    streams: Cell<usize>,
    waker: RefCell<Option<Waker>>,
}

impl Crowd {
    pub(super) fn is_tls(&self) -> bool {
        self.is_tls
    }

    pub(super) fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    pub(super) fn enter(&self) {
        self.streams.set(self.streams.get() + 1);
    }

    /// `is_answered`: the answer was sent to its end.
    pub(super) fn leave(&self, is_answered: bool) {
        self.streams.set(self.streams.get() - 1);
        if is_answered {
            self.watch.answered();
        }
        if self.streams.get() == 0
            && let Some(waker) = self.waker.borrow().as_ref()
        {
            waker.wake_by_ref();
        }
    }
}

/// Serves a connection to its end. Every stream is handed to `take` as a [`Caller`] with one request on it. Streams that are open when the
/// connection ends find that out themselves.
pub async fn serve(opening: Opening, take: impl FnMut(Caller)) -> End {
    let Opening { io, before, peer, local, limits, ticker } = opening;
    let (is_tls, handshake) = (io.is_tls(), io.handshake());
    let watch = Watch::new(&ticker, PREFACE.len(), limits.http2.idle_frames, limits.http2.resets);
    let guarded = Guarded::new(io, before, Rc::clone(&watch), limits.linger_timeout);
    let mut deadline = Deadline::new(Rc::clone(&ticker));
    deadline.set_after(limits.head_timeout);
    let mut shaking = pin!(builder(&limits).handshake::<_, Bytes>(guarded));
    let mut is_hurried = false;
    let shaken = poll_fn(|cx| {
        // Who has just come had no way to know: what is on its way is waited for, and answered with GOAWAY behind it.
        if ticker.is_draining() && !is_hurried {
            is_hurried = true;
            deadline.set_after(limits.linger_timeout);
        }
        let is_over = deadline.poll(cx);
        match shaking.as_mut().poll(cx) {
            Poll::Ready(connection) => Poll::Ready(connection.ok()),
            Poll::Pending if is_over => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    });
    let Some(connection) = shaken.await else { return End::Closed };
    let crowd = Rc::new(Crowd { watch, is_tls, handshake, streams: Cell::new(0), waker: RefCell::new(None) });
    let make = |stream| Caller::new(Io::Stream(Box::new(stream)), peer, local, Rc::clone(&limits), Rc::clone(&ticker));
    let mut serving = Serving {
        connection,
        crowd,
        limits: &limits,
        ticker: &ticker,
        deadline,
        served: 0,
        stage: Stage::Open,
        resting: None,
        block_due: None,
    };
    let mut take = take;
    poll_fn(|cx| serving.poll(cx, &mut |stream| take(make(stream)))).await
}

fn builder(limits: &Limits) -> Builder {
    let Bounds { streams, stream_window, connection_window, frame_bytes, .. } = limits.http2;
    let mut builder = Builder::new();
    // A little more than the longest head that is taken, so that one which is too long is answered like any other.
    let fields = limits.head_bytes + limits.header_count * FIELD_OVERHEAD;
    builder
        .max_concurrent_streams(streams)
        .initial_window_size(stream_window)
        .initial_connection_window_size(connection_window.max(stream_window))
        .max_frame_size(frame_bytes)
        .max_header_list_size(u32::try_from(fields).unwrap_or(u32::MAX))
        .max_send_buffer_size(SEND_BUFFER);
    builder
}

/// The state of [`serve`].
struct Serving<'a> {
    connection: Connection<Guarded, Bytes>,
    crowd: Rc<Crowd>,
    limits: &'a Limits,
    ticker: &'a Ticker,
    deadline: Deadline,
    served: u64,
    stage: Stage,
    /// When a connection without streams will have rested for too long.
    resting: Option<Moment>,
    /// When a header block that has begun has to be whole.
    block_due: Option<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    /// The caller was told that no further stream will be taken.
    Leaving,
    /// The connection was ended at once; only the last frames are still to be sent.
    Cut(End),
}

impl Serving<'_> {
    fn poll(&mut self, cx: &mut Context<'_>, take: &mut impl FnMut(super::Stream)) -> Poll<End> {
        *self.crowd.waker.borrow_mut() = Some(cx.waker().clone());
        loop {
            if self.stage == Stage::Open && self.is_to_leave() {
                self.leave();
            }
            match self.connection.poll_accept(cx) {
                Poll::Ready(Some(Ok((request, respond)))) => {
                    self.served += 1;
                    take(FromCaller::stream(request, respond, Rc::clone(&self.crowd)));
                    continue;
                }
                // The protocol was broken, or the connection was; the library has said so to the peer.
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(self.end()),
                Poll::Pending => {}
            }
            if let Some(breach) = self.crowd.watch.breach()
                && !matches!(self.stage, Stage::Cut(_))
            {
                match breach {
                    Breach::Flood => self.cut(Reason::ENHANCE_YOUR_CALM, End::Flooded),
                    Breach::FrameSize => self.cut(Reason::FRAME_SIZE_ERROR, End::Closed),
                }
                continue;
            }
            if !self.poll_time(cx) {
                return Poll::Pending;
            }
            match self.stage {
                Stage::Open if self.block_due.is_some() => self.cut(Reason::ENHANCE_YOUR_CALM, End::Closed),
                Stage::Open => self.leave(),
                Stage::Leaving | Stage::Cut(_) => return Poll::Ready(self.end()),
            }
        }
    }

    fn is_to_leave(&self) -> bool {
        let most = self.limits.requests_per_connection;
        self.ticker.is_draining() || (most > 0 && self.served >= most)
    }

    /// Says twice that the connection will end: first so that streams on their way still come, then for good (RFC 9113, 6.8).
    fn leave(&mut self) {
        self.connection.graceful_shutdown();
        self.stage = Stage::Leaving;
        self.resting = None;
    }

    fn cut(&mut self, reason: Reason, end: End) {
        self.connection.abrupt_shutdown(reason);
        self.stage = Stage::Cut(end);
        self.resting = None;
    }

    fn end(&self) -> End {
        match self.stage {
            Stage::Cut(end) => end,
            Stage::Open | Stage::Leaving => End::Closed,
        }
    }

    /// Whether the time is over: of a connection without streams, of a header block, or of an end that does not come.
    fn poll_time(&mut self, cx: &Context<'_>) -> bool {
        let wait = match self.stage {
            Stage::Cut(_) => Some(self.limits.linger_timeout * 2),
            _ if self.crowd.streams.get() > 0 => None,
            Stage::Leaving => Some(self.limits.linger_timeout),
            Stage::Open if self.served == 0 => Some(self.limits.head_timeout),
            Stage::Open => Some(self.limits.idle_timeout),
        };
        self.resting = wait.map(|wait| self.resting.unwrap_or_else(|| self.ticker.after(wait)));
        let is_block_open = self.crowd.watch.is_block_open() && self.stage == Stage::Open;
        self.block_due =
            is_block_open.then(|| self.block_due.unwrap_or_else(|| self.ticker.after(self.limits.head_timeout)));
        let due = |moment: Option<Moment>| moment.unwrap_or(Moment::NEVER);
        self.deadline.set(due(self.resting).min(due(self.block_due)));
        self.deadline.poll(cx)
    }
}
