//! Upstreams of the configuration become upstreams that can be called; what did not change stays the same.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Weak};

use model::{Node, Snapshot, Upstream, UpstreamId, UpstreamProtocol};
use net::{Speaks, Target};

use crate::upstream::choice::hash;
use crate::upstream::{NodePlan, UpstreamPlan, Upstreams};

/// Makes the upstreams of plans.
pub(super) struct UpstreamCompiler {
    workers: usize,
    tls: Arc<rustls::ClientConfig>,
    all: Arc<Upstreams>,
    /// Nodes at one place share their connections, whatever upstreams they are in.
    targets: HashMap<Place, Weak<Target>>,
}

/// What connections are shared by: the host and port, what is spoken there, and with TLS the name that the certificate must be for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    host: String,
    port: u16,
    speaks: Speaks,
    tls_name: Option<String>,
}

impl UpstreamCompiler {
    /// One that has made nothing yet, for `workers` workers.
    pub(super) fn new(workers: usize, tls: Arc<rustls::ClientConfig>) -> Self {
        Self { workers, tls, all: Arc::default(), targets: HashMap::new() }
    }

    /// Every upstream.
    pub(super) fn all(&self) -> &Arc<Upstreams> {
        &self.all
    }

    /// One upstream.
    pub(super) fn get(&self, id: &UpstreamId) -> Option<&Arc<UpstreamPlan>> {
        self.all.get(id.as_str())
    }

    /// Makes what `now` changed, and tells which: made, changed or gone.
    pub(super) fn compile(&mut self, before: &Snapshot, now: &Snapshot) -> BTreeSet<UpstreamId> {
        let is_same = before.upstreams.len() == now.upstreams.len()
            && before.upstreams.values().zip(now.upstreams.values()).all(|(old, new)| Arc::ptr_eq(old, new));
        if is_same {
            return BTreeSet::new();
        }
        let mut changed: BTreeSet<UpstreamId> =
            before.upstreams.keys().filter(|id| !now.upstreams.contains_key(*id)).cloned().collect();
        let mut all = Upstreams::default();
        all.reserve(now.upstreams.len());
        for (id, model) in &now.upstreams {
            let old = self.all.get(id.as_str()).cloned();
            let plan = match old {
                Some(old) if Arc::ptr_eq(&old.model, model) => old,
                old => {
                    changed.insert(id.clone());
                    Arc::new(self.upstream(model, old.as_deref()))
                }
            };
            all.insert(Box::from(id.as_str()), plan);
        }
        self.all = Arc::new(all);
        changed
    }

    /// Lets go of targets that no plan holds any more.
    pub(super) fn forget(&mut self) {
        self.targets.retain(|_, target| target.strong_count() > 0);
    }

    fn upstream(&mut self, model: &Arc<Upstream>, old: Option<&UpstreamPlan>) -> UpstreamPlan {
        let counts = old.map(|old| Arc::clone(&old.counts)).unwrap_or_default();
        // What was learnt under other checks, or of what spoke another protocol, is worth nothing.
        let known = old.filter(|old| old.model.health == model.health && old.model.protocol == model.protocol);
        UpstreamPlan::new(Arc::clone(model), self.workers, counts, |node| self.node(model, node, known))
    }

    fn node(&mut self, model: &Upstream, node: &Node, known: Option<&UpstreamPlan>) -> NodePlan {
        let place = (node.host.clone(), node.port);
        let old = known.and_then(|known| known.nodes.iter().find(|old| old.place == place));
        let (host, port) = (node.host.bracketed(), node.port.get());
        let is_usual = port == model.protocol.default_port();
        let own = if is_usual { host.clone() } else { format!("{host}:{port}") };
        NodePlan {
            target: self.target(model, node),
            host: model.host.as_ref().map_or(own, |host| host.as_str().to_owned()).into(),
            weight: node.weight.get().into(),
            mark: hash(format!("{host}:{port}").as_bytes()),
            state: old.map(|old| Arc::clone(&old.state)).unwrap_or_default(),
            place,
        }
    }

    fn target(&mut self, model: &Upstream, node: &Node) -> Option<Arc<Target>> {
        let is_tls = model.protocol.is_tls();
        let name = || model.host.as_ref().map_or(node.host.as_str(), |host| host.host()).to_owned();
        let speaks = match model.protocol {
            UpstreamProtocol::Http | UpstreamProtocol::Https => Speaks::Negotiated,
            UpstreamProtocol::Grpc | UpstreamProtocol::Grpcs => Speaks::Http2,
        };
        let (host, port) = (node.host.as_str().to_owned(), node.port.get());
        let place = Place { host, port, speaks, tls_name: is_tls.then(name) };
        if let Some(target) = self.targets.get(&place).and_then(Weak::upgrade) {
            return Some(target);
        }
        let target =
            Target::new(is_tls, &place.host, place.port, is_tls.then(|| Arc::clone(&self.tls))).ok()?.speaking(speaks);
        let target = Arc::new(match &place.tls_name {
            Some(name) => target.answering_for(name).ok()?,
            None => target,
        });
        self.targets.insert(place, Arc::downgrade(&target));
        Some(target)
    }
}
