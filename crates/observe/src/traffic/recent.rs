//! What has lately been counted of one combination of ids, in as little memory as that takes.
//!
//! When a thousand APIs are called in turn, what it costs to count a call is how many lines of memory it waits for. So
//! the numbers are small ones: before the first of them can be full, all are added to large ones and begin anew.

use super::counts::Counts;
use super::histogram::{BUCKETS, bucket};
use crate::access_log::{Call, Figures};

/// The counts of a combination: those of the latest calls, and those of all before.
#[derive(Debug)]
pub(super) struct Counted {
    recent: Recent,
    earlier: Option<Box<Counts>>,
}

/// At most [`u16::MAX`] calls.
#[derive(Debug)]
pub(super) struct Recent {
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    pub(super) duration_us: u64,
    pub(super) backend_us: u64,
    pub(super) calls: u16,
    pub(super) classes: [u16; 5],
    pub(super) backend_errors: u16,
    pub(super) backend_404: u16,
    pub(super) backend_502: u16,
    /// How many calls took how long, and how many backends' turns: mostly nearly as long, and so side by side.
    pub(super) buckets: [[u16; 2]; BUCKETS],
}

impl Default for Counted {
    fn default() -> Self {
        Self { recent: Recent::NONE, earlier: None }
    }
}

impl Counted {
    #[inline]
    pub(super) fn count<'c>(&mut self, call: impl Call<'c>) {
        if self.recent.calls == u16::MAX {
            self.begin_anew();
        }
        self.recent.count(&call.figures());
        let refusal = call.refusal();
        if !refusal.is_empty() {
            self.earlier.get_or_insert_default().count_refusal(refusal);
        }
    }

    #[cold]
    fn begin_anew(&mut self) {
        self.earlier.get_or_insert_default().add(&self.recent);
        self.recent = Recent::NONE;
    }

    /// All of them together.
    pub(super) fn sum(&self) -> Counts {
        let mut sum = self.earlier.as_deref().cloned().unwrap_or_default();
        sum.add(&self.recent);
        sum
    }
}

impl Recent {
    const NONE: Self = Self {
        bytes_in: 0,
        bytes_out: 0,
        duration_us: 0,
        backend_us: 0,
        calls: 0,
        classes: [0; 5],
        backend_errors: 0,
        backend_404: 0,
        backend_502: 0,
        buckets: [[0; 2]; BUCKETS],
    };

    /// Counts all of a call but its refusal.
    #[inline]
    fn count(&mut self, call: &Figures) {
        self.calls += 1;
        self.classes[usize::from(call.status / 100).clamp(1, 5) - 1] += 1;
        self.bytes_in = self.bytes_in.saturating_add(call.bytes_in);
        self.bytes_out = self.bytes_out.saturating_add(call.bytes_out);
        // A tunnel lasts as long as its ends like: that is no latency.
        if call.status != 101 {
            self.duration_us = self.duration_us.saturating_add(call.duration_us);
            self.buckets[bucket(call.duration_us)][0] += 1;
        }
        if let Some(us) = call.backend_us {
            self.backend_us = self.backend_us.saturating_add(us);
            self.buckets[bucket(us)][1] += 1;
        }
        match call.backend_status {
            Some(status) if status >= 400 => {
                self.backend_errors += 1;
                self.backend_404 += u16::from(status == 404);
                self.backend_502 += u16::from(status == 502);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CallRecord;
    use crate::access_log::a_call;

    #[test]
    fn more_calls_than_small_numbers_hold_are_counted_all_the_same() {
        let call = |number: u64| CallRecord {
            status: [101, 200, 404, 502, 999][number as usize % 5],
            backend_status: [None, Some(200), Some(404), Some(502)][number as usize % 4],
            backend_us: Some(number * 7 % 10_000).filter(|_| !number.is_multiple_of(3)),
            duration_us: number * 11 % 1_000_000,
            bytes_out: number,
            refusal: if number.is_multiple_of(1000) { "rate_exceeded" } else { "" },
            ..a_call()
        };
        const CALLS: u64 = 200_000;
        let mut counted = Counted::default();
        (0..CALLS).for_each(|number| counted.count(&call(number)));
        let mut expected = Counts::default();
        for begin in (0..CALLS).step_by(1000) {
            let mut part = Counted::default();
            (begin..begin + 1000).for_each(|number| part.count(&call(number)));
            expected.absorb(&part.sum());
        }
        assert_eq!(counted.sum(), expected);
        let told = counted.sum().told();
        assert_eq!((told.calls, told.refused, told.bytes_out), (CALLS, 200, CALLS * (CALLS - 1) / 2));
        assert_eq!((told.classes, told.backend_502), ([40_000, 40_000, 0, 40_000, 80_000], 50_000));
    }
}
