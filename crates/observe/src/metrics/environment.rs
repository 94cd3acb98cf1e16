//! What is counted for one environment of one service.

use std::sync::Arc;

use super::histogram::{FoldedHistogram, Histogram};
use super::shard::{Count, WorkerShard, of_worker};

/// The counters of one environment of one service.
#[derive(Debug)]
pub struct EnvironmentMetrics {
    service: String,
    environment: String,
    shards: Box<[Shard]>,
    workers: Arc<[WorkerShard]>,
}

#[derive(Debug, Default)]
// In this order: the second histogram begins with a line of the processor's cache, and a call changes two or three lines.
#[repr(C, align(128))]
struct Shard {
    /// 1xx to 5xx.
    classes: [Count; 5],
    duration: Histogram,
    backend: Histogram,
}

/// The shards of one pair, added up.
#[derive(Debug, Default)]
pub(super) struct Folded {
    pub(super) classes: [u64; 5],
    pub(super) duration: FoldedHistogram,
    pub(super) backend: FoldedHistogram,
}

impl EnvironmentMetrics {
    pub(super) fn new(service: &str, environment: &str, workers: Arc<[WorkerShard]>) -> Self {
        Self {
            service: service.to_owned(),
            environment: environment.to_owned(),
            shards: workers.iter().map(|_| Shard::default()).collect(),
            workers,
        }
    }

    /// Counts one answered call. To be called by `worker`'s own thread alone.
    ///
    /// `duration_us`: from the call's first byte to the answer's last; `backend_us`: to the first byte of the
    /// backend's answer, none when no backend answered; `refusal`: index in the list given to
    /// [`Metrics::new`](super::Metrics::new), none when the call was let through.
    pub fn call(&self, worker: usize, status: u16, duration_us: u64, backend_us: Option<u64>, refusal: Option<usize>) {
        let shard = of_worker(&self.shards, worker);
        let class = usize::from(status / 100).clamp(1, 5) - 1;
        shard.classes[class].add(1);
        shard.duration.observe(duration_us);
        if let Some(us) = backend_us {
            shard.backend.observe(us);
        }
        if let Some(reason) = refusal.and_then(|reason| of_worker(&self.workers, worker).refusals.get(reason)) {
            reason.add(1);
        }
    }

    /// The service's id, as the label says it.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The environment's name, as the label says it.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    pub(super) fn labels(&self) -> [(&str, &str); 2] {
        [("service", &self.service), ("environment", &self.environment)]
    }

    pub(super) fn folded(&self) -> Folded {
        let mut folded = Folded::default();
        for shard in &self.shards {
            for (sum, count) in folded.classes.iter_mut().zip(&shard.classes) {
                *sum = sum.wrapping_add(count.get());
            }
            folded.duration.add(&shard.duration);
            folded.backend.add(&shard.backend);
        }
        folded
    }
}
