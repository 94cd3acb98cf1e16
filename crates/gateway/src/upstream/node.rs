//! A node: where it is, and how it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

use model::{HealthCheck, NodeHealth, NodeHost, NodePort};
use net::{ConnectFault, ProbeFault, SendFaultKind, Target};

use crate::limit::Micros;

/// A node of an upstream.
#[derive(Debug)]
pub struct NodePlan {
    /// Its host and port, by which it stays the same node from one configuration to the next.
    pub place: (NodeHost, NodePort),
    /// Where to connect; `None` where the host can never be connected to.
    pub target: Option<Arc<Target>>,
    /// What the `Host` header says to it.
    pub host: Box<str>,
    /// Its share of the calls; 0 is none.
    pub weight: u32,
    /// What stands for it where calls are spread by a key.
    pub mark: u64,
    /// How it is.
    pub state: Arc<NodeState>,
}

/// How a node is: shared by all workers, and by the plans before and after a change that leaves it alone.
#[derive(Debug, Default)]
#[repr(align(128))]
pub struct NodeState {
    /// Ejected until then; [`Self::UNTIL_CHECKED`] until a check finds it able.
    ejected_until: AtomicU64,
    /// Some check or call has ended.
    is_known: AtomicBool,
    tcp_failures: AtomicU32,
    timeouts: AtomicU32,
    http_failures: AtomicU32,
    /// Calls in flight, where the balancing asks for them.
    pub in_flight: AtomicU32,
}

/// How a call or a check ended, as far as it says something of the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// An answer that counts as a success.
    Success,
    /// An answer that counts as a failure.
    HttpFailure,
    /// Refused, reset, broken off, or no TLS or HTTP.
    TcpFailure,
    /// No connection or no answer in time.
    Timeout,
    /// Nothing of the node: the caller's fault, the gateway's, or a status that is neither.
    Nothing,
}

impl Outcome {
    /// Its name in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::HttpFailure => "http_failure",
            Self::TcpFailure => "tcp_failure",
            Self::Timeout => "timeout",
            Self::Nothing => "nothing",
        }
    }

    /// What a status says.
    pub fn of_status(checks: &HealthCheck, status: u16) -> Self {
        if checks.healthy.contains(status) {
            Self::Success
        } else if checks.unhealthy.contains(status) {
            Self::HttpFailure
        } else {
            Self::Nothing
        }
    }

    /// What a failed connection says.
    pub const fn of_connect(fault: ConnectFault) -> Self {
        match fault {
            ConnectFault::Timeout => Self::Timeout,
            ConnectFault::Exhausted => Self::Nothing,
            ConnectFault::Resolve | ConnectFault::Refused | ConnectFault::Tls => Self::TcpFailure,
        }
    }

    /// What a request without an answer says. A connection that rested and turned out dead says nothing.
    pub const fn of_send(kind: SendFaultKind, connection_had_rested: bool) -> Self {
        match kind {
            SendFaultKind::Timeout => Self::Timeout,
            SendFaultKind::CallerBody(_) | SendFaultKind::CallerGone | SendFaultKind::Refused => Self::Nothing,
            SendFaultKind::Closed | SendFaultKind::Reset if connection_had_rested => Self::Nothing,
            SendFaultKind::Closed
            | SendFaultKind::Reset
            | SendFaultKind::Malformed(_)
            | SendFaultKind::TooManyInterim
            | SendFaultKind::Upgrade => Self::TcpFailure,
        }
    }

    /// What a check of our own says.
    pub fn of_probe(checks: &HealthCheck, probe: Result<u16, ProbeFault>) -> Self {
        match probe {
            Ok(status) => Self::of_status(checks, status),
            Err(ProbeFault::Connect(fault)) => Self::of_connect(fault),
            Err(ProbeFault::Timeout) => Self::Timeout,
            Err(ProbeFault::Lost | ProbeFault::Malformed(_)) => Self::TcpFailure,
        }
    }
}

