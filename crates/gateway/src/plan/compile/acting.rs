//! What acts on an API without a release, put to its entry.

use std::sync::Arc;
use std::time::Duration;

use model::{ApiRevision, Backend, Plugin, PluginData, PluginFunction, Route, VersionName};

use super::Compiler;
use super::plugins::{Acting, Breaking};
use crate::plan::{ApiEntry, ApiPlan, ApiRules, CrossOriginRule};
use crate::plugin::{
    AnswerEditPlan, Asked, BreakerPlan, CachePlan, CacheSource, CheckPlan, EditPlan, Plugins, RoutePlan, Routes,
};

impl Compiler {
    /// Puts what acts on an API to its entry, which is one of the release `version`; `old` is the entry that ran before.
    pub(super) fn act(&mut self, entry: &mut ApiEntry, version: &VersionName, acting: Acting, old: Option<&ApiEntry>) {
        let Acting { mut plugins, routing, breaker, caller_check, edit, cache, answer_edit } = acting;
        // Handshakes have no answers that could be given again.
        let cache = cache.filter(|_| !entry.rules.is_websocket).map(|rules| CacheSource {
            rules,
            version: version.clone(),
            api: Arc::clone(&entry.api),
            routing: routing.clone(),
            check: caller_check.clone(),
            edit: edit.clone(),
        });
        let kept = old.and_then(|old| old.plugins.as_ref()?.cache.as_ref());
        plugins.cache = cache.map(|source| match kept.filter(|kept| kept.source.is(&source)) {
            Some(kept) => Arc::clone(kept),
            None => {
                self.epoch += 1;
                Arc::new(CachePlan { source, epoch: self.epoch, store: Arc::clone(&self.answers) })
            }
        });
        let before = old.and_then(|old| old.plugins.as_deref());
        plugins.caller_check = caller_check.map(|rules| {
            let known = before.and_then(|before| before.caller_check.as_ref());
            match known.filter(|known| Arc::ptr_eq(&known.rules, &rules)) {
                // What the function said is remembered on.
                Some(known) => Arc::clone(known),
                None => {
                    let asked = self.asked(&entry.api.frozen, &rules.function);
                    Arc::new(CheckPlan::new(rules, asked))
                }
            }
        });
        plugins.edit = edit.map(|rules| {
            let asked = self.asked(&entry.api.frozen, &rules.function);
            EditPlan { rules, asked }
        });
        plugins.answer_edit = answer_edit.map(|rules| {
            let asked = self.asked(&entry.api.frozen, &rules.function);
            AnswerEditPlan { rules, asked }
        });
        if plugins.cross_origin.is_some() {
            entry.rules.cors = CrossOriginRule::Plugin;
        }
        // Other backends of a definition that is the same were compiled already.
        let before = before.filter(|_| old.is_some_and(|old| Arc::ptr_eq(&old.api, &entry.api)));
        plugins.routes = routing.map(|plugin| {
            let known = before.and_then(|before| before.routes.as_ref());
            self.routes(entry, &plugins, plugin, known)
        });
        plugins.breaker = breaker.map(|Breaking { plugin, rules, state }| {
            let known = before.and_then(|before| before.breaker.as_ref());
            let known = known.filter(|known| Arc::ptr_eq(&known.plugin, &plugin));
            let known = known.and_then(|known| known.stand_in.as_ref());
            let stand_in = rules.stand_in.as_ref().map(|backend| self.diverted(entry, &plugins, backend, known));
            BreakerPlan { plugin, rules, state, stand_in }
        });
        entry.plugins = Some(Arc::new(plugins));
    }

    /// A function that a plugin asks.
    fn asked(&mut self, frozen: &ApiRevision, function: &PluginFunction) -> Asked {
        Asked {
            function: self.event_function(frozen, &function.name),
            timeout: Duration::from_secs(function.timeout.seconds().into()),
            request_bytes: self.runtimes.request_bytes,
            result_bytes: self.runtimes.result_bytes,
        }
    }

    /// The routes of `plugin`; `known` are those that were compiled before.
    fn routes(&mut self, entry: &ApiEntry, plugins: &Plugins, plugin: Arc<Plugin>, known: Option<&Routes>) -> Routes {
        let known = known.filter(|known| Arc::ptr_eq(&known.plugin, &plugin));
        let PluginData::Routing(routing) = &plugin.data else { return Routes { plugin, routes: Box::default() } };
        let route = |(at, route): (usize, &Route)| {
            let known = known.and_then(|known| known.routes.get(at)).map(|known| &known.entry);
            let entry = self.diverted(entry, plugins, &route.backend, known);
            RoutePlan { condition: route.condition.clone(), entry }
        };
        let routes = routing.in_order().into_iter().enumerate().map(route).collect();
        Routes { plugin, routes }
    }

    /// The API with another backend; `known` is the same as it was compiled before.
    fn diverted(
        &mut self,
        entry: &ApiEntry,
        plugins: &Plugins,
        backend: &Backend,
        known: Option<&ApiEntry>,
    ) -> ApiEntry {
        let known = known.map(|known| &known.api).filter(|api| self.is_fresh(&api.backend));
        let api: Arc<ApiPlan> = known.map_or_else(
            || {
                let mut frozen = (*entry.api.frozen).clone();
                Arc::make_mut(&mut frozen.definition).backend = backend.clone();
                Arc::new(self.api(&Arc::new(frozen)))
            },
            Arc::clone,
        );
        // What answers is another; what acts on the answer is not.
        let answers = Plugins {
            cross_origin: plugins.cross_origin.clone(),
            transcoding: plugins.transcoding.clone(),
            ..Plugins::default()
        };
        let rules = ApiRules { cors: entry.rules.cors, ..api.rules };
        ApiEntry { rules, api, plugins: Some(Arc::new(answers)), ..entry.clone() }
    }
}
