//! The rule of the first operator.

use super::*;
use crate::world::{World, field, name, secret};

fn first() -> First {
    First {
        name: name("admin"),
        password_hash: "$argon2id$…".to_owned(),
        secret_id: "AKIDfirst".to_owned(),
        secret_key: secret("first-secret"),
    }
}

#[test]
fn the_first_operator_is_an_administrator_and_there_is_one_first() {
    let mut world = World::new();
    let made = world.make(|facts| create_first(facts, OperatorId::mint([1; 8]), &first())).unwrap();
    assert_eq!((made.name.as_str(), made.role), ("admin", Role::Admin));
    assert_eq!((made.secret_id.as_str(), made.secret_key.expose()), ("AKIDfirst", "first-secret"));
    assert_eq!(
        create_first(&world.facts(), OperatorId::mint([2; 8]), &first()).unwrap_err(),
        OperatorRefusal::SomeExist.into()
    );
}

#[test]
fn a_pair_that_could_not_sign_is_refused() {
    for bad in ["", "has blank", "a/b", "a,b", "ü"] {
        assert_eq!(field(check_pair(bad, &secret("s"))), "secret id", "{bad}");
    }
    assert_eq!(field(check_pair("AKIDfirst", &Secret::default())), "secret key");
    assert_eq!(check_pair("AKIDfirst", &secret("s")), Ok(()));
}
