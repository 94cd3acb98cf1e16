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

/// How many calls one window has had.
///
/// Workers' clocks differ a little: whoever is behind counts in the window that another has begun.
#[derive(Debug, Default)]
pub struct WindowCount {
    /// The window's number, and below it the calls.
    state: AtomicU64,
}

impl WindowCount {
    fn used(state: u64, window: u32) -> u32 {
        // The lower half.
        if (state >> 32) as u32 >= window { state as u32 } else { 0 }
    }

    /// True when [`WindowCount::take`] would take at this moment. Takes nothing.
    pub fn has_room(&self, window: u32, limit: u32) -> bool {
        Self::used(self.state.load(Relaxed), window) < limit
    }

    /// Counts one call, unless the window has had `limit`.
    pub fn take(&self, window: u32, limit: u32) -> bool {
        let next = |state: u64| {
            let used = Self::used(state, window);
            let current = ((state >> 32) as u32).max(window);
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

    /// The counts of `window`, or of a later one.
    fn running(&self, window: u32) -> Guard<Arc<Running<K>>> {
        loop {
            let running = self.running.load();
            if running.window >= window {
                return running;
            }
            // One of those who come to the new window first puts its counts in place; whoever still has the old ones
            // counts in the old window.
            let next = Arc::new(Running { window, counts: papaya::HashMap::new() });
            self.running.compare_and_swap(&*running, next);
        }
    }

    /// True when [`WindowCounts::take`] would take at this moment. Takes nothing.
    pub fn has_room<Q>(&self, window: u32, key: &Q, limit: u32) -> bool
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
    pub fn take<Q>(&self, window: u32, key: &Q, limit: u32) -> bool
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

    #[test]
    fn a_window_admits_its_number_and_the_next_begins_anew() {
        let count = WindowCount::default();
        for window in [7, 8, 100] {
            for _ in 0..3 {
                assert!(count.has_room(window, 3));
                assert!(count.take(window, 3));
            }
            assert!(!count.has_room(window, 3) && !count.take(window, 3));
            assert!(count.take(window, 4), "a larger bound lets more pass");
        }
        assert!(!count.take(99, 4), "a clock that is behind opens no window again");
    }

    #[test]
    fn each_key_is_counted_for_itself() {
        let counts: WindowCounts<String> = WindowCounts::new(100);
        assert!(counts.take(1, "a", 1) && counts.take(1, "b", 1));
        assert!(!counts.take(1, "a", 1) && !counts.has_room(1, "b", 1) && counts.has_room(1, "c", 1));
        assert!(counts.take(2, "a", 1));
        assert!(!counts.take(1, "a", 1), "a clock that is behind opens no window again");
    }

    #[test]
    fn a_key_for_which_there_is_no_room_is_refused() {
        let counts: WindowCounts<String> = WindowCounts::new(2);
        assert!(counts.take(1, "a", 9) && counts.take(1, "b", 9));
        assert!(!counts.has_room(1, "c", 9) && !counts.take(1, "c", 9));
        assert!(counts.take(1, "a", 9));
        assert!(counts.take(2, "c", 9));
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
                                taken.0 += usize::from(all.take(window, 70));
                                taken.1 += usize::from(each.take(window, "k", 70));
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
