//! The rules of publishing.

use model::{Api, Kind};
use std::sync::Arc;

use super::*;
use crate::world::{World, api, env, id, mock, text, version};

fn service_with_two_apis() -> World {
    let mut world = World::new();
    world.service("service-1").api("service-1", "api-b");
    world.now = model::Timestamp::from_millis(world.now.millis() + 5);
    world.api("service-1", "api-a");
    world
}

fn do_release(world: &mut World, environment: &str, called: &str, said: &str) -> Result<Arc<Release>, Refusal> {
    world.make(|facts| release(facts, &id("service-1"), &env(environment), version(called), &text(said)))
}

fn do_switch(world: &mut World, environment: &str, called: &str, said: &str) -> Result<(), Refusal> {
    world.make(|facts| switch(facts, &id("service-1"), &env(environment), &version(called), &text(said)))
}

fn do_unrelease(world: &mut World, environment: &str) -> Result<(), Refusal> {
    world.make(|facts| unrelease(facts, &id("service-1"), &env(environment)))
}

/// An edit of an API, as the console would make it.
fn edit(world: &mut World, called: &str, path: &str) {
    let old = Api::clone(&world.tree("service-1").apis[called]);
    world.put(Record::Api(Api { definition: Arc::new(mock(called, path)), revision: old.revision + 1, ..old }));
}

fn running(world: &World, environment: &str) -> Option<String> {
    world.tree("service-1").running(&env(environment)).map(|release| release.version.to_string())
}

fn running_paths(world: &World, environment: &str) -> Vec<String> {
    let revisions = world.tree("service-1").running_revisions(&env(environment));
    revisions.into_iter().map(|frozen| frozen.definition.path.to_string()).collect()
}

fn history(world: &World, environment: &str) -> Vec<(u32, String, String)> {
    let events = world.tree("service-1").events.values().filter(|event| event.environment == env(environment));
    events.map(|e| (e.sequence, e.version.to_string(), e.description.to_string())).collect()
}

#[test]
fn a_release_freezes_every_api_oldest_first_and_runs_it() {
    let mut world = service_with_two_apis();
    let now = world.now;
    let release = do_release(&mut world, "test", "v1", "first").unwrap();
    let members: Vec<(&str, u32)> = release.members.iter().map(|m| (m.api.as_str(), m.revision)).collect();
    assert_eq!(members, [("api-b", 1), ("api-a", 1)], "api-b is the older one");
    assert_eq!((release.description.as_str(), release.created), ("first", now));
    let tree = world.tree("service-1");
    assert_eq!(tree.releases["v1"], release);
    let frozen = &tree.revisions[&(api("api-b"), 1)];
    assert_eq!((&frozen.definition, frozen.api_created), (&tree.apis["api-b"].definition, tree.apis["api-b"].created));
    assert_eq!(running(&world, "test").as_deref(), Some("v1"));
    assert_eq!(running(&world, "release"), None, "other environments are left alone");
    assert_eq!(history(&world, "test"), [(1, "v1".to_owned(), "first".to_owned())]);
    assert_eq!(world.tree("service-1").environments["test"].changed, now);
}

#[test]
fn a_definition_that_runs_as_it_is_edited_is_held_once() {
    let mut world = service_with_two_apis();
    do_release(&mut world, "test", "v1", "").unwrap();
    let written =
        serde_json::to_string(&Record::ApiRevision((*world.tree("service-1").revisions[&(api("api-b"), 1)]).clone()))
            .unwrap();
    // As after a start, when every record is read anew.
    world.put(Record::from_json(Kind::ApiRevision, &written).unwrap());
    let tree = world.tree("service-1");
    assert!(Arc::ptr_eq(&tree.revisions[&(api("api-b"), 1)].definition, &tree.apis["api-b"].definition));
    edit(&mut world, "api-b", "/elsewhere");
    let tree = world.tree("service-1");
    assert_ne!(tree.revisions[&(api("api-b"), 1)].definition, tree.apis["api-b"].definition);
}

#[test]
fn everything_that_a_release_writes_is_one_change() {
    let world = service_with_two_apis();
    let outcome = release(&world.facts(), &id("service-1"), &env("test"), version("v1"), &text("")).unwrap();
    let kinds: Vec<Kind> = outcome.writes.iter().map(|write| write.record().kind()).collect();
    assert_eq!(kinds, [Kind::ApiRevision, Kind::ApiRevision, Kind::Release, Kind::Environment, Kind::ReleaseEvent]);
}

#[test]
fn what_was_frozen_already_is_not_frozen_again() {
    let mut world = service_with_two_apis();
    do_release(&mut world, "test", "v1", "").unwrap();
    edit(&mut world, "api-a", "/edited");
    let outcome = release(&world.facts(), &id("service-1"), &env("test"), version("v2"), &text("")).unwrap();
    let frozen: Vec<(&str, u32)> = outcome
        .writes
        .iter()
        .filter_map(|write| match write {
            Write::Put(Record::ApiRevision(frozen)) => Some((frozen.api.as_str(), frozen.revision)),
            _ => None,
        })
        .collect();
    assert_eq!(frozen, [("api-a", 2)]);
}

