//! Plugins and IP strategies become what acts on the calls of an API; only what changed is compiled.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use model::{
    AnswerCache, AnswerEdit, ApiId, Attachment, CallLimit, CallerCheck, CircuitBreaker, EnvironmentName,
    ParameterLimit, Plugin, PluginData, PluginId, ReplayGuard, RequestEdit, ServiceTree, Snapshot, Window,
};
use rustc_hash::FxHashMap;

use crate::access::AccessPlan;
use crate::plugin::{
    BreakerState, CallLimitPlan, Counts, CrossOriginPlan, Nonces, ParameterLimitPlan, Plugins, ReplayPlan,
    TranscodingPlan,
};

/// Makes the plugins of plans.
#[derive(Default)]
pub(super) struct PluginCompiler {
    parts: HashMap<PluginId, (Arc<Plugin>, Part)>,
    /// What was counted outlives plans, as long as it is counted in the same windows.
    counts: HashMap<Counting, (Vec<Window>, Arc<Counts>)>,
    /// So do nonces, as long as they are remembered for the same time.
    nonces: HashMap<Counting, (u32, Arc<Nonces>)>,
    /// And what breakers have seen, as long as they count alike.
    breakers: HashMap<Counting, Arc<BreakerState>>,
}

/// Whose calls are counted for which plugin.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Counting(PluginId, ApiId, EnvironmentName);

impl Counting {
    fn of(attachment: &Attachment) -> Self {
        Self(attachment.plugin.clone(), attachment.api.clone(), attachment.environment.clone())
    }
}

/// What a plugin is compiled to, whatever API it is on.
#[derive(Clone)]
enum Part {
    Access(Arc<AccessPlan>),
    CrossOrigin(Arc<CrossOriginPlan>),
    CallLimit(Arc<CallLimit>),
    ParameterLimit(Arc<ParameterLimit>),
    Replay(Arc<ReplayGuard>),
    CallerCheck(Arc<CallerCheck>),
    Edit(Arc<RequestEdit>),
    Cache(Arc<AnswerCache>),
    AnswerEdit(Arc<AnswerEdit>),
    Transcoding(Arc<TranscodingPlan>),
    /// It is another for each API.
    Routing(Arc<Plugin>),
    /// So is this.
    Breaker(Arc<Plugin>, Arc<CircuitBreaker>),
}

/// What acts on an API, but for the routes and functions, which are compiled with it.
#[derive(Default)]
pub(super) struct Acting {
    pub(super) plugins: Plugins,
    pub(super) routing: Option<Arc<Plugin>>,
    pub(super) breaker: Option<Breaking>,
    pub(super) caller_check: Option<Arc<CallerCheck>>,
    pub(super) edit: Option<Arc<RequestEdit>>,
    pub(super) cache: Option<Arc<AnswerCache>>,
    pub(super) answer_edit: Option<Arc<AnswerEdit>>,
}

/// A breaker, but for what stands in.
pub(super) struct Breaking {
    pub(super) plugin: Arc<Plugin>,
    pub(super) rules: Arc<CircuitBreaker>,
    pub(super) state: Arc<BreakerState>,
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
    ) -> FxHashMap<&'t ApiId, Acting> {
        let mut all: FxHashMap<&ApiId, Acting> = FxHashMap::default();
        for strategy in tree.ip_strategies.values() {
            let mut bound = strategy.bindings.iter().filter(|binding| binding.environment == *environment).peekable();
            if bound.peek().is_some() {
                let plan = Arc::new(AccessPlan::new(strategy.kind, &strategy.addresses));
                for binding in bound {
                    all.entry(&binding.api).or_default().plugins.access.push(Arc::clone(&plan));
                }
            }
        }
        for attachment in tree.attachments.values().filter(|attachment| attachment.environment == *environment) {
            let Some(plugin) = snapshot.plugins.get(&attachment.plugin) else { continue };
            let Acting { plugins, routing, breaker, caller_check, edit, cache, answer_edit } =
                all.entry(&attachment.api).or_default();
            match self.part(plugin) {
                Part::Access(access) => plugins.access.push(access),
                Part::Routing(plugin) => *routing = Some(plugin),
                Part::Breaker(plugin, rules) => {
                    let state = self.breaker(attachment, &rules);
                    *breaker = Some(Breaking { plugin, rules, state });
                }
                Part::CallerCheck(rules) => *caller_check = Some(rules),
                Part::Edit(rules) => *edit = Some(rules),
                Part::Cache(rules) => *cache = Some(rules),
                Part::AnswerEdit(rules) => *answer_edit = Some(rules),
                Part::Transcoding(plan) => plugins.transcoding = Some(plan),
                Part::Replay(rules) => {
                    let nonces = self.nonces(attachment, &rules);
                    plugins.replay = Some(ReplayPlan { rules, nonces });
                }
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
        self.nonces.retain(|_, (_, nonces)| Arc::strong_count(nonces) > 1);
        self.breakers.retain(|_, state| Arc::strong_count(state) > 1);
    }

    fn breaker(&mut self, attachment: &Attachment, rules: &CircuitBreaker) -> Arc<BreakerState> {
        let state = self.breakers.entry(Counting::of(attachment)).or_insert_with(|| Arc::new(BreakerState::new(rules)));
        if !state.fits(rules) {
            *state = Arc::new(BreakerState::new(rules));
        }
        Arc::clone(state)
    }

    fn nonces(&mut self, attachment: &Attachment, rules: &ReplayGuard) -> Arc<Nonces> {
        let counting = Counting::of(attachment);
        let seconds = rules.memory.seconds();
        match self.nonces.get(&counting) {
            Some((known, nonces)) if *known == seconds => Arc::clone(nonces),
            _ => {
                let nonces = Arc::new(Nonces::new(rules));
                self.nonces.insert(counting, (seconds, Arc::clone(&nonces)));
                nonces
            }
        }
    }

    fn counts(&mut self, attachment: &Attachment, windows: Vec<Window>, strategies: usize) -> Arc<Counts> {
        let counting = Counting::of(attachment);
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
            PluginData::ReplayGuard(data) => Part::Replay(Arc::new(data.clone())),
            PluginData::CallerCheck(data) => Part::CallerCheck(Arc::new(data.clone())),
            PluginData::AnswerCache(data) => Part::Cache(Arc::new(data.clone())),
            PluginData::AnswerEdit(data) => Part::AnswerEdit(Arc::new(data.clone())),
            PluginData::Transcoding(data) => Part::Transcoding(Arc::new(TranscodingPlan::new(plugin, data))),
            PluginData::RequestEdit(data) => Part::Edit(Arc::new(data.clone())),
            PluginData::Routing(_) => Part::Routing(Arc::clone(plugin)),
            PluginData::CircuitBreaker(data) => Part::Breaker(Arc::clone(plugin), Arc::new(data.clone())),
        };
        let (_, part) = self.parts.entry(plugin.id.clone()).or_insert_with(|| (Arc::clone(plugin), compile()));
        part.clone()
    }
}
