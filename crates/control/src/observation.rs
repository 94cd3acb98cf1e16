//! What is known of the calls that were answered: ports that whoever runs the data plane gives.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use model::{
    LogCondition, LogPage, LogQuestion, LoggedCall, Timestamp, TrafficCounts, TrafficKind, TrafficPoint, TrafficScope,
    TrafficTop,
};
use thiserror::Error;
use tokio::sync::mpsc;

use crate::debug::DataPlane;

/// An answer that may have to be waited for.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where calls can be looked at. What is switched off is `None`.
#[derive(Clone, Default)]
pub struct Observation {
    /// Series of how much was called.
    pub traffic: Option<Arc<dyn TrafficSource>>,
    /// The calls of the last days.
    pub calls: Option<Arc<dyn CallSource>>,
    /// Calls as they are answered.
    pub tail: Option<Arc<dyn TailSource>>,
    /// What debug calls go through.
    pub data_plane: Option<Arc<dyn DataPlane>>,
}

/// Why nothing can be told.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ObservationFault {
    /// A cursor that was not given by this log.
    #[error("the cursor is not one of this log")]
    UnknownCursor,
    /// What was kept cannot be read; the text is for the log.
    #[error("{0}")]
    Unreadable(String),
}

/// Tells how much was called.
pub trait TrafficSource: Send + Sync {
    /// The length of the finest steps that are still kept of the time since `from`: whole minutes.
    fn finest(&self, from: Timestamp) -> Duration;

    /// What was counted in `scope` from `from` to `to` in steps of `step`, whole minutes: one point for each step that
    /// touches the range, in order of time.
    fn series(
        &self,
        scope: TrafficScope,
        from: Timestamp,
        to: Timestamp,
        step: Duration,
    ) -> Later<'_, Result<Vec<TrafficPoint>, ObservationFault>>;

    /// All that was counted in `scope` from `from` to `to`.
    fn total(
        &self,
        scope: TrafficScope,
        from: Timestamp,
        to: Timestamp,
    ) -> Later<'_, Result<TrafficCounts, ObservationFault>>;

    /// The busiest of `kind` in `scope` from `from` to `to`: at most `limit`.
    fn top(
        &self,
        kind: TrafficKind,
        scope: TrafficScope,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Later<'_, Result<TrafficTop, ObservationFault>>;
}

/// Finds calls that were kept.
pub trait CallSource: Send + Sync {
    /// A page of what is looked for.
    fn search(&self, question: LogQuestion) -> Later<'_, Result<LogPage, ObservationFault>>;
}

/// Shows calls as they are answered.
pub trait TailSource: Send + Sync {
    /// Calls that meet `conditions`, at most `per_second` of them; `None` when too many watch already.
    fn tail(&self, conditions: Vec<LogCondition>, per_second: u32) -> Option<CallTail>;
}

/// Calls as they are answered.
#[derive(Debug)]
pub struct CallTail {
    /// The calls; it ends with the process.
    pub calls: mpsc::Receiver<LoggedCall>,
    /// Calls that met the conditions and were left out.
    pub skipped: Arc<AtomicU64>,
}
