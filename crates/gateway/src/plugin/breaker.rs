//! Keeps calls away from a backend that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use model::{CircuitBreaker, Plugin};

use crate::call::Call;
use crate::limit::Micros;
use crate::plan::ApiEntry;
use crate::refusal::Refusal;

const SECOND: u64 = 1_000_000;

/// A breaker, compiled for one API.
#[derive(Debug)]
pub struct BreakerPlan {
    /// What it was compiled from.
    pub plugin: Arc<Plugin>,
    /// What it says.
    pub rules: Arc<CircuitBreaker>,
    /// What it has seen.
    pub state: Arc<BreakerState>,
    /// The API, with the backend that stands in; `None` where calls are refused.
    pub stand_in: Option<ApiEntry>,
}

/// What a breaker has seen; it outlives plans.
///
/// The times of the latest failures stand in a ring with as many places as failures are allowed. A failure takes the place of
/// the one that lies so many before it: where that one is still within the window, the threshold is passed.
#[derive(Debug)]
pub struct BreakerState {
    /// In microseconds since the process began; 0 is none.
    failures: Box<[AtomicU64]>,
    next: AtomicUsize,
    window: u64,
    open: u64,
    /// Until when it is open. Failures of before count no more when it closes.
    open_until: AtomicU64,
}

impl BreakerPlan {
    /// What answers a call instead of the backend, if the breaker is open; `None` while it is closed.
    pub fn diverted(&self, now: Micros) -> Result<Option<&ApiEntry>, Refusal> {
        match &self.stand_in {
            _ if !self.state.is_open(now) => Ok(None),
            None => Err(Refusal::CircuitOpen),
            stand_in => Ok(stand_in.as_ref()),
        }
    }

    /// Takes note of how the backend answered a call.
    pub fn note(&self, call: &Call<'_>, refusal: Option<&Refusal>, now: Micros) {
        let is_failure = match (call.backend_status, refusal) {
            (_, Some(Refusal::BackendUnreachable | Refusal::BackendTimeout | Refusal::BackendBroken)) => true,
            // A handshake that came about.
            (Some(101), _) => false,
            (Some(status), _) => {
                self.rules.failure.holds(status, Duration::from_micros(call.backend_us.unwrap_or_default()))
            }
            // The call never came so far, or its caller did not wait.
            (None, _) => false,
        };
        if is_failure && self.state.fail(now) {
            tracing::warn!(plugin = %self.plugin.id, "a circuit breaker has opened");
        }
    }
}

impl BreakerState {
    /// Has seen nothing yet.
    pub fn new(rules: &CircuitBreaker) -> Self {
        Self {
            failures: (0..rules.threshold.get()).map(|_| AtomicU64::new(0)).collect(),
            next: AtomicUsize::new(0),
            window: u64::from(rules.window.get()) * SECOND,
            open: u64::from(rules.open.get()) * SECOND,
            open_until: AtomicU64::new(0),
        }
    }

    /// True when it counts as `rules` say.
    pub fn fits(&self, rules: &CircuitBreaker) -> bool {
        self.failures.len() as u64 == u64::from(rules.threshold.get())
            && self.window == u64::from(rules.window.get()) * SECOND
            && self.open == u64::from(rules.open.get()) * SECOND
    }

    fn is_open(&self, now: Micros) -> bool {
        now.0 < self.open_until.load(Relaxed)
    }

    /// Counts a failure; true when the breaker opens by it.
    fn fail(&self, now: Micros) -> bool {
        let closed_at = self.open_until.load(Relaxed);
        if now.0 < closed_at {
            // A call that was on its way when it opened.
            return false;
        }
        let Some(place) = self.failures.get(self.next.fetch_add(1, Relaxed) % self.failures.len().max(1)) else {
            return false;
        };
        // 0 is none.
        let before = place.swap(now.0.max(1), Relaxed);
        let counts = before > 0 && before >= closed_at && now.0.saturating_sub(before) < self.window;
        // Of those that pass the threshold at once, one opens it.
        counts && self.open_until.compare_exchange(closed_at, now.0 + self.open, Relaxed, Relaxed).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use model::Whole;

    use super::*;

    fn breaker(threshold: u32) -> BreakerState {
        BreakerState::new(&CircuitBreaker {
            failure: "status_code >= 500".to_owned().try_into().unwrap(),
            threshold: Whole::try_from(threshold).unwrap(),
            window: Whole::try_from(10).unwrap(),
            open: Whole::try_from(15).unwrap(),
            stand_in: None,
            annotations: Default::default(),
        })
    }

    fn at(seconds: u64) -> Micros {
        Micros(seconds * SECOND)
    }

    #[test]
    fn it_opens_with_the_first_failure_beyond_the_threshold_and_closes_by_itself() {
        let breaker = breaker(2);
        assert!(!breaker.fail(at(0)) && !breaker.fail(at(5)));
        assert!(!breaker.is_open(at(5)));
        assert!(breaker.fail(at(9)));
        assert!(breaker.is_open(at(9)) && breaker.is_open(at(23)));
        assert!(!breaker.is_open(at(24)));
    }

    #[test]
    fn failures_outside_the_window_are_forgotten() {
        let breaker = breaker(2);
        assert!((1..10).all(|number| !breaker.fail(at(number * 5))), "never three within ten seconds");
        assert!(breaker.fail(at(46)));
    }

    #[test]
    fn when_it_closes_counting_begins_anew() {
        let breaker = breaker(1);
        assert!(!breaker.fail(at(1)) && breaker.fail(at(2)));
        assert!(!breaker.fail(at(16)), "a call from before it opened");
        assert!(!breaker.is_open(at(17)));
        assert!(!breaker.fail(at(17)), "the first since");
        assert!(breaker.fail(at(18)));
    }
}
