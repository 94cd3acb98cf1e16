//! A worker's connections to backends.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::{ConnectFault, Target, Ticker};

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
    /// How long a resolved name is used before it is asked again. Default 5 s.
    pub dns_ttl: Duration,
}

impl Default for PoolLimits {
    fn default() -> Self {
        PoolLimits {
            idle_per_target: 128,
            idle_timeout: Duration::from_secs(55),
            max_targets: 10_000,
            connect_timeout: Duration::from_secs(5),
            dns_ttl: Duration::from_secs(5),
        }
    }
}

/// A worker's resting connections, by target.
#[derive(Debug)]
pub struct Pool {}

impl Pool {
    /// An empty pool.
    pub fn new(limits: PoolLimits, clock: Rc<Ticker>) -> Rc<Pool> {
        let _ = (limits, clock);
        todo!()
    }

    /// A connection to `target`: a resting one that is still alive and clean, else a new one.
    pub async fn acquire(&self, target: &Arc<Target>, deadline: Instant) -> Result<Backend, ConnectFault> {
        let _ = (target, deadline);
        todo!()
    }

    /// A new connection to `target`, whatever rests in the pool: for a second try after a resting connection turned out dead.
    pub async fn connect(&self, target: &Arc<Target>, deadline: Instant) -> Result<Backend, ConnectFault> {
        let _ = (target, deadline);
        todo!()
    }

    /// Keeps a connection for later. Only [`Exchange`](crate::Exchange) knows whether a used one is clean; call this only for one that was not used.
    pub fn put_back(&self, backend: Backend) {
        let _ = backend;
        todo!()
    }
}

/// One connection to a backend.
#[derive(Debug)]
pub struct Backend {}

impl Backend {
    /// Whether it had carried a request before.
    pub fn reused(&self) -> bool {
        todo!()
    }

    /// The backend's address.
    pub fn peer(&self) -> SocketAddr {
        todo!()
    }
}
