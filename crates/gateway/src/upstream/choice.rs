//! Which node a call goes to.
//!
//! Among the nodes that have a weight, are able and were not tried by this call. When no node at all is able, all count
//! as able: calls that may fail are better than calls that must.

use std::hash::Hasher;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering::Relaxed};

use model::Balancing;
use siphasher::sip::SipHasher13;

use super::node::NodePlan;
use crate::limit::Micros;

/// How a node is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Choice {
    RoundRobin,
    LeastRequests,
    RandomTwo,
    ConsistentHash,
}

impl Choice {
    /// The choice that `balancing` asks for.
    pub const fn of(balancing: &Balancing) -> Self {
        match balancing {
            Balancing::RoundRobin => Self::RoundRobin,
            Balancing::LeastRequests => Self::LeastRequests,
            Balancing::RandomTwo => Self::RandomTwo,
            Balancing::ConsistentHash { .. } => Self::ConsistentHash,
        }
    }

    /// True when it looks at the calls in flight.
    pub const fn counts_calls(self) -> bool {
        matches!(self, Self::LeastRequests | Self::RandomTwo)
    }
}

/// The nodes that a call has tried, by their place in the list; there are at most 256.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tried([u64; 4]);

impl Tried {
    /// Notes a node.
    pub fn add(&mut self, node: usize) {
        if let Some(word) = self.0.get_mut(node / 64) {
            *word |= 1 << (node % 64);
        }
    }

    /// True when it was tried.
    pub fn has(&self, node: usize) -> bool {
        self.0.get(node / 64).is_some_and(|word| word & (1 << (node % 64)) != 0)
    }
}

/// What one worker remembers of its choices. Atomics because the plan is shared; only the worker's thread uses them.
#[derive(Debug)]
#[repr(align(128))]
pub struct Turns {
    /// Smooth weighted turns: how much each node is due.
    due: Box<[AtomicI64]>,
    /// Tenths of a repeated request that may still be sent.
    budget: AtomicU32,
}

/// Repeats that a worker has in reserve, in tenths.
const RESERVE: u32 = 100;
/// What a call adds to the reserve: one repeat for five calls.
const PER_CALL: u32 = 2;
/// What a repeat takes.
const PER_REPEAT: u32 = 10;

impl Turns {
    /// The turns of one worker. Each begins with another node, so that workers with few calls do not all choose the first.
    pub fn new(nodes: &[NodePlan], worker: usize) -> Self {
        let turns = Self { due: nodes.iter().map(|_| AtomicI64::new(0)).collect(), budget: AtomicU32::new(RESERVE) };
        let rounds = if nodes.is_empty() { 0 } else { worker % nodes.len() };
        for _ in 0..rounds {
            turns.next(nodes, |at| nodes.get(at).is_some_and(|node| node.weight > 0));
        }
        turns
    }

    /// A call adds to what may be repeated.
    pub fn earn(&self) {
        let budget = self.budget.load(Relaxed);
        if budget < RESERVE {
            self.budget.store((budget + PER_CALL).min(RESERVE), Relaxed);
        }
    }

    /// True when a request that was sent may be sent again, which uses up a part of the budget.
    pub fn may_repeat(&self) -> bool {
        let budget = self.budget.load(Relaxed);
        if budget < PER_REPEAT {
            return false;
        }
        self.budget.store(budget - PER_REPEAT, Relaxed);
        true
    }

    /// The node whose turn it is among those that `may` admits: each gets as many turns as its weight says, as evenly
    /// spread as can be.
    fn next(&self, nodes: &[NodePlan], may: impl Fn(usize) -> bool) -> Option<usize> {
        let mut total = 0;
        let mut most: Option<(usize, i64)> = None;
        for (at, (node, due)) in nodes.iter().zip(&self.due).enumerate() {
            if !may(at) {
                continue;
            }
            let weight = i64::from(node.weight);
            let now_due = due.load(Relaxed) + weight;
            due.store(now_due, Relaxed);
            total += weight;
            if most.is_none_or(|(_, most)| now_due > most) {
                most = Some((at, now_due));
            }
        }
        let (at, due) = most?;
        if let Some(slot) = self.due.get(at) {
            slot.store(due - total, Relaxed);
        }
        Some(at)
    }
}

