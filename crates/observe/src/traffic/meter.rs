//! The minutes that are being counted.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::block::{Block, Minute, Scope};
use super::recent::Counted;
use crate::access_log::Call;

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
    /// Few: a list is quicker than a table.
    minutes: Vec<Tally>,
    /// What was taken as ended: later calls of it are counted in the next.
    ended: i64,
    /// How often the clock was set back.
    pass: i64,
    /// Where each call of a batch is counted.
    places: Vec<Place>,
}

/// What one minute has counted.
#[derive(Debug)]
struct Tally {
    start: i64,
    pass: i64,
    /// Where a combination stands in the list, by its ids.
    apart: HashTable<u32>,
    list: Vec<Combination>,
    is_changed: bool,
}

/// What is counted of a service, environment, API and key.
#[derive(Debug)]
// As a call looks at it: its ids, and the numbers next to them in the same line of memory, which holds nothing else.
#[repr(C, align(64))]
struct Combination {
    /// One behind the other, as a batch holds them.
    ids: Box<[u8]>,
    counted: Counted,
    /// Where those of service, environment and API end.
    ends: [u16; 3],
}

/// Where a call is counted: the minute and the combination.
#[derive(Debug, Clone, Copy)]
struct Place {
    minute: usize,
    combination: u32,
}

impl Meter {
    /// Counts calls, each with the ids of its service, environment, API and key, without anything between them.
    pub(super) fn count<'c, C: Call<'c>>(&mut self, calls: impl Iterator<Item = (C, &'c [u8])> + Clone) {
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        // Nearly all of the cost is waiting for memory: the less is done between two look-ups, and between two
        // additions, the more of that is waited for at the same time.
        places.extend(calls.clone().map(|(call, ids)| self.place(call, ids)));
        for ((call, _), place) in calls.zip(&places) {
            if let Some(counted) = self.at(*place) {
                counted.count(call);
            }
        }
        self.places = places;
    }

    #[inline]
    fn at(&mut self, place: Place) -> Option<&mut Counted> {
        let tally = self.minutes.get_mut(place.minute)?;
        tally.list.get_mut(place.combination as usize).map(|combination| &mut combination.counted)
    }

    /// Where a call is to be counted.
    #[inline]
    fn place<'c>(&mut self, call: impl Call<'c>, ids: &[u8]) -> Place {
        let start = call.figures().end().div_euclid(MINUTE).saturating_mul(MINUTE);
        if start < self.ended.saturating_sub(SET_BACK) {
            // Minutes that have ended come a second time, and are counted a second time beside the first.
            (self.ended, self.pass) = (start, self.pass + 1);
        }
        let start = start.max(self.ended);
        let known = self.minutes.iter().rposition(|tally| tally.start == start);
        let minute = known.unwrap_or_else(|| self.begin(start));
        let tally = &mut self.minutes[minute];
        tally.is_changed = true;
        let combination = tally.find(ids).unwrap_or_else(|| tally.begin(call.id_lengths(), ids));
        Place { minute, combination }
    }

    /// A minute that was not counted yet; where there are too many, the oldest.
    #[cold]
    fn begin(&mut self, start: i64) -> usize {
        if self.minutes.len() < MINUTES {
            self.minutes.push(Tally::new(start, self.pass));
            return self.minutes.len() - 1;
        }
        let oldest = self.minutes.iter().enumerate().min_by_key(|(_, tally)| tally.start);
        oldest.map_or(0, |(index, _)| index)
    }

    /// Everything that was counted in minutes that have changed since this was last asked. Minutes that have ended at
    /// `now` are given for the last time and forgotten; with `all`, every minute is.
    pub(super) fn take(&mut self, now: i64, all: bool) -> Vec<Minute> {
        let mut taken = Vec::new();
        self.minutes.sort_by_key(|tally| tally.start);
        self.minutes.retain_mut(|tally| {
            let is_ended = all || tally.start.saturating_add(MINUTE + LATE) <= now;
            if tally.is_changed || is_ended {
                tally.is_changed = false;
                taken.push(Minute { start: tally.start, pass: tally.pass, is_ended, blocks: tally.blocks() });
            }
            if is_ended && !all {
                self.ended = self.ended.max(tally.start.saturating_add(MINUTE));
            }
            !is_ended
        });
        taken
    }
}

impl Tally {
    fn new(start: i64, pass: i64) -> Self {
        Self { start, pass, apart: HashTable::new(), list: Vec::new(), is_changed: false }
    }

    /// Where a combination is counted that was not told apart yet: where there are too many, in its environment alone.
    #[cold]
    fn begin(&mut self, [service, environment, api]: [usize; 3], ids: &[u8]) -> u32 {
        let in_environment = service + environment;
        // Environments are always told apart; there are three to a service.
        if self.list.len() < TOLD_APART || ids.len() == in_environment {
            return self.combination(ids, [service, in_environment, in_environment + api]);
        }
        let ids = ids.get(..in_environment).unwrap_or_default();
        let known = self.find(ids);
        known.unwrap_or_else(|| self.combination(ids, [service, in_environment, in_environment]))
    }

    /// Where the combination of these ids stands.
    #[inline]
    fn find(&self, ids: &[u8]) -> Option<u32> {
        self.apart.find(hash(ids), |place| *self.list[*place as usize].ids == *ids).copied()
    }

    /// A new combination.
    fn combination(&mut self, ids: &[u8], ends: [usize; 3]) -> u32 {
        // Each is a service's environment or one of `TOLD_APART`; and a text of a batch has 4,096 bytes at the most.
        let place = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        let ends = ends.map(|end| u16::try_from(end).unwrap_or(u16::MAX));
        self.list.push(Combination { ids: ids.into(), counted: Counted::default(), ends });
        self.apart.insert_unique(hash(ids), place, |place| hash(&self.list[*place as usize].ids));
        place
    }

    /// The sums by scope.
    fn blocks(&self) -> [(Scope, Block); 4] {
        let mut blocks = Scope::ALL.map(|scope| (scope, Block::default()));
        for Combination { counted, ends, ids } in &self.list {
            let ends = ends.map(usize::from);
            let (ids, counts) = (std::str::from_utf8(ids).unwrap_or_default(), counted.sum());
            let (service, rest) = ids.split_at_checked(ends[0]).unwrap_or((ids, ""));
            let (environment, rest) = rest.split_at_checked(ends[1] - ends[0]).unwrap_or((rest, ""));
            let (api, key) = rest.split_at_checked(ends[2] - ends[1]).unwrap_or((rest, ""));
            for (scope, block) in &mut blocks {
                let name = match scope {
                    Scope::All => ["", "", ""],
                    Scope::Environment => [service, environment, ""],
                    Scope::Api => [service, environment, api],
                    Scope::Key => [service, environment, key],
                };
                match scope {
                    // No API, or one too many to be told apart.
                    Scope::Api if api.is_empty() => block.rest.absorb(&counts),
                    Scope::Key if key.is_empty() => {}
                    _ => block.add(name, &counts),
                }
            }
        }
        for (scope, block) in &mut blocks {
            block.trim(*scope);
        }
        blocks
    }
}

fn hash(ids: &[u8]) -> u64 {
    FxBuildHasher.hash_one(ids)
}
