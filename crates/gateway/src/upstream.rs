//! Upstreams at run time: which node a call goes to, and which nodes are able.
//!
//! An [`UpstreamPlan`] is a part of the plan, made when its configuration changes and shared by all APIs that name it.
//! What outlives it hangs on it in `Arc`s: the state of its nodes ([`node::NodeState`]) and its counts. Choosing
//! ([`choice`]) takes no lock: turns belong to one worker, health and calls in flight are atomics. Checks of our own
//! ([`checker`]) run on one thread for the whole process.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use model::{HashKey, HealthCheck, NodeHealth, NodeHost, NodePort, Upstream, UpstreamId};
use net::Request;
use observe::UpstreamSample;
use rustc_hash::FxHashMap;

use crate::limit::Micros;

pub mod checker;
pub mod choice;
pub mod node;

pub use choice::{Choice, Tried, Turns};
pub use node::{InFlight, NodePlan, NodeState, Outcome};

/// All upstreams of a configuration, whether an API names them or not: their nodes are checked all the same.
pub type Upstreams = FxHashMap<Box<str>, Arc<UpstreamPlan>>;

/// An upstream, ready to be called.
#[derive(Debug)]
pub struct UpstreamPlan {
    /// What it was made from.
    pub model: Arc<Upstream>,
    /// Its nodes, those without calls too.
    pub nodes: Box<[NodePlan]>,
    /// How a node is chosen.
    pub choice: Choice,
    /// How often a call is tried on another node at most.
    pub retries: u32,
    /// Each worker's own turns.
    turns: Box<[Turns]>,
    /// What is counted of it for as long as it exists.
    pub counts: Arc<UpstreamCounts>,
}

/// What is counted of an upstream for as long as it exists.
#[derive(Debug, Default)]
pub struct UpstreamCounts {
    /// Calls that were tried again, each time counted.
    pub retries: AtomicU64,
    /// Nodes that were taken out of turn.
    pub ejections: AtomicU64,
}

impl UpstreamPlan {
    /// The plan of `model` for `workers` workers. `node` makes or finds each node's plan.
    pub fn new(
        model: Arc<Upstream>,
        workers: usize,
        counts: Arc<UpstreamCounts>,
        node: impl FnMut(&model::Node) -> NodePlan,
    ) -> Self {
        let nodes: Box<[NodePlan]> = model.members.nodes().iter().map(node).collect();
        let turns = (0..workers.max(1)).map(|worker| Turns::new(&nodes, worker)).collect();
        let (choice, retries) = (Choice::of(&model.balancing), model.retries.get());
        Self { model, nodes, choice, retries, turns, counts }
    }

    /// Its identifier.
    pub fn id(&self) -> &UpstreamId {
        &self.model.id
    }

    /// How its nodes are checked, if they are.
    pub fn checks(&self) -> Option<&HealthCheck> {
        self.model.health.as_ref().filter(|checks| checks.active || checks.passive)
    }

    /// The turns of `worker`: to be used by that worker's thread alone.
    pub fn turns(&self, worker: usize) -> &Turns {
        &self.turns[worker.min(self.turns.len() - 1)]
    }

    /// The node for a call's next try, none where no other is left. `key` is what the call has in common with others.
    pub fn choose(&self, worker: usize, now: Micros, tried: &Tried, key: u64, random: u64) -> Option<usize> {
        choice::choose(self.choice, &self.nodes, self.turns(worker), choice::Ask { now, tried, key, random })
    }

    /// What a call has in common with others that shall go where it goes; 0 where that decides nothing.
    pub fn key_of(&self, request: &Request, caller: IpAddr) -> u64 {
        let Choice::ConsistentHash = self.choice else { return 0 };
        match self.hash_key() {
            Some(HashKey::Path) => choice::hash(request.path().as_bytes()),
            Some(HashKey::Header { name }) => match request.header(name.as_str()) {
                Some(value) => choice::hash(value),
                None => hash_of_address(caller),
            },
            Some(HashKey::CallerAddress) | None => hash_of_address(caller),
        }
    }

    fn hash_key(&self) -> Option<&HashKey> {
        match &self.model.balancing {
            model::Balancing::ConsistentHash { key } => Some(key),
            _ => None,
        }
    }

    /// Notes how a call to a node ended, where calls are watched.
    pub fn note_call(&self, node: &NodePlan, outcome: Outcome, now: Micros) {
        if let Some(checks) = &self.model.health
            && checks.passive
        {
            self.note(node, checks, outcome, now);
        }
    }

    /// What an answer's status says of a node.
    pub fn note_status(&self, node: &NodePlan, status: u16, now: Micros) {
        if let Some(checks) = &self.model.health
            && checks.passive
        {
            self.note(node, checks, Outcome::of_status(checks, status), now);
        }
    }

    /// Notes how a check of our own ended: what it finds able gets calls again.
    pub fn note_check(&self, node: &NodePlan, outcome: Outcome, now: Micros) {
        if let Some(checks) = &self.model.health {
            if outcome == Outcome::Success && node.state.restore(now) {
                tracing::info!(upstream = %self.id(), node = %node.host, "the node is healthy again");
            }
            self.note(node, checks, outcome, now);
        }
    }

    fn note(&self, node: &NodePlan, checks: &HealthCheck, outcome: Outcome, now: Micros) {
        if node.state.note(checks, outcome, now) {
            self.counts.ejections.fetch_add(1, Relaxed);
            tracing::warn!(upstream = %self.id(), node = %node.host, after = outcome.name(), "the node is ejected");
        }
    }

    /// How one of its nodes is.
    pub fn health(&self, host: &NodeHost, port: NodePort, now: Micros) -> NodeHealth {
        let Some(_) = self.checks() else { return NodeHealth::Unchecked };
        let found = self.nodes.iter().find(|node| node.place == (host.clone(), port));
        found.map_or(NodeHealth::Unknown, |node| node.state.health(now))
    }

    /// The figures of it at `now`.
    pub fn sample(&self, now: Micros) -> UpstreamSample {
        let mut nodes = [0; 4];
        for node in &self.nodes {
            let health = if self.checks().is_some() { node.state.health(now) } else { NodeHealth::Unchecked };
            nodes[health as usize] += 1;
        }
        UpstreamSample {
            upstream: self.id().to_string(),
            nodes,
            retries: self.counts.retries.load(Relaxed),
            ejections: self.counts.ejections.load(Relaxed),
        }
    }
}

fn hash_of_address(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(four) => choice::hash(&four.octets()),
        IpAddr::V6(six) => choice::hash(&six.octets()),
    }
}

/// The figures of all upstreams.
pub fn samples(upstreams: &Upstreams, now: Micros) -> Vec<UpstreamSample> {
    let mut samples: Vec<UpstreamSample> = upstreams.values().map(|upstream| upstream.sample(now)).collect();
    samples.sort_by(|a, b| a.upstream.cmp(&b.upstream));
    samples
}
