//! Documents brought into a configuration in memory.

mod domains;
mod tokens;

use serde_json::{Value, json};

use super::*;
use crate::DomainPolicy;
use crate::world::World;

fn bring(world: &mut World, document: &Value, prune: bool) -> Result<Vec<ConfigurationChange>, Refusal> {
    let wanted: Configuration = serde_json::from_value(document.clone()).unwrap();
    world.make(|facts| apply::apply(facts, &DomainPolicy::default(), &wanted, prune))
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
    let outcome = apply::apply(&world.facts(), &DomainPolicy::default(), &taken, true).unwrap();
    assert_eq!((outcome.writes, outcome.answer), (Vec::new(), Vec::new()));
    let mut other = World::new();
    other.make(|facts| apply::apply(facts, &DomainPolicy::default(), &taken, false)).unwrap();
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

/// The shop with who may call it.
fn guarded() -> Value {
    let mut document = shop();
    document["plugins"] = json!([
        {"name": "office", "type": "address_access", "data": {"says": "white", "addresses": "10.0.0.0/8"}},
        {"name": "once", "type": "replay_guard", "data": {"required": true}, "tags": [{"key": "a", "value": "b"}]},
    ]);
    document["applications"] =
        json!([{"name": "app"}, {"name": "partner", "key": "their-key", "secret": "their-secret"}]);
    document["services"][0]["ip_strategies"] =
        json!([{"name": "inside", "kind": "white", "addresses": "10.0.0.0/8;127.0.0.1"}]);
    let environments = &mut document["services"][0]["environments"];
    environments[0]["api_plugins"] = json!({"hello": ["office", "once"], "orders": ["once"]});
    environments[0]["api_applications"] = json!({"hello": ["app", "partner"]});
    environments[1]["api_ip_strategies"] = json!({"orders": "inside"});
    // An environment that runs nothing may hold what will be done with its calls.
    environments[1]["api_plugins"] = json!({"orders": ["office"]});
    document["api_documents"] = json!([
        {"name": "guide", "service": "shop", "environment": "release", "apis": ["orders", "hello"]},
    ]);
    document
}

#[test]
fn plugins_applications_strategies_and_documents_go_in_come_out_and_change_nothing() {
    let mut world = World::new();
    let made = bring(&mut world, &guarded(), false).unwrap();
    assert_eq!(told(&made).len(), 8 + 2 + 2 + 1 + 1, "{made:?}");
    assert_eq!(bring(&mut world, &guarded(), true).unwrap(), []);
    let taken = export::configuration(&world.snapshot, true);
    let outcome = apply::apply(&world.facts(), &DomainPolicy::default(), &taken, true).unwrap();
    assert_eq!((outcome.writes, outcome.answer), (Vec::new(), Vec::new()));
    let mut other = World::new();
    other.make(|facts| apply::apply(facts, &DomainPolicy::default(), &taken, false)).unwrap();
    assert_eq!(export::configuration(&other.snapshot, true), taken);
    let open = export::configuration(&world.snapshot, false);
    assert_eq!((open.applications[0].secret.clone(), open.api_documents[0].password.clone()), (None, None));
    assert_eq!(apply::apply(&world.facts(), &DomainPolicy::default(), &open, true).unwrap().writes, Vec::new());
}

#[test]
fn another_secret_is_told_as_another_and_never_shown() {
    let mut world = World::new();
    bring(&mut world, &guarded(), false).unwrap();
    let mut document = guarded();
    document["applications"][1]["secret"] = "another-secret".into();
    document["api_documents"][0]["password"] = "another-password".into();
    document["plugins"][1]["data"]["memory"] = 60.into();
    let changes = bring(&mut world, &document, true).unwrap();
    let expected = [
        ("api_document", "guide", ChangeKind::Changed),
        ("application", "partner", ChangeKind::Changed),
        ("plugin", "once", ChangeKind::Changed),
    ];
    assert_eq!(told(&changes), expected);
    let field = |change: &ConfigurationChange| change.fields[0].field.clone();
    assert_eq!(changes.iter().map(field).collect::<Vec<_>>(), ["/password", "/secret", "/data/memory"]);
    assert!(!format!("{changes:?}").contains("another-"), "{changes:?}");
}

#[test]
fn what_is_not_held_together_any_more_is_taken_apart_when_pruned() {
    let mut world = World::new();
    bring(&mut world, &guarded(), false).unwrap();
    let mut document = guarded();
    let environments = &mut document["services"][0]["environments"];
    environments[0]["api_plugins"] = json!({"orders": ["once"]});
    environments[0]["api_applications"] = json!({});
    environments[1]["api_ip_strategies"] = json!({});
    assert_eq!(bring(&mut world, &document, false).unwrap(), [], "nothing is taken apart unasked");
    bring(&mut world, &document, true).unwrap();
    let taken = export::configuration(&world.snapshot, true);
    let environment = |name: &str| {
        let mut all = taken.services[0].environments.iter();
        all.find(|entry| entry.name.as_str() == name).unwrap().clone()
    };
    assert_eq!(environment("release").api_plugins.len(), 1);
    assert!(environment("release").api_applications.is_empty());
    assert!(environment("test").api_ip_strategies.is_empty() && !environment("test").api_plugins.is_empty());

    bring(&mut world, &guarded(), false).unwrap();
    let changes = bring(&mut world, &json!({}), true).unwrap();
    assert_eq!(changes.len(), 7 + 2 + 2 + 1 + 1, "{changes:?}");
    assert_eq!(export::configuration(&world.snapshot, true), Configuration::default());
}

#[test]
fn a_refusal_of_who_may_call_says_where() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut document = guarded();
        change(&mut document);
        match bring(&mut World::new(), &document, false).unwrap_err() {
            Refusal::InConfiguration { place, .. } => place,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&|d| d["plugins"][0]["data"] = json!({})), "/plugins/0");
    assert_eq!(refused(&|d| d["plugins"][1]["name"] = "office".into()), "/plugins/1");
    assert_eq!(refused(&|d| d["applications"][1]["secret"] = Value::Null), "/applications/1");
    assert_eq!(refused(&|d| d["api_documents"][0]["apis"] = json!(["nothing"])), "/api_documents/0");
    let environment = "/services/0/environments/0";
    let of =
        |list: &'static str| move |d: &mut Value| d["services"][0]["environments"][0][list] = json!({"hello": ["x"]});
    assert_eq!(refused(&of("api_plugins")), environment);
    assert_eq!(refused(&of("api_applications")), environment);
}

