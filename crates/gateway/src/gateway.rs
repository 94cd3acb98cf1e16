//! The running data plane: workers on their listeners, and the door through which a new configuration comes in.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, thread};

use arc_swap::ArcSwap;
use ipnet::IpNet;
use model::{NodeHealth, NodeHost, NodePort, Revision, Snapshot, UpstreamId, UsagePlanId};
use net::{Limits, Pool, PoolLimits, Ticker, TunnelLimits, listen, tls};
use observe::{AccessLog, CertificateExpiry, Metrics};
use tokio::sync::{mpsc, watch};

use crate::challenge::Challenges;
use crate::clock::Clock;
use crate::conversation::switchboard::{Seats, Sent, Switchboard};
use crate::entrance::{Door, Doorman, Entrance, accept};
use crate::host::DefaultNames;
use crate::issuers::Issuers;
use crate::plan::Plan;
use crate::plan::compile::Compiler;
use crate::plugin::AnswerStore;
use crate::runtime::Runtimes;
use crate::upstream::checker::Checker;
use crate::upstream::{self, Upstreams};
use crate::worker::{Outfit, Worker};

/// How the data plane is set up. All of it is fixed while the process runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen for http; port 0 picks a free port.
    pub http: Vec<SocketAddr>,
    /// Where to listen for https.
    pub https: Vec<SocketAddr>,
    /// Where to listen for http behind a load balancer that begins each connection with the PROXY protocol.
    pub http_proxied: Vec<SocketAddr>,
    /// The same for https.
    pub https_proxied: Vec<SocketAddr>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// TLS handshakes that name no host are answered with the default certificate, not refused.
    pub without_name: bool,
    /// The port at which callers find https, for calls that are sent there from http.
    pub https_port: u16,
    /// The proofs for authorities that are asked for certificates.
    pub challenges: Challenges,
    /// How the gateway checks https backends.
    pub backend_tls: Arc<rustls::ClientConfig>,
    /// How long a backend may pause within an answer; `None` is the API's timeout.
    pub stall: Option<Duration>,
    /// Threads; at least 1.
    pub workers: usize,
    /// Bounds on callers.
    pub limits: Limits,
    /// Bounds on connections to backends.
    pub pool: PoolLimits,
    /// How far the `X-Date` of a signed call may be from now, in seconds.
    pub signature_skew: i64,
    /// The suffix of our own default names.
    pub domain: String,
    /// How long a WebSocket may last.
    pub tunnel: TunnelLimits,
    /// Longest message of a WebSocket that functions hear and answer, in bytes.
    pub message_bytes: usize,
    /// Longest form body that is read for its parameters, in bytes.
    pub form_bytes: usize,
    /// Longest body that becomes a message of gRPC, and longest answer of gRPC that becomes JSON, in bytes.
    pub rpc_bytes: usize,
    /// The throttle of an environment that has none of its own, in calls per second.
    pub default_rate: u32,
    /// What stands behind the names of functions and buckets.
    pub runtimes: Arc<Runtimes>,
    /// Most bytes of answers that are kept to be given again.
    pub cache_bytes: u64,
    /// Longest body of an answer that is kept, in bytes.
    pub cached_body_bytes: usize,
    /// The issuers whose keys tokens may be held against.
    pub issuers: Arc<Issuers>,
}

