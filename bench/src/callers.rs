//! The callers: keep-alive connections with one request in flight each.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::answer::{Answer, judge};
use crate::latency::Latency;
use crate::poll::{Poll, Token};
use crate::sheet::Sheet;

/// Room for one answer: the origin's body and what a gateway writes before it.
const ROOM: usize = 8192;

/// Every connection of one turn, and what came of it.
pub(crate) struct Callers<'a> {
    sheet: &'a Sheet,
    next: usize,
    callers: Vec<Caller>,
    /// Good answers counted while `recording`.
    pub(crate) good: u64,
    /// Latencies of those.
    pub(crate) latency: Latency,
    /// Whether answers count; off while warming up.
    pub(crate) recording: bool,
    /// Whether an answer is followed by the next request; off at the end of a turn.
    pub(crate) asking: bool,
    /// Good answers in all, counted or not.
    pub(crate) answered: u64,
    /// Everything that was not a good answer, warm-up included.
    pub(crate) faults: Faults,
}

/// Answers and connections that went wrong: how many, and the first in words.
#[derive(Default)]
pub(crate) struct Faults {
    /// How many.
    pub(crate) count: u64,
    /// What the first one was.
    pub(crate) first: Option<String>,
}

impl Faults {
    fn add(&mut self, what: impl FnOnce() -> String) {
        self.count += 1;
        self.first.get_or_insert_with(what);
    }
}

struct Caller {
    stream: Option<TcpStream>,
    bytes: Box<[u8; ROOM]>,
    filled: usize,
    sent: Instant,
    due: bool,
}

impl<'a> Callers<'a> {
    /// Opens `count` connections to `gateway` and sends the first request on each.
    pub(crate) fn open(poll: &Poll, gateway: SocketAddr, sheet: &'a Sheet, count: usize) -> Result<Callers<'a>> {
        let mut callers = Vec::with_capacity(count);
        for place in 0..count {
            let stream = TcpStream::connect(gateway).with_context(|| format!("cannot connect to {gateway}"))?;
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            poll.watch(&stream, Token::Caller(place as u32))?;
            callers.push(Caller {
                stream: Some(stream),
                bytes: Box::new([0; ROOM]),
                filled: 0,
                sent: Instant::now(),
                due: false,
            });
        }
        let mut all = Callers {
            sheet,
            next: 0,
            callers,
            good: 0,
            latency: Latency::new(),
            recording: false,
            asking: true,
            answered: 0,
            faults: Faults::default(),
        };
        for place in 0..count {
            all.send(place);
        }
        Ok(all)
    }

    /// Requests without an answer yet.
    pub(crate) fn waiting(&self) -> usize {
        self.callers.iter().filter(|caller| caller.due && caller.stream.is_some()).count()
    }

    /// Whether any connection still works.
    pub(crate) fn alive(&self) -> bool {
        self.callers.iter().any(|caller| caller.stream.is_some())
    }

    /// Counts a fault for every request that still has no answer.
    pub(crate) fn note_stalled(&mut self) {
        for _ in 0..self.waiting() {
            self.faults.add(|| "a request was never answered".to_owned());
        }
    }

    /// Reads what has come for one caller; a whole answer is judged and followed by the next request.
    pub(crate) fn receive(&mut self, place: u32) {
        let caller = &mut self.callers[place as usize];
        let Some(stream) = caller.stream.as_mut() else { return };
        match stream.read(&mut caller.bytes[caller.filled..]) {
            Ok(0) => return self.lose(place as usize, "the gateway closed the connection"),
            Ok(count) => caller.filled += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(error) => return self.lose(place as usize, &format!("reading failed: {error}")),
        }
        match judge(&caller.bytes[..caller.filled]) {
            Answer::Good => {
                let sent = caller.sent;
                self.answered += 1;
                self.next(place as usize);
                if self.recording {
                    self.good += 1;
                    self.latency.record(self.callers[place as usize].sent - sent);
                }
            }
            Answer::Partial if caller.filled == ROOM => self.lose(place as usize, "an answer larger than 8 KiB"),
            Answer::Partial => {}
            Answer::Wrong(status) => {
                let text = String::from_utf8_lossy(&caller.bytes[..caller.filled]);
                self.faults.add(|| format!("status {status}: {text}"));
                self.next(place as usize);
            }
            Answer::Broken(what) => self.lose(place as usize, what),
        }
    }

    fn next(&mut self, place: usize) {
        self.callers[place].due = false;
        if self.asking {
            self.send(place);
        }
    }

    fn send(&mut self, place: usize) {
        let request = self.sheet.request(self.next);
        self.next = self.next.wrapping_add(1);
        let caller = &mut self.callers[place];
        caller.filled = 0;
        caller.due = true;
        let Some(stream) = caller.stream.as_mut() else { return };
        let written = stream.write(request);
        caller.sent = Instant::now();
        match written {
            Ok(count) if count == request.len() => {}
            Ok(_) => self.lose(place, "a request was not taken whole"),
            Err(error) => self.lose(place, &format!("writing failed: {error}")),
        }
    }

    fn lose(&mut self, place: usize, why: &str) {
        self.callers[place].stream = None;
        // A gateway may close a connection that nobody waits on.
        if self.callers[place].due {
            self.faults.add(|| why.to_owned());
        }
    }
}
