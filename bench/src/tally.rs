//! What came of the calls of one turn, and when the next one may be sent.

use std::time::{Duration, Instant};

use crate::latency::Latency;

/// The counts of one turn.
pub(crate) struct Tally {
    next: usize,
    clock: Option<Clock>,
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

/// A request that may be sent now.
pub(crate) struct Ask {
    /// Its number, for its place in a cycle.
    pub(crate) turn: usize,
    /// When it should have been sent; later than that, it has waited for a connection. `None`: nobody says when.
    pub(crate) due: Option<Instant>,
}

/// Calls by the clock.
struct Clock {
    start: Instant,
    gap: Duration,
    asked: u32,
}

impl Tally {
    /// Nothing counted. With `rate`, that many requests a second are sent, ready or not; without, each answer is followed
    /// by the next request.
    pub(crate) fn new(rate: Option<u32>) -> Tally {
        let clock =
            rate.map(|rate| Clock { start: Instant::now(), gap: Duration::from_secs(1) / rate.max(1), asked: 0 });
        Tally {
            next: 0,
            clock,
            good: 0,
            latency: Latency::new(),
            recording: false,
            asking: true,
            answered: 0,
            faults: Faults::default(),
        }
    }

    /// Whether calls are sent by the clock.
    pub(crate) fn by_the_clock(&self) -> bool {
        self.clock.is_some()
    }

    /// The next request, if one is to be sent now.
    pub(crate) fn ask(&mut self) -> Option<Ask> {
        if !self.asking {
            return None;
        }
        let due = match &mut self.clock {
            None => None,
            Some(clock) => Some(clock.next()?),
        };
        let turn = self.next;
        self.next = self.next.wrapping_add(1);
        Some(Ask { turn, due })
    }

    /// Counts a good answer to what was sent, or should have been sent, at `sent`.
    pub(crate) fn good(&mut self, sent: Instant) {
        self.answered += 1;
        if self.recording {
            self.good += 1;
            self.latency.record(sent.elapsed());
        }
    }

    /// Counts a fault.
    pub(crate) fn fault(&mut self, what: impl FnOnce() -> String) {
        self.faults.count += 1;
        self.faults.first.get_or_insert_with(what);
    }
}

impl Clock {
    /// When the next call is due, if that is past.
    fn next(&mut self) -> Option<Instant> {
        let due = self.start + self.gap * self.asked;
        if Instant::now() < due {
            return None;
        }
        self.asked += 1;
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_holds_calls_back_and_makes_up_for_lost_time() {
        let mut tally = Tally::new(Some(1));
        assert!(tally.ask().is_some_and(|ask| ask.turn == 0 && ask.due.is_some()));
        assert!(tally.ask().is_none());
        let mut late = Clock { start: Instant::now() - Duration::from_secs(3), gap: Duration::from_secs(1), asked: 0 };
        assert_eq!(std::iter::from_fn(|| late.next()).count(), 4);
    }

    #[test]
    fn only_what_is_recorded_is_counted_and_faults_always_are() {
        let mut tally = Tally::new(None);
        tally.good(Instant::now());
        tally.recording = true;
        tally.good(Instant::now());
        tally.fault(|| "first".to_owned());
        tally.fault(|| "second".to_owned());
        assert_eq!((tally.good, tally.answered, tally.faults.count), (1, 2, 2));
        assert_eq!(tally.faults.first.as_deref(), Some("first"));
        tally.asking = false;
        assert!(tally.ask().is_none());
    }
}