/// The running data plane.
pub struct Gateway {
    plan: Arc<ArcSwap<Plan>>,
    compiler: Mutex<Compiler>,
    metrics: Arc<Metrics>,
    http: Vec<SocketAddr>,
    https: Vec<SocketAddr>,
    http_proxied: Vec<SocketAddr>,
    https_proxied: Vec<SocketAddr>,
    running: watch::Sender<Option<Revision>>,
    /// For the thread that checks nodes.
    upstreams: watch::Sender<Arc<Upstreams>>,
    stop: watch::Sender<bool>,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

/// The listening sockets of one worker.
type Listeners = Vec<(TcpListener, Door)>;

impl Gateway {
    /// Binds every listener and starts the workers. Connections wait in the listeners until the first
    /// [`Gateway::publish`], so that no call is answered by a gateway that does not know its configuration yet.
    ///
    /// # Errors
    /// An address that cannot be listened on; the error names it.
    pub fn start(settings: Settings, metrics: Arc<Metrics>, log: &AccessLog) -> io::Result<Self> {
        let workers = settings.workers.max(1);
        let mut listeners: Vec<Listeners> = (0..workers).map(|_| Vec::new()).collect();
        let all = [&settings.http, &settings.https, &settings.http_proxied, &settings.https_proxied];
        // Two sockets cannot have one port of IPv4.
        let has_ipv4 = |port: u16| all.into_iter().flatten().any(|other| other.is_ipv4() && other.port() == port);
        let mut bind = |addresses: &[SocketAddr], is_tls: bool, is_proxied: bool| -> io::Result<Vec<SocketAddr>> {
            let mut bound = Vec::new();
            for address in addresses {
                let is_ipv6_only = address.port() != 0 && has_ipv4(address.port());
                let (actual, sockets) = listen::bind(*address, workers, is_ipv6_only)
                    .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}")))?;
                for (socket, of_worker) in sockets.into_iter().zip(&mut listeners) {
                    of_worker.push((socket, Door { local: actual, is_tls, is_proxied }));
                }
                bound.push(actual);
            }
            Ok(bound)
        };
        let http = bind(&settings.http, false, false)?;
        let https = bind(&settings.https, true, false)?;
        let http_proxied = bind(&settings.http_proxied, false, true)?;
        let https_proxied = bind(&settings.https_proxied, true, true)?;
        let plan = Arc::new(ArcSwap::from_pointee(Plan::empty()));
        let refusing = tls::refusing()?;
        let (stop, stopped) = watch::channel(false);
        let (running, runs) = watch::channel(None);
        let mut threads = Vec::with_capacity(workers);
        let (switchboard, lines) = Switchboard::new(workers);
        for ((index, listeners), line) in listeners.into_iter().enumerate().zip(lines) {
            let thread = WorkerThread {
                index,
                listeners,
                settings: settings.clone(),
                refusing: Arc::clone(&refusing),
                plan: Arc::clone(&plan),
                metrics: Arc::clone(&metrics),
                log: log.writer(),
                runs: runs.clone(),
                stopped: stopped.clone(),
                switchboard: switchboard.clone(),
                line,
            };
            threads.push(thread::Builder::new().name(format!("worker-{index}")).spawn(move || thread.run())?);
        }
        let (upstreams, changes) = watch::channel(Arc::default());
        let checker = Checker { pool: settings.pool.clone(), upstreams: changes, stopped };
        threads.push(thread::Builder::new().name("health-checks".to_owned()).spawn(move || checker.run())?);
        let answers = Arc::new(AnswerStore::new(settings.cache_bytes, settings.cached_body_bytes));
        let (backend_tls, runtimes, issuers) = (settings.backend_tls, settings.runtimes, settings.issuers);
        let compiler =
            Compiler::new(Arc::clone(&metrics), backend_tls, settings.default_rate, runtimes, answers, issuers);
        let (compiler, workers) = (Mutex::new(compiler), Mutex::new(threads));
        let of_plan = Arc::clone(&plan);
        metrics.watch_upstreams(move || upstream::samples(&of_plan.load().upstreams, Clock::default().now()));
        Ok(Self {
            plan,
            compiler,
            metrics,
            http,
            https,
            http_proxied,
            https_proxied,
            running,
            upstreams,
            stop,
            workers,
        })
    }

    /// Where the http listeners are.
    pub fn http_addresses(&self) -> &[SocketAddr] {
        &self.http
    }

    /// Where the https listeners are.
    pub fn https_addresses(&self) -> &[SocketAddr] {
        &self.https
    }

    /// Where the http listeners behind a load balancer are.
    pub fn http_proxied_addresses(&self) -> &[SocketAddr] {
        &self.http_proxied
    }

    /// Where the https listeners behind a load balancer are.
    pub fn https_proxied_addresses(&self) -> &[SocketAddr] {
        &self.https_proxied
    }

    /// Runs `snapshot` from now on: calls that have begun end under the plan that they began under.
    pub fn publish(&self, snapshot: Arc<Snapshot>) {
        let begun = Instant::now();
        let revision = snapshot.revision;
        let certificates = snapshot.certificates.values().map(|certificate| CertificateExpiry {
            id: certificate.id.to_string(),
            name: certificate.names.first().cloned().unwrap_or_default(),
            until: certificate.not_after,
        });
        self.metrics.certificates_are(certificates.collect());
        let mut compiler = self.compiler.lock().unwrap_or_else(PoisonError::into_inner);
        let plan = compiler.compile(snapshot);
        self.check_nodes_of(&plan);
        let before = self.plan.swap(plan);
        self.running.send_replace(Some(revision));
        drop(compiler);
        let clock = Clock::default();
        self.metrics.config_applied(revision.0, begun.elapsed(), clock.wall(clock.now()));
        // The old plan may be the last holder of many things; freeing them is nobody's business but ours.
        drop(before);
    }

    /// Tells the thread that checks nodes which there are; a change that leaves all upstreams alone does not wake it.
    fn check_nodes_of(&self, plan: &Plan) {
        self.upstreams.send_if_modified(|known| {
            let is_new = !Arc::ptr_eq(known, &plan.upstreams);
            if is_new {
                *known = Arc::clone(&plan.upstreams);
            }
            is_new
        });
    }

    /// How a node of an upstream is.
    pub fn node_health(&self, upstream: &UpstreamId, host: &NodeHost, port: NodePort) -> NodeHealth {
        let plan = self.plan.load();
        let found = plan.upstreams.get(upstream.as_str());
        found.map_or(NodeHealth::Unknown, |upstream| upstream.health(host, port, Clock::default().now()))
    }

    /// What runs.
    pub(crate) fn plan(&self) -> Arc<Plan> {
        self.plan.load_full()
    }

    /// The revision that runs; `None` before the first.
    pub fn revision(&self) -> Option<Revision> {
        *self.running.borrow()
    }

