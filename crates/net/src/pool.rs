//! A worker's connections to backends.

mod connect;
mod probe;
mod resolve;
mod sessions;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::net::SocketAddr;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout_at;

use crate::ticker::{Chore, Moment};
use crate::{ConnectFault, Io, Speaks, Target, Ticker, http2};
use resolve::Resolver;
use sessions::Shared;

pub use resolve::NameLimits;

/// Bounds on a worker's connections to backends.
#[derive(Clone, Debug)]
pub struct PoolLimits {
    /// Most resting connections kept for one target. Default 128.
    pub idle_per_target: usize,
    /// How long a connection may rest; should be below what backends allow. Default 55 s.
    pub idle_timeout: Duration,
    /// Most targets with resting connections; the longest unused one gives way. Default 10,000.
    pub max_targets: usize,
    /// How long one connection attempt (TCP and TLS) to one address may take. Default 5 s.
    pub connect_timeout: Duration,
    /// How names are resolved.
    pub names: NameLimits,
}

impl Default for PoolLimits {
    fn default() -> Self {
        PoolLimits {
            idle_per_target: 128,
            idle_timeout: Duration::from_secs(55),
            max_targets: 10_000,
            connect_timeout: Duration::from_secs(5),
            names: NameLimits::default(),
        }
    }
}

/// A worker's resting connections, by target.
#[derive(Debug)]
pub struct Pool {
    limits: PoolLimits,
    clock: Rc<Ticker>,
    resting: RefCell<HashMap<u64, Resting, BuildHasherDefault<IdHasher>>>,
    /// The connections of HTTP/2, whether they rest or not.
    shared: Shared,
    resolver: Rc<Resolver>,
    opened: Cell<u64>,
}

/// The resting connections of one target; the one used last is used first.
#[derive(Debug)]
struct Resting {
    backends: Vec<(Backend, Moment)>,
    /// The moment until which the youngest may rest: the smaller, the longer unused.
    until: Moment,
}

/// Target ids are unique small numbers; mixing them a little is enough.
#[derive(Debug, Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = (self.0 ^ id).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Pool {
    /// An empty pool.
    pub fn new(limits: PoolLimits, clock: Rc<Ticker>) -> Rc<Pool> {
        let resolver = Rc::new(Resolver::new(limits.names.clone()));
        let pool = Rc::new(Pool {
            limits,
            clock: Rc::clone(&clock),
            resting: RefCell::default(),
            shared: Shared::default(),
            resolver,
            opened: Cell::new(0),
        });
        let chore: Weak<Pool> = Rc::downgrade(&pool);
        clock.add_chore(chore);
        pool
    }

    /// A connection to `target`: a resting one that is still alive and clean, else a new one.
    pub async fn acquire(&self, target: &Arc<Target>, deadline: Instant) -> Result<Backend, ConnectFault> {
        if let Some(backend) = self.take(target) {
            return Ok(backend);
        }
        if target.may_speak_http2() {
            return Box::pin(self.acquire_shared(target, deadline)).await;
        }
        self.connect(target, deadline).await
    }

    /// A new connection to `target`, whatever rests in the pool: for a second try after a resting connection turned out dead.
    pub async fn connect(&self, target: &Arc<Target>, deadline: Instant) -> Result<Backend, ConnectFault> {
        // Boxed: connecting is rare and its state is large, and every connection of a caller would have to keep room for it.
        let connecting = connect::connect(target, &self.resolver, self.limits.connect_timeout, deadline);
        let (io, peer) = Box::pin(connecting).await?;
        self.opened.set(self.opened.get() + 1);
        if io.speaks_http2() || target.speaks() == Speaks::Http2 {
            let beginning = http2::begin(io, peer, self.limits.idle_timeout, &self.clock);
            let session = timeout_at(deadline.into(), Box::pin(beginning)).await.map_err(|_| ConnectFault::Timeout)?;
            return Ok(self.shared.keep(session.map_err(|_| ConnectFault::Refused)?, target));
        }
        Ok(Backend { io, connection: Box::new(Connection { target: Arc::clone(target), peer, reused: false }) })
    }

    fn take(&self, target: &Target) -> Option<Backend> {
        let mut resting = self.resting.borrow_mut();
        let of_target = resting.get_mut(&target.id())?;
        while let Some((mut backend, until)) = of_target.backends.pop() {
            if !until.has_passed(&self.clock) && backend.io.is_quiet() {
                return Some(backend);
            }
        }
        None
    }

    /// Keeps a connection for later. Only [`Exchange`](crate::Exchange) knows whether a used one is clean; call this only for one that was
    /// not used.
    pub fn put_back(&self, backend: Backend) {
        let backend = match backend.io {
            Io::Stream(stream) => return stream.end(),
            io => Backend { io, ..backend },
        };
        let until = self.clock.after(self.limits.idle_timeout);
        let mut resting = self.resting.borrow_mut();
        let id = backend.connection.target.id();
        if resting.len() >= self.limits.max_targets && !resting.contains_key(&id) {
            make_room(&mut resting);
        }
        let of_target = resting.entry(id).or_insert_with(|| Resting { backends: Vec::new(), until });
        of_target.until = until;
        if of_target.backends.len() < self.limits.idle_per_target {
            of_target.backends.push((backend, until));
        }
    }

    /// How many connections of HTTP/2 there are now.
    pub fn shared_count(&self) -> usize {
        self.shared.count()
    }

    /// How many connections rest now.
    pub fn idle_count(&self) -> usize {
        self.resting.borrow().values().map(|of_target| of_target.backends.len()).sum()
    }

    /// How many connections were opened since the start.
    pub fn opened_count(&self) -> u64 {
        self.opened.get()
    }
}

