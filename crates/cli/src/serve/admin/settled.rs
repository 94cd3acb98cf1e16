//! A change is acknowledged when it runs.
//!
//! Who gets the answer to a change and calls at once is answered by the changed configuration. The change itself is on
//! disk before that: a plan that cannot be made in time delays the answer, and does not undo the change.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::serve::readiness::Readiness;

/// How long an answer waits at most.
const PATIENCE: Duration = Duration::from_secs(2);

/// `routes`, each answer held back until what it stored runs.
pub(super) fn when_running(routes: Router, readiness: &Arc<Readiness>) -> Router {
    routes.layer(from_fn_with_state(Arc::clone(readiness), hold))
}

async fn hold(State(readiness): State<Arc<Readiness>>, request: Request, next: Next) -> Response {
    let before = readiness.stored_revision();
    let answer = next.run(request).await;
    let stored = readiness.stored_revision();
    if stored > before && tokio::time::timeout(PATIENCE, readiness.runs(stored)).await.is_err() {
        tracing::warn!(revision = stored.0, "a change is stored and does not run yet");
    }
    answer
}
