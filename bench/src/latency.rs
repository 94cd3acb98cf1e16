//! A histogram of latencies in steps of one microsecond.

use std::time::Duration;

/// Latencies of this many microseconds and more share the last step.
const STEPS: usize = 200_000;

/// Counts per microsecond.
pub(crate) struct Latency {
    steps: Vec<u32>,
    total: u64,
}

impl Latency {
    /// An empty histogram.
    pub(crate) fn new() -> Latency {
        Latency { steps: vec![0; STEPS], total: 0 }
    }

    /// Counts one answer.
    pub(crate) fn record(&mut self, latency: Duration) {
        let step = (latency.as_micros() as usize).min(STEPS - 1);
        self.steps[step] += 1;
        self.total += 1;
    }

    /// The microseconds that the share `quantile` (0 to 1) of all answers did not exceed; 0 when nothing was counted.
    pub(crate) fn quantile(&self, quantile: f64) -> u32 {
        let wanted = (self.total as f64 * quantile).ceil() as u64;
        let mut seen = 0;
        for (step, count) in self.steps.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= wanted {
                return step as u32;
            }
        }
        (STEPS - 1) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_list() {
        let mut latency = Latency::new();
        for microseconds in 1..=1000 {
            latency.record(Duration::from_micros(microseconds));
        }
        assert_eq!(latency.quantile(0.5), 500);
        assert_eq!(latency.quantile(0.99), 990);
        assert_eq!(latency.quantile(1.0), 1000);
    }

    #[test]
    fn a_latency_beyond_the_scale_is_still_counted() {
        let mut latency = Latency::new();
        latency.record(Duration::from_secs(3600));
        assert_eq!(latency.quantile(1.0), STEPS as u32 - 1);
    }
}
