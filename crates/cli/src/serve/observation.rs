//! What is kept of calls, and who may look at it: `observe` on one side, the ports of `control` on the other.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use control::{CallSource, CallTail, Later, Observation, ObservationFault, SystemClock, TailSource, TrafficSource};
use gateway::Gateway;
use model::{
    LogCondition, LogPage, LogQuestion, Timestamp, TrafficCounts, TrafficKind, TrafficPoint, TrafficScope, TrafficTop,
};
use observe::{AccessLog, CallLog, Delivery, Outlets, Traffic};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

use super::debug::OwnListeners;
use crate::failure::Failure;
use crate::settings::Settings;

/// How often series are written: what a crash can lose.
const EVERY: Duration = Duration::from_secs(5);
/// How many times as often as they are pruned.
const ROUNDS: u32 = 120;

/// The series, in the data folder.
const TRAFFIC: &str = "traffic.db";
/// The files of the call log, in the data folder.
const CALLS: &str = "calls";

/// What is kept, as far as it is switched on.
pub(super) struct Kept {
    traffic: Option<Traffic>,
    calls: Option<CallLog>,
}

impl Kept {
    /// Opens what the settings switch on.
    pub(super) async fn open(settings: &Settings, folder: &Path) -> Result<Self, Failure> {
        let traffic = match settings.traffic_kept() {
            Some(kept) => {
                let path = folder.join(TRAFFIC);
                let opened = Traffic::open(&path, now(), kept).await;
                Some(opened.map_err(|error| Failure::new(path.display(), error))?)
            }
            None => None,
        };
        let calls = match settings.call_log() {
            Some(bounds) => {
                let path = folder.join(CALLS);
                Some(CallLog::open(&path, bounds).map_err(|error| Failure::new(path.display(), error))?)
            }
            None => None,
        };
        Ok(Self { traffic, calls })
    }

    /// Everything that calls are taken down for.
    pub(super) fn outlets(&self, settings: &Settings, deliveries: Vec<Delivery>) -> Outlets {
        Outlets {
            lines: settings.process.access_log.0.clone(),
            rotation: settings.rotation(),
            deliveries,
            traffic: self.traffic.clone(),
            calls: self.calls.clone(),
        }
    }

    /// What can be looked at.
    pub(super) fn observation(&self, log: &AccessLog, gateway: &Arc<Gateway>) -> Observation {
        Observation {
            traffic: self.traffic.clone().map(|traffic| Arc::new(Series(traffic)) as Arc<dyn TrafficSource>),
            calls: self.calls.clone().map(|calls| Arc::new(Calls(calls)) as Arc<dyn CallSource>),
            tail: Some(Arc::new(Watched(log.clone()))),
            data_plane: Some(Arc::new(OwnListeners { gateway: Arc::clone(gateway), log: log.clone() })),
        }
    }

    /// The task that writes series.
    pub(super) fn upkeep(&self) -> Upkeep {
        let (stop, mut stopped) = oneshot::channel();
        let traffic = self.traffic.clone();
        let task = tokio::spawn(async move {
            let Some(traffic) = traffic else { return };
            let mut interval = tokio::time::interval(EVERY);
            interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut round: u32 = 0;
            loop {
                tokio::select! {
                    _ = interval.tick() => {}
                    _ = &mut stopped => break,
                }
                complain(traffic.save(now()).await);
                if round.is_multiple_of(ROUNDS) {
                    complain(traffic.prune(now()).await);
                }
                round = round.wrapping_add(1);
            }
            complain(traffic.finish(now()).await);
        });
        Upkeep { stop, task }
    }
}

fn now() -> Timestamp {
    control::Clock::now(&SystemClock)
}

fn complain(written: std::io::Result<()>) {
    if let Err(error) = written {
        tracing::error!(%error, "traffic series could not be written");
    }
}

/// The running upkeep.
pub(super) struct Upkeep {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Upkeep {
    /// Writes a last time, and ends. Everything must have been counted by then.
    pub(super) async fn finish(self) {
        let _ended_already = self.stop.send(());
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the last of the traffic series was not written");
        }
    }
}

struct Series(Traffic);

impl TrafficSource for Series {
    fn finest(&self, from: Timestamp) -> Duration {
        self.0.finest(from, now())
    }

    fn total(
        &self,
        scope: TrafficScope,
        from: Timestamp,
        to: Timestamp,
    ) -> Later<'_, Result<TrafficCounts, ObservationFault>> {
        Box::pin(async move { self.0.total(&scope, from, to, now()).await.map_err(unreadable) })
    }

    fn series(
        &self,
        scope: TrafficScope,
        from: Timestamp,
        to: Timestamp,
        step: Duration,
    ) -> Later<'_, Result<Vec<TrafficPoint>, ObservationFault>> {
        Box::pin(async move { self.0.series(&scope, from, to, step).await.map_err(unreadable) })
    }

    fn top(
        &self,
        kind: TrafficKind,
        scope: TrafficScope,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Later<'_, Result<TrafficTop, ObservationFault>> {
        Box::pin(async move { self.0.top(kind, &scope, (from, to), now(), limit).await.map_err(unreadable) })
    }
}

#[allow(clippy::needless_pass_by_value)]
fn unreadable(error: std::io::Error) -> ObservationFault {
    ObservationFault::Unreadable(error.to_string())
}

struct Calls(CallLog);

impl CallSource for Calls {
    fn search(&self, question: LogQuestion) -> Later<'_, Result<LogPage, ObservationFault>> {
        let log = self.0.clone();
        Box::pin(async move {
            let searched = spawn_blocking(move || log.search(&question)).await;
            let page = searched.map_err(|error| ObservationFault::Unreadable(error.to_string()))?;
            page.map_err(|_| ObservationFault::UnknownCursor)
        })
    }
}

struct Watched(AccessLog);

impl TailSource for Watched {
    fn tail(&self, conditions: Vec<LogCondition>, per_second: u32) -> Option<CallTail> {
        let tail = self.0.tail(conditions, per_second)?;
        Some(CallTail { calls: tail.calls, skipped: tail.skipped })
    }
}
