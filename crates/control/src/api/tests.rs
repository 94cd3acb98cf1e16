//! The rules of APIs; what the parts of a definition say of each other is tested with `definition`.

use model::{FrontendPath, Method, MethodMatch, Parameter};

use super::*;
use crate::world::{World, api, env, field, id, mock, name, plan, tag};

fn answering(called: &str, path: &str, method: MethodMatch) -> ApiDefinition {
    ApiDefinition { method, ..mock(called, path) }
}

fn made(world: &mut World, called: &str, definition: &ApiDefinition) -> Result<Arc<Api>, Refusal> {
    world.make(|facts| create(facts, &id("service-1"), api(called), definition))
}

#[test]
fn an_api_begins_with_its_first_revision() {
    let mut world = World::new();
    world.service("service-1");
    let now = world.now;
    let made = made(&mut world, "api-1", &mock("hello", "/hello")).unwrap();
    assert_eq!(*world.tree("service-1").apis["api-1"], *made);
    assert_eq!((made.revision, made.created, made.modified), (1, now, now));
    assert_eq!((&made.service, &*made.definition), (&id("service-1"), &mock("hello", "/hello")));
}

#[test]
fn an_api_needs_a_service_and_room_in_it() {
    let mut world = World::new();
    let refused = made(&mut world, "api-1", &mock("hello", "/hello")).unwrap_err();
    assert_eq!(refused, Refusal::ServiceNotFound(id("service-1")));

    world.quotas.apis_per_service = 1;
    world.service("service-1").service("service-2").api("service-1", "api-1");
    let refused = made(&mut world, "api-2", &mock("hello", "/hello")).unwrap_err();
    assert_eq!(refused, Refusal::TooManyApis { service: id("service-1"), limit: 1 });
    assert!(world.make(|facts| create(facts, &id("service-2"), api("api-2"), &mock("hello", "/hello"))).is_ok());
}

#[test]
fn names_and_places_belong_to_one_api_of_a_service() {
    let get = MethodMatch::Only(Method::Get);
    let post = MethodMatch::Only(Method::Post);
    let name_taken = Refusal::NameTaken { name: name("a"), api: api("api-1") };
    let path_taken = |path: &str, method| Refusal::PathTaken {
        path: FrontendPath::try_from(path).unwrap(),
        method,
        api: api("api-1"),
    };
    let cases = [
        ("the same name elsewhere", answering("a", "/b", get), Some(name_taken)),
        ("the same path and method", answering("b", "/a", get), Some(path_taken("/a", get))),
        ("the same path, another method", answering("b", "/a", post), None),
        ("the same path, every method", answering("b", "/a", MethodMatch::Any), None),
        ("a path that only means the same", answering("b", "=/a", get), None),
        ("a name in other letters", answering("A", "/b", get), None),
    ];
    for (case, definition, expected) in cases {
        let mut world = World::new();
        world.service("service-1");
        made(&mut world, "api-1", &answering("a", "/a", get)).unwrap();
        assert_eq!(made(&mut world, "api-2", &definition).err(), expected, "creating {case}");

        made(&mut world, "api-3", &answering("c", "/c", get)).unwrap_or_else(|_| panic!("{case}"));
        if expected.is_some() {
            let modified = modify(&world.facts(), &id("service-1"), &api("api-3"), &definition);
            assert_eq!(modified.err(), expected, "modifying to {case}");
        }
    }
}

#[test]
fn an_api_does_not_stand_in_its_own_way() {
    let mut world = World::new();
    world.service("service-1");
    made(&mut world, "api-1", &mock("a", "/a")).unwrap();
    let other_answer = ApiDefinition { cors: true, ..mock("a", "/a") };
    assert!(modify(&world.facts(), &id("service-1"), &api("api-1"), &other_answer).is_ok());
}

#[test]
fn a_new_definition_replaces_the_old_one_and_counts() {
    let mut world = World::new();
    world.service("service-1");
    let before = made(&mut world, "api-1", &ApiDefinition { tags: vec![tag("k", "v")], ..mock("a", "/a") }).unwrap();
    let now = world.now;
    let new = answering("b", "/b", MethodMatch::Any);
    let after = world.make(|facts| modify(facts, &id("service-1"), &api("api-1"), &new)).unwrap();
    assert_eq!((after.revision, after.modified, after.created), (2, now, before.created));
    assert_eq!(*after.definition, new, "nothing of the old definition is left");
    assert_eq!(world.tree("service-1").apis["api-1"], after);
}

#[test]
fn the_protocol_of_an_api_stays() {
    let mut world = World::new();
    world.service("service-1");
    made(&mut world, "api-1", &mock("a", "/a")).unwrap();
    let other = ApiDefinition { protocol: model::ApiProtocol::WebSocket, ..mock("a", "/a") };
    let refused = modify(&world.facts(), &id("service-1"), &api("api-1"), &other).unwrap_err();
    assert_eq!(refused, Refusal::ProtocolFixed);
}

#[test]
fn the_same_definition_again_writes_nothing_and_does_not_count() {
    let mut world = World::new();
    world.service("service-1");
    made(&mut world, "api-1", &mock("a", "/a")).unwrap();
    let outcome = modify(&world.facts(), &id("service-1"), &api("api-1"), &mock("a", "/a")).unwrap();
    assert_eq!((outcome.writes, outcome.answer.revision), (Vec::new(), 1));
}

