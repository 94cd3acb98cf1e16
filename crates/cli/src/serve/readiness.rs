//! Whether calls should be sent here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use gateway::Gateway;
use model::Revision;
use serde::Serialize;
use store::Store;

/// What decides whether the process is ready. It is made when the listeners are up and the stored configuration is
/// applied; until then the management address does not answer.
pub(super) struct Readiness {
    store: Store,
    gateway: Arc<Gateway>,
    is_draining: AtomicBool,
}

/// The answer of `/readyz`.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) ready: bool,
    /// The revision of the configuration that runs.
    revision: u64,
    /// The revision that is stored: ahead of `revision` while a change is being applied.
    stored_revision: u64,
    /// Why not.
    reasons: Vec<&'static str>,
}

impl Readiness {
    pub(super) fn new(store: Store, gateway: Arc<Gateway>) -> Self {
        Self { store, gateway, is_draining: AtomicBool::new(false) }
    }

    /// From now on not ready.
    pub(super) fn drain(&self) {
        self.is_draining.store(true, Relaxed);
    }

    pub(super) fn report(&self) -> Report {
        let reasons = if self.is_draining.load(Relaxed) { vec!["draining"] } else { Vec::new() };
        Report {
            ready: reasons.is_empty(),
            revision: self.gateway.revision().unwrap_or_default().0,
            stored_revision: self.stored_revision().0,
            reasons,
        }
    }

    /// The revision that is stored.
    pub(super) fn stored_revision(&self) -> Revision {
        self.store.snapshot().revision
    }

    /// Returns when `revision`, or a later one, runs.
    pub(super) async fn runs(&self, revision: Revision) {
        self.gateway.runs(revision).await;
    }
}
