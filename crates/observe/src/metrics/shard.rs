//! Counters that one thread alone writes.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A count that one thread writes and any thread reads. Adding is a load and a store, not a locked instruction.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    /// Adds `by`. To be called by the owning thread alone: two writers would lose counts.
    pub(super) fn add(&self, by: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(by), Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// What one worker counts whatever the service. A shard fills its cache lines alone; 128 because processors fetch
/// lines in pairs.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct WorkerShard {
    pub(super) opened: Count,
    pub(super) closed: Count,
    pub(super) refusals: RefusalCounts,
}

/// Refusals by reason, padded at both ends so that no two workers share a line.
#[derive(Debug)]
pub(super) struct RefusalCounts {
    padded: Box<[Count]>,
    len: usize,
}

const PADDING: usize = 128 / size_of::<Count>();

impl RefusalCounts {
    pub(super) fn get(&self, reason: usize) -> Option<&Count> {
        if reason < self.len { self.padded.get(PADDING + reason) } else { None }
    }
}

impl WorkerShard {
    pub(super) fn new(reasons: usize) -> Self {
        let padded = (0..reasons + 2 * PADDING).map(|_| Count::default()).collect();
        Self { opened: Count::default(), closed: Count::default(), refusals: RefusalCounts { padded, len: reasons } }
    }
}

/// The shard of `worker`; the last one for a number that is too high, because a miscount is better than a panic on
/// the path of a call.
pub(super) fn of_worker<T>(shards: &[T], worker: usize) -> &T {
    &shards[worker.min(shards.len() - 1)]
}
