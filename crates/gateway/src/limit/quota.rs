//! A bound on calls altogether.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// How many calls were made, ever. Exact however many threads take from it.
#[derive(Debug, Default)]
pub struct Quota {
    used: AtomicU64,
}

impl Quota {
    /// A quota of which `used` calls are gone.
    pub fn new(used: u64) -> Self {
        Self { used: AtomicU64::new(used) }
    }

    /// Calls made.
    pub fn used(&self) -> u64 {
        self.used.load(Relaxed)
    }

    /// True when fewer than `limit` calls were made. Takes nothing.
    pub fn has_room(&self, limit: u64) -> bool {
        self.used() < limit
    }

    /// Counts one call if fewer than `limit` were made; false otherwise, and nothing is counted.
    pub fn take(&self, limit: u64) -> bool {
        // The count guards no other memory, so the order of other accesses around it does not matter.
        self.used.fetch_update(Relaxed, Relaxed, |used| (used < limit).then(|| used + 1)).is_ok()
    }
}
