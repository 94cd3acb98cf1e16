//! Bounds on calls in windows of time that follow one another: exact, and without a lock.
//!
//! A sliding bound keeps the time of each call that it admitted ([`Rate`](super::Rate)), which is no way to count the calls of a
//! day, nor those of each of a million addresses. Here a window is a number - how many of its length have gone by since
//! the Unix epoch - and what is kept is how many calls it has had.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use arc_swap::{ArcSwap, Guard};

/// The window that a moment is in, by one worker's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowAt {
    /// Its number.
    pub number: u32,
    /// The latest that a worker whose clock is right may have begun. One beyond was begun before the wall clock was set
    /// back, and counts no more.
    pub latest: u32,
}

impl WindowAt {
    /// True when calls of this moment count in the window with this number.
    fn counts_in(self, number: u32) -> bool {
        (self.number..=self.latest).contains(&number)
    }
}

/// How many calls one window has had.
///
/// Workers' clocks differ a little: whoever is behind counts in the window that another has begun.
#[derive(Debug, Default)]
pub struct WindowCount {
    /// The window's number, and below it the calls.
    state: AtomicU64,
}

impl WindowCount {
    /// The number of the window that counts, and how many calls it has had.
    fn read(state: u64, window: WindowAt) -> (u32, u32) {
        let running = (state >> 32) as u32;
        // The lower half.
        if window.counts_in(running) { (running, state as u32) } else { (window.number, 0) }
    }

    /// True when [`WindowCount::take`] would take at this moment. Takes nothing.
    pub fn has_room(&self, window: WindowAt, limit: u32) -> bool {
        Self::read(self.state.load(Relaxed), window).1 < limit
    }

    /// Counts one call, unless the window has had `limit`.
    pub fn take(&self, window: WindowAt, limit: u32) -> bool {
        let next = |state: u64| {
            let (current, used) = Self::read(state, window);
            (used < limit).then(|| u64::from(current) << 32 | u64::from(used + 1))
        };
        self.state.fetch_update(Relaxed, Relaxed, next).is_ok()
    }
}

/// How many calls with each key one window has had. There is a most of keys: a call with one more cannot be judged, and is
/// refused.
#[derive(Debug)]
pub struct WindowCounts<K: Hash + Eq> {
    running: ArcSwap<Running<K>>,
    most: usize,
}

#[derive(Debug)]
struct Running<K: Hash + Eq> {
    window: u32,
    counts: papaya::HashMap<K, AtomicU32>,
}

impl<K: Hash + Eq> WindowCounts<K> {
    /// Counts for at most so many keys in a window.
    pub fn new(most: usize) -> Self {
        Self { running: ArcSwap::from_pointee(Running { window: 0, counts: papaya::HashMap::new() }), most }
    }

    /// The counts of `window`, or of a later one that another worker has begun.
    fn running(&self, window: WindowAt) -> Guard<Arc<Running<K>>> {
        loop {
            let running = self.running.load();
            if window.counts_in(running.window) {
                return running;
            }
            // One of those who come to the new window first puts its counts in place; whoever still has the old ones
            // counts in the old window.
            let next = Arc::new(Running { window: window.number, counts: papaya::HashMap::new() });
            self.running.compare_and_swap(&*running, next);
        }
    }

    /// True when [`WindowCounts::take`] would take at this moment. Takes nothing.
    pub fn has_room<Q>(&self, window: WindowAt, key: &Q, limit: u32) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let running = self.running(window);
        match running.counts.pin().get(key) {
            Some(used) => used.load(Relaxed) < limit,
            None => running.counts.len() < self.most,
        }
    }

    /// Counts one call with `key`, unless the window has had `limit`.
    pub fn take<Q>(&self, window: WindowAt, key: &Q, limit: u32) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let running = self.running(window);
        let counts = running.counts.pin();
        let used = match counts.get(key) {
            Some(used) => used,
            None if running.counts.len() < self.most => counts.get_or_insert_with(key.to_owned(), AtomicU32::default),
            None => return false,
        };
        used.fetch_update(Relaxed, Relaxed, |used| (used < limit).then(|| used + 1)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    /// A window, where other clocks may be far ahead.
    fn at(number: u32) -> WindowAt {
        WindowAt { number, latest: number + 1000 }
    }

    #[test]
    fn a_clock_that_was_set_back_begins_its_window_anew() {
        let (all, each) = (WindowCount::default(), WindowCounts::<String>::new(100));
        let (before, after) = (at(5000), WindowAt { number: 1400, latest: 1405 });
        assert!(all.take(before, 1) && !all.take(before, 1));
        assert!(each.take(before, "a", 1) && !each.take(before, "a", 1));
        let little = WindowAt { number: 4998, latest: 5003 };
        assert!(!all.has_room(little, 1) && !each.has_room(little, "a", 1), "clocks that differ count together");
        assert!(all.has_room(after, 1) && each.has_room(after, "a", 1));
        assert!(all.take(after, 1) && !all.take(after, 1));
        assert!(each.take(after, "a", 1) && !each.take(after, "a", 1));
    }

    #[test]
    fn a_window_admits_its_number_and_the_next_begins_anew() {
        let count = WindowCount::default();
        for window in [7, 8, 100] {
            for _ in 0..3 {
                assert!(count.has_room(at(window), 3));
                assert!(count.take(at(window), 3));
            }
            assert!(!count.has_room(at(window), 3) && !count.take(at(window), 3));
            assert!(count.take(at(window), 4), "a larger bound lets more pass");
        }
        assert!(!count.take(at(99), 4), "a clock that is behind opens no window again");
    }

    #[test]
    fn each_key_is_counted_for_itself() {
        let counts: WindowCounts<String> = WindowCounts::new(100);
        assert!(counts.take(at(1), "a", 1) && counts.take(at(1), "b", 1));
        assert!(!counts.take(at(1), "a", 1) && !counts.has_room(at(1), "b", 1) && counts.has_room(at(1), "c", 1));
        assert!(counts.take(at(2), "a", 1));
        assert!(!counts.take(at(1), "a", 1), "a clock that is behind opens no window again");
    }

    #[test]
    fn a_key_for_which_there_is_no_room_is_refused() {
        let counts: WindowCounts<String> = WindowCounts::new(2);
        assert!(counts.take(at(1), "a", 9) && counts.take(at(1), "b", 9));
        assert!(!counts.has_room(at(1), "c", 9) && !counts.take(at(1), "c", 9));
        assert!(counts.take(at(1), "a", 9));
        assert!(counts.take(at(2), "c", 9));
    }

    #[test]
    fn threads_together_are_admitted_exactly_the_number() {
        let (all, each) = (WindowCount::default(), WindowCounts::<String>::new(100));
        let start = Barrier::new(4);
        let taken: (usize, usize) = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        let mut taken = (0, 0);
                        for window in 1..=20 {
                            for _ in 0..100 {
                                taken.0 += usize::from(all.take(at(window), 70));
                                taken.1 += usize::from(each.take(at(window), "k", 70));
                            }
                        }
                        taken
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
        });
        assert!(taken.0 <= 20 * 70 && taken.1 <= 20 * 70, "{taken:?}");
        assert!(taken.0 > 0 && taken.1 > 0);
    }
}
