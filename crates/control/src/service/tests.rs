//! The rules of services.

use model::{Api, EnvironmentState, Kind, PlanBinding, Timestamp};

use super::*;
use crate::world::{World, env, field, id, name, plan, tag, text};

fn new_service() -> NewService {
    NewService {
        name: name("orders"),
        description: text("what customers order"),
        protocol: ServiceProtocol::Https,
        networks: BTreeSet::from([Network::Outer]),
        vpc: None,
        instance: None,
        tags: vec![tag("team", "blue")],
        annotations: BTreeMap::from([("kept".to_owned(), "as told".to_owned())]),
    }
}

#[test]
fn a_service_is_made_of_what_was_said() {
    let mut world = World::new();
    let now = world.now;
    let service = world.make(|facts| create(facts, id("service-1"), &new_service())).unwrap();
    assert_eq!(*world.tree("service-1").service, *service);
    let said = new_service();
    assert_eq!((&service.name, &service.description, service.protocol), (&said.name, &said.description, said.protocol));
    assert_eq!(
        (&service.networks, &service.tags, &service.annotations),
        (&said.networks, &said.tags, &said.annotations)
    );
    assert_eq!((service.created, service.modified), (now, now));
}

#[test]
fn services_may_share_a_name() {
    let mut world = World::new();
    world.make(|facts| create(facts, id("service-1"), &new_service())).unwrap();
    world.make(|facts| create(facts, id("service-2"), &new_service())).unwrap();
    assert_eq!(world.snapshot.services.len(), 2);
}

#[test]
fn no_more_services_than_the_limit() {
    let mut world = World::new();
    world.quotas.services = 1;
    world.service("service-1");
    assert_eq!(
        create(&world.facts(), id("service-2"), &new_service()).unwrap_err(),
        Refusal::TooManyServices { limit: 1 }
    );
}

#[test]
fn a_service_without_a_network_or_with_a_tag_twice_is_refused() {
    let world = World::new();
    let nowhere = NewService { networks: BTreeSet::new(), ..new_service() };
    assert_eq!(field(create(&world.facts(), id("service-1"), &nowhere)), "networks");
    let twice = NewService { tags: vec![tag("a", "1"), tag("b", "1"), tag("a", "2")], ..new_service() };
    assert_eq!(field(create(&world.facts(), id("service-1"), &twice)), "tags");
}

#[test]
fn a_change_touches_only_what_it_names() {
    let mut world = World::new();
    world.service("service-1");
    let before = Service::clone(&world.tree("service-1").service);
    world.now = Timestamp::from_millis(world.now.millis() + 1);
    let now = world.now;
    let change = ServiceChange { name: Some(name("renamed")), ..ServiceChange::default() };
    let after = world.make(|facts| modify(facts, &id("service-1"), &change)).unwrap();
    assert_eq!(*after, Service { name: name("renamed"), modified: now, ..before });
    assert_eq!(world.tree("service-1").service, after);
}

#[test]
fn every_member_can_be_changed() {
    let mut world = World::new();
    world.service("service-1");
    let change = ServiceChange {
        name: Some(name("n")),
        description: Some(text("d")),
        protocol: Some(ServiceProtocol::Http),
        networks: Some(BTreeSet::from([Network::Outer, Network::Inner])),
        vpc: Some("vpc-1".to_owned()),
        tags: Some(vec![tag("k", "v")]),
        annotations: Some(BTreeMap::from([("a".to_owned(), "b".to_owned())])),
    };
    let after = world.make(|facts| modify(facts, &id("service-1"), &change)).unwrap();
    assert_eq!((after.name.as_str(), after.description.as_str(), after.protocol), ("n", "d", ServiceProtocol::Http));
    assert_eq!((after.networks.len(), after.vpc.as_deref()), (2, Some("vpc-1")));
    assert_eq!((after.tags.len(), after.annotations.len()), (1, 1));
}

#[test]
fn a_change_that_changes_nothing_writes_nothing() {
    let mut world = World::new();
    world.service("service-1");
    let same = ServiceChange {
        name: Some(name("service-1")),
        networks: Some(BTreeSet::from([Network::Outer])),
        ..ServiceChange::default()
    };
    for change in [ServiceChange::default(), same] {
        assert_eq!(modify(&world.facts(), &id("service-1"), &change).unwrap().writes, []);
    }
}

