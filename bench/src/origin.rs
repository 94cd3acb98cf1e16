//! The origin: answers every request with the same small JSON body, as cheaply as it can; a request for `…/large` with a
//! large one, and one for a WebSocket with an echo. It is a server at one address, the nodes of an upstream at several, and
//! the runtime of functions, which take events: one passes an answer through, one changes requests.

mod connection;
mod echo;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::{Context, Result};

use crate::large;
use crate::origin::connection::Connection;
use crate::poll::{Poll, Token};

/// The body of every answer: 100 bytes.
pub(crate) const BODY: &[u8] =
    br#"{"ok":true,"item":"0123456789abcdef","note":"one hundred bytes of JSON, as a small API answers it."}"#;

/// What the function [`EDITOR`] says: every request gets one more header line, `x-bench: edited`.
const EDIT: &[u8] = br#"{"replace_headers":{"x-bench":"edited"}}"#;
/// The function that changes requests.
pub(crate) const EDITOR: &str = "edit";

/// Addresses that it listens on, with one port: 127.0.0.1 and those that follow.
pub(crate) const ADDRESSES: u8 = 4;

/// The listeners and every connection that a gateway has opened to it.
pub(crate) struct Origin {
    listeners: Vec<TcpListener>,
    address: SocketAddr,
    connections: Vec<Option<Connection>>,
    answers: Answers,
    last_head: Vec<u8>,
}

/// What it says, rendered beforehand.
struct Answers {
    small: Vec<u8>,
    edit: Vec<u8>,
    large: Vec<u8>,
}

impl Origin {
    /// Listens on a port that is free on all the addresses.
    pub(crate) fn open(poll: &Poll) -> Result<Origin> {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("the origin cannot listen")?;
        let address = first.local_addr()?;
        let mut listeners = vec![first];
        for last in 2..=ADDRESSES {
            let place = (Ipv4Addr::new(127, 0, 0, last), address.port());
            listeners.push(TcpListener::bind(place).with_context(|| format!("the origin cannot listen at {place:?}"))?);
        }
        for listener in &listeners {
            listener.set_nonblocking(true)?;
            poll.watch(listener, Token::Listener)?;
        }
        let answers = Answers {
            small: answer("application/json", BODY),
            edit: answer("application/json", EDIT),
            large: answer("text/plain", large::body()),
        };
        Ok(Origin { listeners, address, connections: Vec::new(), answers, last_head: Vec::new() })
    }

    /// Where gateways find it, at the first of its addresses.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The head of a request that arrived last on the connection that spoke last; for probes, which send one at a time.
    pub(crate) fn last_head(&self) -> String {
        String::from_utf8_lossy(&self.last_head).into_owned()
    }

    /// Takes every connection that waits.
    pub(crate) fn accept(&mut self, poll: &Poll) -> Result<()> {
        (0..self.listeners.len()).try_for_each(|at| self.accept_at(at, poll))
    }

    fn accept_at(&mut self, at: usize, poll: &Poll) -> Result<()> {
        loop {
            let stream = match self.listeners[at].accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("the origin cannot accept"),
            };
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            let place = self.connections.iter().position(Option::is_none).unwrap_or_else(|| {
                self.connections.push(None);
                self.connections.len() - 1
            });
            poll.watch(&stream, Token::Origin(place as u32))?;
            self.connections[place] = Some(Connection::new(stream));
        }
    }

    /// Reads what has come on one connection and answers when the request is whole. `keep` remembers the head.
    pub(crate) fn serve(&mut self, place: u32, keep: bool) {
        let Some(Some(connection)) = self.connections.get_mut(place as usize) else { return };
        let kept = keep.then_some(&mut self.last_head);
        if !connection.serve(&self.answers, kept) {
            self.connections[place as usize] = None;
        }
    }
}

fn answer(kind: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 200 OK\r\nServer: origin\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_the_hundred_bytes_it_says() {
        assert_eq!(BODY.len(), 100);
        assert!(serde_json::from_slice::<serde_json::Value>(BODY).is_ok());
    }
}
