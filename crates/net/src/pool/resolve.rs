//! Names to addresses, with a short memory.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

/// An address that no answer has named for so long has left. Longer than a few answers, because an answer may hold only some of the addresses.
const GONE_AFTER: Duration = Duration::from_secs(30);

/// Asks the system's resolver and remembers its answer for a short time. Those who ask for one name at once wait for one answer.
#[derive(Debug)]
pub(super) struct Resolver {
    ttl: Duration,
    names: RefCell<HashMap<Box<str>, Entry>>,
    seen: RefCell<HashMap<Box<str>, Sightings>>,
}

/// When an answer last named each address of a host.
type Sightings = Vec<(IpAddr, Instant)>;

#[derive(Clone, Debug)]
struct Entry {
    asked: Instant,
    addresses: Rc<OnceCell<Rc<[IpAddr]>>>,
}

impl Resolver {
    pub(super) fn new(ttl: Duration) -> Resolver {
        Resolver { ttl, names: RefCell::default(), seen: RefCell::default() }
    }

    /// The addresses of a host, at least one, in the order of preference that the system gives.
    pub(super) async fn addresses(&self, host: &str) -> io::Result<Rc<[IpAddr]>> {
        let entry = self.entry(host);
        let found = entry.addresses.get_or_try_init(|| async {
            let mut addresses: Vec<IpAddr> = Vec::new();
            for address in tokio::net::lookup_host((host, 0)).await? {
                if !addresses.contains(&address.ip()) {
                    addresses.push(address.ip());
                }
            }
            if addresses.is_empty() {
                return Err(io::ErrorKind::NotFound.into());
            }
            self.note(host, &addresses, Instant::now());
            Ok(Rc::from(addresses))
        });
        found.await.cloned()
    }

    fn entry(&self, host: &str) -> Entry {
        let mut names = self.names.borrow_mut();
        if let Some(entry) = names.get(host)
            && (entry.asked.elapsed() < self.ttl || !entry.addresses.initialized())
        {
            return entry.clone();
        }
        let entry = Entry { asked: Instant::now(), addresses: Rc::default() };
        names.insert(host.into(), entry.clone());
        entry
    }

    fn note(&self, host: &str, addresses: &[IpAddr], now: Instant) {
        let mut seen = self.seen.borrow_mut();
        let of_host = seen.entry(host.into()).or_default();
        of_host.retain(|(address, last)| !addresses.contains(address) && now.duration_since(*last) < GONE_AFTER);
        of_host.extend(addresses.iter().map(|address| (*address, now)));
    }

    /// Whether the last answer is too old to be used.
    pub(super) fn is_due(&self, host: &str) -> bool {
        self.names
            .borrow()
            .get(host)
            .is_none_or(|entry| entry.asked.elapsed() >= self.ttl && entry.addresses.initialized())
    }

    /// Whether answers have stopped naming an address that they once named. Without any answer nothing has left.
    pub(super) fn has_left(&self, host: &str, address: IpAddr) -> bool {
        self.seen.borrow().get(host).is_some_and(|of_host| of_host.iter().all(|(seen, _)| *seen != address))
    }

    /// Forgets hosts for which `in_use` says false and whose answer is old.
    pub(super) fn forget(&self, in_use: impl Fn(&str) -> bool) {
        let ttl = self.ttl;
        self.names.borrow_mut().retain(|host, entry| {
            in_use(host) || entry.asked.elapsed() < ttl || Rc::strong_count(&entry.addresses) > 1
        });
        self.seen.borrow_mut().retain(|host, _| in_use(host));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leaves_when_answers_no_longer_name_it() {
        let resolver = Resolver::new(Duration::from_secs(5));
        let [one, two]: [IpAddr; 2] = [[10, 0, 0, 1].into(), [10, 0, 0, 2].into()];
        let start = Instant::now();
        assert!(!resolver.has_left("h", one), "nothing is known");
        resolver.note("h", &[one], start);
        resolver.note("h", &[two], start + GONE_AFTER / 2);
        assert!(!resolver.has_left("h", one), "one answer may hold only some addresses");
        resolver.note("h", &[two], start + GONE_AFTER);
        assert!(resolver.has_left("h", one));
        assert!(!resolver.has_left("h", two));
    }
}
