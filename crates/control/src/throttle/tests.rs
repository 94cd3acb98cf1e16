//! The rules of throttles.

use super::*;
use crate::world::{World, api, env, field, id};
use crate::{Quotas, read};

fn world() -> World {
    let mut world = World::new();
    world.service("service-1").api("service-1", "api-1").api("service-1", "api-2");
    world
}

fn service_rates(world: &World) -> [u32; 3] {
    EnvironmentName::all()
        .map(|environment| read::service_rate(world.tree("service-1"), &environment, &Quotas::default()))
}

#[test]
fn environments_have_the_default_until_they_are_given_a_rate() {
    let mut world = world();
    assert_eq!(service_rates(&world), [5000, 5000, 5000]);
    let named = [env("test"), env("release"), env("test")];
    world.make(|facts| of_service(facts, &id("service-1"), &named, 100)).unwrap();
    assert_eq!(service_rates(&world), [100, 5000, 100]);
    world.make(|facts| of_service(facts, &id("service-1"), &[env("test")], 5000)).unwrap();
    assert_eq!(service_rates(&world), [5000, 5000, 100]);
}

#[test]
fn apis_are_free_until_they_are_given_a_rate_and_again_when_it_is_taken_away() {
    let mut world = world();
    let rate = |world: &World, called: &str, environment: &str| {
        read::api_rate(world.tree("service-1"), &env(environment), &api(called))
    };
    let both = [api("api-1"), api("api-2")];
    world.make(|facts| of_apis(facts, &id("service-1"), &env("test"), &both, Some(7))).unwrap();
    assert_eq!((rate(&world, "api-1", "test"), rate(&world, "api-2", "test")), (Some(7), Some(7)));
    assert_eq!(rate(&world, "api-1", "release"), None);
    world.make(|facts| of_apis(facts, &id("service-1"), &env("test"), &[api("api-1")], None)).unwrap();
    assert_eq!((rate(&world, "api-1", "test"), rate(&world, "api-2", "test")), (None, Some(7)));
    assert_eq!(world.tree("service-1").throttles.len(), 1, "no record of what is not bounded");
}

#[test]
fn the_same_rate_again_writes_nothing() {
    let mut world = world();
    world.throttled("service-1", "test", None, 100).throttled("service-1", "test", Some("api-1"), 7);
    assert_eq!(of_service(&world.facts(), &id("service-1"), &[env("test")], 100).unwrap().writes, []);
    let same = |called: &str, rate| {
        of_apis(&world.facts(), &id("service-1"), &env("test"), &[api(called)], rate).unwrap().writes
    };
    assert_eq!(same("api-1", Some(7)), []);
    assert_eq!(same("api-2", None), [], "taking away what is not there");
}

#[test]
fn rates_are_within_their_range() {
    let world = world();
    for rate in [0, 5001, u32::MAX] {
        let refused = Refusal::RateOutOfRange { rate, max: 5000 };
        assert_eq!(of_service(&world.facts(), &id("service-1"), &[env("test")], rate).unwrap_err(), refused);
        let tried = of_apis(&world.facts(), &id("service-1"), &env("test"), &[api("api-1")], Some(rate));
        assert_eq!(tried.unwrap_err(), refused);
    }
    for rate in [1, 5000] {
        assert!(of_service(&world.facts(), &id("service-1"), &[env("test")], rate).is_ok());
    }
}

#[test]
fn what_is_named_must_be_there_and_nothing_is_done_by_halves() {
    let mut world = world();
    let (service, test) = (id("service-1"), env("test"));
    let facts = world.facts();
    assert_eq!(field(of_service(&facts, &service, &[], 1)), "environments");
    assert_eq!(field(of_apis(&facts, &service, &test, &[], Some(1))), "apis");
    let moon = Refusal::EnvironmentNotFound(env("moon"));
    assert_eq!(of_service(&facts, &service, &[env("test"), env("moon")], 1).unwrap_err(), moon);
    assert_eq!(of_apis(&facts, &service, &env("moon"), &[api("api-1")], Some(1)).unwrap_err(), moon);
    let nowhere = Refusal::ServiceNotFound(id("service-2"));
    assert_eq!(of_service(&facts, &id("service-2"), &[env("test")], 1).unwrap_err(), nowhere);
    assert_eq!(of_apis(&facts, &id("service-2"), &test, &[api("api-1")], None).unwrap_err(), nowhere);
    let missing = Refusal::ApiNotFound { service: service.clone(), api: api("api-9") };
    let half = [api("api-1"), api("api-9")];
    assert_eq!(world.make(|facts| of_apis(facts, &service, &test, &half, Some(1))).unwrap_err(), missing);
    assert!(world.tree("service-1").throttles.is_empty());
}

#[test]
fn the_rate_of_an_api_that_was_deleted_and_may_still_run_can_be_taken_away() {
    let mut world = world();
    world.throttled("service-1", "test", Some("api-9"), 7);
    let (service, test, gone) = (id("service-1"), env("test"), [api("api-9")]);
    let missing = Refusal::ApiNotFound { service: service.clone(), api: api("api-9") };
    assert_eq!(of_apis(&world.facts(), &service, &test, &gone, Some(8)).unwrap_err(), missing);
    world.make(|facts| of_apis(facts, &service, &test, &gone, None)).unwrap();
    assert!(world.tree("service-1").throttles.is_empty());
    assert_eq!(of_apis(&world.facts(), &service, &test, &gone, None).unwrap_err(), missing);
}
