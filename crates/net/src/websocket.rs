//! A WebSocket that the gateway itself speaks with a caller (RFC 6455): messages come out of it and go into it.
//!
//! Frames are tungstenite's; what is here is how a connection of ours carries them, and how long it may last. No extension
//! is spoken.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message as Frame};

use crate::ticker::Moment;
use crate::{Caller, CallerGone, TunnelEnd, TunnelLimits};

/// A resting WebSocket holds a buffer of this size.
const READ_BUFFER: usize = 4 * 1024;

/// The value of `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455, 4.2.2).
pub fn accept(key: &[u8]) -> String {
    derive_accept_key(key)
}

/// A whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

impl Message {
    /// Its length in bytes.
    pub fn size(&self) -> usize {
        match self {
            Message::Text(text) => text.len(),
            Message::Binary(bytes) => bytes.len(),
        }
    }
}

/// What came of listening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The caller said something.
    Message(Message),
    /// There is no more to hear: [`WebSocket::leave`].
    Ended(TunnelEnd),
}

/// Why the gateway leaves (RFC 6455, 7.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// 1000: all is said.
    Done,
    /// 1001: silent or open for too long, or the gateway ends.
    GoingAway,
    /// 1011: whoever should have heard the caller failed.
    Failed,
}

/// A caller's connection after its handshake.
#[derive(Debug)]
pub struct WebSocket<'c> {
    stream: WebSocketStream<Wire<'c>>,
    limits: TunnelLimits,
    /// When the silence will have lasted too long.
    idle_until: Moment,
    /// When it is over, however busy.
    until: Moment,
    /// What is wrong with what the caller sent.
    fault: Option<CloseCode>,
}

/// How much went over a WebSocket, in bytes, frames and all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// From the caller.
    pub from_caller: u64,
    /// To the caller.
    pub to_caller: u64,
}

impl Caller {
    /// Answers the handshake with `head` (status line and header lines of a 101 with their CRLF, without the empty line), and goes on as a
    /// WebSocket whose messages have at most `most` bytes. The connection is not used for anything else again.
    ///
    /// # Errors
    /// The caller has gone.
    pub async fn upgrade(
        &mut self,
        head: &mut Vec<u8>,
        limits: TunnelLimits,
        most: usize,
    ) -> Result<WebSocket<'_>, CallerGone> {
        head.extend_from_slice(b"\r\n");
        self.write(head).await?;
        let early = self.take_unused().to_vec();
        let ticker = self.deadline.ticker();
        let idle_until = ticker.after(limits.idle);
        let until = if limits.total.is_zero() { Moment::NEVER } else { ticker.after(limits.total) };
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(most))
            .max_frame_size(Some(most));
        let wire = Wire { read: early.len() as u64, caller: self, written: 0 };
        let stream = WebSocketStream::from_partially_read(wire, early, Role::Server, Some(config)).await;
        Ok(WebSocket { stream, limits, idle_until, until, fault: None })
    }
}

