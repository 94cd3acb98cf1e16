use std::collections::BTreeMap;
use std::sync::Arc;

use model::{HealthCheck, NodeHost, NodePort, ProbePath, Statuses, Threshold};
use proptest::prelude::*;

use super::super::node::{NodeState, Outcome};
use super::*;

const NOW: Micros = Micros(1_000_000);

fn nodes(weights: &[u32]) -> Vec<NodePlan> {
    let node = |(at, weight): (usize, &u32)| NodePlan {
        place: (NodeHost::try_from(format!("10.0.0.{at}")).unwrap(), NodePort::try_from(80).unwrap()),
        target: None,
        host: format!("10.0.0.{at}").into(),
        weight: *weight,
        mark: hash(format!("10.0.0.{at}:80").as_bytes()),
        state: Arc::new(NodeState::default()),
    };
    weights.iter().enumerate().map(node).collect()
}

fn eject(node: &NodePlan) {
    let one = |statuses: [u16; 1]| {
        Statuses::try_from(statuses.into_iter().collect::<std::collections::BTreeSet<_>>()).unwrap()
    };
    let once = Threshold::try_from(1).unwrap();
    let checks = HealthCheck {
        active: true,
        passive: true,
        healthy: one([200]),
        unhealthy: one([500]),
        tcp_failures: once,
        timeouts: once,
        http_failures: once,
        path: ProbePath::default(),
        timeout: 5,
        interval: 5,
        headers: Vec::new(),
        restore_after: 30,
    };
    assert!(node.state.note(&checks, Outcome::TcpFailure, NOW));
}

fn pick(choice: Choice, nodes: &[NodePlan], turns: &Turns, key: u64, random: u64) -> Option<usize> {
    choose(choice, nodes, turns, Ask { now: NOW, tried: &Tried::default(), key, random })
}

fn counts(choice: Choice, nodes: &[NodePlan], calls: u64) -> Vec<u64> {
    let turns = Turns::new(nodes, 0);
    let mut random = fastrand::Rng::with_seed(7);
    let mut counts = vec![0; nodes.len()];
    for key in 0..calls {
        counts[pick(choice, nodes, &turns, hash(&key.to_le_bytes()), random.u64(..)).unwrap()] += 1;
    }
    counts
}

#[test]
fn turns_are_exact_and_evenly_spread() {
    let nodes = nodes(&[5, 1, 1]);
    let turns = Turns::new(&nodes, 0);
    let picked: Vec<_> = (0..7).map(|_| pick(Choice::RoundRobin, &nodes, &turns, 0, 0).unwrap()).collect();
    assert_eq!(picked, [0, 0, 1, 0, 2, 0, 0]);
    assert_eq!(counts(Choice::RoundRobin, &nodes, 700), [500, 100, 100]);
}

#[test]
fn workers_begin_with_different_nodes() {
    let nodes = nodes(&[1, 1, 1]);
    let first = |worker| pick(Choice::RoundRobin, &nodes, &Turns::new(&nodes, worker), 0, 0).unwrap();
    assert_eq!([first(0), first(1), first(2), first(3)], [0, 1, 2, 0]);
}

#[test]
fn a_node_without_weight_gets_nothing_even_when_all_others_are_ejected() {
    for choice in [Choice::RoundRobin, Choice::LeastRequests, Choice::RandomTwo, Choice::ConsistentHash] {
        let nodes = nodes(&[3, 0, 1]);
        assert_eq!(counts(choice, &nodes, 400)[1], 0);
        eject(&nodes[0]);
        assert_eq!(counts(choice, &nodes, 400), [0, 0, 400], "{choice:?}");
        eject(&nodes[2]);
        let counts = counts(choice, &nodes, 400);
        assert!(counts[0] > 0 && counts[1] == 0 && counts[2] > 0, "nobody is able, so all are: {choice:?} {counts:?}");
    }
    assert_eq!(pick(Choice::RoundRobin, &nodes(&[0]), &Turns::new(&nodes(&[0]), 0), 0, 0), None);
    assert_eq!(pick(Choice::RoundRobin, &[], &Turns::new(&[], 5), 0, 0), None);
}

