//! Pauses that need no store: an authority is not asked again at once because what came of asking could not be kept.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use model::DomainName;

/// Domains that are held back, whatever the configuration says is due.
#[derive(Debug, Default)]
pub(super) struct Held(Mutex<HashMap<DomainName, Hold>>);

#[derive(Debug)]
struct Hold {
    until: Instant,
    /// Attempts in a row that left no certificate.
    attempts: u32,
}

impl Held {
    /// How long `domain` has still to wait.
    pub(super) fn left(&self, domain: &DomainName, now: Instant) -> Duration {
        self.all().get(domain).map_or(Duration::ZERO, |hold| hold.until.saturating_duration_since(now))
    }

    /// Forgets the domains that do not ask for a certificate any more: one that asks anew begins anew.
    pub(super) fn forget_others(&self, asks: impl Fn(&DomainName) -> bool) {
        self.all().retain(|domain, _| asks(domain));
    }

    /// Begins an attempt. `pause` says from the number of attempts in a row how long to wait after it, if it fails.
    pub(super) fn attempt<'a, P: Fn(u32) -> Duration>(&'a self, domain: &'a DomainName, pause: P) -> Attempt<'a, P> {
        Attempt { held: self, domain, pause, is_kept: false }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<DomainName, Hold>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One attempt. Unless its certificate was kept, its domain is held back when it ends, however it ends.
pub(super) struct Attempt<'a, P: Fn(u32) -> Duration> {
    held: &'a Held,
    domain: &'a DomainName,
    pause: P,
    is_kept: bool,
}

impl<P: Fn(u32) -> Duration> Attempt<'_, P> {
    /// The certificate is in the store.
    pub(super) fn kept(mut self) {
        self.is_kept = true;
    }
}

impl<P: Fn(u32) -> Duration> Drop for Attempt<'_, P> {
    fn drop(&mut self) {
        let mut all = self.held.all();
        if self.is_kept {
            all.remove(self.domain);
            return;
        }
        let attempts = all.get(self.domain).map_or(0, |hold| hold.attempts).saturating_add(1);
        let now = Instant::now();
        // A pause has an upper bound; without one there would be no such moment.
        let until = now.checked_add((self.pause)(attempts)).unwrap_or(now);
        all.insert(self.domain.clone(), Hold { until, attempts });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(60);

    #[test]
    fn a_domain_is_held_back_until_its_certificate_is_kept() {
        let held = Held::default();
        let domain = DomainName::try_from("shop.example.com").unwrap();
        let other = DomainName::try_from("other.example.com").unwrap();
        let start = Instant::now();
        assert_eq!(held.left(&domain, start), Duration::ZERO);
        for attempts in 1..4 {
            drop(held.attempt(&domain, |attempts| PAUSE * attempts));
            assert!(held.left(&domain, start) >= PAUSE * attempts, "{attempts}");
            assert_eq!(held.left(&domain, Instant::now() + PAUSE * attempts), Duration::ZERO, "{attempts}");
        }
        assert_eq!(held.left(&other, start), Duration::ZERO);
        held.attempt(&domain, |_| PAUSE).kept();
        assert_eq!(held.left(&domain, start), Duration::ZERO);
    }

    #[test]
    fn an_attempt_that_panics_holds_its_domain_back() {
        let held = Held::default();
        let domain = DomainName::try_from("shop.example.com").unwrap();
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _attempt = held.attempt(&domain, |_| PAUSE);
            assert!(held.left(&domain, Instant::now()) > Duration::ZERO, "on purpose");
        }));
        assert!(ended.is_err());
        assert!(held.left(&domain, Instant::now()) > Duration::ZERO);
        held.forget_others(|_| false);
        assert_eq!(held.left(&domain, Instant::now()), Duration::ZERO);
    }
}
