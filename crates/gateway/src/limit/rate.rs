//! A bound on calls in any second.
//!
//! Every admission has a ticket: 0, 1, 2 … A ring of as many slots as admissions are allowed a second keeps the time of
//! the last ones: ticket `t` is written into slot `t % N`, and only when what stands there, the time of ticket `t - N`,
//! is a second old. Any N + 1 admissions have two in one slot, and those are a second apart at least: so there are
//! never more than N in a second, wherever the second begins. And a call is refused only when ticket `t - N`, and with
//! it all N tickets since, were admitted less than a second ago.
//!
//! Nothing is locked. A thread takes a ticket by a compare-and-exchange on its slot; the counter of tickets follows, and
//! whoever finds a slot filled and the counter behind moves it on.

use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use super::Micros;
use crate::ahead;

/// At most so many admissions in any second; shared by all workers.
///
/// Each worker brings its own clock reading. The bound holds for the readings as they were given: however the clocks of
/// workers differ, no second in them has more than the bound. A worker whose clock is behind the others' may be refused
/// for as long as it is behind.
///
/// A rate that is used takes 8 bytes for each call per second that it allows; one that is not used takes next to
/// nothing.
#[derive(Debug)]
// One line of the processor's cache: whoever admits a call needs all of it, and writes the counters anyway.
#[repr(align(64))]
pub struct Rate {
    limit: u32,
    ring: OnceLock<Box<[AtomicU64]>>,
    /// The next ticket.
    head: AtomicU64,
    /// All tickets before this one are known to be older than a second. A hint: it may be behind.
    tail: AtomicU64,
    /// Times of admissions that found no room in the ring when this rate was made from a larger one. They hold up
    /// nothing here: the ring is full of later ones. They count again when this rate is made larger.
    squeezed_out: Box<[u64]>,
}

/// What a slot holds: which time round the ring it was filled (16 bits, counted from 1) and when (48 bits,
/// microseconds). Zero before it is first filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot(u64);

const TIME_BITS: u32 = 48;
const TIME_MASK: u64 = (1 << TIME_BITS) - 1;
const LAP_MASK: u64 = (1 << (u64::BITS - TIME_BITS)) - 1;

impl Slot {
    /// Filled at `now` in lap `lap`, which counts from 1.
    const fn new(lap: u64, now: Micros) -> Self {
        Self((lap & LAP_MASK) << TIME_BITS | now.0 & TIME_MASK)
    }

    /// Whether it was filled in lap `lap` last. Laps are told apart modulo 65,536; a lap takes a second at least, so a
    /// thread would have to sleep 18 hours between two instructions to take one for another.
    const fn is_of(self, lap: u64) -> bool {
        self.0 >> TIME_BITS == lap & LAP_MASK
    }

    /// True when it was filled a second or more before `now`. A time after `now` - another worker's clock is ahead - is
    /// no second ago.
    const fn is_over(self, now: Micros) -> bool {
        let age = now.0.wrapping_sub(self.0) & TIME_MASK;
        age >= Micros::SECOND.0 && age < 1 << (TIME_BITS - 1)
    }
}

/// Where a ticket stands: in which time round the ring, counted from 1, and at which slot.
#[derive(Debug, Clone, Copy)]
struct Place {
    lap: u64,
    slot: u64,
}

impl Place {
    const fn of(ticket: u64, size: u64) -> Self {
        // One division: a remainder of its own would be another.
        let laps = ticket / size;
        Self { lap: laps + 1, slot: ticket - laps * size }
    }

    /// The place of the ticket that is so many back, a lap at most: without a division, which is slow.
    const fn back(self, tickets: u64, size: u64) -> Self {
        match self.slot.checked_sub(tickets) {
            Some(slot) => Self { lap: self.lap, slot },
            None => Self { lap: self.lap - 1, slot: self.slot + size - tickets },
        }
    }
}

/// Room for one admission: the ticket to be had, and what stands in its slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room<'r> {
    rate: &'r Rate,
    ticket: u64,
    lap: u64,
    slot: &'r AtomicU64,
    before: u64,
}

impl Room<'_> {
    /// Takes the admission, or the next where another thread has taken it. False when there is none left at `now`.
    pub(super) fn take(self, now: Micros) -> bool {
        let rate = self.rate;
        let mut room = Some(self);
        while let Some(Room { ticket, lap, slot, before, .. }) = room {
            let filled = Slot::new(lap, now);
            if slot.compare_exchange(before, filled.0, AcqRel, Relaxed).is_ok() {
                rate.advance(ticket);
                return true;
            }
            // Another thread took this ticket.
            room = rate.room(now);
        }
        false
    }
}

impl Rate {
    /// A rate of `per_second` admissions, none of them used. Zero admits nothing, ever.
    pub fn new(per_second: u32) -> Self {
        Self {
            limit: per_second,
            ring: OnceLock::new(),
            head: AtomicU64::new(0),
            tail: AtomicU64::new(0),
            squeezed_out: Box::default(),
        }
    }