#[test]
fn networks_may_only_grow() {
    let mut world = World::new();
    world.service("service-1");
    for networks in [BTreeSet::new(), BTreeSet::from([Network::Inner])] {
        let change = ServiceChange { networks: Some(networks), ..ServiceChange::default() };
        assert_eq!(
            modify(&world.facts(), &id("service-1"), &change).unwrap_err(),
            Refusal::NetworksMayOnlyGrow { missing: vec![Network::Outer] }
        );
    }
}

#[test]
fn a_private_network_is_set_once() {
    let mut world = World::new();
    world.service("service-1");
    let join = |vpc: &str| ServiceChange { vpc: Some(vpc.to_owned()), ..ServiceChange::default() };
    world.make(|facts| modify(facts, &id("service-1"), &join("vpc-1"))).unwrap();
    assert_eq!(
        modify(&world.facts(), &id("service-1"), &join("vpc-2")).unwrap_err(),
        Refusal::VpcFixed { vpc: "vpc-1".to_owned() }
    );
    assert_eq!(modify(&world.facts(), &id("service-1"), &join("vpc-1")).unwrap().writes, [], "the same one again");
}

#[test]
fn what_is_not_there_cannot_be_changed_or_deleted() {
    let world = World::new();
    let missing = Refusal::ServiceNotFound(id("service-1"));
    assert_eq!(modify(&world.facts(), &id("service-1"), &ServiceChange::default()).unwrap_err(), missing);
    assert_eq!(delete(&world.facts(), &id("service-1")).unwrap_err(), missing);
}

#[test]
fn a_service_in_use_is_not_deleted_and_the_first_obstacle_is_told() {
    let mut world = World::new();
    world.service("service-1").plan("plan-1").api("service-1", "api-1").released("service-1", "test", "v1");
    world.released("service-1", "release", "v2").ruled("plan-1", "service-1", "test", None);
    let tagged = ServiceChange { tags: Some(vec![tag("k", "v")]), ..ServiceChange::default() };
    world.make(|facts| modify(facts, &id("service-1"), &tagged)).unwrap();

    let refused = |world: &World| delete(&world.facts(), &id("service-1")).unwrap_err();
    assert_eq!(refused(&world), Refusal::ServiceHasApis { count: 1 });

    let api = Api::clone(&world.tree("service-1").apis["api-1"]);
    world.snapshot.apply(Write::Remove(Record::Api(api))).unwrap();
    assert_eq!(refused(&world), Refusal::ServiceReleased { environments: vec![env("test"), env("release")] });

    for environment in ["test", "release"] {
        let mut state = EnvironmentState::clone(&world.tree("service-1").environments[environment]);
        state.running = None;
        world.put(Record::Environment(state));
    }
    assert_eq!(refused(&world), Refusal::ServiceHasPlans { plans: vec![plan("plan-1")] });

    for (_, binding) in world.tree("service-1").plan_bindings.clone() {
        world.snapshot.apply(Write::Remove(Record::PlanBinding(PlanBinding::clone(&binding)))).unwrap();
    }
    assert_eq!(refused(&world), Refusal::ServiceHasTags { count: 1 });

    let untagged = ServiceChange { tags: Some(Vec::new()), ..ServiceChange::default() };
    world.make(|facts| modify(facts, &id("service-1"), &untagged)).unwrap();
    world.make(|facts| delete(facts, &id("service-1"))).unwrap();
    assert!(world.snapshot.services.is_empty());
}

#[test]
fn deleting_a_service_removes_every_record_of_it_children_first() {
    let mut world = World::new();
    world.service("service-1").api("service-1", "api-1").released("service-1", "test", "v1");
    world.throttled("service-1", "test", None, 10).throttled("service-1", "release", None, 20);
    let api = Api::clone(&world.tree("service-1").apis["api-1"]);
    world.snapshot.apply(Write::Remove(Record::Api(api))).unwrap();
    let mut state = EnvironmentState::clone(&world.tree("service-1").environments["test"]);
    state.running = None;
    world.put(Record::Environment(state));

    let writes = delete(&world.facts(), &id("service-1")).unwrap().writes;
    let kinds: Vec<Kind> = writes
        .iter()
        .map(|write| match write {
            Write::Remove(record) => record.kind(),
            Write::Put(record) => panic!("{record:?} is written"),
        })
        .collect();
    let all = [
        Kind::Throttle,
        Kind::Throttle,
        Kind::ReleaseEvent,
        Kind::Environment,
        Kind::Release,
        Kind::ApiRevision,
        Kind::Service,
    ];
    assert_eq!(kinds, all);
}
