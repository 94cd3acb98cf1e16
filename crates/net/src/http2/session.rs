//! A connection to a backend that carries many calls at once.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use h2::client::{Builder, Connection, SendRequest};

use super::guard::{Guarded, Watch};
use super::to_backend::ToBackend;
use super::{Bounds, Stream};
use crate::buffer::Buffer;
use crate::head::LONGEST_RESPONSE_HEAD;
use crate::ticker::{Deadline, Moment};
use crate::{Io, Ticker};

/// Most calls that are on one connection at once, whatever the backend would allow.
const MOST_STREAMS: usize = 100;
/// Bytes of one answer that may come before the caller takes them.
const STREAM_WINDOW: u32 = 64 * 1024;
/// Room for all streams, so that callers who do not read hold up nobody else.
const CONNECTION_WINDOW: u32 = STREAM_WINDOW * MOST_STREAMS as u32;
/// Most of a request's body that is held for one stream.
const SEND_BUFFER: usize = 64 * 1024;
/// How long the end of a connection may take.
const LINGER: Duration = Duration::from_secs(2);

/// A connection that calls share.
#[derive(Debug)]
pub(crate) struct Session {
    requests: RefCell<SendRequest<Bytes>>,
    peer: SocketAddr,
    state: Rc<State>,
}

/// What a connection's streams and its driver share.
#[derive(Debug)]
pub(super) struct State {
    ticker: Rc<Ticker>,
    watch: Rc<Watch>,
    is_tls: bool,
    /// How long it may rest.
    idle_timeout: Duration,
    streams: Cell<usize>,
    /// Until when it may rest, counted from when the last stream left.
    until: Cell<Moment>,
    /// A stream was on it.
    used: Cell<bool>,
    /// No further stream is to be put on it.
    closed: Cell<bool>,
    driver: RefCell<Option<Waker>>,
}

impl State {
    pub(super) fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Bytes that came from the backend so far.
    pub(super) fn heard(&self) -> u64 {
        self.watch.heard()
    }

    /// No further stream is to be put on the connection.
    pub(super) fn close(&self) {
        self.closed.set(true);
        if let Some(waker) = self.driver.borrow().as_ref() {
            waker.wake_by_ref();
        }
    }

    fn enter(&self) {
        self.streams.set(self.streams.get() + 1);
        self.used.set(true);
    }

    pub(super) fn leave(&self) {
        self.watch.answered();
        self.streams.set(self.streams.get() - 1);
        self.until.set(self.ticker.after(self.idle_timeout));
        if self.closed.get() {
            self.close();
        }
    }
}

/// Begins HTTP/2 on a new connection.
pub(crate) async fn begin(
    io: Io,
    peer: SocketAddr,
    idle_timeout: Duration,
    ticker: &Rc<Ticker>,
) -> io::Result<Session> {
    let Bounds { idle_frames, resets, .. } = Bounds::default();
    let watch = Watch::new(ticker, 0, idle_frames, resets);
    let is_tls = io.is_tls();
    let guarded = Guarded::new(io, Buffer::none(), Rc::clone(&watch), LINGER);
    let mut builder = Builder::new();
    builder
        .enable_push(false)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(LONGEST_RESPONSE_HEAD as u32)
        .max_send_buffer_size(SEND_BUFFER)
        .initial_max_send_streams(MOST_STREAMS);
    let (requests, connection) = builder.handshake::<_, Bytes>(guarded).await.map_err(super::inward::fault)?;
    let state = Rc::new(State {
        ticker: Rc::clone(ticker),
        watch,
        is_tls,
        idle_timeout,
        streams: Cell::new(0),
        until: Cell::new(ticker.after(idle_timeout)),
        used: Cell::new(false),
        closed: Cell::new(false),
        driver: RefCell::new(None),
    });
    tokio::task::spawn_local(drive(connection, Rc::clone(&state)));
    Ok(Session { requests: RefCell::new(requests), peer, state })
}

/// Reads and writes the connection until it ends.
async fn drive(connection: Connection<Guarded, Bytes>, state: Rc<State>) {
    let mut deadline = Deadline::new(Rc::clone(&state.ticker));
    let mut connection = pin!(connection);
    let mut is_ending = false;
    poll_fn(|cx| {
        *state.driver.borrow_mut() = Some(cx.waker().clone());
        if connection.as_mut().poll(cx).is_ready() || state.watch.breach().is_some() {
            return Poll::Ready(());
        }
        if state.closed.get() && state.streams.get() == 0 {
            if !std::mem::replace(&mut is_ending, true) {
                deadline.set_after(LINGER);
            }
            if deadline.poll(cx) {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    })
    .await;
    state.closed.set(true);
}

impl Session {
    /// The backend's address.
    pub(crate) fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Whether a call was on it before.
    pub(crate) fn was_used(&self) -> bool {
        self.state.used.get()
    }

    /// Whether one more call may be put on it.
    pub(crate) fn has_room(&self) -> bool {
        let mut requests = self.requests.borrow_mut();
        if self.state.closed.get() || self.state.streams.get() >= MOST_STREAMS.min(requests.current_max_send_streams())
        {
            return false;
        }
        match requests.poll_ready(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => true,
            Poll::Ready(Err(_)) => {
                self.state.close();
                false
            }
            Poll::Pending => false,
        }
    }

    /// Whether it can be let go: it ended, or it rested for too long.
    pub(crate) fn is_over(&self) -> bool {
        self.state.closed.get()
            || (self.state.streams.get() == 0 && self.state.until.get().has_passed(&self.state.ticker))
    }

    /// A stream for one call. Nothing is sent before the call's head is written to it.
    pub(crate) fn stream(&self) -> Stream {
        self.state.enter();
        ToBackend::stream(self.requests.borrow().clone(), Rc::clone(&self.state))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.state.close();
    }
}
