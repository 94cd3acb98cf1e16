//! Series of how much was called: by minute for a day, by ten minutes for a week, by the hour for as long as is said.
//!
//! The log's thread counts each call once, in a table by service, environment, API and key ([`meter`]); every few
//! seconds whoever upkeeps the process calls [`Traffic::save`], which writes the sums of the minute so far to a file
//! ([`keeper`]). A crash loses what was counted since.
//!
//! # Bounds
//!
//! A minute tells 4,096 combinations apart, some 600 bytes each; of a step 256 environments, 512 APIs and 256 keys are
//! kept, the busiest, and all others as one. Sums over everything are exact in any case. On disk that is some 50 KiB a
//! step at the most, 200 MiB over 30 days; what usual traffic leaves is a tenth of that or less.

mod block;
mod counts;
mod histogram;
mod keeper;
mod meter;
mod recent;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{Timestamp, TrafficCounts, TrafficKind, TrafficOf, TrafficPoint, TrafficRow, TrafficScope, TrafficTop};

use block::{Block, RowName, Scope};
use counts::Counts;
use keeper::{Keeper, Tier, by_step};
use meter::Meter;

#[cfg(test)]
use crate::CallRecord;
use crate::access_log::Call;

/// Most points of one series.
pub const MOST_POINTS: i64 = 2000;

/// The running series. Cheap to clone: all clones are the same.
#[derive(Debug, Clone)]
pub struct Traffic {
    meter: Arc<Mutex<Meter>>,
    keeper: Arc<Keeper>,
}

impl Traffic {
    /// Opens the series at `path`, or begins them. `now` names this run; hours are kept for `kept`.
    ///
    /// # Errors
    /// The file cannot be opened or is not one of series.
    pub async fn open(path: &Path, now: Timestamp, kept: Duration) -> io::Result<Self> {
        let keeper = Arc::new(Keeper::open(path, now.millis(), kept).await?);
        Ok(Self { meter: Arc::default(), keeper })
    }

    /// The table for the calls of one batch.
    pub(crate) fn counting(&self) -> Counting<'_> {
        Counting(self.meter.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes what was counted since the last time.
    ///
    /// # Errors
    /// The file cannot be written; what was counted of minutes that have ended since is lost.
    pub async fn save(&self, now: Timestamp) -> io::Result<()> {
        self.write(now, false).await
    }

    /// Writes everything, and closes the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn finish(&self, now: Timestamp) -> io::Result<()> {
        let written = self.write(now, true).await;
        self.keeper.close().await;
        written
    }

    async fn write(&self, now: Timestamp, all: bool) -> io::Result<()> {
        let minutes = self.meter.lock().unwrap_or_else(PoisonError::into_inner).take(now.millis(), all);
        for minute in &minutes {
            self.keeper.save(minute).await?;
        }
        Ok(())
    }

    /// Deletes what is older than it is kept.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn prune(&self, now: Timestamp) -> io::Result<()> {
        self.keeper.prune(now.millis()).await
    }

    /// The length of the finest steps that are still kept of the time since `from`.
    pub fn finest(&self, from: Timestamp, now: Timestamp) -> Duration {
        let step = self.keeper.finest(now.millis().saturating_sub(from.millis())).step();
        Duration::from_millis(u64::try_from(step).unwrap_or_default())
    }

    /// What was counted in `scope` from `from` to `to` in steps of `step`, whole minutes; one point for each step that
    /// touches the range, also where nothing was called, and at most [`MOST_POINTS`].
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn series(
        &self,
        scope: &TrafficScope,
        from: Timestamp,
        to: Timestamp,
        step: Duration,
    ) -> io::Result<Vec<TrafficPoint>> {
        let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX).max(Tier::Minute.step());
        let first = from.millis().div_euclid(step) * step;
        let count = (to.millis().saturating_sub(first)).div_euclid(step).saturating_add(1).clamp(0, MOST_POINTS);
        let beyond = first.saturating_add(count * step);
        let blocks = self.keeper.read(Tier::of(step), source(scope), first, beyond).await?;
        let scope = scope.clone();
        off_thread(move || {
            let steps = by_step(blocks, step)?;
            Ok((0..count)
                .map(|at| first + at * step)
                .filter(|start| *start < to.millis())
                .map(|start| TrafficPoint {
                    start: Timestamp::from_millis(start),
                    counts: steps.get(&start).map(|block| sum(block, &scope)).unwrap_or_default().told(),
                })
                .collect())
        })
        .await
    }

    /// All that was counted in `scope` from `from` to `to`, in whole steps of those that are kept.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn total(
        &self,
        scope: &TrafficScope,
        from: Timestamp,
        to: Timestamp,
        now: Timestamp,
    ) -> io::Result<TrafficCounts> {
        let blocks = self.blocks(source(scope), from, to, now).await?;
        let scope = scope.clone();
        off_thread(move || Ok(all_of(blocks).map(|all| sum(&all, &scope))?.told())).await
    }

    /// The busiest of a kind in `scope` from `from` to `to`, in whole steps of those that are kept: at most `limit`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn top(
        &self,
        kind: TrafficKind,
        scope: &TrafficScope,
        (from, to): (Timestamp, Timestamp),
        now: Timestamp,
        limit: usize,
    ) -> io::Result<TrafficTop> {
        let of = match kind {
            TrafficKind::Service | TrafficKind::Environment => Scope::Environment,
            TrafficKind::Api => Scope::Api,
            TrafficKind::Key => Scope::Key,
        };
        let blocks = self.blocks(of, from, to, now).await?;
        let scope = scope.clone();
        off_thread(move || Ok(busiest(&all_of(blocks)?, kind, &scope, limit))).await
    }

    /// The blocks that make up a range.
    async fn blocks(&self, of: Scope, from: Timestamp, to: Timestamp, now: Timestamp) -> io::Result<Packed> {
        let (from, to) = (from.millis(), to.millis());
        let step = tier_for(to.saturating_sub(from)).step();
        let kept = self.keeper.finest(now.millis().saturating_sub(from));
        let tier = if step < kept.step() { kept } else { Tier::of(step) };
        self.keeper.read(tier, of, from.div_euclid(tier.step()) * tier.step(), to).await
    }
}

