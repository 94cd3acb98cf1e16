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

impl<'a> Limits<'a> {
    /// Admits the call under all limits, or says which one refuses it: the first in the order service, API, plan,
    /// quota.
    ///
    /// All are asked before the first is taken from, so a refused call uses up nothing of the others. Two calls that
    /// ask for the last admission in the same instant are both told that there is one: the one that then does not get
    /// it is refused, and has used up an admission of the rates before that one for a second. The quota is taken
    /// last: no refused call ever counts in it.
    pub fn admit(&self, now: Micros) -> Result<(), Exceeded> {
        self.rooms(now)?.take(now)
    }

    /// The room that there is under all of them at this moment. Takes nothing.
    pub fn rooms(&self, now: Micros) -> Result<Rooms<'a>, Exceeded> {
        let rooms = Rooms {
            service: room(self.service, Exceeded::Service, now)?,
            api: room(self.api, Exceeded::Api, now)?,
            plan: room(self.plan, Exceeded::Plan, now)?,
            quota: self.quota,
        };
        match self.quota {
            Some((quota, limit)) if !quota.has_room(limit) => Err(Exceeded::Quota),
            _ => Ok(rooms),
        }
    }
}

/// Room for one call under all of its limits.
#[derive(Debug)]
pub struct Rooms<'a> {
    service: Option<Room<'a>>,
    api: Option<Room<'a>>,
    plan: Option<Room<'a>>,
    quota: Option<(&'a Quota, u64)>,
}

impl Rooms<'_> {
    /// Takes the call's admission of each, up to the first that has none left at `now`: what was found in asking is not
    /// looked for again.
    pub fn take(self, now: Micros) -> Result<(), Exceeded> {
        take(self.service, Exceeded::Service, now)?;
        take(self.api, Exceeded::Api, now)?;
        take(self.plan, Exceeded::Plan, now)?;
        match self.quota {
            Some((quota, limit)) if !quota.take(limit) => Err(Exceeded::Quota),
            _ => Ok(()),
        }
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
