//! The rules of key pairs.

use model::Timestamp;

use super::*;
use crate::world::{self, World, field, key, name, plan, secret, tag};

fn chosen(id: &str) -> NewCredential {
    NewCredential { name: name("caller"), tags: Vec::new(), pair: Some((key(id), secret("chosen-secret"))) }
}

fn left_to_the_gateway() -> NewCredential {
    NewCredential { name: name("caller"), tags: vec![tag("k", "v")], pair: None }
}

fn fresh_pair() -> Result<(AccessKeyId, Secret), Refusal> {
    Ok((key("AKIDfresh"), secret("fresh-secret")))
}

fn never() -> Result<(AccessKeyId, Secret), Refusal> {
    panic!("a pair was drawn although one was given")
}

fn fresh_secret() -> Result<Secret, Refusal> {
    Ok(secret("fresh-secret"))
}

#[test]
fn a_pair_that_the_gateway_makes_is_enabled_and_its_own() {
    let mut world = World::new();
    let made = world.make(|facts| create(facts, &left_to_the_gateway(), fresh_pair)).unwrap();
    assert_eq!((made.id.as_str(), made.secret.expose()), ("AKIDfresh", "fresh-secret"));
    assert_eq!((made.origin, made.enabled, made.tags.as_slice()), (CredentialOrigin::Auto, true, &[tag("k", "v")][..]));
    assert_eq!(world.snapshot.credentials["AKIDfresh"], made);
}

#[test]
fn a_pair_that_an_operator_chose_is_taken_once() {
    let mut world = World::new();
    let made = world.make(|facts| create(facts, &chosen("my_key"), never)).unwrap();
    assert_eq!((made.id.as_str(), made.secret.expose()), ("my_key", "chosen-secret"));
    assert_eq!((made.origin, made.enabled), (CredentialOrigin::Manual, true));
    assert_eq!(create(&world.facts(), &chosen("my_key"), never).unwrap_err(), Refusal::KeyExists(key("my_key")));
}

#[test]
fn no_more_keys_than_the_limit_and_no_tag_twice() {
    let mut world = World::new();
    let twice = NewCredential { tags: vec![tag("k", "1"), tag("k", "2")], ..chosen("my_key") };
    assert_eq!(field(create(&world.facts(), &twice, never)), "tags");
    world.quotas.keys = 1;
    world.key("key-1");
    let full = Refusal::TooManyKeys { limit: 1 };
    assert_eq!(create(&world.facts(), &chosen("key-2"), never).unwrap_err(), full);
    assert_eq!(create(&world.facts(), &left_to_the_gateway(), fresh_pair).unwrap_err(), full);
}

#[test]
fn a_key_is_switched_off_and_on_and_keeps_everything_else() {
    let mut world = World::new();
    world.key("key-1");
    let before = Credential::clone(&world.snapshot.credentials["key-1"]);
    for enabled in [false, true] {
        world.now = Timestamp::from_millis(world.now.millis() + 1);
        let now = world.now;
        world.make(|facts| set_enabled(facts, &key("key-1"), enabled)).unwrap();
        let after = Credential::clone(&world.snapshot.credentials["key-1"]);
        assert_eq!(after, Credential { enabled, modified: now, ..before.clone() });
        assert_eq!(
            set_enabled(&world.facts(), &key("key-1"), enabled).unwrap_err(),
            Refusal::KeyUnchangeable { key: key("key-1"), enabled },
            "a second time"
        );
    }
}

#[test]
fn a_new_secret_is_drawn_or_said_as_the_pair_was() {
    let cases = [
        ("made by the gateway, none given", CredentialOrigin::Auto, None, Ok("fresh-secret")),
        ("made by the gateway, one given", CredentialOrigin::Auto, Some("given-secret"), Ok("given-secret")),
        ("chosen by an operator, one given", CredentialOrigin::Manual, Some("given-secret"), Ok("given-secret")),
        ("chosen by an operator, none given", CredentialOrigin::Manual, None, Err(())),
    ];
    for (case, origin, given, expected) in cases {
        let mut world = World::new();
        let credential = world::credential("key-1", origin, true, world.now);
        world.put(Record::Credential(credential));
        let given = given.map(secret);
        let rotated = world.make(|facts| rotate(facts, &key("key-1"), given.as_ref(), fresh_secret));
        match expected {
            Ok(secret) => {
                assert_eq!(rotated.expect(case).secret.expose(), secret, "{case}");
                assert_eq!(world.snapshot.credentials["key-1"].secret.expose(), secret, "{case}");
            }
            Err(()) => assert_eq!(rotated.unwrap_err(), Refusal::KeySecretRequired(key("key-1")), "{case}"),
        }
    }
}

#[test]
fn a_disabled_key_gets_no_new_secret() {
    let mut world = World::new();
    let credential = world::credential("key-1", CredentialOrigin::Auto, false, world.now);
    world.put(Record::Credential(credential));
    let refused = rotate(&world.facts(), &key("key-1"), None, fresh_secret).unwrap_err();
    assert_eq!(refused, Refusal::KeyDisabled(key("key-1")));
}

#[test]
fn only_a_disabled_and_unbound_key_is_deleted() {
    let mut world = World::new();
    world.plan("plan-1").key("key-1").key_in_plan("key-1", "plan-1");
    assert_eq!(delete(&world.facts(), &key("key-1")).unwrap_err(), Refusal::KeyEnabled(key("key-1")));
    world.make(|facts| set_enabled(facts, &key("key-1"), false)).unwrap();
    assert_eq!(
        delete(&world.facts(), &key("key-1")).unwrap_err(),
        Refusal::KeyBound { key: key("key-1"), plans: vec![plan("plan-1")] }
    );
    let binding = world.snapshot.keys_of_plan["plan-1"]["key-1"].clone();
    world.snapshot.apply(Write::Remove(Record::KeyBinding(binding))).unwrap();
    world.make(|facts| delete(facts, &key("key-1"))).unwrap();
    assert!(world.snapshot.credentials.is_empty());
}

#[test]
fn what_is_not_there_cannot_be_changed_or_deleted() {
    let world = World::new();
    let missing = Refusal::CredentialNotFound(key("key-1"));
    assert_eq!(set_enabled(&world.facts(), &key("key-1"), true).unwrap_err(), missing);
    assert_eq!(rotate(&world.facts(), &key("key-1"), None, fresh_secret).unwrap_err(), missing);
    assert_eq!(delete(&world.facts(), &key("key-1")).unwrap_err(), missing);
}