    /// Returns when `revision`, or a later one, runs.
    pub async fn runs(&self, revision: Revision) {
        // An error means that the sender is gone, and it is ours.
        let _ = self.running.subscribe().wait_for(|running| *running >= Some(revision)).await;
    }

    /// Sets how much of each plan's quota is used, as it was stored; before the first [`Gateway::publish`].
    pub fn restore_quotas(&self, used: impl IntoIterator<Item = (UsagePlanId, u64)>) {
        let mut compiler = self.compiler.lock().unwrap_or_else(PoisonError::into_inner);
        for (plan, used) in used {
            compiler.restore_quota(plan, used);
        }
    }

    /// How much of each plan's quota is used.
    pub fn quotas(&self) -> BTreeMap<UsagePlanId, u64> {
        let compiler = self.compiler.lock().unwrap_or_else(PoisonError::into_inner);
        compiler.quotas().iter().map(|(plan, quota)| (plan.clone(), quota.used())).collect()
    }

    /// How much of one plan's quota is used.
    pub fn used(&self, plan: &UsagePlanId) -> u64 {
        let compiler = self.compiler.lock().unwrap_or_else(PoisonError::into_inner);
        compiler.quotas().get(plan).map_or(0, |quota| quota.used())
    }

    /// Stops accepting, lets calls in flight end for at most `wait`, and ends the workers. True when all calls ended.
    pub fn drain(&self, wait: Duration) -> bool {
        self.stop.send_replace(true);
        let deadline = Instant::now() + wait;
        let threads = std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        while threads.iter().any(|thread| !thread.is_finished()) {
            if Instant::now() >= deadline {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        threads.into_iter().for_each(|thread| drop(thread.join()));
        true
    }
}

/// What a worker's thread is started with.
struct WorkerThread {
    index: usize,
    listeners: Listeners,
    settings: Settings,
    refusing: Arc<rustls::ServerConfig>,
    plan: Arc<ArcSwap<Plan>>,
    metrics: Arc<Metrics>,
    log: observe::LogWriter,
    runs: watch::Receiver<Option<Revision>>,
    stopped: watch::Receiver<bool>,
    switchboard: Switchboard,
    line: mpsc::UnboundedReceiver<Sent>,
}

impl WorkerThread {
    fn run(self) {
        match listen::worker_runtime() {
            Ok(runtime) => runtime.block_on(self.serve()),
            Err(error) => tracing::error!(%error, worker = self.index, "the worker has no runtime"),
        }
    }

    async fn serve(mut self) {
        let ticker = Ticker::start();
        let seats = Seats::default();
        let outfit = Outfit {
            pool: Pool::new(self.settings.pool.clone(), Rc::clone(&ticker)),
            ticker: Rc::clone(&ticker),
            metrics: self.metrics,
            log: RefCell::new(self.log),
            signature_skew: self.settings.signature_skew,
            names: DefaultNames::new(&self.settings.domain),
            form_bytes: self.settings.form_bytes,
            rpc_bytes: self.settings.rpc_bytes,
            tunnel: self.settings.tunnel,
            message_bytes: self.settings.message_bytes,
            switchboard: self.switchboard,
            seats: seats.clone(),
            errands: Rc::default(),
            stall: self.settings.stall,
            trusted_proxies: self.settings.trusted_proxies,
            https_port: self.settings.https_port,
            challenges: self.settings.challenges.clone(),
        };
        let worker = Rc::new(Worker::new(self.index, self.plan, outfit));
        tokio::select! {
            _ = self.runs.wait_for(Option::is_some) => {}
            _ = self.stopped.wait_for(|stop| *stop) => return,
        }
        let limits = Rc::new(self.settings.limits.clone());
        let places = listen::Seats::new(limits.max_connections);
        let mut listening = Vec::new();
        for (listener, door) in self.listeners {
            let tls = door
                .is_tls
                .then(|| Doorman { refusing: Arc::clone(&self.refusing), without_name: self.settings.without_name });
            let entrance = Entrance { door, tls, worker: Rc::clone(&worker), limits: Rc::clone(&limits) };
            listening.push(tokio::task::spawn_local(accept(listener, Rc::clone(&places), Rc::new(entrance))));
        }
        let upkeep = tokio::task::spawn_local(upkeep(Rc::clone(&worker)));
        let pushes = tokio::task::spawn_local(seats.serve(self.line));
        // An error means that the gateway itself is gone: stop likewise.
        let _ = self.stopped.wait_for(|stop| *stop).await;
        ticker.drain();
        for task in listening {
            if let Err(error) = task.await {
                tracing::error!(%error, "a listener ended badly");
            }
        }
        while worker.open.get() > 0 || worker.errands.get() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        upkeep.abort();
        pushes.abort();
        worker.log.borrow_mut().flush();
    }
}

/// What a worker does now and then: hands on what was logged, follows the wall clock, and lets go of an old plan even
/// when no call comes.
async fn upkeep(worker: Rc<Worker>) {
    let mut interval = tokio::time::interval(Duration::from_millis(200));
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        worker.log.borrow_mut().flush();
        worker.clock.adjust();
        drop(worker.plan());
    }
}