#[test]
fn a_definition_that_contradicts_itself_is_refused_at_both_doors() {
    let mut world = World::new();
    world.service("service-1");
    let undeclared = mock("a", "/{x}");
    assert_eq!(field(made(&mut world, "api-1", &undeclared)), "parameters");
    made(&mut world, "api-1", &mock("a", "/a")).unwrap();
    assert_eq!(field(modify(&world.facts(), &id("service-1"), &api("api-1"), &undeclared)), "parameters");
    let twice = ApiDefinition { tags: vec![tag("k", "1"), tag("k", "2")], ..mock("b", "/b") };
    assert_eq!(field(made(&mut world, "api-2", &twice)), "tags");
}

#[test]
fn apis_made_in_one_moment_still_have_different_ages() {
    let mut world = World::new();
    world.service("service-1");
    let moment = world.now;
    let mut ages = Vec::new();
    for called in ["api-3", "api-1", "api-2"] {
        world.now = moment;
        ages.push(made(&mut world, called, &mock(called, &format!("/{called}"))).unwrap().created.millis());
    }
    assert_eq!(ages, [moment.millis(), moment.millis() + 1, moment.millis() + 2]);
}

#[test]
fn what_is_not_there_cannot_be_changed_or_deleted() {
    let mut world = World::new();
    world.service("service-1").service("service-2").api("service-2", "api-1");
    let (service, elsewhere) = (id("service-1"), api("api-1"));
    let missing = Refusal::ApiNotFound { service: service.clone(), api: elsewhere.clone() };
    assert_eq!(modify(&world.facts(), &service, &elsewhere, &mock("a", "/a")).unwrap_err(), missing);
    assert_eq!(delete(&world.facts(), &service, &elsewhere).unwrap_err(), missing);
    let nowhere = id("service-3");
    assert_eq!(delete(&world.facts(), &nowhere, &elsewhere).unwrap_err(), Refusal::ServiceNotFound(nowhere.clone()));
    let refused = modify(&world.facts(), &nowhere, &elsewhere, &mock("a", "/a")).unwrap_err();
    assert_eq!(refused, Refusal::ServiceNotFound(nowhere));
}

#[test]
fn an_api_that_plans_rule_by_itself_is_not_deleted() {
    let mut world = World::new();
    world.service("service-1").api("service-1", "api-1").api("service-1", "api-2").plan("plan-1").plan("plan-2");
    world.ruled("plan-1", "service-1", "test", Some("api-1")).ruled("plan-2", "service-1", "release", Some("api-1"));
    let bound = |plan_id: &str, environment: &str| PlanUse { plan: plan(plan_id), environment: env(environment) };
    let Err(Refusal::ApiBoundToPlan { api: refused, mut plans }) =
        delete(&world.facts(), &id("service-1"), &api("api-1"))
    else {
        panic!("deleted")
    };
    plans.sort();
    assert_eq!((refused, plans), (api("api-1"), vec![bound("plan-1", "test"), bound("plan-2", "release")]));
    assert!(delete(&world.facts(), &id("service-1"), &api("api-2")).is_ok(), "another API may go");
}

#[test]
fn a_plan_on_the_whole_environment_does_not_hold_an_api() {
    let mut world = World::new();
    world.service("service-1").api("service-1", "api-1").plan("plan-1").ruled("plan-1", "service-1", "test", None);
    assert!(delete(&world.facts(), &id("service-1"), &api("api-1")).is_ok());
}

#[test]
fn a_deleted_api_goes_on_running_with_its_throttle_and_can_be_switched_back_to() {
    let mut world = World::new();
    world.service("service-1").api("service-1", "api-1").api("service-1", "api-2").released("service-1", "test", "v1");
    world.throttled("service-1", "test", Some("api-1"), 5).throttled("service-1", "release", Some("api-1"), 5);
    let throttles = world.tree("service-1").throttles.clone();
    world.make(|facts| delete(facts, &id("service-1"), &api("api-1"))).unwrap();

    let tree = world.tree("service-1");
    assert!(!tree.apis.contains_key("api-1"));
    let running: Vec<&str> =
        tree.running_revisions(&env("test")).into_iter().map(|frozen| frozen.api.as_str()).collect();
    assert_eq!(running, ["api-1", "api-2"]);
    assert_eq!(tree.throttles, throttles);

    world.released("service-1", "test", "v2");
    let tree = world.tree("service-1");
    assert!(tree.revisions.contains_key(&(api("api-1"), 1)), "the older release can still be switched to");
    assert_eq!(tree.throttles, throttles, "and is bounded as it was");
}

#[test]
fn an_api_that_was_never_released_takes_its_throttles_with_it() {
    let mut world = World::new();
    world.service("service-1").api("service-1", "api-2").released("service-1", "test", "v1").api("service-1", "api-1");
    world.throttled("service-1", "test", Some("api-1"), 5).throttled("service-1", "release", Some("api-1"), 5);
    world.throttled("service-1", "test", Some("api-2"), 5).throttled("service-1", "test", None, 5);
    world.make(|facts| delete(facts, &id("service-1"), &api("api-1"))).unwrap();
    let left: Vec<_> = world.tree("service-1").throttles.keys().map(|(_, scope)| scope.clone()).collect();
    assert_eq!(left, [ThrottleScope::Service, ThrottleScope::Api(api("api-2"))]);
}

#[test]
fn declared_path_parameters_make_a_template_an_api() {
    let mut world = World::new();
    world.service("service-1");
    let parameter = Parameter {
        name: "x".to_owned(),
        location: model::Location::Path,
        type_name: "string".to_owned(),
        default: None,
        required: true,
        description: String::new(),
    };
    let definition = ApiDefinition { parameters: vec![parameter], ..mock("a", "/{x}") };
    assert!(made(&mut world, "api-1", &definition).is_ok());
}
