//! WebSocket messages: a connection over which one message goes to the origin and comes back, again and again.

use std::io::ErrorKind;
use std::time::Instant;

use crate::callers::Line;
use crate::origin::BODY;
use crate::poll::Poll;
use crate::tally::Tally;
use crate::wire::Wire;

/// The lines that ask for a WebSocket, for the head of a request.
pub(crate) const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
/// What the answer to that key says (RFC 6455, section 1.3).
const ACCEPT: &[u8] = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// First byte of a text message that is one frame.
const TEXT: u8 = 0x81;
/// Bit of the second byte that says that a mask follows.
const MASKED: u8 = 0x80;
/// Room for what comes at once.
const ROOM: usize = 8192;

/// A connection and the message under way on it.
pub(crate) struct Socket {
    wire: Option<Wire>,
    message: Vec<u8>,
    due_back: Vec<u8>,
    bytes: Box<[u8; ROOM]>,
    filled: usize,
    open: bool,
    sent: Instant,
    due: bool,
}

impl Socket {
    /// Asks for a WebSocket with the request `head`; messages follow when it is open. `place` makes the mask.
    pub(crate) fn new(mut wire: Wire, head: &[u8], place: u32) -> std::io::Result<Socket> {
        wire.write(head)?;
        Ok(Socket {
            wire: Some(wire),
            message: masked(BODY, place.wrapping_mul(0x9e37_79b9).to_be_bytes()),
            due_back: [&[TEXT, BODY.len() as u8], BODY].concat(),
            bytes: Box::new([0; ROOM]),
            filled: 0,
            open: false,
            sent: Instant::now(),
            due: false,
        })
    }

    /// Looks at what has come: the answer to the upgrade first, then messages.
    fn judge(&mut self, poll: &Poll, tally: &mut Tally) {
        let bytes = &self.bytes[..self.filled];
        if self.open {
            if bytes == self.due_back {
                tally.good(self.sent);
                self.filled = 0;
                self.due = false;
                self.ask(poll, tally);
            } else if !self.due_back.starts_with(bytes) {
                self.lose(tally, "another message than the one that was sent");
            }
        } else if bytes.ends_with(b"\r\n\r\n") {
            let accepted = bytes.windows(ACCEPT.len()).any(|part| part == ACCEPT);
            if bytes.starts_with(b"HTTP/1.1 101 ") && accepted {
                (self.open, self.filled) = (true, 0);
                self.ask(poll, tally);
            } else {
                let why = format!("no WebSocket: {}", String::from_utf8_lossy(bytes));
                self.lose(tally, &why);
            }
        }
    }

    fn lose(&mut self, tally: &mut Tally, why: &str) {
        self.wire = None;
        if self.due || !self.open {
            tally.fault(|| why.to_owned());
        }
    }
}

impl Line for Socket {
    fn ask(&mut self, _: &Poll, tally: &mut Tally) {
        let Some(wire) = self.wire.as_mut().filter(|_| self.open && !self.due) else { return };
        let Some(ask) = tally.ask() else { return };
        self.due = true;
        let written = wire.write(&self.message);
        self.sent = ask.due.unwrap_or_else(Instant::now);
        match written {
            Ok(count) if count == self.message.len() => {}
            Ok(_) => self.lose(tally, "a message was not taken whole"),
            Err(error) => self.lose(tally, &format!("writing failed: {error}")),
        }
    }

    fn take(&mut self, poll: &Poll, tally: &mut Tally) {
        let Some(wire) = self.wire.as_mut() else { return };
        match wire.read(&mut self.bytes[self.filled..]) {
            Ok(0) => return self.lose(tally, "the gateway closed the connection"),
            Ok(count) => self.filled += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(error) => return self.lose(tally, &format!("reading failed: {error}")),
        }
        self.judge(poll, tally);
    }

    fn due(&self) -> usize {
        usize::from(self.due)
    }

    fn alive(&self) -> bool {
        self.wire.is_some()
    }
}

/// A text message in one frame, as callers send it: masked. At most 125 bytes.
fn masked(text: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let mut frame = vec![TEXT, MASKED | text.len() as u8];
    frame.extend_from_slice(&mask);
    frame.extend(text.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_masked_as_the_rfc_shows() {
        // RFC 6455, section 5.7.
        let expected = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(masked(b"Hello", [0x37, 0xfa, 0x21, 0x3d]), expected);
    }
}
