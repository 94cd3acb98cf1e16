//! Small calls over HTTP/1.1: a connection that is kept, with one request in flight.

use std::io::ErrorKind;
use std::time::Instant;

use crate::answer::{Answer, judge};
use crate::callers::Line;
use crate::poll::Poll;
use crate::sheet::Sheet;
use crate::tally::Tally;
use crate::wire::Wire;

/// Room for one answer: the origin's body and what a gateway writes before it.
const ROOM: usize = 8192;

/// A connection and the request in flight on it.
pub(crate) struct Call<'a> {
    sheet: &'a Sheet,
    wire: Option<Wire>,
    bytes: Box<[u8; ROOM]>,
    filled: usize,
    sent: Instant,
    due: bool,
}

impl<'a> Call<'a> {
    /// Sends the requests of `sheet` over `wire`.
    pub(crate) fn new(wire: Wire, sheet: &'a Sheet) -> Call<'a> {
        Call { sheet, wire: Some(wire), bytes: Box::new([0; ROOM]), filled: 0, sent: Instant::now(), due: false }
    }

    /// Judges what has come so far.
    fn judge(&mut self, poll: &Poll, tally: &mut Tally) {
        match judge(&self.bytes[..self.filled]) {
            Answer::Good => {
                tally.good(self.sent);
                self.due = false;
                self.ask(poll, tally);
            }
            Answer::Partial if self.filled == ROOM => self.lose(tally, "an answer larger than 8 KiB"),
            Answer::Partial => {}
            Answer::Wrong(status) => {
                let text = String::from_utf8_lossy(&self.bytes[..self.filled]);
                tally.fault(|| format!("status {status}: {text}"));
                self.due = false;
                self.ask(poll, tally);
            }
            Answer::Broken(what) => self.lose(tally, what),
        }
    }

    fn lose(&mut self, tally: &mut Tally, why: &str) {
        self.wire = None;
        // A gateway may close a connection that nobody waits on.
        if self.due {
            tally.fault(|| why.to_owned());
        }
    }
}

impl Line for Call<'_> {
    fn ask(&mut self, _: &Poll, tally: &mut Tally) {
        let Some(wire) = self.wire.as_mut().filter(|_| !self.due) else { return };
        let Some(ask) = tally.ask() else { return };
        let request = self.sheet.request(ask.turn);
        self.filled = 0;
        self.due = true;
        let written = wire.write(request);
        self.sent = ask.due.unwrap_or_else(Instant::now);
        match written {
            Ok(count) if count == request.len() => {}
            Ok(_) => self.lose(tally, "a request was not taken whole"),
            Err(error) => self.lose(tally, &format!("writing failed: {error}")),
        }
    }

    fn take(&mut self, poll: &Poll, tally: &mut Tally) {
        while let Some(wire) = self.wire.as_mut() {
            match wire.read(&mut self.bytes[self.filled..]) {
                Ok(0) => return self.lose(tally, "the gateway closed the connection"),
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) => return self.lose(tally, &format!("reading failed: {error}")),
            }
            // One read takes more than ever comes at once, unless records of TLS lie between.
            let drained = !wire.has_records();
            self.judge(poll, tally);
            if drained {
                return;
            }
        }
    }

    fn due(&self) -> usize {
        usize::from(self.due)
    }

    fn alive(&self) -> bool {
        self.wire.is_some()
    }
}
