//! Histograms over fixed buckets.

use super::shard::Count;

/// Upper bounds of the buckets in microseconds: 1, 2.5, 5 a decade, from 100 µs to 25 s; one more holds the rest.
pub(super) const BOUNDS_US: [u64; 17] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000, 25_000_000,
];

/// [`BOUNDS_US`] in seconds, as the `le` label says them.
pub(super) const BOUNDS_SECONDS: [&str; 17] = [
    "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1",
    "2.5", "5", "10", "25",
];

const BUCKETS: usize = BOUNDS_US.len() + 1;

/// Durations as one worker saw them.
#[derive(Debug, Default)]
// In this order: mostly a call is counted in one of the first buckets, in the same line of the processor's cache as the sum.
#[repr(C)]
pub(super) struct Histogram {
    sum_us: Count,
    buckets: [Count; BUCKETS],
}

impl Histogram {
    pub(super) fn observe(&self, us: u64) {
        let bucket = BOUNDS_US.partition_point(|bound| *bound < us);
        if let Some(count) = self.buckets.get(bucket) {
            count.add(1);
        }
        self.sum_us.add(us);
    }
}

/// Histograms of all workers, added up.
#[derive(Debug, Default)]
pub(super) struct FoldedHistogram {
    /// Not cumulative; the last one is what exceeds every bound.
    pub(super) buckets: [u64; BUCKETS],
    pub(super) sum_us: u64,
}

impl FoldedHistogram {
    pub(super) fn add(&mut self, histogram: &Histogram) {
        for (folded, count) in self.buckets.iter_mut().zip(&histogram.buckets) {
            *folded = folded.wrapping_add(count.get());
        }
        self.sum_us = self.sum_us.wrapping_add(histogram.sum_us.get());
    }

    pub(super) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labels_say_the_bounds_in_seconds() {
        for (us, seconds) in BOUNDS_US.iter().zip(BOUNDS_SECONDS) {
            let said: f64 = seconds.parse().unwrap();
            assert_eq!((said * 1e6).round() as u64, *us);
        }
    }

    #[test]
    fn a_duration_on_a_bound_belongs_to_that_bucket() {
        for (us, bucket) in [(0, 0), (100, 0), (101, 1), (1_000, 3), (25_000_000, 16), (25_000_001, 17), (u64::MAX, 17)]
        {
            let histogram = Histogram::default();
            histogram.observe(us);
            let mut folded = FoldedHistogram::default();
            folded.add(&histogram);
            assert_eq!(folded.buckets.iter().position(|count| *count == 1), Some(bucket), "{us} µs");
            assert_eq!(folded.sum_us, us);
        }
    }
}
