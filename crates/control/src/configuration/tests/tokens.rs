//! APIs that are called with the tokens of others.

use super::*;

const KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

fn gives(name: &str) -> Value {
    json!({"definition": {
        "name": name, "path": format!("/{name}"), "method": "GET", "auth": "oauth",
        "oauth": {"authorization": {"public_key": KEY, "location": "header"}},
        "backend": {"type": "mock", "body": "m"},
    }})
}

fn takes(name: &str, from: &str) -> Value {
    json!({"definition": {
        "name": name, "path": format!("/{name}"), "method": "GET", "auth": "oauth",
        "oauth": {"business": {"authorization": from}}, "backend": {"type": "mock", "body": "m"},
    }})
}

fn shop(apis: &[Value]) -> Value {
    json!({"services": [{"name": "shop", "apis": apis, "environments": [{"name": "release", "runs": "working"}]}]})
}

#[test]
fn they_go_in_come_out_and_change_nothing() {
    let mut world = World::new();
    let document = shop(&[takes("early", "token"), gives("token"), takes("late", "token")]);
    assert_eq!(bring(&mut world, &document, false).unwrap().len(), 5);
    assert_eq!(bring(&mut world, &document, true).unwrap(), []);
    let taken = export::configuration(&world.snapshot, true);
    let names: Vec<&str> = taken.services[0].apis.iter().map(|api| api.definition.name.as_str()).collect();
    assert_eq!(names, ["early", "token", "late"], "as old as they stand there");
    let given = taken.services[0].apis[1].id.clone();
    let from = |number: usize| taken.services[0].apis[number].definition.oauth.as_ref().unwrap().authorization();
    assert_eq!((from(0), from(2)), (given.as_ref(), given.as_ref()));
    let policy = DomainPolicy::default();
    assert_eq!(apply::apply(&world.facts(), &policy, &taken, true).unwrap().writes, Vec::new());
    let mut other = World::new();
    other.make(|facts| apply::apply(facts, &policy, &taken, false)).unwrap();
    assert_eq!(export::configuration(&other.snapshot, true), taken);
}

#[test]
fn others_take_their_parts_and_what_is_not_named_goes() {
    let mut world = World::new();
    bring(&mut world, &shop(&[gives("a"), takes("b", "a"), takes("c", "a")]), false).unwrap();
    bring(&mut world, &shop(&[takes("a", "b"), gives("b"), takes("c", "b")]), true).unwrap();
    let changes = bring(&mut world, &shop(&[takes("c", "d"), gives("d")]), true).unwrap();
    let apis: Vec<_> =
        told(&changes).into_iter().filter(|(noun, ..)| *noun == "api").map(|(_, name, kind)| (name, kind)).collect();
    for expected in
        [("a", ChangeKind::Removed), ("b", ChangeKind::Removed), ("c", ChangeKind::Changed), ("d", ChangeKind::Added)]
    {
        assert!(apis.contains(&expected), "{apis:?}");
    }
    bring(&mut world, &json!({}), true).unwrap();
    assert_eq!(export::configuration(&world.snapshot, true), Configuration::default());
}

#[test]
fn a_name_that_gives_no_tokens_is_told_at_its_place() {
    for apis in [vec![takes("a", "nowhere")], vec![takes("a", "a")], vec![gives("a"), takes("b", "c"), takes("c", "a")]]
    {
        let refused = bring(&mut World::new(), &shop(&apis), false).unwrap_err();
        let place = format!("/services/0/apis/{}/definition", apis.len() / 2);
        assert!(matches!(&refused, Refusal::InConfiguration { place: at, .. } if *at == place), "{refused:?}");
    }
}