/// Lets go of the longest unused eighth of the targets, at least one: a search among all of them for every new target
/// would cost more than their connections save.
fn make_room(resting: &mut HashMap<u64, Resting, BuildHasherDefault<IdHasher>>) {
    let mut ages: Vec<(Moment, u64)> = resting.iter().map(|(id, of_target)| (of_target.until, *id)).collect();
    let leave = ages.len().div_ceil(8);
    if leave < ages.len() {
        ages.select_nth_unstable(leave);
    }
    for (_, id) in ages.iter().take(leave) {
        resting.remove(id);
    }
}

impl Chore for Pool {
    /// Closes what has rested for too long, was closed by the backend, or leads to an address that the backend's name no longer has.
    fn run(&self) {
        let mut resting = self.resting.borrow_mut();
        let mut hosts: Vec<Box<str>> = self.shared.tidy(&self.resolver);
        resting.retain(|_, of_target| {
            of_target.backends.retain_mut(|(backend, until)| {
                let target = &backend.connection.target;
                let is_lost =
                    target.address().is_none() && self.resolver.has_left(target.host(), backend.connection.peer.ip());
                !is_lost && !until.has_passed(&self.clock) && backend.io.is_quiet()
            });
            if let Some((backend, _)) = of_target.backends.first()
                && backend.connection.target.address().is_none()
            {
                hosts.push(backend.connection.target.host().into());
            }
            !of_target.backends.is_empty()
        });
        self.resolver.forget(|host| hosts.iter().any(|in_use| **in_use == *host));
        for host in hosts {
            if self.resolver.is_due(&host) {
                let resolver = Rc::clone(&self.resolver);
                // Without an answer everything stays as it is.
                tokio::task::spawn_local(async move { resolver.addresses(&host).await.is_ok() });
            }
        }
    }
}

/// One connection to a backend.
#[derive(Debug)]
pub struct Backend {
    pub(crate) io: Io,
    connection: Box<Connection>,
}

#[derive(Debug)]
struct Connection {
    target: Arc<Target>,
    peer: SocketAddr,
    reused: bool,
}

impl Backend {
    /// Whether it had carried a request before.
    pub fn reused(&self) -> bool {
        self.connection.reused
    }

    /// The backend's address.
    pub fn peer(&self) -> SocketAddr {
        self.connection.peer
    }

    /// Whose connection it is.
    pub fn target(&self) -> &Arc<Target> {
        &self.connection.target
    }

    /// It has carried a request and is clean.
    pub(crate) fn used(mut self) -> Backend {
        self.connection.reused = true;
        self
    }
}
