//! The load side: origin, callers and readers of logs in one loop of one thread, which spins and never sleeps.

use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::access_log::AccessLog;
use crate::callers::Callers;
use crate::latency::Latency;
use crate::load::Load;
use crate::origin::Origin;
use crate::poll::{Poll, Token};

/// A moment for the core's other half, where two cores of a virtual machine are one of the host's: the gateway may be on it.
fn breathe() {
    for _ in 0..16 {
        std::hint::spin_loop();
    }
}

/// A request that waits this long has not been answered.
const STALL: Duration = Duration::from_secs(2);

/// The event loop and the origin, which lives as long as it.
pub(crate) struct Lane {
    poll: Poll,
    origin: Origin,
    logs: Vec<Rc<AccessLog>>,
    ready: Vec<Token>,
}

/// How a turn is driven.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Requests in flight; for small calls each has a connection of its own.
    pub(crate) connections: usize,
    /// Requests a second by the clock; `None`: each answer is followed by the next request.
    pub(crate) rate: Option<u32>,
    /// Time before anything is counted.
    pub(crate) warm: Duration,
    /// Time that counts.
    pub(crate) time: Duration,
}

/// What one turn measured. `usage` is what the caller's reader returned before and after the time that counts.
pub(crate) struct Turn<U> {
    /// Good answers in the time that counts.
    pub(crate) requests: u64,
    /// Good answers in all, warm-up included.
    pub(crate) answered: u64,
    /// Wall time.
    pub(crate) wall: Duration,
    /// The readings around it.
    pub(crate) usage: (U, U),
    /// Latency, request sent to answer whole, in this loop's eyes.
    pub(crate) latency: Latency,
    /// Share (0 to 1) of the time in which this loop found nothing to do: near 0 means that the load side, not the
    /// gateway, set the pace.
    pub(crate) spare: f64,
}

impl Lane {
    /// An origin that listens, and no callers.
    pub(crate) fn open() -> Result<Lane> {
        let poll = Poll::new()?;
        let origin = Origin::open(&poll)?;
        Ok(Lane { poll, origin, logs: Vec::new(), ready: Vec::new() })
    }

    /// The origin, for gateways' configuration and for probes.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Makes a pipe at `path`, and reads from now on what a gateway logs there.
    pub(crate) fn read_log(&mut self, path: &Path) -> Result<Rc<AccessLog>> {
        let log = Rc::new(AccessLog::open(path)?);
        self.poll.watch(&*log, Token::Log(self.logs.len() as u32))?;
        self.logs.push(Rc::clone(&log));
        Ok(log)
    }

    /// Keeps the origin answering while `work` runs in a thread of its own; returns what it returned.
    pub(crate) fn serve_while<T: Send>(&mut self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        std::thread::scope(|scope| {
            let work = scope.spawn(work);
            while !work.is_finished() {
                if self.step(None, true)? == 0 {
                    std::thread::yield_now();
                }
            }
            work.join().unwrap_or_else(|_| bail!("a probe panicked"))
        })
    }

    /// Drives one gateway for one turn. Any answer other than the due one is an error: a turn with faults has no figure.
    pub(crate) fn drive<U>(
        &mut self,
        gateway: SocketAddr,
        load: &Load,
        pace: Pace,
        mut usage: impl FnMut() -> Result<U>,
    ) -> Result<Turn<U>> {
        let mut callers = Callers::open(&self.poll, gateway, load, pace.connections, pace.rate)?;
        self.spin(&mut callers, pace.warm)?;
        callers.tally.recording = true;
        let (before, start) = (usage()?, Instant::now());
        let spare = self.spin(&mut callers, pace.time)?;
        let (wall, after) = (start.elapsed(), usage()?);
        callers.tally.recording = false;
        self.finish(&mut callers)?;
        let tally = callers.tally;
        if tally.faults.count > 0 {
            let first = tally.faults.first.unwrap_or_default();
            bail!("{} requests failed beside {} good ones; the first: {first}", tally.faults.count, tally.good);
        }
        if tally.good == 0 {
            bail!("no request was answered");
        }
        Ok(Turn {
            requests: tally.good,
            answered: tally.answered,
            wall,
            usage: (before, after),
            latency: tally.latency,
            spare,
        })
    }

    /// Spins for `time`; returns the share of it without work.
    fn spin(&mut self, callers: &mut Callers<'_>, time: Duration) -> Result<f64> {
        let start = Instant::now();
        let mut idle = Duration::ZERO;
        let mut last = start;
        while last - start < time {
            callers.tick(&self.poll);
            if self.step(Some(callers), false)? == 0 {
                breathe();
                let now = Instant::now();
                idle += now - last;
                last = now;
                if !callers.alive() {
                    break;
                }
            } else {
                last = Instant::now();
            }
        }
        Ok(idle.as_secs_f64() / time.as_secs_f64())
    }

    /// Waits for the answers that are still due, so that no call is left behind in the gateway.
    fn finish(&mut self, callers: &mut Callers<'_>) -> Result<()> {
        callers.tally.asking = false;
        let start = Instant::now();
        while callers.waiting() > 0 && start.elapsed() < STALL {
            self.step(Some(callers), false)?;
        }
        callers.note_stalled();
        Ok(())
    }

    /// Handles everything that is ready now; returns how much that was.
    fn step(&mut self, mut callers: Option<&mut Callers<'_>>, keep_heads: bool) -> Result<usize> {
        self.poll.ready(&mut self.ready)?;
        for token in &self.ready {
            match *token {
                Token::Listener => self.origin.accept(&self.poll)?,
                Token::Origin(place) => self.origin.serve(place, keep_heads),
                Token::Log(place) => self.logs[place as usize].collect()?,
                Token::Caller(place) => {
                    if let Some(callers) = callers.as_deref_mut() {
                        callers.take(&self.poll, place);
                    }
                }
            }
        }
        Ok(self.ready.len())
    }
}
