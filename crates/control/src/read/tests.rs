//! The answers to the questions that dialects ask.

use super::*;
use crate::world::{World, api, env, key, plan};

fn world() -> World {
    let mut world = World::new();
    world.service("service-1").api("service-1", "api-1").api("service-1", "api-2").service("service-2");
    for number in 1..=3 {
        world.plan(&format!("plan-{number}")).key(&format!("key-{number}"));
    }
    world.key_in_plan("key-2", "plan-1").key_in_plan("key-1", "plan-1").key_in_plan("key-1", "plan-2");
    world.ruled("plan-1", "service-1", "test", None).ruled("plan-2", "service-1", "test", None);
    world.ruled("plan-1", "service-1", "release", Some("api-1")).ruled("plan-1", "service-1", "release", Some("api-2"));
    world.ruled("plan-1", "service-2", "prepub", None);
    world
}

#[test]
fn the_keys_of_a_plan() {
    let world = world();
    let keys = |called: &str| -> Vec<String> {
        keys_of_plan(&world.snapshot, &plan(called)).into_iter().map(|found| found.id.to_string()).collect()
    };
    assert_eq!(keys("plan-1"), ["key-1", "key-2"]);
    assert_eq!(keys("plan-3"), Vec::<String>::new());
    assert!(is_key_in_plan(&world.snapshot, &key("key-1"), &plan("plan-2")));
    assert!(!is_key_in_plan(&world.snapshot, &key("key-2"), &plan("plan-2")));
    assert!(!is_key_in_plan(&world.snapshot, &key("key-3"), &plan("plan-1")));
}

#[test]
fn the_places_of_a_plan_are_found_over_all_services() {
    let world = world();
    let places: Vec<String> = places_of_plan(&world.snapshot, &plan("plan-1"))
        .map(|(tree, binding)| format!("{} {} {:?}", tree.service.id, binding.environment, binding.scope))
        .collect();
    assert_eq!(
        places,
        [
            "service-1 release Api(ApiId(\"api-1\"))",
            "service-1 release Api(ApiId(\"api-2\"))",
            "service-1 test Service",
            "service-2 prepub Service",
        ]
    );
    assert_eq!(places_of_plan(&world.snapshot, &plan("plan-3")).count(), 0);
}

#[test]
fn the_plans_of_a_service_each_once_with_their_environments_in_order() {
    let world = world();
    let plans = plans_of_service(world.tree("service-1"));
    assert_eq!(plans, [(plan("plan-1"), vec![env("test"), env("release")]), (plan("plan-2"), vec![env("test")])]);
    assert_eq!(service_bindings(world.tree("service-1")).count(), 2);
    assert_eq!(api_bindings(world.tree("service-1")).count(), 2);
}

#[test]
fn whether_a_plan_rules_a_service_or_an_api() {
    let world = world();
    let tree = world.tree("service-1");
    for (called, environment, expected) in [
        ("plan-1", None, true),
        ("plan-1", Some("test"), true),
        ("plan-1", Some("release"), true),
        ("plan-1", Some("prepub"), false),
        ("plan-2", Some("release"), false),
        ("plan-3", None, false),
    ] {
        let environment = environment.map(env);
        assert_eq!(rules_service(tree, &plan(called), environment.as_ref()), expected, "{called} {environment:?}");
    }
    for (called, environment, expected) in [
        ("plan-2", Some("test"), true),
        ("plan-2", None, true),
        ("plan-2", Some("release"), false),
        ("plan-1", Some("release"), true),
        ("plan-3", None, false),
    ] {
        let environment = environment.map(env);
        let ruled = rules_api(tree, &api("api-1"), &plan(called), environment.as_ref());
        assert_eq!(ruled, expected, "{called} {environment:?}");
    }
    assert!(!rules_api(tree, &api("api-9"), &plan("plan-1"), Some(&env("release"))), "an API that is not named there");
}

#[test]
fn releases_and_history_are_newest_first() {
    let mut world = world();
    world.released("service-1", "test", "v-b").released("service-1", "release", "v-c");
    world.released("service-1", "test", "v-a");
    let tree = world.tree("service-1");
    let versions: Vec<&str> = releases(tree).into_iter().map(|release| release.version.as_str()).collect();
    assert_eq!(versions, ["v-a", "v-c", "v-b"]);
    let lines = |environment: Option<&str>| -> Vec<String> {
        let environment = environment.map(env);
        history(tree, environment.as_ref()).into_iter().map(|event| event.version.to_string()).collect()
    };
    assert_eq!(lines(None), ["v-a", "v-c", "v-b"]);
    assert_eq!(lines(Some("test")), ["v-a", "v-b"]);
    assert_eq!(lines(Some("prepub")), Vec::<String>::new());
}

#[test]
fn an_api_is_where_a_release_that_holds_it_runs() {
    let mut world = world();
    world.released("service-1", "release", "v-1").released("service-1", "test", "v-2");
    world.api("service-1", "api-9").released("service-1", "test", "v-3");
    let tree = world.tree("service-1");
    assert_eq!(environments_of_api(tree, &api("api-1")), [env("test"), env("release")]);
    assert_eq!(environments_of_api(tree, &api("api-9")), [env("test")]);
    assert_eq!(environments_of_api(tree, &api("api-8")), []);
}
