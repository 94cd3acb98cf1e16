//! The policy that every gateway with a policy is given: the same APIs, plans and keys.

use crate::signing::KeyPair;

/// Keys that the load signs with: enough that none comes near its plan's rate.
const KEYS: usize = 100;
/// Most keys of one plan, Tollgate's default.
const KEYS_PER_PLAN: usize = 50;
/// Calls per second and key: the highest that Tollgate allows by default.
const RATE: u32 = 2000;
/// Calls in all: the highest that Tollgate allows by default.
const QUOTA: u64 = 99_999_999;
/// Calls per second of the service: above what one core can do.
pub(crate) const SERVICE_RATE: u32 = 500_000;

/// What a gateway is told to do.
pub(crate) struct Policy {
    /// Number of APIs; number `n` has the paths of `sheet`.
    pub(crate) apis: usize,
    /// Plans; none: the APIs are open.
    pub(crate) plans: Vec<Plan>,
    /// What stands behind the APIs.
    pub(crate) behind: Behind,
}

/// What stands behind an API: always the origin, in one role or another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behind {
    /// A server.
    Server,
    /// The nodes of an upstream, one for each of its addresses.
    Upstream,
    /// The runtime of an event function.
    Function,
}

/// A usage plan and its keys.
pub(crate) struct Plan {
    /// Its name.
    pub(crate) name: String,
    /// Calls per second for each key.
    pub(crate) rate: Option<u32>,
    /// Calls in all.
    pub(crate) quota: Option<u64>,
    /// Keys bound to it.
    pub(crate) keys: Vec<KeyPair>,
}

impl Policy {
    /// One API without authentication.
    pub(crate) fn open() -> Policy {
        Policy { apis: 1, plans: Vec::new(), behind: Behind::Server }
    }

    /// One API without authentication, and something else than a server behind it.
    pub(crate) fn before(behind: Behind) -> Policy {
        Policy { behind, ..Policy::open() }
    }

    /// One API that verifies key pairs, without limits.
    pub(crate) fn key_pair() -> Policy {
        Policy { plans: load_plans(None, None), ..Policy::open() }
    }

    /// The full pipeline: key pairs, rate and quota.
    pub(crate) fn full(apis: usize) -> Policy {
        let mut plans = load_plans(Some(RATE), Some(QUOTA));
        plans.push(Plan { name: "slow".into(), rate: Some(1), quota: None, keys: vec![slow_key()] });
        plans.push(Plan { name: "short".into(), rate: None, quota: Some(1), keys: vec![short_key()] });
        Policy { apis, plans, behind: Behind::Server }
    }

    /// Whether calls are counted against rate and quota.
    pub(crate) fn limits(&self) -> bool {
        self.plans.iter().any(|plan| plan.rate.is_some())
    }
}

/// The keys of the load.
pub(crate) fn load_keys() -> Vec<KeyPair> {
    (0..KEYS).map(|number| key(&format!("load{number:03}"))).collect()
}

/// A key that may call once a second, for probes.
pub(crate) fn slow_key() -> KeyPair {
    key("slow")
}

/// A key that may call once at all, for probes.
pub(crate) fn short_key() -> KeyPair {
    key("short")
}

fn load_plans(rate: Option<u32>, quota: Option<u64>) -> Vec<Plan> {
    let keys = load_keys();
    let plans = keys.chunks(KEYS_PER_PLAN).enumerate();
    plans.map(|(at, keys)| Plan { name: format!("load{at}"), rate, quota, keys: keys.to_vec() }).collect()
}

fn key(name: &str) -> KeyPair {
    KeyPair { id: format!("AKIDbench{name}"), secret: format!("secretOfTheBenchmark{name}") }
}
