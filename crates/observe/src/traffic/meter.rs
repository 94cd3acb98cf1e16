//! The minutes that are being counted.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Vacancy;

use rustc_hash::FxHashMap;

use super::block::{Block, Minute, Scope};
use super::counts::Counts;
use crate::CallRecord;

/// A minute in milliseconds.
pub(super) const MINUTE: i64 = 60_000;
/// How long after its end a minute is still counted: workers hand calls over with a delay.
const LATE: i64 = 5_000;
/// A call that ended this much before what was taken as ended is not late: the clock was set back.
const SET_BACK: i64 = 2 * MINUTE;
/// So many combinations of service, environment, API and key are told apart in a minute; what is more is counted in
/// its environment alone.
const TOLD_APART: usize = 4096;
/// Minutes that are counted at a time; a call that ended earlier is counted in the oldest.
const MINUTES: usize = 3;

/// Counts calls by minute. Costs a look-up and some additions a call, and allocates for what a minute had not seen yet.
#[derive(Debug, Default)]
pub(super) struct Meter {
    minutes: BTreeMap<i64, Tally>,
    /// What was taken as ended: later calls of it are counted in the next.
    ended: i64,
    /// How often the clock was set back.
    pass: i64,
}

/// What one minute has counted.
#[derive(Debug, Default)]
struct Tally {
    pass: i64,
    /// By the ids of service, environment, API and key behind one another, as a batch holds them.
    apart: FxHashMap<Box<str>, Entry>,
    is_changed: bool,
}

#[derive(Debug, Default)]
struct Entry {
    /// Where the ids end.
    ends: [usize; 3],
    counts: Counts,
}

impl Meter {
    /// Counts a call. `ids` are those of service, environment, API and key, without anything between them.
    pub(super) fn count(&mut self, call: &CallRecord<'_>, ids: &str) {
        let took = i64::try_from(call.duration_us / 1000).unwrap_or(0);
        let end = call.time.millis().saturating_add(took);
        let start = end.div_euclid(MINUTE).saturating_mul(MINUTE);
        if start < self.ended.saturating_sub(SET_BACK) {
            // Minutes that have ended come a second time, and are counted a second time beside the first.
            (self.ended, self.pass) = (start, self.pass + 1);
        }
        let start = start.max(self.ended);
        let is_room = self.minutes.len() < MINUTES;
        let tally = match self.minutes.entry(start) {
            Vacancy::Occupied(tally) => tally.into_mut(),
            Vacancy::Vacant(vacant) if is_room => vacant.insert(Tally { pass: self.pass, ..Tally::default() }),
            Vacancy::Vacant(_) => match self.minutes.first_entry() {
                Some(oldest) => oldest.into_mut(),
                None => return,
            },
        };
        tally.count(call, ids);
    }

    /// Everything that was counted in minutes that have changed since this was last asked. Minutes that have ended at
    /// `now` are given for the last time and forgotten; with `all`, every minute is.
    pub(super) fn take(&mut self, now: i64, all: bool) -> Vec<Minute> {
        let mut taken = Vec::new();
        for (start, tally) in &mut self.minutes {
            let is_ended = all || start.saturating_add(MINUTE + LATE) <= now;
            if tally.is_changed || is_ended {
                tally.is_changed = false;
                taken.push(Minute { start: *start, pass: tally.pass, is_ended, blocks: tally.blocks() });
            }
        }
        for minute in taken.iter().filter(|minute| minute.is_ended) {
            self.minutes.remove(&minute.start);
            if !all {
                self.ended = self.ended.max(minute.start.saturating_add(MINUTE));
            }
        }
        taken
    }
}

impl Tally {
    fn count(&mut self, call: &CallRecord<'_>, ids: &str) {
        self.is_changed = true;
        if let Some(entry) = self.apart.get_mut(ids) {
            return entry.counts.count(call);
        }
        let (service, environment) = (call.service.len(), call.environment.len());
        let in_environment = service + environment;
        let ends = [service, in_environment, in_environment + call.api.len()];
        // Environments are always told apart; there are three to a service.
        if self.apart.len() < TOLD_APART || ids.len() == in_environment {
            let entry = self.apart.entry(ids.into()).or_insert_with(|| Entry { ends, counts: Counts::default() });
            return entry.counts.count(call);
        }
        let ends = [service, in_environment, in_environment];
        let key = ids.get(..in_environment).unwrap_or("");
        let entry = self.apart.entry(key.into()).or_insert_with(|| Entry { ends, counts: Counts::default() });
        entry.counts.count(call);
    }

    /// The sums by scope.
    fn blocks(&self) -> [(Scope, Block); 4] {
        let mut blocks = Scope::ALL.map(|scope| (scope, Block::default()));
        for (ids, entry) in &self.apart {
            let (service, rest) = ids.split_at_checked(entry.ends[0]).unwrap_or((ids, ""));
            let (environment, rest) = rest.split_at_checked(entry.ends[1] - entry.ends[0]).unwrap_or((rest, ""));
            let (api, key) = rest.split_at_checked(entry.ends[2] - entry.ends[1]).unwrap_or((rest, ""));
            for (scope, block) in &mut blocks {
                let name = match scope {
                    Scope::All => ["", "", ""],
                    Scope::Environment => [service, environment, ""],
                    Scope::Api => [service, environment, api],
                    Scope::Key => [service, environment, key],
                };
                match scope {
                    // No API, or one too many to be told apart.
                    Scope::Api if api.is_empty() => block.rest.absorb(&entry.counts),
                    Scope::Key if key.is_empty() => {}
                    _ => block.add(name, &entry.counts),
                }
            }
        }
        for (scope, block) in &mut blocks {
            block.trim(*scope);
        }
        blocks
    }
}
