use model::{
    ApiDefinition, Backend, BackendMethod, BackendPath, DnsLabel, KubernetesService, Members, NodePort,
    UpstreamBackend, UpstreamId, Weight,
};

use super::{UpstreamChange, create, delete, modify};
use crate::world::{World, api, env, id, mock, name, nodes, tag, version};
use crate::{NewUpstream, Refusal};

fn upstream(raw: &str) -> UpstreamId {
    UpstreamId::try_from(raw).unwrap()
}

fn made(world: &mut World, called: &str, new: &NewUpstream) -> Result<(), Refusal> {
    world.make(|facts| create(facts, upstream(called), new)).map(drop)
}

/// An API whose backend is the upstream.
fn on(called: &str) -> ApiDefinition {
    ApiDefinition {
        backend: Backend::Upstream(UpstreamBackend {
            upstream: upstream(called),
            path: BackendPath::default(),
            method: BackendMethod::Same,
        }),
        ..mock("orders", "/orders")
    }
}

/// `a` on upstream `u`, in service `s`.
fn world_with_a_use() -> World {
    let mut world = World::new();
    world.service("s");
    made(&mut world, "u", &nodes(&[("10.0.0.1", 80)])).unwrap();
    world.make(|facts| crate::api::create(facts, &id("s"), api("a"), &on("u"))).unwrap();
    world
}

#[test]
fn an_upstream_is_made_changed_and_deleted() {
    let mut world = World::new();
    made(&mut world, "u", &nodes(&[("10.0.0.1", 80)])).unwrap();
    let created = world.snapshot.upstreams["u"].created;
    let change = UpstreamChange { name: Some(Some(name("orders"))), ..UpstreamChange::default() };
    let changed = world.make(|facts| modify(facts, &upstream("u"), &change)).unwrap();
    assert_eq!(changed.name, Some(name("orders")));
    assert_eq!(changed.members, world.snapshot.upstreams["u"].members, "what is not named stays");
    assert!(changed.modified > created && changed.created == created);
    let again = modify(&world.facts(), &upstream("u"), &change).unwrap();
    assert!(again.writes.is_empty(), "a change that changes nothing leaves no trace");
    world.make(|facts| delete(facts, &upstream("u"))).unwrap();
    assert!(world.snapshot.upstreams.is_empty());
    assert_eq!(world.make(|facts| delete(facts, &upstream("u"))), Err(Refusal::UpstreamNotFound(upstream("u"))));
    assert_eq!(
        world.make(|facts| modify(facts, &upstream("u"), &change)),
        Err(Refusal::UpstreamNotFound(upstream("u")))
    );
}

#[test]
fn no_more_upstreams_than_the_quota_says() {
    let mut world = World::new();
    world.quotas.upstreams = 1;
    made(&mut world, "u", &nodes(&[])).unwrap();
    assert_eq!(made(&mut world, "v", &nodes(&[])), Err(Refusal::TooManyUpstreams { limit: 1 }));
}

#[test]
fn nodes_are_bounded_and_each_place_stands_once() {
    let mut world = World::new();
    let many: Vec<(String, u32)> = (1..=201).map(|port| ("10.0.0.1".to_owned(), port)).collect();
    let many: Vec<(&str, u32)> = many.iter().map(|(host, port)| (host.as_str(), *port)).collect();
    assert!(made(&mut world, "full", &nodes(&many[..200])).is_ok());
    assert!(matches!(made(&mut world, "u", &nodes(&many)), Err(Refusal::BadNodes(_))));
    let twice = made(&mut world, "u", &nodes(&[("10.0.0.1", 80), ("10.0.0.1", 81), ("10.0.0.1", 80)]));
    assert!(matches!(twice, Err(Refusal::BadNodes(refused)) if refused.reason.contains("10.0.0.1:80")));
}

#[test]
fn two_clusters_cannot_be_told_apart_by_one_dns() {
    let mut world = World::new();
    let service = |cluster: &str| KubernetesService {
        cluster: cluster.into(),
        namespace: DnsLabel::try_from("shop".to_owned()).unwrap(),
        service: DnsLabel::try_from("orders".to_owned()).unwrap(),
        port: NodePort::try_from(80).unwrap(),
        weight: Weight::try_from(1).unwrap(),
        name: None,
    };
    let members = |services| NewUpstream { members: Members::Kubernetes { services }, ..nodes(&[]) };
    assert!(made(&mut world, "u", &members(vec![service("one")])).is_ok());
    let two = made(&mut world, "v", &members(vec![service("one"), service("two")]));
    assert!(matches!(two, Err(Refusal::BadNodes(_))));
}

#[test]
fn a_tag_key_stands_once() {
    let new = NewUpstream { tags: vec![tag("a", "1"), tag("a", "2")], ..nodes(&[]) };
    assert!(matches!(made(&mut World::new(), "u", &new), Err(Refusal::Invalid(_))));
}

#[test]
fn an_api_may_name_only_an_upstream_that_is_there() {
    let mut world = world_with_a_use();
    let refused = world.make(|facts| crate::api::create(facts, &id("s"), api("b"), &on("nowhere")));
    assert_eq!(refused.unwrap_err(), Refusal::UpstreamNotFound(upstream("nowhere")));
    let refused = world.make(|facts| crate::api::modify(facts, &id("s"), &api("a"), &on("nowhere")));
    assert_eq!(refused.unwrap_err(), Refusal::UpstreamNotFound(upstream("nowhere")));
}

#[test]
fn an_upstream_stays_while_an_api_names_it_or_an_environment_runs_one() {
    let mut world = world_with_a_use();
    world.released("s", "test", "v1");
    let deleted = |world: &mut World| world.make(|facts| delete(facts, &upstream("u")));
    let in_use =
        |refused: Result<(), Refusal>| matches!(refused, Err(Refusal::UpstreamInUse { uses, .. }) if uses.len() == 1);
    assert!(in_use(deleted(&mut world)));
    world.make(|facts| crate::api::modify(facts, &id("s"), &api("a"), &mock("orders", "/orders"))).unwrap();
    assert!(in_use(deleted(&mut world)), "the environment still runs the old definition");
    world.released("s", "test", "v2");
    assert_eq!(deleted(&mut world), Ok(()));
    let back = world
        .make(|facts| crate::release::switch(facts, &id("s"), &env("test"), &version("v1"), &"".try_into().unwrap()));
    assert!(matches!(back, Err(Refusal::UpstreamGone { upstream: gone, .. }) if gone == upstream("u")));
}