#[test]
fn an_edit_changes_nothing_that_runs_until_the_next_release() {
    let mut world = service_with_two_apis();
    do_release(&mut world, "test", "v1", "").unwrap();
    edit(&mut world, "api-a", "/edited");
    assert_eq!(running_paths(&world, "test"), ["/api-b", "/api-a"]);
    do_release(&mut world, "test", "v2", "").unwrap();
    assert_eq!(running_paths(&world, "test"), ["/api-b", "/edited"]);
    do_switch(&mut world, "test", "v1", "back").unwrap();
    assert_eq!(running_paths(&world, "test"), ["/api-b", "/api-a"], "rolling back is running the older release");
}

#[test]
fn the_history_of_each_environment_counts_its_own_releases_and_switches() {
    let mut world = service_with_two_apis();
    do_release(&mut world, "test", "v1", "a").unwrap();
    do_release(&mut world, "release", "v2", "b").unwrap();
    do_release(&mut world, "test", "v3", "c").unwrap();
    do_switch(&mut world, "test", "v2", "d").unwrap();
    let line = |n, v: &str, d: &str| (n, v.to_owned(), d.to_owned());
    assert_eq!(history(&world, "test"), [line(1, "v1", "a"), line(2, "v3", "c"), line(3, "v2", "d")]);
    assert_eq!(history(&world, "release"), [line(1, "v2", "b")]);
    do_unrelease(&mut world, "release").unwrap();
    do_release(&mut world, "release", "v4", "e").unwrap();
    assert_eq!(history(&world, "release"), [line(1, "v2", "b"), line(2, "v4", "e")]);
}

#[test]
fn an_environment_goes_offline_once_and_comes_back_with_any_version() {
    let mut world = service_with_two_apis();
    let offline = Refusal::NotReleased { service: id("service-1"), environment: env("test") };
    assert_eq!(do_unrelease(&mut world, "test").unwrap_err(), offline, "never released");
    do_release(&mut world, "test", "v1", "").unwrap();
    do_unrelease(&mut world, "test").unwrap();
    assert_eq!(running(&world, "test"), None);
    assert_eq!(do_unrelease(&mut world, "test").unwrap_err(), offline, "offline already");
    do_switch(&mut world, "test", "v1", "again").unwrap();
    assert_eq!(running(&world, "test").as_deref(), Some("v1"));
    do_switch(&mut world, "prepub", "v1", "there too").unwrap();
    assert_eq!(running(&world, "prepub").as_deref(), Some("v1"), "an environment that was never released");
}

#[test]
fn switching_to_what_runs_writes_nothing() {
    let mut world = service_with_two_apis();
    do_release(&mut world, "test", "v1", "").unwrap();
    let outcome = switch(&world.facts(), &id("service-1"), &env("test"), &version("v1"), &text("again")).unwrap();
    assert_eq!(outcome.writes, []);
}

#[test]
fn a_version_of_another_service_is_none_of_this_one() {
    let mut world = service_with_two_apis();
    world.service("service-2").api("service-2", "api-c").released("service-2", "test", "other");
    assert_eq!(
        do_switch(&mut world, "test", "other", "").unwrap_err(),
        Refusal::VersionNotFound { service: id("service-1"), version: version("other") }
    );
}

#[test]
fn a_service_without_apis_is_not_released() {
    let mut world = World::new();
    world.service("service-1");
    assert_eq!(do_release(&mut world, "test", "v1", "").unwrap_err(), Refusal::NothingToRelease(id("service-1")));
}

#[test]
fn there_are_three_environments() {
    let mut world = service_with_two_apis();
    for environment in ["test", "prepub", "release"] {
        do_release(&mut world, environment, environment, "").unwrap();
    }
    let moon = Refusal::EnvironmentNotFound(env("moon"));
    assert_eq!(do_release(&mut world, "moon", "v1", "").unwrap_err(), moon);
    assert_eq!(do_switch(&mut world, "moon", "test", "").unwrap_err(), moon);
    assert_eq!(do_unrelease(&mut world, "moon").unwrap_err(), moon);
}

#[test]
fn a_service_that_is_not_there_cannot_be_published() {
    let mut world = World::new();
    let missing = Refusal::ServiceNotFound(id("service-1"));
    assert_eq!(do_release(&mut world, "test", "v1", "").unwrap_err(), missing);
    assert_eq!(do_switch(&mut world, "test", "v1", "").unwrap_err(), missing);
    assert_eq!(do_unrelease(&mut world, "test").unwrap_err(), missing);
}
