//! A stream in the place of a connection.

use std::io;
use std::task::{Context, Poll};

use super::from_caller::FromCaller;
use super::to_backend::ToBackend;
use crate::io::Handshake;

/// One HTTP/2 stream that reads and is written like a connection with one HTTP/1.1 call on it.
#[derive(Debug)]
pub struct Stream(pub(super) Side);

/// At which end of the gateway it is.
#[derive(Debug)]
pub(super) enum Side {
    Caller(FromCaller),
    Backend(ToBackend),
}

impl Stream {
    /// Whether the connection below is TLS.
    pub(crate) fn is_tls(&self) -> bool {
        match &self.0 {
            Side::Caller(stream) => stream.is_tls(),
            Side::Backend(stream) => stream.is_tls(),
        }
    }

    /// What the TLS handshake of a caller's connection said.
    pub(crate) fn handshake(&self) -> Option<&Handshake> {
        match &self.0 {
            Side::Caller(stream) => Some(stream.handshake()),
            Side::Backend(_) => None,
        }
    }

    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        match &mut self.0 {
            Side::Caller(stream) => stream.poll_read(cx, buffer),
            Side::Backend(stream) => stream.poll_read(cx, buffer),
        }
    }

    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.0 {
            Side::Caller(stream) => stream.poll_write(cx, bytes),
            Side::Backend(stream) => stream.poll_write(cx, bytes),
        }
    }

    /// Whether a caller has cancelled the stream or is gone; remembers whom to wake when that happens.
    pub(crate) fn poll_left(&mut self, cx: &mut Context<'_>) -> bool {
        match &mut self.0 {
            Side::Caller(stream) => stream.poll_left(cx),
            Side::Backend(_) => false,
        }
    }

    /// The backend has not answered in time: no further stream is put on its connection. Those that are there go on.
    pub(crate) fn doubt(&self) {
        if let Side::Backend(stream) = &self.0 {
            stream.doubt();
        }
    }

    /// The exchange on it has ended well.
    pub(crate) fn end(self) {
        match self.0 {
            Side::Caller(_) => {}
            Side::Backend(stream) => stream.end(),
        }
    }
}
