//! What a row asks of its gateway, and in which manner.

use std::net::SocketAddr;

use anyhow::{Context, Result};

use crate::blocks::Blocks;
use crate::callers::Line;
use crate::callers::call::Call;
use crate::callers::handshake::{Handshake, Kind};
use crate::callers::http2::{Http2, STREAMS};
use crate::callers::large::{Large, Way};
use crate::callers::socket::Socket;
use crate::poll::{Poll, Token};
use crate::sheet::Sheet;
use crate::trust::Trust;
use crate::wire::Wire;

/// So many times fewer connections carry large bodies: what is in flight is in the kernel's memory.
const FEWER: usize = 8;

/// The requests of a row.
pub(crate) enum Load {
    /// Small calls over HTTP/1.1, one in flight on each connection.
    Calls(Sheet),
    /// The same in TLS.
    TlsCalls(Sheet, Trust),
    /// Handshakes without a call.
    Handshakes(Trust, Kind),
    /// Small calls over HTTP/2 in TLS, several in flight on each connection.
    Http2(Blocks, Trust),
    /// Calls with 1 MiB one way, by the head of their request.
    Large(Vec<u8>, Way),
    /// WebSocket messages, by the head of the request that opens the connection.
    Messages(Vec<u8>),
}

impl Load {
    /// How many connections it takes for `calls` requests in flight.
    pub(crate) fn lines(&self, calls: usize) -> usize {
        match self {
            Load::Calls(_) | Load::TlsCalls(..) | Load::Handshakes(..) | Load::Messages(_) => calls,
            Load::Http2(..) => calls.div_ceil(STREAMS),
            Load::Large(..) => calls.div_ceil(FEWER),
        }
    }

    /// Opens one connection to `gateway`, watched under `token`.
    pub(crate) fn open<'a>(&'a self, poll: &Poll, token: Token, gateway: SocketAddr) -> Result<Box<dyn Line + 'a>> {
        let watched = |wire: Wire| -> Result<Wire> {
            poll.watch(&wire, token)?;
            Ok(wire)
        };
        Ok(match self {
            Load::Calls(sheet) => Box::new(Call::new(watched(Wire::plain(gateway)?)?, sheet)),
            Load::TlsCalls(sheet, trust) => Box::new(Call::new(watched(Wire::tls(gateway, trust)?)?, sheet)),
            Load::Handshakes(trust, kind) => Box::new(Handshake::new(gateway, token, trust, *kind)),
            Load::Http2(blocks, trust) => Box::new(Http2::new(watched(Wire::tls(gateway, trust)?)?, blocks)),
            Load::Large(head, way) => Box::new(Large::new(watched(Wire::plain(gateway)?)?, head, *way)),
            Load::Messages(head) => {
                let wire = watched(Wire::plain(gateway)?)?;
                Box::new(Socket::new(wire, head, token.place()).context("cannot ask for a WebSocket")?)
            }
        })
    }

    /// What is counted.
    pub(crate) fn unit(&self) -> &'static str {
        match self {
            Load::Calls(_) | Load::TlsCalls(..) | Load::Http2(..) | Load::Large(..) => "call",
            Load::Handshakes(..) => "handshake",
            Load::Messages(_) => "message and its echo",
        }
    }
}
