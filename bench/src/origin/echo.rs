//! The origin's end of a WebSocket: says back every message that it hears (RFC 6455).

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use anyhow::{Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// What is appended to a key before it is hashed.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Bit of the first byte of a frame that ends its message.
const LAST: u8 = 0x80;
/// Kind of a frame that says goodbye.
const CLOSE: u8 = 8;
/// Bit of the second byte that says that a mask follows.
const MASKED: u8 = 0x80;
/// The longest text whose length is in the second byte.
const SHORT: u8 = 125;
/// Bytes before a short text: two, and four of mask.
const HEAD: usize = 6;
/// What is read at once.
const PART: usize = 4096;

/// The answer to a request for a WebSocket; `None` when it has no key.
pub(super) fn accepted(head: &[u8]) -> Option<Vec<u8>> {
    let head = String::from_utf8_lossy(head);
    let key = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("sec-websocket-key").then_some(value.trim())
    })?;
    let accept = STANDARD.encode(Sha1::digest(format!("{key}{GUID}")));
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    Some(answer.into_bytes())
}

/// What has come of a message that is not whole.
pub(super) struct Echo {
    unread: Vec<u8>,
}

impl Echo {
    /// Nothing has come.
    pub(super) fn new() -> Echo {
        Echo { unread: Vec::with_capacity(PART) }
    }

    /// Reads what has come and says back what is whole; an error when the connection is over.
    pub(super) fn serve(&mut self, stream: &mut TcpStream) -> Result<()> {
        let mut part = [0; PART];
        let count = match stream.read(&mut part) {
            Ok(0) => bail!("the gateway closed the connection"),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        self.unread.extend_from_slice(&part[..count]);
        let mut answer = Vec::with_capacity(self.unread.len());
        let mut read = 0;
        while let Some(length) = say_back(&self.unread[read..], &mut answer)? {
            read += length;
        }
        self.unread.drain(..read);
        if stream.write(&answer)? < answer.len() {
            bail!("a message was not taken whole");
        }
        Ok(())
    }
}

/// Writes the answer to the frame that `bytes` begins with, and returns how long the frame was; `None` while it is not
/// whole. Only short messages of one frame come from the benchmark.
fn say_back(bytes: &[u8], answer: &mut Vec<u8>) -> Result<Option<usize>> {
    let &[first, second, ..] = bytes else { return Ok(None) };
    let length = second & !MASKED;
    if first & LAST == 0 || second & MASKED == 0 || length > SHORT {
        bail!("a frame of another kind than the benchmark's: {first:02x} {second:02x}");
    }
    if first & !LAST == CLOSE {
        bail!("goodbye");
    }
    let whole = HEAD + usize::from(length);
    let Some(frame) = bytes.get(..whole) else { return Ok(None) };
    let (mask, text) = frame[2..].split_at(4);
    answer.extend([first, length]);
    answer.extend(text.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    Ok(Some(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_rfc_is_answered_as_there() {
        let head = b"GET /socket HTTP/1.1\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        let answer = String::from_utf8(accepted(head).unwrap()).unwrap();
        assert!(answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{answer}");
        assert!(accepted(b"GET / HTTP/1.1\r\n\r\n").is_none());
    }

    #[test]
    fn a_message_comes_back_without_its_mask() {
        // RFC 6455, section 5.7.
        let frame = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        for cut in 0..frame.len() {
            assert_eq!(say_back(&frame[..cut], &mut Vec::new()).unwrap(), None);
        }
        let mut answer = Vec::new();
        assert_eq!(say_back(&frame, &mut answer).unwrap(), Some(frame.len()));
        assert_eq!(answer, b"\x81\x05Hello");
        assert!(say_back(&[0x88, 0x80, 0, 0, 0, 0], &mut answer).is_err());
    }
}
