//! Documents brought into a configuration in memory.

use serde_json::{Value, json};

use super::*;
use crate::world::World;

fn bring(world: &mut World, document: &Value, prune: bool) -> Result<Vec<ConfigurationChange>, Refusal> {
    let wanted: Configuration = serde_json::from_value(document.clone()).unwrap();
    world.make(|facts| apply::apply(facts, &wanted, prune))
}

fn told(changes: &[ConfigurationChange]) -> Vec<(&str, &str, ChangeKind)> {
    changes.iter().map(|change| (change.noun, change.name.as_str(), change.kind)).collect()
}

fn shop() -> Value {
    json!({
        "upstreams": [{
            "id": "nodes", "name": "nodes", "protocol": "http", "balancing": {"type": "round_robin"},
            "members": {"type": "nodes", "nodes": [{"host": "10.0.0.1", "port": 80, "weight": 10}]},
        }],
        "keys": [{"name": "mobile"}, {"name": "old", "id": "old-key", "secret": "old-secret", "enabled": false}],
        "usage_plans": [{"name": "gold", "rate": 10, "keys": ["mobile", "old"]}],
        "services": [{
            "name": "shop",
            "apis": [
                {"definition": {"name": "hello", "path": "/hello", "method": "GET", "auth": "key_pair",
                                "backend": {"type": "mock", "body": "hello"}}},
                {"definition": {"name": "orders", "path": "/orders", "method": "ANY", "auth": "none",
                                "backend": {"type": "upstream", "upstream": "nodes"}}},
            ],
            "environments": [
                {"name": "release", "runs": "working", "rate": 100, "api_rates": {"hello": 5}, "usage_plans": ["gold"]},
                {"name": "test", "api_usage_plans": {"orders": ["gold"]}},
            ],
        }],
    })
}

#[test]
fn a_document_makes_everything_that_it_names_and_a_second_time_nothing() {
    let mut world = World::new();
    let made = bring(&mut world, &shop(), false).unwrap();
    assert_eq!(told(&made).len(), 1 + 2 + 1 + 1 + 2 + 1, "{made:?}");
    assert!(made.iter().all(|change| change.kind == ChangeKind::Added));
    assert_eq!(bring(&mut world, &shop(), true).unwrap(), []);
}

#[test]
fn what_is_taken_out_and_brought_in_again_changes_nothing_here_and_makes_the_same_elsewhere() {
    let mut world = World::new();
    bring(&mut world, &shop(), false).unwrap();
    let taken = export::configuration(&world.snapshot, true);
    let outcome = apply::apply(&world.facts(), &taken, true).unwrap();
    assert_eq!((outcome.writes, outcome.answer), (Vec::new(), Vec::new()));
    let mut other = World::new();
    other.make(|facts| apply::apply(facts, &taken, false)).unwrap();
    assert_eq!(export::configuration(&other.snapshot, true), taken);
}

#[test]
fn what_differs_is_told_field_by_field_and_what_runs_is_released_anew() {
    let mut world = World::new();
    bring(&mut world, &shop(), false).unwrap();
    let mut document = shop();
    document["services"][0]["apis"][0]["definition"]["backend"]["body"] = "bye".into();
    document["usage_plans"][0]["rate"] = 20.into();
    let changes = bring(&mut world, &document, false).unwrap();
    let expected = [
        ("api", "hello", ChangeKind::Changed),
        ("usage_plan", "gold", ChangeKind::Changed),
        ("release", "release", ChangeKind::Added),
    ];
    assert_eq!(told(&changes), expected);
    let field = &changes[0].fields[0];
    assert_eq!((field.field.as_str(), &field.after), ("/backend/body", &Some("bye".into())));
}

#[test]
fn what_is_not_named_stays_unless_it_is_pruned() {
    let mut world = World::new();
    bring(&mut world, &shop(), false).unwrap();
    assert_eq!(bring(&mut world, &json!({}), false).unwrap(), []);
    let changes = bring(&mut world, &json!({}), true).unwrap();
    assert_eq!(changes.len(), 7, "{changes:?}");
    assert!(changes.iter().all(|change| change.kind == ChangeKind::Removed));
    assert_eq!(export::configuration(&world.snapshot, true), Configuration::default());
}

#[test]
fn a_refusal_says_where() {
    let refused = |change: fn(&mut Value)| {
        let mut document = shop();
        change(&mut document);
        match bring(&mut World::new(), &document, false).unwrap_err() {
            Refusal::InConfiguration { place, .. } => place,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(|d| d["usage_plans"][0]["rate"] = 0.into()), "/usage_plans/0");
    assert_eq!(refused(|d| d["usage_plans"][0]["keys"] = json!(["nobody"])), "/usage_plans/0/keys");
    assert_eq!(refused(|d| d["services"][0]["apis"][1]["definition"]["name"] = "hello".into()), "/services/0/apis/1");
    assert_eq!(refused(|d| d["keys"][1] = json!({"name": "mobile"})), "/keys/1");
    assert_eq!(
        refused(|d| {
            let definition = &mut d["services"][0]["apis"][1]["definition"];
            definition["path"] = "/hello".into();
            definition["method"] = "GET".into();
        }),
        "/services/0/apis/1/definition"
    );
    assert_eq!(refused(|d| d["services"][0]["environments"][1]["runs"] = "v9".into()), "/services/0/environments/1");
    assert_eq!(refused(|d| d["keys"][1]["secret"] = Value::Null), "/keys/1");
}
