//! Issuers of tokens: state beside the plan, as the health of upstream nodes is.
//!
//! A plan holds on to the issuers that its APIs name; whoever starts the gateway fetches their keys and
//! [publishes](Issuer::publish) them. A call reads the keys through one atomic pointer. Only a call whose token names a key
//! that is not known [asks for another look](Issuer::look_again) and waits for it, for a bounded time and not more often than
//! the looks may follow one another; all others never notice. Keys that cannot be fetched anew are used on.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use sign::token::Keys;
use tokio::sync::{Notify, watch};

/// How long a call waits for another look at the keys.
const PATIENCE: Duration = Duration::from_secs(3);

/// All issuers that the settings name.
pub type Issuers = Vec<Arc<Issuer>>;

/// One issuer.
#[derive(Debug)]
pub struct Issuer {
    address: Box<str>,
    keys: ArcSwapOption<Keys>,
    /// When the next look may be, in seconds since the Unix epoch.
    next: AtomicI64,
    wanted: Notify,
    looks: watch::Sender<u64>,
}

impl Issuer {
    /// The issuer at this address, whose keys nobody has fetched yet.
    pub fn new(address: &str) -> Arc<Self> {
        Arc::new(Self {
            address: address.into(),
            keys: ArcSwapOption::empty(),
            next: AtomicI64::new(0),
            wanted: Notify::new(),
            looks: watch::Sender::new(0),
        })
    }

    /// The address: what its tokens tell in `iss`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The keys, once they were fetched.
    pub(crate) fn keys(&self) -> Option<Arc<Keys>> {
        self.keys.load_full()
    }

    /// Puts the keys in the place of those before.
    pub fn publish(&self, keys: Keys) {
        self.keys.store(Some(Arc::new(keys)));
    }

    /// Says that a look has ended, however it did; the next one is not before `next`, in seconds since the Unix epoch.
    pub fn looked(&self, next: i64) {
        self.next.store(next, Relaxed);
        self.looks.send_modify(|looks| *looks += 1);
    }

    /// Returns when somebody wants another look.
    pub async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// Asks for another look at the keys and waits for its end; false when it is too early for one, at `now`, or when it
    /// takes too long.
    pub(crate) async fn look_again(&self, now: i64) -> bool {
        if now < self.next.load(Relaxed) {
            return false;
        }
        let mut looks = self.looks.subscribe();
        self.wanted.notify_one();
        matches!(tokio::time::timeout(PATIENCE, looks.changed()).await, Ok(Ok(())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

    #[tokio::test]
    async fn a_look_is_had_once_for_all_who_wait_and_not_too_often() {
        let issuer = Issuer::new("https://id.example.com");
        assert!(issuer.keys().is_none());
        let fetcher = {
            let issuer = Arc::clone(&issuer);
            tokio::spawn(async move {
                issuer.wanted().await;
                issuer.publish(Keys::published(SET).unwrap());
                issuer.looked(160);
            })
        };
        let (one, two) = tokio::join!(issuer.look_again(100), issuer.look_again(100));
        assert!(one && two);
        fetcher.await.unwrap();
        assert!(issuer.keys().is_some());
        assert!(!issuer.look_again(159).await, "too early");
    }
}
