//! The rules of usage plans.

use model::Timestamp;

use super::*;
use crate::world::{World, field, name, plan, tag, text};

fn gold() -> NewUsagePlan {
    NewUsagePlan {
        name: name("gold"),
        description: text("for partners"),
        rate: Some(100),
        quota: Some(1000),
        tags: vec![tag("k", "v")],
    }
}

#[test]
fn a_plan_is_made_of_what_was_said_and_may_share_its_name() {
    let mut world = World::new();
    let now = world.now;
    let made = world.make(|facts| create(facts, plan("plan-1"), &gold())).unwrap();
    assert_eq!((made.name.as_str(), made.description.as_str()), ("gold", "for partners"));
    assert_eq!((made.rate, made.quota, made.tags.as_slice()), (Some(100), Some(1000), &[tag("k", "v")][..]));
    assert_eq!((made.created, made.modified), (now, now));
    assert_eq!(world.snapshot.usage_plans["plan-1"], made);
    assert!(create(&world.facts(), plan("plan-2"), &gold()).is_ok());
}

#[test]
fn bounds_are_none_or_within_their_range() {
    let too_fast = |rate| Some(Refusal::RateOutOfRange { rate, max: 2000 });
    let too_many = |quota| Some(Refusal::QuotaOutOfRange { quota, max: 99_999_999 });
    let cases = [
        (None, None, None),
        (Some(1), Some(1), None),
        (Some(2000), Some(99_999_999), None),
        (Some(0), None, too_fast(0)),
        (Some(2001), None, too_fast(2001)),
        (None, Some(0), too_many(0)),
        (None, Some(100_000_000), too_many(100_000_000)),
        (Some(1), Some(u64::MAX), too_many(u64::MAX)),
    ];
    for (rate, quota, expected) in cases {
        let mut world = World::new();
        let created = create(&world.facts(), plan("plan-1"), &NewUsagePlan { rate, quota, ..gold() }).err();
        assert_eq!(created, expected, "creating {rate:?} {quota:?}");
        world.plan("plan-2");
        let change = UsagePlanChange { rate: Some(rate), quota: Some(quota), ..UsagePlanChange::default() };
        assert_eq!(modify(&world.facts(), &plan("plan-2"), &change).err(), expected, "modifying {rate:?} {quota:?}");
    }
}

#[test]
fn no_more_plans_than_the_limit_and_no_tag_twice() {
    let mut world = World::new();
    let twice = NewUsagePlan { tags: vec![tag("k", "1"), tag("k", "2")], ..gold() };
    assert_eq!(field(create(&world.facts(), plan("plan-1"), &twice)), "tags");
    world.quotas.usage_plans = 1;
    world.plan("plan-1");
    assert_eq!(create(&world.facts(), plan("plan-2"), &gold()).unwrap_err(), Refusal::TooManyUsagePlans { limit: 1 });
}

#[test]
fn a_change_touches_only_what_it_names() {
    let none = UsagePlanChange::default;
    type Case = (UsagePlanChange, fn(&mut UsagePlan));
    let cases: [Case; 6] = [
        (UsagePlanChange { name: Some(name("silver")), ..none() }, |p| p.name = name("silver")),
        (UsagePlanChange { description: Some(text("d")), ..none() }, |p| p.description = text("d")),
        (UsagePlanChange { rate: Some(Some(7)), ..none() }, |p| p.rate = Some(7)),
        (UsagePlanChange { rate: Some(None), ..none() }, |p| p.rate = None),
        (UsagePlanChange { quota: Some(Some(7)), ..none() }, |p| p.quota = Some(7)),
        (UsagePlanChange { quota: Some(None), ..none() }, |p| p.quota = None),
    ];
    for (change, apply) in cases {
        let mut world = World::new();
        let made = world.make(|facts| create(facts, plan("plan-1"), &gold())).unwrap();
        let mut expected = UsagePlan { modified: world.now, ..UsagePlan::clone(&made) };
        apply(&mut expected);
        let after = world.make(|facts| modify(facts, &plan("plan-1"), &change)).unwrap();
        assert_eq!(*after, expected, "{change:?}");
        assert_eq!(world.snapshot.usage_plans["plan-1"], after, "{change:?}");
    }
}

#[test]
fn a_change_that_changes_nothing_writes_nothing() {
    let mut world = World::new();
    world.make(|facts| create(facts, plan("plan-1"), &gold())).unwrap();
    let same = UsagePlanChange { name: Some(name("gold")), rate: Some(Some(100)), ..UsagePlanChange::default() };
    for change in [UsagePlanChange::default(), same] {
        assert_eq!(modify(&world.facts(), &plan("plan-1"), &change).unwrap().writes, []);
    }
}

#[test]
fn a_plan_from_before_a_limit_was_lowered_can_be_renamed() {
    let mut world = World::new();
    world.make(|facts| create(facts, plan("plan-1"), &gold())).unwrap();
    world.quotas.plan_rate_max = 10;
    let rename = UsagePlanChange { name: Some(name("old")), ..UsagePlanChange::default() };
    assert!(modify(&world.facts(), &plan("plan-1"), &rename).is_ok());
}

#[test]
fn a_plan_in_use_is_not_deleted() {
    let mut world = World::new();
    world.service("service-1").api("service-1", "api-1").plan("plan-1").plan("plan-2").plan("plan-3").key("key-1");
    world.key_in_plan("key-1", "plan-1");
    world.ruled("plan-2", "service-1", "test", None).ruled("plan-2", "service-1", "release", Some("api-1"));
    let in_use = |called: &str, keys, bindings| Err(Refusal::PlanInUse { plan: plan(called), keys, bindings });
    let tried = |called: &str| delete(&world.facts(), &plan(called)).map(|_| ());
    assert_eq!(tried("plan-1"), in_use("plan-1", 1, 0));
    assert_eq!(tried("plan-2"), in_use("plan-2", 0, 2));
    world.make(|facts| delete(facts, &plan("plan-3"))).unwrap();
    assert!(!world.snapshot.usage_plans.contains_key("plan-3"));
}

#[test]
fn what_is_not_there_cannot_be_changed_or_deleted() {
    let mut world = World::new();
    world.now = Timestamp::from_millis(0);
    let missing = Refusal::UsagePlanNotFound(plan("plan-1"));
    assert_eq!(modify(&world.facts(), &plan("plan-1"), &UsagePlanChange::default()).unwrap_err(), missing);
    assert_eq!(delete(&world.facts(), &plan("plan-1")).unwrap_err(), missing);
}