    /// The same rate with another bound; recent admissions count on, so that no second around the change has more than
    /// the new bound, unless it had already.
    ///
    /// What is admitted by `self` while or after this is called does not count for the new one: put the new one in
    /// place at once.
    pub fn resized(&self, per_second: u32) -> Self {
        let mut resized = Self::new(per_second);
        let mut times = self.squeezed_out.to_vec();
        if let Some(ring) = self.ring.get() {
            let used = ring.iter().map(|slot| slot.load(Acquire)).filter(|slot| *slot != 0);
            times.extend(used.map(|slot| slot & TIME_MASK));
        }
        times.sort_unstable();
        // What is a second older than the latest one is so for every call to come.
        let latest = times.last().copied().unwrap_or(0);
        times.retain(|time| latest - time < Micros::SECOND.0);
        // The latest ones, in order, become the tickets of the first lap.
        let (squeezed_out, carried) = times.split_at(times.len().saturating_sub(per_second as usize));
        if !carried.is_empty() {
            for (slot, time) in resized.ring().iter().zip(carried) {
                slot.store(Slot::new(1, Micros(*time)).0, Relaxed);
            }
            resized.head.store(carried.len() as u64, Relaxed);
        }
        resized.squeezed_out = squeezed_out.into();
        resized
    }

    /// Admissions a second.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Asks for the memory that an admission will need, and the question what remains. The rate itself must have come.
    pub fn fetch_ahead(&self) {
        let size = u64::from(self.limit);
        let Some(ring) = self.ring.get().filter(|_| size > 0) else { return };
        for ticket in [&self.head, &self.tail] {
            let place = Place::of(ticket.load(Relaxed), size);
            ring.get(place.slot as usize).into_iter().for_each(ahead::fetch);
        }
    }

    /// Takes one admission; false when there is none left in the second that ends at `now`.
    pub fn admit(&self, now: Micros) -> bool {
        self.room(now).is_some_and(|room| room.take(now))
    }

    /// How many more admissions there is room for at `now`.
    ///
    /// Costs a few steps where calls come evenly, and about log2 of the bound after a pause.
    pub fn remaining(&self, now: Micros) -> u32 {
        let Some(ring) = self.ring.get() else { return self.limit };
        let size = u64::from(self.limit);
        let head = self.head.load(Acquire);
        let next = Place::of(head, size);
        let is_over = |back: u64| {
            let place = next.back(back, size);
            let slot = Slot(ring[place.slot as usize].load(Acquire));
            // Filled again since: that could only be when it was over.
            !slot.is_of(place.lap) || slot.is_over(now)
        };
        // Tickets are told by how far they are back. The oldest that may still count is `most` back, and all are over
        // that are further. Step towards the head, as far again as was come already, while tickets are over …
        let known = head.saturating_sub(self.tail.load(Relaxed));
        let begin = known.min(size);
        let (mut most, mut least, mut stride) = (begin, 0, 0);
        while most > 0 {
            let probe = most.saturating_sub(stride).max(1);
            if !is_over(probe) {
                least = probe;
                break;
            }
            most = probe - 1;
            stride = begin - probe;
        }
        // … and find the border in the last stride.
        while least < most {
            let probe = least.midpoint(most) + 1;
            if is_over(probe) {
                most = probe - 1;
            } else {
                least = probe;
            }
        }
        if most < known {
            // Where threads come here together, the one that knew less may write last. What it knew is true all the same.
            self.tail.store(head - most, Relaxed);
        }
        // The bound at most, which is a `u32`.
        self.limit - most as u32
    }

    fn ring(&self) -> &[AtomicU64] {
        self.ring.get_or_init(|| (0..self.limit).map(|_| AtomicU64::new(0)).collect())
    }

    /// Room for an admission, if there is any at `now`.
    pub(super) fn room(&self, now: Micros) -> Option<Room<'_>> {
        if self.limit == 0 {
            return None;
        }
        let ring = self.ring();
        let size = u64::from(self.limit);
        loop {
            let ticket = self.head.load(Acquire);
            let Place { lap, slot } = Place::of(ticket, size);
            let slot = &ring[slot as usize];
            let before = Slot(slot.load(Acquire));
            if before.is_of(lap) {
                // Taken, and whoever took it has not come to say so.
                self.advance(ticket);
            } else if before.is_of(lap - 1) {
                let is_free = lap == 1 || before.is_over(now);
                return is_free.then_some(Room { rate: self, ticket, lap, slot, before: before.0 });
            }
            // Otherwise others have gone round the ring since the counter was read.
        }
    }

    /// Moves the counter on from `ticket`, which is taken. Nothing to do when somebody has.
    fn advance(&self, ticket: u64) {
        let _ = self.head.compare_exchange(ticket, ticket + 1, AcqRel, Relaxed);
    }
}
