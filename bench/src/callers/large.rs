//! Calls whose request or answer is 1 MiB: written and read as fast as the gateway takes and gives.

use std::io::ErrorKind;
use std::time::Instant;

use crate::callers::Line;
use crate::large::{LARGE, body};
use crate::origin::BODY;
use crate::poll::Poll;
use crate::tally::Tally;
use crate::wire::Wire;

/// What one read takes at most.
const PART: usize = 1 << 18;
/// The longest head of an answer.
const HEAD: usize = 8192;

/// Which way the large body goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the origin to the caller.
    Down,
    /// From the caller to the origin.
    Up,
}

/// A connection and the call in flight on it.
pub(crate) struct Large<'a> {
    head: &'a [u8],
    way: Way,
    wire: Option<Wire>,
    part: Vec<u8>,
    /// Of the request: what is written already.
    written: usize,
    /// Of the answer: its head as far as it has come, and of its body what has come.
    answer: Vec<u8>,
    body: Option<usize>,
    sent: Instant,
    due: bool,
}

impl<'a> Large<'a> {
    /// Sends the request `head`, and a body if it goes up, again and again.
    pub(crate) fn new(wire: Wire, head: &'a [u8], way: Way) -> Large<'a> {
        Large {
            head,
            way,
            wire: Some(wire),
            part: vec![0; PART],
            written: 0,
            answer: Vec::new(),
            body: None,
            sent: Instant::now(),
            due: false,
        }
    }

    /// Writes as much of the request as is taken now.
    fn write(&mut self) -> Result<(), String> {
        let Some(wire) = &mut self.wire else { return Ok(()) };
        loop {
            let rest = match self.written.checked_sub(self.head.len()) {
                None => &self.head[self.written..],
                Some(at) if self.way == Way::Up => &body()[at..],
                Some(_) => return Ok(()),
            };
            if rest.is_empty() {
                return Ok(());
            }
            match wire.write(rest) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(format!("writing failed: {error}")),
            }
        }
    }

    /// Reads what has come; true when the answer is whole, and then it was the due one.
    fn read(&mut self) -> Result<bool, String> {
        let Some(wire) = &mut self.wire else { return Ok(false) };
        let due = match self.way {
            Way::Down => body(),
            Way::Up => BODY,
        };
        loop {
            let count = match wire.read(&mut self.part) {
                Ok(0) => return Err("the gateway closed the connection".into()),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(format!("reading failed: {error}")),
            };
            let mut part = &self.part[..count];
            let behind;
            if self.body.is_none() {
                self.answer.extend_from_slice(part);
                let Some(end) = end_of_head(&self.answer)? else { continue };
                behind = self.answer.split_off(end);
                part = &behind;
                self.body = Some(0);
            }
            let got = self.body.unwrap_or_default();
            if due.get(got..got + part.len()) != Some(part) {
                return Err("another body than the one that was due".into());
            }
            self.body = Some(got + part.len());
            if got + part.len() == due.len() {
                return Ok(true);
            }
        }
    }

    fn lose(&mut self, tally: &mut Tally, why: &str) {
        self.wire = None;
        if self.due {
            tally.fault(|| why.to_owned());
        }
    }
}

impl Line for Large<'_> {
    fn ask(&mut self, _: &Poll, tally: &mut Tally) {
        if self.due || self.wire.is_none() {
            return;
        }
        let Some(ask) = tally.ask() else { return };
        (self.written, self.body, self.due) = (0, None, true);
        self.answer.clear();
        self.sent = ask.due.unwrap_or_else(Instant::now);
        if let Err(why) = self.write() {
            self.lose(tally, &why);
        }
    }

    fn take(&mut self, poll: &Poll, tally: &mut Tally) {
        if self.due
            && let Err(why) = self.write()
        {
            return self.lose(tally, &why);
        }
        match self.read() {
            Ok(false) => {}
            Ok(true) if self.way == Way::Up && self.written < self.head.len() + LARGE => {
                self.lose(tally, "an answer before the request was whole");
            }
            Ok(true) => {
                tally.good(self.sent);
                self.due = false;
                self.ask(poll, tally);
            }
            Err(why) => self.lose(tally, &why),
        }
    }

    fn due(&self) -> usize {
        usize::from(self.due)
    }

    fn alive(&self) -> bool {
        self.wire.is_some()
    }
}

/// Where the body begins, once the head is whole; an answer other than 200 is an error.
fn end_of_head(bytes: &[u8]) -> Result<Option<usize>, String> {
    match bytes.windows(4).position(|four| four == b"\r\n\r\n") {
        Some(at) if bytes.starts_with(b"HTTP/1.1 200 ") => Ok(Some(at + 4)),
        Some(_) => Err(String::from_utf8_lossy(bytes).into_owned()),
        None if bytes.len() > HEAD => Err("a head larger than 8 KiB".into()),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_begins_behind_the_blank_line_of_a_200() {
        assert_eq!(end_of_head(b"HTTP/1.1 200 OK\r\n\r"), Ok(None));
        assert_eq!(end_of_head(b"HTTP/1.1 200 OK\r\n\r\nbody"), Ok(Some(19)));
        assert!(end_of_head(b"HTTP/1.1 413 Too Large\r\n\r\n").is_err());
    }
}