impl WebSocket<'_> {
    /// The next message, if there is `room` for one, or the end. May be dropped and asked again; nothing is lost. Pings are answered meanwhile.
    pub async fn hear(&mut self, room: bool) -> Heard {
        poll_fn(|cx| self.poll_hear(cx, room)).await
    }

    fn poll_hear(&mut self, cx: &mut Context<'_>, room: bool) -> Poll<Heard> {
        if room && let Poll::Ready(heard) = self.poll_message(cx) {
            return Poll::Ready(heard);
        }
        let due = self.idle_until.min(self.until);
        let deadline = &mut self.stream.get_mut().caller.deadline;
        deadline.set(due);
        let is_due = deadline.poll(cx);
        let ticker = deadline.ticker();
        if ticker.is_draining() {
            Poll::Ready(Heard::Ended(TunnelEnd::Drained))
        } else if self.until.has_passed(ticker) {
            Poll::Ready(Heard::Ended(TunnelEnd::Overdue))
        } else if is_due {
            Poll::Ready(Heard::Ended(TunnelEnd::Idle))
        } else {
            Poll::Pending
        }
    }

    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Heard> {
        loop {
            match ready!(Pin::new(&mut self.stream).poll_next(cx)) {
                Some(Ok(frame)) => {
                    self.touch();
                    match frame {
                        Frame::Text(text) => return Poll::Ready(Heard::Message(Message::Text(text.to_string()))),
                        Frame::Binary(bytes) => return Poll::Ready(Heard::Message(Message::Binary(bytes.to_vec()))),
                        Frame::Close(_) => return Poll::Ready(Heard::Ended(TunnelEnd::Caller)),
                        Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_) => {}
                    }
                }
                ended => {
                    self.fault = ended.and_then(Result::err).as_ref().and_then(code);
                    return Poll::Ready(Heard::Ended(TunnelEnd::Caller));
                }
            }
        }
    }

    /// The silence begins anew.
    pub fn touch(&mut self) {
        self.idle_until = self.stream.get_ref().caller.deadline.ticker().after(self.limits.idle);
    }

    /// Says something to the caller, which has to take it: one that takes nothing for [`Limits::write_idle_timeout`](crate::Limits) is gone.
    ///
    /// # Errors
    /// The caller has gone, or has said that it hears no more.
    pub async fn say(&mut self, message: Message) -> Result<(), CallerGone> {
        self.touch();
        let mut frame = Some(match message {
            Message::Text(text) => Frame::Text(text.into()),
            Message::Binary(bytes) => Frame::Binary(bytes.into()),
        });
        let Wire { caller, written, .. } = self.stream.get_mut();
        let (wait, mut before) = (caller.limits.write_idle_timeout, *written);
        caller.deadline.set_after(wait);
        poll_fn(|cx| {
            if let Poll::Ready(said) = self.poll_say(cx, &mut frame) {
                return Poll::Ready(said.map_err(|_| CallerGone));
            }
            let Wire { caller, written, .. } = self.stream.get_mut();
            if *written > before {
                before = *written;
                caller.deadline.set_after(wait);
            }
            if caller.deadline.poll(cx) { Poll::Ready(Err(CallerGone)) } else { Poll::Pending }
        })
        .await
    }

    fn poll_say(&mut self, cx: &mut Context<'_>, frame: &mut Option<Frame>) -> Poll<Result<(), Error>> {
        let mut stream = Pin::new(&mut self.stream);
        if frame.is_some() {
            match stream.as_mut().poll_ready(cx) {
                Poll::Ready(Ok(())) => {}
                waiting => return waiting,
            }
            if let Some(frame) = frame.take() {
                stream.as_mut().start_send(frame)?;
            }
        }
        stream.poll_flush(cx)
    }

    /// Ends it: both ends say Close, for which they have [`TunnelLimits::goodbye`].
    pub async fn leave(mut self, farewell: Farewell) -> Passed {
        let code = self.fault.unwrap_or(match farewell {
            Farewell::Done => CloseCode::Normal,
            Farewell::GoingAway => CloseCode::Away,
            Farewell::Failed => CloseCode::Error,
        });
        let mut frame = Some(Frame::Close(Some(CloseFrame { code, reason: "".into() })));
        let goodbye = self.limits.goodbye;
        self.stream.get_mut().caller.deadline.set_after(goodbye);
        poll_fn(|cx| {
            // A caller that has said Close gets its answer by being read from; it takes no other.
            let is_said = self.poll_say(cx, &mut frame).is_ready();
            while let Poll::Ready(heard) = Pin::new(&mut self.stream).poll_next(cx) {
                if !matches!(heard, Some(Ok(_))) && is_said {
                    return Poll::Ready(());
                }
                if !matches!(heard, Some(Ok(_))) {
                    break;
                }
            }
            if self.stream.get_ref().caller.deadline.poll(cx) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        let Wire { caller, read, written } = self.stream.into_inner();
        caller.answered();
        caller.spoil();
        Passed { from_caller: read, to_caller: written }
    }
}

/// How the caller is told what is wrong with what it sent.
fn code(error: &Error) -> Option<CloseCode> {
    match error {
        Error::Capacity(CapacityError::MessageTooLong { .. } | CapacityError::TooManyHeaders) => Some(CloseCode::Size),
        Error::Protocol(_) => Some(CloseCode::Protocol),
        Error::Utf8(_) => Some(CloseCode::Invalid),
        _ => None,
    }
}

/// A caller's connection, as tungstenite wants one.
#[derive(Debug)]
struct Wire<'c> {
    caller: &'c mut Caller,
    read: u64,
    written: u64,
}

impl AsyncRead for Wire<'_> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Poll::Ready(read) = self.caller.io.poll_read(cx, into.initialize_unfilled()) else { return Poll::Pending };
        let count = read?;
        into.advance(count);
        self.read += count as u64;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire<'_> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Poll::Ready(written) = self.caller.io.poll_write(cx, bytes) else { return Poll::Pending };
        let count = written?;
        self.written += count as u64;
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.caller.io.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.caller.io.poll_shutdown(cx)
    }
}
