//! Plugins and IP strategies become what acts on the calls of an API; only what changed is compiled.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use model::{ApiId, EnvironmentName, Plugin, PluginData, PluginId, ServiceTree, Snapshot};
use rustc_hash::FxHashMap;

use crate::access::AccessPlan;
use crate::plugin::Plugins;

/// Makes the plugins of plans.
#[derive(Default)]
pub(super) struct PluginCompiler {
    parts: HashMap<PluginId, (Arc<Plugin>, Part)>,
}

/// What a plugin is compiled to, whatever API it is on.
#[derive(Clone)]
enum Part {
    Access(Arc<AccessPlan>),
}

impl PluginCompiler {
    /// Lets go of plugins that were changed or deleted, and tells which those are.
    pub(super) fn touched(&mut self, before: &Snapshot, now: &Snapshot) -> BTreeSet<PluginId> {
        let is_same = |id: &PluginId, plugin: &Arc<Plugin>| {
            now.plugins.get(id).is_some_and(|current| Arc::ptr_eq(current, plugin))
        };
        self.parts.retain(|id, (plugin, _)| is_same(id, plugin));
        before.plugins.iter().filter(|(id, plugin)| !is_same(id, plugin)).map(|(id, _)| id.clone()).collect()
    }

    /// What acts on the APIs of an environment. An API that nothing acts on is not among them.
    pub(super) fn environment<'t>(
        &mut self,
        snapshot: &Snapshot,
        tree: &'t ServiceTree,
        environment: &EnvironmentName,
    ) -> FxHashMap<&'t ApiId, Plugins> {
        let mut all: FxHashMap<&ApiId, Plugins> = FxHashMap::default();
        for strategy in tree.ip_strategies.values() {
            let mut bound = strategy.bindings.iter().filter(|binding| binding.environment == *environment).peekable();
            if bound.peek().is_some() {
                let plan = Arc::new(AccessPlan::new(strategy.kind, &strategy.addresses));
                for binding in bound {
                    all.entry(&binding.api).or_default().access.push(Arc::clone(&plan));
                }
            }
        }
        for attachment in tree.attachments.values().filter(|attachment| attachment.environment == *environment) {
            let Some(plugin) = snapshot.plugins.get(&attachment.plugin) else { continue };
            let plugins = all.entry(&attachment.api).or_default();
            match self.part(plugin) {
                Part::Access(access) => plugins.access.push(access),
            }
        }
        all
    }

    fn part(&mut self, plugin: &Arc<Plugin>) -> Part {
        let compile = || match &plugin.data {
            PluginData::AddressAccess(data) => Part::Access(Arc::new(AccessPlan::new(data.says, &data.addresses))),
        };
        let (_, part) = self.parts.entry(plugin.id.clone()).or_insert_with(|| (Arc::clone(plugin), compile()));
        part.clone()
    }
}
