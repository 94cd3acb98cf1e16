//! All limits of one call together.

use super::rate::Room;
use super::{Micros, Quota, Rate};

/// The limits that one call is under; an absent one does not bound it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits<'a> {
    /// All calls of the environment.
    pub service: Option<&'a Rate>,
    /// The calls of the API in the environment.
    pub api: Option<&'a Rate>,
    /// The calls of the key under its usage plan.
    pub plan: Option<&'a Rate>,
    /// The calls that were made under the usage plan altogether, and how many may be.
    pub quota: Option<(&'a Quota, u64)>,
}

/// The limit that refused a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Exceeded {
    Service,
    Api,
    Plan,
    Quota,
}

impl Limits<'_> {
    /// Admits the call under all limits, or says which one refuses it: the first in the order service, API, plan,
    /// quota.
    ///
    /// All are asked before the first is taken from, so a refused call uses up nothing of the others. Two calls that
    /// ask for the last admission in the same instant are both told that there is one: the one that then does not get
    /// it is refused, and has used up an admission of the rates before that one for a second. The quota is taken
    /// last: no refused call ever counts in it.
    pub fn admit(&self, now: Micros) -> Result<(), Exceeded> {
        // What was found in asking is taken, and not looked for again.
        let service = room(self.service, Exceeded::Service, now)?;
        let api = room(self.api, Exceeded::Api, now)?;
        let plan = room(self.plan, Exceeded::Plan, now)?;
        self.ask_quota()?;
        take(service, Exceeded::Service, now)?;
        take(api, Exceeded::Api, now)?;
        take(plan, Exceeded::Plan, now)?;
        self.take_quota()
    }

    /// What [`Limits::admit`] would say at this moment. Takes nothing.
    pub fn have_room(&self, now: Micros) -> Result<(), Exceeded> {
        for (rate, exceeded) in self.each() {
            if !rate.would_admit(now) {
                return Err(exceeded);
            }
        }
        self.ask_quota()
    }

    /// Takes the call's admission of each, up to the first that has none left.
    pub fn take(&self, now: Micros) -> Result<(), Exceeded> {
        for (rate, exceeded) in self.each() {
            if !rate.admit(now) {
                return Err(exceeded);
            }
        }
        self.take_quota()
    }

    fn ask_quota(&self) -> Result<(), Exceeded> {
        match self.quota {
            Some((quota, limit)) if !quota.has_room(limit) => Err(Exceeded::Quota),
            _ => Ok(()),
        }
    }

    fn take_quota(&self) -> Result<(), Exceeded> {
        match self.quota {
            Some((quota, limit)) if !quota.take(limit) => Err(Exceeded::Quota),
            _ => Ok(()),
        }
    }

    fn each(&self) -> impl Iterator<Item = (&Rate, Exceeded)> {
        let rates = [(self.service, Exceeded::Service), (self.api, Exceeded::Api), (self.plan, Exceeded::Plan)];
        rates.into_iter().filter_map(|(rate, exceeded)| Some((rate?, exceeded)))
    }
}

/// The room under `rate`, where there is a rate; `exceeded` where that has none.
#[inline]
fn room(rate: Option<&Rate>, exceeded: Exceeded, now: Micros) -> Result<Option<Room<'_>>, Exceeded> {
    let Some(rate) = rate else { return Ok(None) };
    rate.room(now).map(Some).ok_or(exceeded)
}

/// Takes the room that was found, where there is a rate; `exceeded` where others have taken it and all that was left.
#[inline]
fn take(room: Option<Room<'_>>, exceeded: Exceeded, now: Micros) -> Result<(), Exceeded> {
    match room {
        Some(room) if !room.take(now) => Err(exceeded),
        _ => Ok(()),
    }
}
