//! One accepted connection: requests come out of it in order, answers go back.

use std::net::SocketAddr;
use std::rc::Rc;

use crate::{BodyFault, CallerGone, HeadFault, Io, Limits, Request, Ticker};

/// One accepted connection of a caller.
///
/// The loop is: [`Caller::next`], then [`Caller::answer`] or an [`Exchange`](crate::Exchange), again and again until `next` says
/// `None`. After a [`HeadFault`] answer with `request: None` and `close: true`, then call `next` once more: it lingers until the caller
/// has read the answer and says `None`.
#[derive(Debug)]
pub struct Caller {
    peer: SocketAddr,
    local: SocketAddr,
}

impl Caller {
    /// Takes over an accepted connection.
    pub fn new(io: Io, peer: SocketAddr, local: SocketAddr, limits: Rc<Limits>, clock: Rc<Ticker>) -> Caller {
        let _ = (io, limits, clock);
        Caller { peer, local }
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
        todo!()
    }

    /// Waits for the next request head; pipelined requests come out in order. `None`: the caller closed the connection, rested too long,
    /// the last answer closed it, or the worker is draining. What is left of the last request's body is read and thrown away first.
    pub async fn next(&mut self) -> Result<Option<Request>, HeadFault> {
        todo!()
    }

    /// Gives a complete answer made by the gateway. `head` is the status line and header lines, each with its CRLF, without framing and
    /// connection lines and without the empty line. Adds Content-Length and, where needed, Connection; drops the body of an answer to HEAD
    /// and of 204 and 304. `close` closes the connection after the answer. `request` is `None` only after a [`HeadFault`].
    pub async fn answer(
        &mut self,
        request: Option<&Request>,
        head: &[u8],
        body: &[u8],
        close: bool,
    ) -> Result<(), CallerGone> {
        let _ = (request, head, body, close);
        todo!()
    }

    /// Reads the whole request body into memory, at most `max` bytes and at most [`Limits::body_bytes`]; sends 100 Continue first if the
    /// caller waits for it.
    pub async fn read_body(&mut self, request: &Request, max: usize) -> Result<Vec<u8>, BodyFault> {
        let _ = (request, max);
        todo!()
    }

    /// Bytes of the current request's body that were read so far, without chunked coding.
    pub fn body_bytes(&self) -> u64 {
        todo!()
    }

    /// After an answer: no further request will be taken from this connection.
    pub fn will_close(&self) -> bool {
        todo!()
    }
}
