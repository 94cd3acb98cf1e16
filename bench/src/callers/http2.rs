//! Small calls over HTTP/2: several in flight on one connection. Requests are written as a client's encoder writes them:
//! what repeats is told once and referred to from then on. Of an answer's headers only the status is looked at.

use std::io::ErrorKind;
use std::time::Instant;

use crate::blocks::Blocks;
use crate::callers::Line;
use crate::origin::BODY;
use crate::poll::Poll;
use crate::tally::Tally;
use crate::wire::Wire;

/// Calls in flight on one connection.
pub(crate) const STREAMS: usize = 16;

/// What a connection begins with: the preface, default settings, and a window for all answers of a turn.
const BEGIN: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\
    \x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x04\x08\x00\x00\x00\x00\x00\x7f\xff\x00\x00";

/// Bytes of a frame before its payload.
const FRAME_HEAD: usize = 9;
/// `:status: 200` in the static table of HPACK (RFC 7541, appendix A).
const STATUS_200: u8 = 0x88;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;

/// A connection and the calls in flight on it.
pub(crate) struct Http2<'a> {
    sheet: &'a Blocks,
    wire: Option<Wire>,
    unread: Vec<u8>,
    unsent: Vec<u8>,
    next: u32,
    open: Vec<Stream>,
}

struct Stream {
    id: u32,
    sent: Instant,
    good: bool,
    body: Vec<u8>,
}

struct Frame<'b> {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: &'b [u8],
}

impl<'a> Http2<'a> {
    /// Sends the requests of `sheet` over `wire`.
    pub(crate) fn new(wire: Wire, sheet: &'a Blocks) -> Http2<'a> {
        let open = Vec::with_capacity(STREAMS);
        Http2 { sheet, wire: Some(wire), unread: Vec::new(), unsent: BEGIN.to_vec(), next: 1, open }
    }

    /// Handles every whole frame that has been read.
    fn frames(&mut self, tally: &mut Tally) -> Result<(), String> {
        let unread = std::mem::take(&mut self.unread);
        let mut rest = unread.as_slice();
        while let Some((frame, behind)) = Frame::split(rest) {
            self.frame(&frame, tally)?;
            rest = behind;
        }
        self.unread = rest.to_vec();
        Ok(())
    }

    fn frame(&mut self, frame: &Frame<'_>, tally: &mut Tally) -> Result<(), String> {
        match frame.kind {
            HEADERS if frame.flags & (END_HEADERS | PADDED) != END_HEADERS => Err("a head in several frames".into()),
            HEADERS => {
                self.stream(frame)?.good = status(frame.payload) == Some(STATUS_200);
                self.ended(frame, tally)
            }
            DATA if frame.flags & PADDED != 0 => Err("a padded frame".into()),
            DATA => {
                self.stream(frame)?.body.extend_from_slice(frame.payload);
                self.ended(frame, tally)
            }
            SETTINGS if frame.flags & ACK == 0 => {
                write_frame(&mut self.unsent, SETTINGS, ACK, 0, &[]);
                Ok(())
            }
            PING if frame.flags & ACK == 0 => {
                write_frame(&mut self.unsent, PING, ACK, 0, frame.payload);
                Ok(())
            }
            SETTINGS | PING | WINDOW_UPDATE => Ok(()),
            RST_STREAM => Err(format!("a stream was reset: {:?}", frame.payload)),
            GOAWAY => Err("the gateway said GOAWAY".into()),
            other => Err(format!("a frame of type {other}")),
        }
    }

    fn stream(&mut self, frame: &Frame<'_>) -> Result<&mut Stream, String> {
        let found = self.open.iter_mut().find(|stream| stream.id == frame.stream);
        found.ok_or_else(|| format!("a frame for the stream {}, which is not open", frame.stream))
    }

    /// Judges the answer if `frame` is the last one of its stream.
    fn ended(&mut self, frame: &Frame<'_>, tally: &mut Tally) -> Result<(), String> {
        if frame.flags & END_STREAM == 0 {
            return Ok(());
        }
        let place = self.open.iter().position(|stream| stream.id == frame.stream).unwrap_or_default();
        let stream = self.open.swap_remove(place);
        if stream.good && stream.body == BODY {
            tally.good(stream.sent);
        } else {
            tally.fault(|| format!("not the answer that was due: {}", String::from_utf8_lossy(&stream.body)));
        }
        Ok(())
    }

    /// Sends all that is to be sent, in one write.
    fn flush(&mut self) -> Result<(), String> {
        let Some(wire) = self.wire.as_mut().filter(|_| !self.unsent.is_empty()) else { return Ok(()) };
        match wire.write(&self.unsent) {
            Ok(count) if count == self.unsent.len() => self.unsent.clear(),
            Ok(_) => return Err("requests were not taken whole".into()),
            Err(error) => return Err(format!("writing failed: {error}")),
        }
        Ok(())
    }

    fn lose(&mut self, tally: &mut Tally, why: &str) {
        self.wire = None;
        if !self.open.is_empty() {
            tally.fault(|| why.to_owned());
        }
    }

    fn read(&mut self) -> Result<bool, String> {
        let Some(wire) = self.wire.as_mut() else { return Ok(false) };
        let mut part = [0; 1 << 14];
        match wire.read(&mut part) {
            Ok(0) => Err("the gateway closed the connection".into()),
            Ok(count) => {
                self.unread.extend_from_slice(&part[..count]);
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(format!("reading failed: {error}")),
        }
    }
}

impl Line for Http2<'_> {
    fn ask(&mut self, _: &Poll, tally: &mut Tally) {
        while self.wire.is_some() && self.open.len() < STREAMS {
            let Some(ask) = tally.ask() else { break };
            // The first request teaches the gateway's table what the others refer to.
            let block = if self.next == 1 { self.sheet.first(ask.turn) } else { self.sheet.later(ask.turn) };
            write_frame(&mut self.unsent, HEADERS, END_STREAM | END_HEADERS, self.next, &block);
            let sent = ask.due.unwrap_or_else(Instant::now);
            self.open.push(Stream { id: self.next, sent, good: false, body: Vec::with_capacity(BODY.len()) });
            self.next += 2;
        }
        if let Err(why) = self.flush() {
            self.lose(tally, &why);
        }
    }

    fn take(&mut self, poll: &Poll, tally: &mut Tally) {
        loop {
            match self.read() {
                Ok(true) => {}
                Ok(false) => break,
                Err(why) => return self.lose(tally, &why),
            }
            if let Err(why) = self.frames(tally) {
                return self.lose(tally, &why);
            }
        }
        self.ask(poll, tally);
    }

    fn due(&self) -> usize {
        self.open.len()
    }

    fn alive(&self) -> bool {
        self.wire.is_some()
    }
}

impl Frame<'_> {
    /// The first frame of `bytes` and what follows it; `None` while it is not whole.
    fn split(bytes: &[u8]) -> Option<(Frame<'_>, &[u8])> {
        let (head, rest) = bytes.split_at_checked(FRAME_HEAD)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let (payload, rest) = rest.split_at_checked(length)?;
        let stream = u32::from_be_bytes([head[5] & 0x7f, head[6], head[7], head[8]]);
        Some((Frame { kind: head[3], flags: head[4], stream, payload }, rest))
    }
}

