//! The one who carries out use cases.

use std::sync::{Arc, OnceLock};

use model::{ApiId, AuditEntry, Node, NodeHealth, ServiceId, Snapshot, Timestamp, Upstream, UsagePlanId};
use store::{AuditFilter, Store};

use crate::api_document::Pages;
use crate::{Clock, Installation, NodeWatch, Observation, Quotas, Refusal, SystemClock, UsageCounts};

/// Carries out every use case; shared by all dialects.
///
/// Its methods stand in the file of their noun. Each that changes something takes the [`Actor`](crate::Actor) who asks,
/// answers when the change is durable, and is refused as a whole or happens as a whole.
pub struct Control {
    pub(crate) store: Store,
    pub(crate) installation: Installation,
    pub(crate) quotas: Quotas,
    pub(crate) usage: Arc<dyn UsageCounts>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Who watches the nodes of upstreams, once there is somebody.
    pub(crate) nodes: OnceLock<Arc<dyn NodeWatch>>,
    /// Who can tell of calls, once there is somebody.
    pub(crate) observation: OnceLock<Observation>,
    /// What is known of the pages on which documents stand.
    pub(crate) pages: Pages,
    /// The time of the last change. Held while a change is computed and stored: the writers of one process queue here
    /// instead of racing.
    pub(crate) turn: tokio::sync::Mutex<Timestamp>,
}

impl Control {
    /// A control over `store` on the system's clock.
    pub fn new(store: Store, installation: Installation, quotas: Quotas, usage: Arc<dyn UsageCounts>) -> Arc<Self> {
        Self::with_clock(store, installation, quotas, usage, Arc::new(SystemClock))
    }

    /// A control that takes the time from `clock`.
    pub fn with_clock(
        store: Store,
        installation: Installation,
        quotas: Quotas,
        usage: Arc<dyn UsageCounts>,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            installation,
            quotas,
            usage,
            clock,
            nodes: OnceLock::new(),
            observation: OnceLock::new(),
            pages: Pages::default(),
            turn: tokio::sync::Mutex::new(Timestamp::default()),
        })
    }

    /// Says who can tell of calls, once. Until then nobody can.
    pub fn observed_by(&self, observation: Observation) {
        let _already_said = self.observation.set(observation);
    }

    /// Who can tell of calls.
    pub fn observation(&self) -> Observation {
        self.observation.get().cloned().unwrap_or_default()
    }

    /// The configuration as it is now. Takes no lock that a writer holds over I/O.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.store.snapshot()
    }

    /// The time of day, as changes are dated.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What this installation plays.
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// How much may be configured.
    pub fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// The calls that were counted against `plan` so far.
    pub fn used(&self, plan: &UsagePlanId) -> u64 {
        self.usage.used(plan)
    }

    /// Says who watches the nodes of upstreams; the first one stays.
    pub fn watch_nodes(&self, watch: Arc<dyn NodeWatch>) {
        let _already_watched = self.nodes.set(watch);
    }

    /// How a node of `upstream` is now.
    pub fn node_health(&self, upstream: &Upstream, node: &Node) -> NodeHealth {
        if !upstream.health.as_ref().is_some_and(|check| check.active || check.passive) {
            return NodeHealth::Unchecked;
        }
        self.nodes.get().map_or(NodeHealth::Unknown, |watch| watch.health(&upstream.id, &node.host, node.port))
    }

    /// The host name that `service` has from its first day: `{service id}-{app id}.{region}.{domain}`.
    pub fn default_host(&self, service: &ServiceId) -> String {
        self.installation.default_host(service)
    }

    /// The region that this installation plays, without its continent: `guangzhou` for `ap-guangzhou`.
    pub fn region_name(&self) -> &str {
        let region = self.installation.region.as_str();
        region.split_once('-').map_or(region, |(_, name)| name)
    }

    /// Where the functions of `api` push to its WebSockets.
    pub fn push_address(&self, api: &ApiId) -> String {
        self.installation.push_address(api)
    }

    /// At most `limit` entries of the audit trail, newest first, each with its number: those before number `before`,
    /// or the newest of all.
    ///
    /// # Errors
    /// [`Refusal::Store`] when the store cannot be read.
    pub async fn audit(&self, limit: u32, before: Option<i64>) -> Result<Vec<(i64, AuditEntry)>, Refusal> {
        self.store.audit(limit, before).await.map_err(|fault| Refusal::Store(fault.to_string()))
    }

    /// At most `limit` entries of those that `filter` wants, after the entry numbered `after` in its order; and how many
    /// it wants in all.
    ///
    /// # Errors
    /// [`Refusal::Store`] when the store cannot be read.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        limit: u32,
        after: Option<i64>,
    ) -> Result<(Vec<(i64, AuditEntry)>, usize), Refusal> {
        let page = self.store.audit_page(filter, limit, after).await;
        let (entries, total) = page.map_err(|fault| Refusal::Store(fault.to_string()))?;
        Ok((entries, usize::try_from(total).unwrap_or(0)))
    }
}
