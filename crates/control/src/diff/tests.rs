//! Differences between states of a service.

use model::{Location, Parameter, Record, Tag, Text, Write};
use serde_json::json;
use std::sync::Arc;

use super::*;
use crate::world::{World, api, env, mock, version};

fn edit(world: &mut World, service: &str, id: &str, change: impl Fn(&mut ApiDefinition)) {
    let mut edited = (*world.tree(service).apis[&api(id)]).clone();
    change(Arc::make_mut(&mut edited.definition));
    edited.revision += 1;
    world.snapshot.apply(Write::Put(Record::Api(edited))).unwrap();
}

fn parameter(name: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        location: Location::Query,
        type_name: "string".to_owned(),
        default: None,
        required: false,
        description: String::new(),
    }
}

#[test]
fn apis_are_added_changed_removed_or_the_same() {
    let mut world = World::new();
    world.service("s").api("s", "a").api("s", "b").api("s", "c").released("s", "test", "v1").api("s", "d");
    edit(&mut world, "s", "a", |definition| definition.cors = true);
    let gone = (*world.tree("s").apis[&api("b")]).clone();
    world.snapshot.apply(Write::Remove(Record::Api(gone))).unwrap();

    let tree = world.tree("s");
    let found = between(tree, &ServiceState::Environment(env("test")), &ServiceState::Working).unwrap();
    assert_eq!(found.same, 1);
    let told: Vec<_> =
        found.apis.iter().map(|found| (found.api.as_str(), found.before.is_some(), found.after.is_some())).collect();
    assert_eq!(told, [("a", true, true), ("b", true, false), ("d", false, true)]);
    let cors = FieldDifference { field: "/cors".to_owned(), before: Some(json!(false)), after: Some(json!(true)) };
    assert_eq!(found.apis[0].fields, [cors]);
    let same = between(tree, &ServiceState::Version(version("v1")), &ServiceState::Environment(env("test"))).unwrap();
    assert_eq!((same.apis.len(), same.same), (0, 3));
    let all = between(tree, &ServiceState::Environment(env("release")), &ServiceState::Working).unwrap();
    assert_eq!(all.apis.len(), 3, "an environment that is offline has nothing");
}

#[test]
fn a_state_that_is_not_there_is_refused() {
    let mut world = World::new();
    world.service("s");
    let gone = between(world.tree("s"), &ServiceState::Version(version("v9")), &ServiceState::Working);
    assert!(matches!(gone, Err(Refusal::VersionNotFound { .. })));
    let gone = between(world.tree("s"), &ServiceState::Environment(env("moon")), &ServiceState::Working);
    assert!(matches!(gone, Err(Refusal::EnvironmentNotFound(_))));
}

#[test]
fn an_entry_of_a_list_is_named_by_what_tells_it_apart() {
    let mut before = mock("a", "/a");
    before.parameters = vec![parameter("one"), parameter("two")];
    let mut after = before.clone();
    after.parameters.remove(0);
    after.parameters[0].required = true;
    after.parameters.push(parameter("a/b"));
    after.tags.push(Tag { key: "team".to_owned(), value: "x".to_owned() });
    after.description = Text::try_from("new").unwrap();
    let told: Vec<_> = fields(&before, &after)
        .into_iter()
        .map(|found| (found.field, found.before.is_some(), found.after.is_some()))
        .collect();
    let mut expected = [
        ("/description".to_owned(), true, true),
        ("/parameters/query:one".to_owned(), true, false),
        ("/parameters/query:two/required".to_owned(), true, true),
        ("/parameters/query:a~1b".to_owned(), false, true),
        ("/tags/team".to_owned(), false, true),
    ];
    let mut told = told;
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
}

#[test]
fn another_order_shows_as_the_whole_list() {
    let mut before = mock("a", "/a");
    before.parameters = vec![parameter("one"), parameter("two")];
    let mut after = before.clone();
    after.parameters.reverse();
    let found = fields(&before, &after);
    assert_eq!((found.len(), found[0].field.as_str()), (1, "/parameters"));
}
