//! What the data plane knows and the rules ask for: how much of each quota is used, which the store keeps, and how the
//! nodes of upstreams are.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use control::{NodeWatch, UsageCounts};
use gateway::Gateway;
use model::{NodeHealth, NodeHost, NodePort, UpstreamId, UsagePlanId};
use store::Store;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::failure::Failure;

/// How often counts are saved: what a crash can lose.
const EVERY: Duration = Duration::from_millis(250);

/// The counts as the rules see them. Before the data plane runs, nothing is used.
#[derive(Default)]
pub(super) struct Usage(OnceLock<Arc<Gateway>>);

impl Usage {
    /// Says who counts, once.
    pub(super) fn counted_by(&self, gateway: Arc<Gateway>) {
        let _already_said = self.0.set(gateway);
    }
}

impl UsageCounts for Usage {
    fn used(&self, plan: &UsagePlanId) -> u64 {
        self.0.get().map_or(0, |gateway| gateway.used(plan))
    }
}

/// The nodes of upstreams as the data plane finds them.
pub(super) struct Nodes(pub(super) Arc<Gateway>);

impl NodeWatch for Nodes {
    fn health(&self, upstream: &UpstreamId, host: &NodeHost, port: NodePort) -> NodeHealth {
        self.0.node_health(upstream, host, port)
    }
}

/// Gives the data plane the counts that were saved; before it gets its first configuration.
pub(super) async fn restore(store: &Store, gateway: &Gateway) -> Result<(), Failure> {
    let saved = store.load_counters().await.map_err(|error| Failure::new("store", error))?;
    // A counter of another kind is not a plan's.
    gateway
        .restore_quotas(saved.into_iter().filter_map(|(name, used)| Some((UsagePlanId::try_from(name).ok()?, used))));
    Ok(())
}

/// The task that saves counts.
pub(super) struct Saver {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Saver {
    /// Saves what has changed, again and again.
    pub(super) fn start(store: Store, gateway: Arc<Gateway>) -> Self {
        let (stop, mut stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let mut saved = gateway.quotas();
            let mut interval = tokio::time::interval(EVERY);
            interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                let is_last = tokio::select! {
                    _ = interval.tick() => false,
                    _ = &mut stopped => true,
                };
                save(&store, &mut saved, gateway.quotas()).await;
                if is_last {
                    return;
                }
            }
        });
        Self { stop, task }
    }

    /// Saves a last time, and ends.
    pub(super) async fn finish(self) {
        let _ended_already = self.stop.send(());
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the last counts were not saved");
        }
    }
}

/// Saves those of `now` that differ from `saved`. What could not be saved is tried again with the next.
async fn save(store: &Store, saved: &mut BTreeMap<UsagePlanId, u64>, now: BTreeMap<UsagePlanId, u64>) {
    let changed = dirty(saved, &now);
    if changed.is_empty() {
        return;
    }
    match store.save_counters(&changed).await {
        Ok(()) => *saved = now,
        Err(error) => tracing::error!(%error, "quota counts could not be saved"),
    }
}

fn dirty(saved: &BTreeMap<UsagePlanId, u64>, now: &BTreeMap<UsagePlanId, u64>) -> Vec<(String, u64)> {
    let changed = now.iter().filter(|(plan, used)| saved.get(*plan) != Some(*used));
    changed.map(|(plan, used)| (plan.as_str().to_owned(), *used)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_counts_that_moved_are_saved() {
        let plan = |last: u8| UsagePlanId::mint([last; 8]);
        let saved = BTreeMap::from([(plan(1), 5), (plan(2), 7)]);
        let now = BTreeMap::from([(plan(1), 5), (plan(2), 8), (plan(3), 0)]);
        let expected = [(plan(2).as_str().to_owned(), 8), (plan(3).as_str().to_owned(), 0)];
        assert_eq!(dirty(&saved, &now), expected);
        assert_eq!(dirty(&now, &now), []);
    }
}
