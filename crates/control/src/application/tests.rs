use super::*;
use crate::world::{World, api, env, id, key, name, secret, text};

fn app(raw: &str) -> ApplicationId {
    ApplicationId::try_from(raw).unwrap()
}

/// A service with an API, and an application.
fn world() -> World {
    let mut world = World::new();
    world.service("service-1").api("service-1", "api-1");
    make(&mut world, "app-1", "APID1").unwrap();
    world
}

fn make(world: &mut World, id: &str, key: &str) -> Result<Arc<Application>, Refusal> {
    let new = NewApplication { name: name(id), description: text("for tests") };
    world.make(|facts| create(facts, app(id), (self::key(key), secret("first-secret")), &new))
}

fn bound(world: &mut World, application: &str, environment: &str, of: &str) -> Result<(), Refusal> {
    world.make(|facts| bind(facts, &app(application), &id("service-1"), &env(environment), &[api(of)]))
}

fn unbound(world: &mut World, application: &str, environment: &str, of: &str) -> Result<(), Refusal> {
    world.make(|facts| unbind(facts, &app(application), &id("service-1"), &env(environment), &api(of)))
}

#[test]
fn an_application_is_made_and_changed_without_its_pair() {
    let mut world = world();
    let change = ApplicationChange { name: Some(name("shop")), description: None };
    let changed = world.make(|facts| modify(facts, &app("app-1"), &change)).unwrap();
    assert_eq!((changed.name.as_str(), changed.description.as_str()), ("shop", "for tests"));
    assert_eq!((changed.key.as_str(), changed.secret.expose()), ("APID1", "first-secret"));
    assert!(changed.modified > changed.created);
    let again = modify(&world.facts(), &app("app-1"), &change).unwrap();
    assert!(again.writes.is_empty(), "the same again leaves no trace");
    world.quotas.applications = 1;
    assert_eq!(make(&mut world, "app-2", "APID2").unwrap_err(), ApplicationRefusal::TooMany { limit: 1 }.into());
}

#[test]
fn a_pair_belongs_to_one_application() {
    let mut world = world();
    make(&mut world, "app-2", "APID2").unwrap();
    let rotate = |world: &mut World, application: &str, key: &str| {
        world.make(|facts| rotate(facts, &app(application), Some(&self::key(key)), secret("second-secret")))
    };
    assert_eq!(rotate(&mut world, "app-1", "APID2").unwrap_err(), ApplicationRefusal::KeyTaken(key("APID2")).into());
    assert_eq!(rotate(&mut world, "app-1", "APID1").unwrap().secret.expose(), "second-secret");
    assert_eq!(rotate(&mut world, "app-1", "APID3").unwrap().key.as_str(), "APID3");
    assert!(rotate(&mut world, "app-2", "APID1").is_ok(), "nobody has it any more");
}

#[test]
fn an_application_is_bound_once_for_each_api_and_environment() {
    let mut world = world();
    bound(&mut world, "app-1", "release", "api-1").unwrap();
    bound(&mut world, "app-1", "test", "api-1").unwrap();
    let place = |environment: &str| (app("app-1"), api("api-1"), env(environment));
    let (application, bound_to, environment) = place("test");
    assert_eq!(
        bound(&mut world, "app-1", "test", "api-1").unwrap_err(),
        ApplicationRefusal::AlreadyBound { application, api: bound_to, environment }.into()
    );
    unbound(&mut world, "app-1", "test", "api-1").unwrap();
    let (application, bound_to, environment) = place("test");
    assert_eq!(
        unbound(&mut world, "app-1", "test", "api-1").unwrap_err(),
        ApplicationRefusal::NotBound { application, api: bound_to, environment }.into()
    );
    assert_eq!(world.tree("service-1").application_bindings.len(), 1);
}

#[test]
fn a_place_that_is_not_there_is_refused_by_its_part() {
    let mut world = world();
    assert_eq!(
        bound(&mut world, "app-9", "test", "api-1").unwrap_err(),
        ApplicationRefusal::NotFound(app("app-9")).into()
    );
    assert!(matches!(bound(&mut world, "app-1", "test", "api-9").unwrap_err(), Refusal::ApiNotFound { .. }));
    assert!(matches!(bound(&mut world, "app-1", "moon", "api-1").unwrap_err(), Refusal::EnvironmentNotFound(_)));
    world.quotas.applications_per_api = 1;
    make(&mut world, "app-2", "APID2").unwrap();
    bound(&mut world, "app-1", "test", "api-1").unwrap();
    assert!(matches!(
        bound(&mut world, "app-2", "test", "api-1").unwrap_err(),
        Refusal::Application(ApplicationRefusal::TooManyOfApi { limit: 1, .. })
    ));
    bound(&mut world, "app-2", "release", "api-1").unwrap();
}

#[test]
fn what_is_bound_stays() {
    let mut world = world();
    bound(&mut world, "app-1", "release", "api-1").unwrap();
    let uses = vec![ApplicationUse { service: id("service-1"), api: api("api-1"), environment: env("release") }];
    assert_eq!(
        delete(&world.facts(), &app("app-1")).unwrap_err(),
        ApplicationRefusal::Bound { application: app("app-1"), uses }.into()
    );
    let going = world.make(|facts| crate::api::delete(facts, &id("service-1"), &api("api-1")));
    let applications = vec![app("app-1")];
    assert_eq!(going.unwrap_err(), ApplicationRefusal::MayCall { api: api("api-1"), applications }.into());
    unbound(&mut world, "app-1", "release", "api-1").unwrap();
    world.make(|facts| delete(facts, &app("app-1"))).unwrap();
    world.make(|facts| crate::api::delete(facts, &id("service-1"), &api("api-1"))).unwrap();
    assert!(world.snapshot.applications.is_empty());
}
