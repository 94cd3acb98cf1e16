//! The origin: answers every request with the same small JSON body, as cheaply as it can.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

use anyhow::{Context, Result};

use crate::poll::{Poll, Token};

/// The body of every answer: 100 bytes.
pub(crate) const BODY: &[u8] =
    br#"{"ok":true,"item":"0123456789abcdef","note":"one hundred bytes of JSON, as a small API answers it."}"#;

/// Room for one request head; the benchmark's requests and what gateways add to them are below 2 KiB.
const ROOM: usize = 8192;

/// The listener and every connection that a gateway has opened to it.
pub(crate) struct Origin {
    listener: TcpListener,
    address: SocketAddr,
    connections: Vec<Option<Connection>>,
    answer: Vec<u8>,
    last_head: Vec<u8>,
}

struct Connection {
    stream: TcpStream,
    head: Box<[u8; ROOM]>,
    filled: usize,
}

impl Origin {
    /// Listens on a free port of the loopback address.
    pub(crate) fn open(poll: &Poll) -> Result<Origin> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("the origin cannot listen")?;
        listener.set_nonblocking(true)?;
        poll.watch(&listener, Token::Listener)?;
        let head = format!(
            "HTTP/1.1 200 OK\r\nServer: origin\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            BODY.len()
        );
        let answer = [head.as_bytes(), BODY].concat();
        let address = listener.local_addr()?;
        Ok(Origin { listener, address, connections: Vec::new(), answer, last_head: Vec::new() })
    }

    /// Where gateways find it.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The head of a request that arrived last on the connection that spoke last; for probes, which send one at a time.
    pub(crate) fn last_head(&self) -> String {
        String::from_utf8_lossy(&self.last_head).into_owned()
    }

    /// Takes every connection that waits.
    pub(crate) fn accept(&mut self, poll: &Poll) -> Result<()> {
        loop {
            let stream = match self.listener.accept() {
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
            self.connections[place] = Some(Connection { stream, head: Box::new([0; ROOM]), filled: 0 });
        }
    }

    /// Reads what has come on one connection and answers when the head is whole. `keep` remembers the head.
    pub(crate) fn serve(&mut self, place: u32, keep: bool) {
        let Some(Some(connection)) = self.connections.get_mut(place as usize) else { return };
        if !connection.serve(&self.answer) {
            self.connections[place as usize] = None;
        } else if keep && connection.filled == 0 {
            let end = find_end(connection.head.as_slice());
            self.last_head.clear();
            self.last_head.extend_from_slice(&connection.head[..end]);
        }
    }
}

impl Connection {
    /// False when the connection is over.
    fn serve(&mut self, answer: &[u8]) -> bool {
        match self.stream.read(&mut self.head[self.filled..]) {
            Ok(0) => false,
            Ok(count) => {
                self.filled += count;
                if !self.head[..self.filled].ends_with(b"\r\n\r\n") {
                    return self.filled < ROOM;
                }
                self.filled = 0;
                matches!(self.stream.write(answer), Ok(written) if written == answer.len())
            }
            Err(error) => error.kind() == ErrorKind::WouldBlock,
        }
    }
}

fn find_end(bytes: &[u8]) -> usize {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4)
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