/// The index of names is made once: with a search through all of them for each, this would take minutes.
#[test]
fn two_thousand_services_go_in_and_out() {
    let quotas = crate::Quotas { services: 2000, ..crate::Quotas::default() };
    let mut world = World { quotas, ..World::new() };
    let service = |number: usize| {
        json!({
            "name": format!("service {number}"),
            "apis": [
                {"definition": {"name": "hello", "path": "/hello", "method": "GET", "auth": "key_pair",
                                "backend": {"type": "mock", "body": "hello"}}},
                {"definition": {"name": "bye", "path": "/bye", "method": "GET", "auth": "none",
                                "backend": {"type": "mock", "body": "bye"}}},
            ],
            "environments": [{"name": "release", "runs": "working", "usage_plans": [format!("plan {}", number % 100)]}],
        })
    };
    let plans = (0..100).map(|number| json!({"name": format!("plan {number}")})).collect::<Vec<_>>();
    let document = json!({"usage_plans": plans, "services": (0..2000).map(service).collect::<Vec<_>>()});
    let made = bring(&mut world, &document, false).unwrap();
    assert_eq!(made.len(), 100 + 2000 * 4);
    assert_eq!(bring(&mut world, &document, true).unwrap(), []);
    let taken = export::configuration(&world.snapshot, true);
    assert_eq!(apply::apply(&world.facts(), &DomainPolicy::default(), &taken, true).unwrap().writes, Vec::new());
    assert_eq!(bring(&mut world, &json!({}), true).unwrap().len(), 100 + 2000 * 3);
}
