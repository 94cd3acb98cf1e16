//! A rate on a clock that the test moves, against a list of all admissions.

use proptest::prelude::*;

use crate::limit::{Micros, Rate};

/// What a rate has to do, in the plainest words.
#[derive(Default)]
struct Reference {
    admitted: Vec<u64>,
}

impl Reference {
    fn in_last_second(&self, now: u64) -> u32 {
        self.admitted.iter().rev().take_while(|time| now - **time < 1_000_000).count() as u32
    }
}

/// What happens next.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// A call comes after so many microseconds.
    Call(u64),
    /// The bound becomes another one.
    Resize(u32),
}

fn gap() -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => 0..3_u64,
        6 => 0..400_000_u64,
        1 => 999_998..1_000_003_u64,
        1 => 0..5_000_000_u64,
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![20 => gap().prop_map(Event::Call), 1 => (1..9_u32).prop_map(Event::Resize)];
    proptest::collection::vec(event, 1..300)
}

proptest! {
    /// Never one too many in any second, never a refusal while there is room, and `remaining` tells how much.
    #[test]
    fn a_rate_admits_just_while_fewer_than_its_bound_were_admitted_in_the_last_second(
        bound in 1..9_u32, events in events(), start in prop_oneof![Just(0), Just((1 << 48) - 3_000_000), 0..u64::from(u32::MAX)],
        asks in any::<bool>(),
    ) {
        let mut rate = Rate::new(bound);
        let mut reference = Reference::default();
        let mut now = start;
        for event in events {
            match event {
                // Sorting times across the wrap of the clock is not promised.
                Event::Resize(bound) if start < 1 << 40 => rate = rate.resized(bound),
                Event::Resize(_) => {}
                Event::Call(gap) => {
                    now += gap;
                    let room = rate.limit().saturating_sub(reference.in_last_second(now));
                    if asks {
                        prop_assert_eq!(rate.remaining(Micros(now)), room);
                        prop_assert_eq!(rate.room(Micros(now)).is_some(), room > 0);
                    }
                    prop_assert_eq!(rate.admit(Micros(now)), room > 0, "at {} with room for {}", now, room);
                    if room > 0 {
                        reference.admitted.push(now);
                        if asks {
                            prop_assert_eq!(rate.remaining(Micros(now)), room - 1);
                        }
                    }
                }
            }
        }
    }

    /// A caller who keeps to the rate is never refused.
    #[test]
    fn calls_that_come_evenly_at_the_rate_are_all_admitted(bound in 1..3_000_u32, seconds in 1..4_u64) {
        let rate = Rate::new(bound);
        for call in 0..u64::from(bound) * seconds {
            // Rounded up to the whole second at the end of each round, so that no round is shorter than a second.
            let now = call / u64::from(bound) * 1_000_000 + call % u64::from(bound) * 1_000_000 / u64::from(bound);
            prop_assert!(rate.admit(Micros(now)), "call {}", call);
        }
    }
}

#[test]
fn a_burst_is_admitted_up_to_the_bound_and_again_a_second_later() {
    let rate = Rate::new(5_000);
    for second in 0..70_u64 {
        let now = Micros(second * 1_000_000);
        assert_eq!(rate.remaining(now), 5_000);
        assert_eq!((0..5_010).filter(|_| rate.admit(now)).count(), 5_000);
        assert_eq!(rate.remaining(Micros(now.0 + 999_999)), 0);
        assert!(!rate.admit(Micros(now.0 + 999_999)));
    }
}

#[test]
fn laps_of_the_ring_may_be_more_than_are_told_apart() {
    let rate = Rate::new(1);
    for second in 0..200_000_u64 {
        assert!(rate.admit(Micros(second * 1_000_000)), "second {second}");
        assert!(!rate.admit(Micros(second * 1_000_000 + 999_999)), "second {second}");
    }
}

#[test]
fn a_worker_whose_clock_is_behind_is_not_let_through() {
    let rate = Rate::new(2);
    assert!(rate.admit(Micros(5_000_000)));
    assert!(rate.admit(Micros(5_000_000)));
    for behind in [0, 3_000_000, 4_999_999, 5_999_999] {
        assert!(!rate.admit(Micros(behind)), "{behind}");
    }
    assert!(rate.admit(Micros(6_000_000)));
}

#[test]
fn room_that_others_took_meanwhile_is_the_next_or_none() {
    let (rate, now) = (Rate::new(3), Micros(7));
    let found = [(); 4].map(|()| rate.room(now).unwrap());
    let taken = found.map(|room| room.take(now));
    assert_eq!((taken, rate.remaining(now)), ([true, true, true, false], 0));
    let (early, later) = (rate.room(Micros(1_000_007)).unwrap(), Micros(2_000_007));
    assert_eq!((0..3).filter(|_| rate.admit(Micros(1_000_007))).count(), 3);
    assert!(!early.take(Micros(1_000_007)));
    assert!(early.take(later) && rate.remaining(later) == 2);
}

#[test]
fn a_rate_that_is_made_smaller_and_larger_again_forgets_nothing() {
    let rate = Rate::new(10);
    (0..10).for_each(|call| assert!(rate.admit(Micros(call))));
    let smaller = rate.resized(3);
    assert_eq!(smaller.remaining(Micros(10)), 0);
    let larger = smaller.resized(12);
    assert_eq!(larger.remaining(Micros(10)), 2);
    assert!(larger.admit(Micros(10)) && larger.admit(Micros(10)) && !larger.admit(Micros(10)));
    assert_eq!(larger.remaining(Micros(1_000_004)), 5);
}

#[test]
fn a_rate_of_nothing_admits_nothing() {
    let rate = Rate::new(0);
    assert!(!rate.admit(Micros(0)) && rate.room(Micros(9_000_000)).is_none());
    assert_eq!(rate.remaining(Micros(0)), 0);
    let used = Rate::new(3);
    assert!(used.admit(Micros(0)));
    assert!(!used.resized(0).admit(Micros(1)));
    assert_eq!(used.resized(0).resized(3).remaining(Micros(1)), 2);
}
