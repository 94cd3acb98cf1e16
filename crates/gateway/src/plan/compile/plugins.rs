//! Plugins and IP strategies become what acts on the calls of an API; only what changed is compiled.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use model::{
    ApiId, Attachment, CallLimit, EnvironmentName, ParameterLimit, Plugin, PluginData, PluginId, ServiceTree, Snapshot,
    Window,
};
use rustc_hash::FxHashMap;

use crate::access::AccessPlan;
use crate::plugin::{CallLimitPlan, Counts, CrossOriginPlan, ParameterLimitPlan, Plugins};

/// Makes the plugins of plans.
#[derive(Default)]
pub(super) struct PluginCompiler {
    parts: HashMap<PluginId, (Arc<Plugin>, Part)>,
    /// What was counted outlives plans, as long as it is counted in the same windows.
    counts: HashMap<Counting, (Vec<Window>, Arc<Counts>)>,
}

/// Whose calls are counted for which plugin.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Counting(PluginId, ApiId, EnvironmentName);

/// What a plugin is compiled to, whatever API it is on.
#[derive(Clone)]
enum Part {
    Access(Arc<AccessPlan>),
    CrossOrigin(Arc<CrossOriginPlan>),
    CallLimit(Arc<CallLimit>),
    ParameterLimit(Arc<ParameterLimit>),
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
                Part::CrossOrigin(plan) => plugins.cross_origin = Some(plan),
                Part::CallLimit(rules) => {
                    let counts = self.counts(attachment, vec![rules.window], 0);
                    plugins.call_limit = Some(CallLimitPlan { rules, counts });
                }
                Part::ParameterLimit(rules) => {
                    let strategies = rules.strategies.iter().map(|strategy| strategy.limit.window);
                    let windows = rules.overall.iter().map(|overall| overall.window).chain(strategies).collect();
                    let counts = self.counts(attachment, windows, rules.strategies.len());
                    plugins.parameter_limit = Some(ParameterLimitPlan { rules, counts });
                }
            }
        }
        all
    }

    /// Lets go of counts that no plan holds any more.
    pub(super) fn forget(&mut self) {
        self.counts.retain(|_, (_, counts)| Arc::strong_count(counts) > 1);
    }

    fn counts(&mut self, attachment: &Attachment, windows: Vec<Window>, strategies: usize) -> Arc<Counts> {
        let Attachment { plugin, api, environment, .. } = attachment;
        let counting = Counting(plugin.clone(), api.clone(), environment.clone());
        match self.counts.get(&counting) {
            Some((known, counts)) if *known == windows => Arc::clone(counts),
            _ => {
                let counts = Arc::new(Counts::new(strategies));
                self.counts.insert(counting, (windows, Arc::clone(&counts)));
                counts
            }
        }
    }

    fn part(&mut self, plugin: &Arc<Plugin>) -> Part {
        let compile = || match &plugin.data {
            PluginData::AddressAccess(data) => Part::Access(Arc::new(AccessPlan::new(data.says, &data.addresses))),
            PluginData::CrossOrigin(data) => Part::CrossOrigin(Arc::new(CrossOriginPlan::new(data))),
            PluginData::CallLimit(data) => Part::CallLimit(Arc::new(data.clone())),
            PluginData::ParameterLimit(data) => Part::ParameterLimit(Arc::new(data.clone())),
        };
        let (_, part) = self.parts.entry(plugin.id.clone()).or_insert_with(|| (Arc::clone(plugin), compile()));
        part.clone()
    }
}