/// Packed blocks, each with the beginning of its step.
type Packed = Vec<(i64, Vec<u8>)>;

/// The sum of all of them.
fn all_of(blocks: Packed) -> io::Result<Block> {
    let mut all = Block::default();
    by_step(blocks, i64::MAX)?.values().for_each(|block| all.absorb(block));
    Ok(all)
}

/// The meter, held for the calls of a batch.
pub(crate) struct Counting<'m>(MutexGuard<'m, Meter>);

impl Counting<'_> {
    /// Counts calls, each with the ids of its service, environment, API and key, without anything between them.
    pub(crate) fn count_all<'c, C: Call<'c>>(&mut self, calls: impl Iterator<Item = (C, &'c [u8])> + Clone) {
        self.0.count(calls);
    }

    #[cfg(test)]
    fn count(&mut self, call: &CallRecord<'_>, ids: &str) {
        self.0.count(std::iter::once((call, ids.as_bytes())));
    }
}

/// Unpacking many blocks takes milliseconds: not on a thread that others wait for.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// The finest steps that a list over `range` milliseconds is added up from.
fn tier_for(range: i64) -> Tier {
    let hours = range / Tier::Hour.step();
    if hours <= 6 {
        Tier::Minute
    } else if hours <= 72 {
        Tier::TenMinutes
    } else {
        Tier::Hour
    }
}

/// Where the rows of a scope are.
fn source(scope: &TrafficScope) -> Scope {
    match &scope.of {
        TrafficOf::Api(_) => Scope::Api,
        TrafficOf::Key(_) => Scope::Key,
        TrafficOf::Everything if scope.service.is_none() && scope.environment.is_none() => Scope::All,
        TrafficOf::Everything => Scope::Environment,
    }
}

fn is_in(scope: &TrafficScope, [service, environment, name]: &RowName) -> bool {
    scope.service.as_ref().is_none_or(|wanted| wanted.as_str() == service)
        && scope.environment.as_ref().is_none_or(|wanted| wanted.as_str() == environment)
        && match &scope.of {
            TrafficOf::Everything => true,
            TrafficOf::Api(wanted) => wanted.as_str() == name,
            TrafficOf::Key(wanted) => wanted.as_str() == name,
        }
}

fn sum(block: &Block, scope: &TrafficScope) -> Counts {
    let mut sum = Counts::default();
    block.rows.iter().filter(|(name, _)| is_in(scope, name)).for_each(|(_, counts)| sum.absorb(counts));
    sum
}

fn busiest(block: &Block, kind: TrafficKind, scope: &TrafficScope, limit: usize) -> TrafficTop {
    let mut rows: BTreeMap<RowName, Counts> = BTreeMap::new();
    let mut rest = Counts::default();
    for (name, counts) in block.rows.iter().filter(|(name, _)| is_in(scope, name)) {
        let [service, environment, of] = name.clone();
        let name = match kind {
            TrafficKind::Service => [service, String::new(), String::new()],
            TrafficKind::Environment => [service, environment, String::new()],
            TrafficKind::Api | TrafficKind::Key => [service, environment, of],
        };
        match name[0].is_empty() {
            // No service's calls.
            true => rest.absorb(counts),
            false => rows.entry(name).or_default().absorb(counts),
        }
    }
    if *scope == TrafficScope::default() {
        rest.absorb(&block.rest);
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by(|(a, more), (b, less)| less.calls.cmp(&more.calls).then_with(|| a.cmp(b)));
    rows.iter().skip(limit).for_each(|(_, counts)| rest.absorb(counts));
    rows.truncate(limit);
    let row = |([service, environment, name], counts): (RowName, Counts)| TrafficRow {
        service,
        environment,
        name,
        counts: counts.told(),
    };
    TrafficTop { rows: rows.into_iter().map(row).collect(), rest: rest.told() }
}

#[cfg(test)]
mod tests;