impl NodeState {
    const UNTIL_CHECKED: u64 = u64::MAX;

    /// True when it may get calls.
    pub fn is_able(&self, now: Micros) -> bool {
        self.ejected_until.load(Relaxed) <= now.0
    }

    /// What is told of it.
    pub fn health(&self, now: Micros) -> NodeHealth {
        if !self.is_able(now) {
            NodeHealth::Unhealthy
        } else if self.is_known.load(Relaxed) {
            NodeHealth::Healthy
        } else {
            NodeHealth::Unknown
        }
    }

    /// Notes an outcome; true when it ejects the node.
    pub fn note(&self, checks: &HealthCheck, outcome: Outcome, now: Micros) -> bool {
        let (count, threshold) = match outcome {
            Outcome::Nothing => return false,
            Outcome::Success => {
                self.forget_failures();
                self.know();
                return false;
            }
            Outcome::TcpFailure => (&self.tcp_failures, checks.tcp_failures),
            Outcome::Timeout => (&self.timeouts, checks.timeouts),
            Outcome::HttpFailure => (&self.http_failures, checks.http_failures),
        };
        self.know();
        let failures = count.fetch_add(1, Relaxed).saturating_add(1);
        if !threshold.is_met(failures) {
            return false;
        }
        let until = if checks.active {
            Self::UNTIL_CHECKED
        } else {
            now.0.saturating_add(u64::from(checks.restore_after) * 1_000_000)
        };
        let before = self.ejected_until.load(Relaxed);
        // Of those who see the threshold met at once, one ejects; what is ejected already is not ejected for longer.
        let ejects = before <= now.0 && self.ejected_until.compare_exchange(before, until, Relaxed, Relaxed).is_ok();
        if ejects {
            self.forget_failures();
        }
        ejects
    }

    /// Gives it calls again; true when it had none.
    pub fn restore(&self, now: Micros) -> bool {
        self.ejected_until.swap(0, Relaxed) > now.0
    }

    /// Writes only what is not so already: workers do not write to one another's memory with every success.
    fn know(&self) {
        if !self.is_known.load(Relaxed) {
            self.is_known.store(true, Relaxed);
        }
    }

    fn forget_failures(&self) {
        for count in [&self.tcp_failures, &self.timeouts, &self.http_failures] {
            if count.load(Relaxed) != 0 {
                count.store(0, Relaxed);
            }
        }
    }
}

/// A call on its way to a node; counted there until dropped.
#[derive(Debug)]
pub struct InFlight<'p>(&'p NodeState);

