//! All limits of a call.

use proptest::prelude::*;

use crate::limit::{Exceeded, Limits, Micros, Quota, Rate};

#[test]
fn a_call_under_no_limit_is_admitted() {
    assert_eq!(Limits::default().admit(Micros(0)), Ok(()));
}

#[test]
fn each_limit_refuses_in_its_name_and_the_others_keep_what_they_have() {
    for (bounds, exceeded) in [
        ([1, 9, 9, 9], Exceeded::Service),
        ([9, 1, 9, 9], Exceeded::Api),
        ([9, 9, 1, 9], Exceeded::Plan),
        ([9, 9, 9, 1], Exceeded::Quota),
        ([1, 1, 1, 1], Exceeded::Service),
        ([9, 1, 1, 1], Exceeded::Api),
        ([9, 9, 1, 1], Exceeded::Plan),
    ] {
        let [service, api, plan] = [bounds[0], bounds[1], bounds[2]].map(Rate::new);
        let quota = Quota::new(0);
        let limits = Limits {
            service: Some(&service),
            api: Some(&api),
            plan: Some(&plan),
            quota: Some((&quota, u64::from(bounds[3]))),
        };
        assert_eq!(limits.admit(Micros(7)), Ok(()));
        for _ in 0..20 {
            assert_eq!(limits.admit(Micros(7)), Err(exceeded), "{bounds:?}");
        }
        let left = [&service, &api, &plan].map(|rate| rate.remaining(Micros(7)));
        assert_eq!(left, [bounds[0] - 1, bounds[1] - 1, bounds[2] - 1]);
        assert_eq!(quota.used(), 1);
    }
}

#[test]
fn the_quota_does_not_come_back_after_a_second() {
    let quota = Quota::new(0);
    let limits = Limits { quota: Some((&quota, 2)), ..Limits::default() };
    let answers = [0, 5_000_000, 10_000_000].map(|now| limits.admit(Micros(now)));
    assert_eq!(answers, [Ok(()), Ok(()), Err(Exceeded::Quota)]);
}

proptest! {
    #[test]
    fn a_call_takes_from_every_limit_or_from_none(
        bounds in proptest::array::uniform3(1..6_u32), quota_limit in 0..20_u64,
        gaps in proptest::collection::vec(0..300_000_u64, 1..60),
    ) {
        let [service, api, plan] = bounds.map(Rate::new);
        let quota = Quota::new(0);
        let limits =
            Limits { service: Some(&service), api: Some(&api), plan: Some(&plan), quota: Some((&quota, quota_limit)) };
        let mut now = 0;
        for gap in gaps {
            now += gap;
            let left = || [&service, &api, &plan].map(|rate| u64::from(rate.remaining(Micros(now))));
            let (before, used) = (left(), quota.used());
            let expected = match before {
                [0, _, _] => Err(Exceeded::Service),
                [_, 0, _] => Err(Exceeded::Api),
                [_, _, 0] => Err(Exceeded::Plan),
                _ if used == quota_limit => Err(Exceeded::Quota),
                _ => Ok(()),
            };
            prop_assert_eq!(limits.admit(Micros(now)), expected);
            let taken = u64::from(expected.is_ok());
            prop_assert_eq!(left(), before.map(|left| left - taken));
            prop_assert_eq!(quota.used(), used + taken);
        }
    }
}
