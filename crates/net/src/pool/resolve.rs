//! Names to addresses, with a short memory.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

/// Asks the system's resolver and remembers its answer for a short time. Those who ask for one name at once wait for one answer.
#[derive(Debug)]
pub(super) struct Resolver {
    ttl: Duration,
    names: RefCell<HashMap<Box<str>, Entry>>,
}

#[derive(Clone, Debug)]
struct Entry {
    asked: Instant,
    addresses: Rc<OnceCell<Rc<[IpAddr]>>>,
}

impl Resolver {
    pub(super) fn new(ttl: Duration) -> Resolver {
        Resolver { ttl, names: RefCell::default() }
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
            if addresses.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(Rc::from(addresses)) }
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

    /// Forgets answers that would be asked for anew anyway.
    pub(super) fn forget_old(&self) {
        self.names
            .borrow_mut()
            .retain(|_, entry| entry.asked.elapsed() < self.ttl || Rc::strong_count(&entry.addresses) > 1);
    }
}