impl<'p> InFlight<'p> {
    /// Counts a call.
    pub fn to(state: &'p NodeState) -> Self {
        state.in_flight.fetch_add(1, Relaxed);
        Self(state)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use model::{ProbePath, Statuses, Threshold};

    use super::*;

    const SECOND: u64 = 1_000_000;

    fn checks(active: bool, tcp: u32, timeouts: u32, http: u32) -> HealthCheck {
        let threshold = |failures| Threshold::try_from(failures).unwrap();
        HealthCheck {
            active,
            passive: true,
            healthy: Statuses::try_from([200].into_iter().collect::<std::collections::BTreeSet<_>>()).unwrap(),
            unhealthy: Statuses::try_from([500].into_iter().collect::<std::collections::BTreeSet<_>>()).unwrap(),
            tcp_failures: threshold(tcp),
            timeouts: threshold(timeouts),
            http_failures: threshold(http),
            path: ProbePath::default(),
            timeout: 5,
            interval: 5,
            headers: Vec::new(),
            restore_after: 30,
        }
    }

    #[test]
    fn failures_in_a_row_eject_and_a_success_between_them_does_not() {
        let (node, checks, now) = (NodeState::default(), checks(false, 2, 0, 3), Micros(SECOND));
        assert_eq!(node.health(now), NodeHealth::Unknown);
        assert!(!node.note(&checks, Outcome::HttpFailure, now));
        assert!(!node.note(&checks, Outcome::HttpFailure, now));
        assert!(!node.note(&checks, Outcome::Success, now));
        assert_eq!(node.health(now), NodeHealth::Healthy);
        assert!(!node.note(&checks, Outcome::HttpFailure, now));
        assert!(!node.note(&checks, Outcome::TcpFailure, now), "each kind is counted by itself");
        assert!(!node.note(&checks, Outcome::HttpFailure, now));
        assert!(node.note(&checks, Outcome::HttpFailure, now));
        assert_eq!(node.health(now), NodeHealth::Unhealthy);
        assert!(!node.note(&checks, Outcome::TcpFailure, now));
        assert!(!node.note(&checks, Outcome::TcpFailure, now), "what is ejected is not ejected again");
    }

    #[test]
    fn a_threshold_of_0_and_what_says_nothing_eject_nobody() {
        let (node, checks, now) = (NodeState::default(), checks(false, 0, 0, 0), Micros(SECOND));
        for outcome in [Outcome::TcpFailure, Outcome::Timeout, Outcome::HttpFailure, Outcome::Nothing] {
            for _ in 0..300 {
                assert!(!node.note(&checks, outcome, now));
            }
        }
        assert!(node.is_able(now));
    }

    #[test]
    fn without_checks_of_our_own_an_ejected_node_returns_after_its_time_with_a_clean_sheet() {
        let (node, checks) = (NodeState::default(), checks(false, 2, 2, 2));
        let now = Micros(7 * SECOND);
        assert!(!node.note(&checks, Outcome::Timeout, now) && node.note(&checks, Outcome::Timeout, now));
        assert!(!node.is_able(Micros(37 * SECOND - 1)));
        let later = Micros(37 * SECOND);
        assert!(node.is_able(later));
        assert_eq!(node.health(later), NodeHealth::Healthy);
        assert!(!node.note(&checks, Outcome::Timeout, later), "one failure is not two");
        assert!(node.note(&checks, Outcome::Timeout, later));
    }

    #[test]
    fn with_checks_of_our_own_only_a_check_brings_a_node_back() {
        let (node, checks) = (NodeState::default(), checks(true, 1, 1, 1));
        assert!(node.note(&checks, Outcome::TcpFailure, Micros(SECOND)));
        let much_later = Micros(1_000_000 * SECOND);
        assert!(!node.is_able(much_later));
        assert!(!node.note(&checks, Outcome::Success, much_later), "a call that had begun before says nothing");
        assert!(!node.is_able(much_later));
        assert!(node.restore(much_later));
        assert!(node.is_able(much_later));
        assert!(!node.restore(much_later));
    }

    #[test]
    fn a_status_that_is_in_neither_list_says_nothing() {
        let checks = checks(true, 1, 1, 1);
        for (status, outcome) in
            [(200, Outcome::Success), (500, Outcome::HttpFailure), (404, Outcome::Nothing), (301, Outcome::Nothing)]
        {
            assert_eq!(Outcome::of_status(&checks, status), outcome, "{status}");
        }
    }

    #[test]
    fn a_rested_connection_that_turned_out_dead_says_nothing_of_the_node() {
        assert_eq!(Outcome::of_send(SendFaultKind::Closed, true), Outcome::Nothing);
        assert_eq!(Outcome::of_send(SendFaultKind::Closed, false), Outcome::TcpFailure);
        assert_eq!(Outcome::of_send(SendFaultKind::CallerGone, false), Outcome::Nothing);
        assert_eq!(Outcome::of_connect(ConnectFault::Exhausted), Outcome::Nothing);
    }

    #[test]
    fn calls_in_flight_are_counted_until_they_end() {
        let node = NodeState::default();
        {
            let _one = InFlight::to(&node);
            let _two = InFlight::to(&node);
            assert_eq!(node.in_flight.load(Relaxed), 2);
        }
        assert_eq!(node.in_flight.load(Relaxed), 0);
    }
}
