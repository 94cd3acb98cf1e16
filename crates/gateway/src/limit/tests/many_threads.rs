//! Many threads at one rate and one quota, on a clock that they share.

use std::sync::Barrier;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use crate::limit::{Micros, Quota, Rate};

const THREADS: u64 = 4;

#[test]
fn no_second_has_more_admissions_than_the_bound_however_threads_meet() {
    for bound in [1, 2, 7, 100, 1_000] {
        let rate = Rate::new(bound);
        let clock = AtomicU64::new(0);
        let work = |seed: u64| {
            let mut random = seed;
            let mut admitted = Vec::new();
            for _ in 0..30_000 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // About eight calls in the time that one is allowed, and now and then a pause.
                let gap = if (random >> 40).is_multiple_of(500) {
                    700_000
                } else {
                    (random >> 33) % (250_000 / u64::from(bound))
                };
                let now = clock.fetch_add(gap, Relaxed);
                if rate.admit(Micros(now)) {
                    admitted.push(now);
                }
            }
            admitted
        };
        let mut admitted: Vec<u64> = thread::scope(|scope| {
            let threads: Vec<_> = (1..=THREADS).map(|seed| scope.spawn(move || work(seed))).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        admitted.sort_unstable();
        assert!(admitted.len() > bound as usize);
        for window in admitted.windows(bound as usize + 1) {
            assert!(window[bound as usize] - window[0] >= 1_000_000, "{bound} a second: {window:?}");
        }
    }
}

#[test]
fn threads_at_the_same_moment_get_the_bound_together_and_not_one_less() {
    const ROUNDS: u64 = 2_000;
    for bound in [1_u32, 3, 64] {
        let rate = Rate::new(bound);
        let barrier = Barrier::new(THREADS as usize);
        let admitted: Vec<AtomicU64> = (0..ROUNDS).map(|_| AtomicU64::new(0)).collect();
        let wrong = AtomicU64::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for round in 0..ROUNDS {
                        barrier.wait();
                        let now = Micros(round * 1_000_000);
                        while rate.admit(now) {
                            admitted[round as usize].fetch_add(1, Relaxed);
                        }
                        // A panic here would leave the others at the barrier.
                        if rate.remaining(now) != 0 || rate.room(now).is_some() {
                            wrong.fetch_add(1, Relaxed);
                        }
                        // Nobody goes on to the next second while somebody is in this one.
                        barrier.wait();
                    }
                });
            }
        });
        assert_eq!(wrong.load(Relaxed), 0, "said to have room when there was none");
        for (round, admitted) in admitted.iter().enumerate() {
            assert_eq!(admitted.load(Relaxed), u64::from(bound), "round {round}");
        }
    }
}

#[test]
fn threads_take_a_quota_to_the_last_call_and_not_beyond() {
    let quota = Quota::new(17);
    let taken: usize = thread::scope(|scope| {
        let work = || (0..30_000).filter(|_| quota.take(50_017)).count();
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((taken, quota.used()), (50_000, 50_017));
    assert!(!quota.has_room(50_017) && quota.has_room(50_018));
    // A quota that was made smaller than what is used refuses and stays as it is.
    assert!(!quota.take(10));
    assert_eq!(quota.used(), 50_017);
}
