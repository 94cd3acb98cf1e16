//! The callers of one turn: connections that send one request after the other, in the manner of their row.

pub(crate) mod call;
pub(crate) mod handshake;
pub(crate) mod http2;
pub(crate) mod large;
pub(crate) mod socket;

use std::net::SocketAddr;

use anyhow::Result;

use crate::load::Load;
use crate::poll::{Poll, Token};
use crate::tally::Tally;

/// One connection of the load to a gateway, whatever it speaks. What goes wrong is counted; it never stops a turn.
pub(crate) trait Line {
    /// Sends what the tally lets it send and it has room for.
    fn ask(&mut self, poll: &Poll, tally: &mut Tally);

    /// Takes what has come, or goes on writing; a whole answer is judged and followed by the next request.
    fn take(&mut self, poll: &Poll, tally: &mut Tally);

    /// Requests without an answer yet.
    fn due(&self) -> usize;

    /// Whether it still works.
    fn alive(&self) -> bool;
}

/// Every connection of one turn, and what came of it.
pub(crate) struct Callers<'a> {
    lines: Vec<Box<dyn Line + 'a>>,
    /// The counts.
    pub(crate) tally: Tally,
}

impl<'a> Callers<'a> {
    /// Opens the connections of `load` to `gateway`, for `calls` requests in flight, and sends the first request on each.
    pub(crate) fn open(
        poll: &Poll,
        gateway: SocketAddr,
        load: &'a Load,
        calls: usize,
        rate: Option<u32>,
    ) -> Result<Callers<'a>> {
        let mut lines = Vec::new();
        for place in 0..load.lines(calls) {
            lines.push(load.open(poll, Token::Caller(place as u32), gateway)?);
        }
        let mut callers = Callers { lines, tally: Tally::new(rate) };
        callers.ask(poll);
        Ok(callers)
    }

    /// Lets every connection send that can.
    fn ask(&mut self, poll: &Poll) {
        for line in &mut self.lines {
            line.ask(poll, &mut self.tally);
        }
    }

    /// Sends what the clock says is due, if calls are sent by the clock.
    pub(crate) fn tick(&mut self, poll: &Poll) {
        if self.tally.by_the_clock() {
            self.ask(poll);
        }
    }

    /// Lets one connection take what has come for it.
    pub(crate) fn take(&mut self, poll: &Poll, place: u32) {
        if let Some(line) = self.lines.get_mut(place as usize) {
            line.take(poll, &mut self.tally);
        }
    }

    /// Requests without an answer yet.
    pub(crate) fn waiting(&self) -> usize {
        self.lines.iter().filter(|line| line.alive()).map(|line| line.due()).sum()
    }

    /// Whether any connection still works.
    pub(crate) fn alive(&self) -> bool {
        self.lines.iter().any(|line| line.alive())
    }

    /// Counts a fault for every request that still has no answer.
    pub(crate) fn note_stalled(&mut self) {
        for _ in 0..self.waiting() {
            self.tally.fault(|| "a request was never answered".to_owned());
        }
    }
}
