//! Durations in steps that grow with them: four to an octave, so an estimate is off by a quarter at most, and mostly by far less.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use model::Latency;

/// Durations below 2^5 µs are one step …
const FIRST_OCTAVE: u32 = 5;
/// … and those of 2^31 µs, which is 35 minutes, and more are another.
const LAST_OCTAVE: u32 = 30;
/// Steps in an octave, as a power of two.
const STEPS: u32 = 2;

/// How many steps there are.
pub(super) const BUCKETS: usize = 2 + (((LAST_OCTAVE - FIRST_OCTAVE + 1) << STEPS) as usize);

/// How many calls took how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Histogram {
    sum_us: u64,
    buckets: Box<[u64; BUCKETS]>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { sum_us: 0, buckets: Box::new([0; BUCKETS]) }
    }
}

impl Histogram {
    /// Adds calls that took `us` together, so many of each step.
    pub(super) fn add(&mut self, us: u64, steps: impl Iterator<Item = u16>) {
        self.sum_us = self.sum_us.saturating_add(us);
        for (sum, count) in self.buckets.iter_mut().zip(steps) {
            *sum += u64::from(count);
        }
    }

    pub(super) fn absorb(&mut self, other: &Self) {
        self.sum_us = self.sum_us.saturating_add(other.sum_us);
        for (sum, count) in self.buckets.iter_mut().zip(other.buckets.iter()) {
            *sum += count;
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    pub(super) fn latency(&self) -> Latency {
        let count = self.count();
        if count == 0 {
            return Latency::default();
        }
        let at = |percent| self.percentile(count, percent);
        Latency { mean: self.sum_us / count, p50: at(50), p95: at(95), p99: at(99) }
    }

    /// What `percent` of 100 of `count` calls took at most, evenly spread within their step.
    fn percentile(&self, count: u64, percent: u64) -> u64 {
        let rank = (count.saturating_mul(percent)).div_ceil(100).max(1);
        let mut below = 0;
        for (index, of_bucket) in self.buckets.iter().enumerate().filter(|(_, of_bucket)| **of_bucket > 0) {
            if below + of_bucket >= rank {
                let (from, to) = (lower(index), lower(index + 1));
                let share = u128::from(to - from) * u128::from(rank - below) / u128::from(*of_bucket);
                return from + u64::try_from(share).unwrap_or(0);
            }
            below += of_bucket;
        }
        lower(BUCKETS)
    }
}

/// The step of a duration.
pub(super) fn bucket(us: u64) -> usize {
    let octave = us.checked_ilog2().unwrap_or(0);
    if octave < FIRST_OCTAVE {
        return 0;
    }
    if octave > LAST_OCTAVE {
        return BUCKETS - 1;
    }
    let step = (us >> (octave - STEPS)) & ((1 << STEPS) - 1);
    // Below `1 << STEPS`.
    #[allow(clippy::cast_possible_truncation)]
    let step = step as usize;
    1 + (((octave - FIRST_OCTAVE) << STEPS) as usize) + step
}

/// The shortest duration of a bucket; that of the one beyond the last is the last one's, which has no end.
fn lower(index: usize) -> u64 {
    if index == 0 {
        return 0;
    }
    let index = index.min(BUCKETS - 1) as u64 - 1;
    let (octave, step) = (index >> STEPS, index & ((1 << STEPS) - 1));
    ((1 << STEPS) + step) << (octave + u64::from(FIRST_OCTAVE - STEPS))
}

/// Kept as the sum and the steps that hold anything: mostly few.
impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let held: Vec<(u64, u64)> = (0..).zip(self.buckets.iter().copied()).filter(|(_, count)| *count > 0).collect();
        (self.sum_us, held).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (sum_us, held) = <(u64, Vec<(u64, u64)>)>::deserialize(deserializer)?;
        let mut histogram = Self { sum_us, ..Self::default() };
        for (index, count) in held {
            let bucket = usize::try_from(index).ok().and_then(|index| histogram.buckets.get_mut(index));
            *bucket.ok_or_else(|| serde::de::Error::custom("no such step"))? = count;
        }
        Ok(histogram)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Histogram {
        fn observe(&mut self, us: u64) {
            self.sum_us = self.sum_us.saturating_add(us);
            self.buckets[bucket(us)] += 1;
        }
    }

    #[test]
    fn steps_meet_without_a_gap() {
        for index in 0..BUCKETS {
            assert_eq!(bucket(lower(index)), index, "{index}");
            if index > 0 {
                assert_eq!(bucket(lower(index) - 1), index - 1, "{index}");
            }
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    proptest! {
        #[test]
        fn a_percentile_is_off_by_a_quarter_at_most(mut sample in prop::collection::vec(32..100_000_000u64, 1..400)) {
            let mut histogram = Histogram::default();
            sample.iter().for_each(|us| histogram.observe(*us));
            sample.sort_unstable();
            let latency = histogram.latency();
            for (percent, told) in [(50, latency.p50), (95, latency.p95), (99, latency.p99)] {
                let exact = sample[(sample.len() * percent).div_ceil(100) - 1];
                prop_assert!(told >= exact - exact / 4 && told <= exact + exact / 4, "p{percent}: {told} for {exact}");
            }
            prop_assert_eq!(latency.mean, sample.iter().sum::<u64>() / sample.len() as u64);
        }

        #[test]
        fn what_was_kept_comes_back(sample in prop::collection::vec(any::<u32>(), 0..50)) {
            let mut histogram = Histogram::default();
            sample.iter().for_each(|us| histogram.observe(u64::from(*us)));
            let kept = postcard::to_stdvec(&histogram).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Histogram>(&kept).unwrap(), histogram);
        }
    }
}
