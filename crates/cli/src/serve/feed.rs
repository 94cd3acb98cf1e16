//! From the store to the running plan.

use std::sync::Arc;

use gateway::Gateway;
use store::Store;
use tokio::task::{JoinHandle, spawn_blocking};

/// Applies the stored configuration, and from then on every change. Returns when the first is applied.
pub(super) async fn start(store: &Store, gateway: Arc<Gateway>) -> JoinHandle<()> {
    let mut changes = store.subscribe();
    apply(&gateway, changes.borrow_and_update().clone()).await;
    tokio::spawn(async move {
        // Revisions that come while one is being applied are applied together.
        while changes.changed().await.is_ok() {
            let snapshot = changes.borrow_and_update().clone();
            apply(&gateway, snapshot).await;
        }
    })
}

/// Making a plan may take milliseconds: not on a thread that others wait for.
async fn apply(gateway: &Arc<Gateway>, snapshot: Arc<model::Snapshot>) {
    let gateway = Arc::clone(gateway);
    let revision = snapshot.revision.0;
    if let Err(error) = spawn_blocking(move || gateway.publish(snapshot)).await {
        tracing::error!(%error, revision, "the configuration could not be applied; the last one runs on");
    }
}