fn write_frame(to: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    to.extend_from_slice(&(payload.len() as u32).to_be_bytes()[1..]);
    to.extend_from_slice(&[kind, flags]);
    to.extend_from_slice(&stream.to_be_bytes());
    to.extend_from_slice(payload);
}

/// The first field of a block of headers, behind changes of the table's size, which may precede it.
fn status(block: &[u8]) -> Option<u8> {
    let mut bytes = block.iter().copied();
    loop {
        let first = bytes.next()?;
        if first & 0xe0 != 0x20 {
            return Some(first);
        }
        if first & 0x1f == 0x1f {
            while bytes.next()? & 0x80 != 0 {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_split_off_when_it_is_whole() {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, DATA, END_STREAM, 5, b"body");
        bytes.extend_from_slice(b"rest");
        for end in 0..FRAME_HEAD + 4 {
            assert!(Frame::split(&bytes[..end]).is_none(), "cut at {end}");
        }
        let (frame, rest) = Frame::split(&bytes).unwrap();
        assert_eq!((frame.kind, frame.flags, frame.stream, frame.payload), (DATA, END_STREAM, 5, &b"body"[..]));
        assert_eq!(rest, b"rest");
    }

    #[test]
    fn the_status_is_found_behind_a_change_of_the_tables_size() {
        assert_eq!(status(&[0x88, 0x0f]), Some(STATUS_200));
        assert_eq!(status(&[0x20, 0x3f, 0xe1, 0x1f, 0x88]), Some(STATUS_200));
        assert_eq!(status(&[0x8d]), Some(0x8d));
        assert_eq!(status(&[0x3f, 0xe1]), None);
    }

    #[test]
    fn the_beginning_is_the_preface_and_two_frames() {
        let (settings, rest) = Frame::split(&BEGIN[24..]).unwrap();
        assert_eq!((settings.kind, settings.payload.len()), (SETTINGS, 0));
        let (window, rest) = Frame::split(rest).unwrap();
        assert_eq!((window.kind, window.payload, rest), (WINDOW_UPDATE, &[0x7f, 0xff, 0, 0][..], &[][..]));
    }
}