#[test]
fn a_call_tries_each_able_node_once() {
    for choice in [Choice::RoundRobin, Choice::LeastRequests, Choice::RandomTwo, Choice::ConsistentHash] {
        let nodes = nodes(&[1, 2, 3, 4]);
        eject(&nodes[2]);
        let (turns, mut tried, mut picked) = (Turns::new(&nodes, 0), Tried::default(), Vec::new());
        while let Some(at) = choose(choice, &nodes, &turns, Ask { now: NOW, tried: &tried, key: 9, random: 77 }) {
            tried.add(at);
            picked.push(at);
        }
        picked.sort_unstable();
        assert_eq!(picked, [0, 1, 3], "{choice:?}");
    }
}

#[test]
fn the_least_busy_for_its_weight_is_chosen_and_equals_take_turns() {
    let nodes = nodes(&[1, 3]);
    assert_eq!(counts(Choice::LeastRequests, &nodes, 400), [100, 300]);
    nodes[1].state.in_flight.store(2, Relaxed);
    nodes[0].state.in_flight.store(1, Relaxed);
    assert_eq!(counts(Choice::LeastRequests, &nodes, 10), [0, 10], "2 of 3 is less than 1 of 1");
    nodes[1].state.in_flight.store(4, Relaxed);
    assert_eq!(counts(Choice::LeastRequests, &nodes, 10), [10, 0]);
}

#[test]
fn of_two_by_chance_the_less_busy_is_chosen() {
    let nodes = nodes(&[1, 1, 1]);
    nodes[0].state.in_flight.store(5, Relaxed);
    let counts = counts(Choice::RandomTwo, &nodes, 3000);
    assert_eq!(counts[0], 0, "it loses against either");
    assert!(counts[1] > 1000 && counts[2] > 1000, "{counts:?}");
}

#[test]
fn a_key_stays_where_it_is_when_others_come_and_go() {
    let before = nodes(&[1, 1, 1, 1]);
    let turns = Turns::new(&before, 0);
    let place = |nodes: &[NodePlan], key: u64| pick(Choice::ConsistentHash, nodes, &turns, hash(&key.to_le_bytes()), 0);
    let homes: Vec<_> = (0..1000).map(|key| place(&before, key)).collect();
    eject(&before[3]);
    for (key, home) in homes.iter().enumerate() {
        let now = place(&before, key as u64);
        assert!(*home == Some(3) || now == *home, "only the keys of the lost node move");
        assert_ne!(now, Some(3));
    }
    let shares = homes.iter().fold(BTreeMap::new(), |mut shares: BTreeMap<_, u32>, home| {
        *shares.entry(*home).or_default() += 1;
        shares
    });
    assert!(shares.values().all(|share| (200..300).contains(share)), "{shares:?}");
}

#[test]
fn keys_are_spread_by_weight() {
    let counts = counts(Choice::ConsistentHash, &nodes(&[1, 3]), 4000);
    assert!((900..1100).contains(&counts[0]), "{counts:?}");
}

#[test]
fn repeats_keep_to_a_fifth_of_the_calls_beyond_the_reserve() {
    let turns = Turns::new(&nodes(&[1]), 0);
    assert_eq!((0..100).filter(|_| turns.may_repeat()).count(), 10, "the reserve");
    let repeated = (0..100).filter(|_| {
        turns.earn();
        turns.may_repeat()
    });
    assert_eq!(repeated.count(), 20);
    (0..1000).for_each(|_| turns.earn());
    assert_eq!((0..100).filter(|_| turns.may_repeat()).count(), 10, "no more than the reserve is saved up");
}

#[test]
fn the_hash_is_the_same_for_all_time() {
    assert_eq!(hash(b"10.0.0.1:80"), hash(b"10.0.0.1:80"));
    // Another value would move every key of every installation at an upgrade.
    assert_eq!(hash(b""), 0xd1fb_a762_150c_532c);
}

proptest! {
    /// Over whole rounds of turns, every node got exactly its share.
    #[test]
    fn whole_rounds_give_each_node_its_weight(weights in prop::collection::vec(0_u32..=100, 1..12), rounds in 1_u64..4) {
        let nodes = nodes(&weights);
        let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        prop_assume!(total > 0);
        let expected: Vec<u64> = weights.iter().map(|weight| u64::from(*weight) * rounds).collect();
        prop_assert_eq!(counts(Choice::RoundRobin, &nodes, total * rounds), expected);
    }
}