/// What a choice is made from.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The time.
    pub now: Micros,
    /// The nodes that the call has tried.
    pub tried: &'a Tried,
    /// What the call has in common with others.
    pub key: u64,
    /// Chance.
    pub random: u64,
}

/// The node for a call's next try, none where no other is left.
pub fn choose(choice: Choice, nodes: &[NodePlan], turns: &Turns, ask: Ask<'_>) -> Option<usize> {
    let is_able = |node: &NodePlan| node.weight > 0 && node.state.is_able(ask.now);
    let nobody_is = !nodes.iter().any(is_able);
    let may = |at: usize| {
        nodes.get(at).is_some_and(|node| node.weight > 0 && (nobody_is || is_able(node))) && !ask.tried.has(at)
    };
    match choice {
        Choice::RoundRobin => turns.next(nodes, may),
        Choice::LeastRequests => {
            let least = (0..nodes.len()).filter(|at| may(*at)).reduce(|a, b| less_busy(nodes, a, b))?;
            turns.next(nodes, |at| may(at) && is_as_busy(nodes, at, least))
        }
        Choice::RandomTwo => {
            let first = draw(nodes, may, ask.random as u32)?;
            let second = draw(nodes, |at| at != first && may(at), (ask.random >> 32) as u32);
            Some(second.map_or(first, |second| less_busy(nodes, first, second)))
        }
        Choice::ConsistentHash => rendezvous(nodes, may, ask.key),
    }
}

fn load(nodes: &[NodePlan], at: usize) -> (u64, u64) {
    nodes.get(at).map_or((0, 1), |node| (node.state.in_flight.load(Relaxed).into(), node.weight.into()))
}

/// The one with fewer calls in flight for its weight; the first of equals.
fn less_busy(nodes: &[NodePlan], a: usize, b: usize) -> usize {
    let ((calls_a, weight_a), (calls_b, weight_b)) = (load(nodes, a), load(nodes, b));
    if calls_b * weight_a < calls_a * weight_b { b } else { a }
}

fn is_as_busy(nodes: &[NodePlan], a: usize, b: usize) -> bool {
    let ((calls_a, weight_a), (calls_b, weight_b)) = (load(nodes, a), load(nodes, b));
    calls_b * weight_a == calls_a * weight_b
}

/// A node by chance, the heavier the likelier.
fn draw(nodes: &[NodePlan], may: impl Fn(usize) -> bool, random: u32) -> Option<usize> {
    let weight = |at: usize| nodes.get(at).map_or(0, |node| u64::from(node.weight));
    let total: u64 = (0..nodes.len()).filter(|at| may(*at)).map(weight).sum();
    // The high half of the product is as even as the random number itself.
    let mut left = (u64::from(random) * total) >> 32;
    (0..nodes.len()).filter(|at| may(*at)).find(|at| match left.checked_sub(weight(*at)) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    })
}

/// The node that a key belongs to: each node draws a number for the key, and the best for its weight wins (weighted
/// rendezvous hashing). Without the winner the second best has the key, and no other key moves.
fn rendezvous(nodes: &[NodePlan], may: impl Fn(usize) -> bool, key: u64) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (at, node) in nodes.iter().enumerate().filter(|(at, _)| may(*at)) {
        // Evenly spread over the open interval from 0 to 1, from the 53 bits that a float holds.
        #[allow(clippy::cast_precision_loss)]
        let even = ((mixed(key, node.mark) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        let wait = -even.ln() / f64::from(node.weight);
        if best.is_none_or(|(_, least)| wait < least) {
            best = Some((at, wait));
        }
    }
    best.map(|(at, _)| at)
}

/// The hash by which keys find their nodes: SipHash-1-3 with the key 0, the same in every process and for all time.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(bytes);
    hasher.finish()
}

fn mixed(key: u64, mark: u64) -> u64 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&key.to_le_bytes());
    bytes[8..].copy_from_slice(&mark.to_le_bytes());
    hash(&bytes)
}

#[cfg(test)]
mod tests;
