//! Calls that may be made once only: the nonces of those that were.

use std::sync::Arc;

use arc_swap::ArcSwap;
use model::{Location, ReplayGuard, Timestamp};

use super::Facts;
use super::counted::key;
use crate::refusal::Refusal;

/// Where a call's nonce stands (spec: anti-replay).
const HEADER: &str = "x-apigw-nonce";

/// Most nonces of one span. A call with one more cannot be judged, and is refused.
const MOST: usize = 1 << 20;

/// A plugin with what it remembers.
#[derive(Debug)]
pub struct ReplayPlan {
    /// What it says.
    pub rules: Arc<ReplayGuard>,
    /// What it remembers.
    pub nonces: Arc<Nonces>,
}

/// The nonces of a span as long as they must be remembered, and of the one before: with both, none is forgotten early.
#[derive(Debug)]
pub struct Nonces {
    memory_ms: i64,
    most: usize,
    spans: ArcSwap<Spans>,
}

/// Nonces, each with the moment of its call in milliseconds since the Unix epoch.
type Span = papaya::HashMap<Vec<u8>, i64>;

#[derive(Debug)]
struct Spans {
    number: i64,
    current: Arc<Span>,
    before: Arc<Span>,
}

impl ReplayPlan {
    /// The nonce of a call, where it has one; refused where it must have one.
    pub fn nonce<'c>(&self, facts: &Facts<'c>) -> Result<Option<&'c str>, Refusal> {
        match facts.header(HEADER)?.filter(|nonce| !nonce.is_empty()) {
            None if self.rules.required => Err(Refusal::ParameterMissing(Location::Header, HEADER.to_owned())),
            nonce => Ok(nonce),
        }
    }
}

impl Nonces {
    /// Remembers nothing yet.
    pub fn new(rules: &ReplayGuard) -> Self {
        Self::bounded(rules, MOST)
    }

    fn bounded(rules: &ReplayGuard, most: usize) -> Self {
        let spans = Spans { number: 0, current: Arc::default(), before: Arc::default() };
        Self { memory_ms: i64::from(rules.memory.seconds()) * 1000, most, spans: ArcSwap::from_pointee(spans) }
    }

    /// Takes a nonce; false when it was taken before, or cannot be judged.
    pub fn take(&self, nonce: &str, now: Timestamp) -> bool {
        let now = now.millis();
        let number = now / self.memory_ms;
        let nonce = key(nonce.into());
        let mut is_taken = false;
        loop {
            let spans = self.spans.load();
            if spans.number < number {
                let before = if spans.number + 1 == number { Arc::clone(&spans.current) } else { Arc::default() };
                let next = Spans { number, current: Arc::default(), before };
                self.spans.compare_and_swap(&*spans, Arc::new(next));
                continue;
            }
            if !is_taken {
                let is_remembered = |taken: &i64| taken.saturating_add(self.memory_ms) > now;
                if spans.before.pin().get(&*nonce).is_some_and(is_remembered) || spans.current.len() >= self.most {
                    return false;
                }
            }
            if spans.current.pin().try_insert(nonce.to_vec(), now).is_err() {
                return false;
            }
            is_taken = true;
            // Where a new span has begun meanwhile, others may have looked into this one before the nonce was there.
            if self.spans.load().number == spans.number {
                return true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use model::NonceMemory;

    use super::*;

    fn nonces(seconds: u32, most: usize) -> Nonces {
        let memory = NonceMemory::try_from(seconds).unwrap();
        Nonces::bounded(&ReplayGuard { required: true, memory }, most)
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + millis)
    }

    #[test]
    fn a_nonce_is_taken_once_in_its_time_and_again_after_it() {
        let nonces = nonces(10, 100);
        assert!(nonces.take("a", at(9_000)));
        for millis in [9_000, 9_999, 10_000, 18_999] {
            assert!(!nonces.take("a", at(millis)), "{millis}");
        }
        assert!(nonces.take("b", at(18_999)));
        assert!(nonces.take("a", at(19_000)));
        assert!(!nonces.take("a", at(28_999)));
        assert!(nonces.take("a", at(100_000)));
    }

    #[test]
    fn one_more_than_can_be_remembered_is_refused() {
        let nonces = nonces(10, 2);
        assert!(nonces.take("a", at(0)) && nonces.take("b", at(0)) && !nonces.take("c", at(0)));
        assert!(nonces.take("c", at(10_000)));
    }

    #[test]
    fn of_those_who_bring_a_nonce_at_once_one_is_let_pass() {
        let (nonces, start) = (nonces(1, 1 << 16), Barrier::new(4));
        let taken: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        (0..2000).filter(|number| nonces.take(&format!("n{number}"), at(0))).count()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 2000);
    }
}
