//! Checks of our own: one thread for the whole process asks the nodes how they are.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{HealthCheck, NodeHost, NodePort, Upstream, UpstreamId};
use net::{Pool, PoolLimits, Ticker, listen};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use super::{NodePlan, Outcome, UpstreamPlan, Upstreams};
use crate::clock::Clock;

/// Checks at a time; more wait for their turn.
const AT_ONCE: usize = 256;

/// What the thread is started with.
pub struct Checker {
    /// Bounds on its connections.
    pub pool: PoolLimits,
    /// The upstreams, whenever they change.
    pub upstreams: watch::Receiver<Arc<Upstreams>>,
    /// True when it shall end.
    pub stopped: watch::Receiver<bool>,
}

/// Which node of which upstream a task asks.
type Place = (UpstreamId, NodeHost, NodePort);

/// A task that asks a node again and again, under the configuration that it was started with.
struct Watch {
    model: Arc<Upstream>,
    task: JoinHandle<()>,
}

impl Checker {
    /// Runs until it is stopped.
    pub fn run(self) {
        match listen::worker_runtime() {
            Ok(runtime) => runtime.block_on(self.check()),
            Err(error) => tracing::error!(%error, "health checks have no runtime"),
        }
    }

    async fn check(mut self) {
        let asker = Rc::new(Asker {
            pool: Pool::new(self.pool.clone(), Ticker::start()),
            clock: Clock::default(),
            turns: Semaphore::new(AT_ONCE),
        });
        let mut watches: HashMap<Place, Watch> = HashMap::new();
        loop {
            let upstreams = Arc::clone(&self.upstreams.borrow_and_update());
            follow(&mut watches, &upstreams, &asker);
            tokio::select! {
                changed = self.upstreams.changed() => if changed.is_err() { return },
                _ = self.stopped.wait_for(|stop| *stop) => return,
            }
        }
    }
}

/// Ends what is no longer asked for and starts what is new; what a change leaves alone goes on.
fn follow(watches: &mut HashMap<Place, Watch>, upstreams: &Upstreams, asker: &Rc<Asker>) {
    let mut before = std::mem::take(watches);
    for upstream in upstreams.values() {
        let Some(checks) = upstream.checks().filter(|checks| checks.active) else { continue };
        for (at, node) in upstream.nodes.iter().enumerate().filter(|(_, node)| node.weight > 0) {
            let place = (upstream.id().clone(), node.place.0.clone(), node.place.1);
            let watch = match before.remove(&place) {
                Some(watch) if Arc::ptr_eq(&watch.model, &upstream.model) => watch,
                other => {
                    if let Some(old) = other {
                        old.task.abort();
                    }
                    let task = ask_again_and_again(Rc::clone(asker), Arc::clone(upstream), at, request(checks, node));
                    Watch { model: Arc::clone(&upstream.model), task: tokio::task::spawn_local(task) }
                }
            };
            watches.insert(place, watch);
        }
    }
    before.into_values().for_each(|watch| watch.task.abort());
}

struct Asker {
    pool: Rc<Pool>,
    clock: Clock,
    turns: Semaphore,
}

async fn ask_again_and_again(asker: Rc<Asker>, upstream: Arc<UpstreamPlan>, at: usize, request: Vec<u8>) {
    let (Some(node), Some(checks)) = (upstream.nodes.get(at), upstream.checks()) else { return };
    let interval = Duration::from_secs(checks.interval.into());
    // The first answer is wanted at once; from then on the nodes are not all asked in the same instant.
    let mut wait = interval.mul_f64(0.5 + fastrand::f64() / 2.0);
    loop {
        if let Ok(_turn) = asker.turns.acquire().await {
            asker.ask(&upstream, node, checks, &request).await;
        }
        tokio::time::sleep(wait).await;
        wait = interval;
    }
}

impl Asker {
    async fn ask(&self, upstream: &UpstreamPlan, node: &NodePlan, checks: &HealthCheck, request: &[u8]) {
        let Some(target) = &node.target else { return };
        let deadline = Instant::now() + Duration::from_secs(checks.timeout.into());
        let probe = self.pool.probe(target, request, deadline).await;
        let outcome = Outcome::of_probe(checks, probe);
        match probe {
            Ok(status) => tracing::debug!(upstream = %upstream.id(), node = %node.host, status, "checked"),
            Err(fault) => tracing::debug!(upstream = %upstream.id(), node = %node.host, %fault, "checked"),
        }
        upstream.note_check(node, outcome, self.clock.now());
    }
}

/// The request of a check.
fn request(checks: &HealthCheck, node: &NodePlan) -> Vec<u8> {
    let mut head = format!("GET {} HTTP/1.1\r\nHost: {}\r\n", checks.path.as_str(), node.host);
    let writes = |name: &str| checks.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
    for (name, value) in [("User-Agent", "tollgate-health-check"), ("Accept", "*/*")] {
        if !writes(name) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    for (name, value) in &checks.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("Connection: close\r\n\r\n");
    head.into_bytes()
}
