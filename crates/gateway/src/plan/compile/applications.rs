//! Applications and their bindings become what calls of APIs are held against; a pair is prepared once.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use model::{ApiId, Application, ApplicationId, EnvironmentName, ServiceTree, Snapshot};
use rustc_hash::FxHashMap;

use crate::plan::{ApplicationPlan, Applications};

/// Makes the applications of plans.
#[derive(Default)]
pub(super) struct ApplicationCompiler {
    prepared: HashMap<ApplicationId, (Arc<Application>, Arc<ApplicationPlan>)>,
}

impl ApplicationCompiler {
    /// Lets go of applications that were changed or deleted, and tells which those are.
    pub(super) fn touched(&mut self, before: &Snapshot, now: &Snapshot) -> BTreeSet<ApplicationId> {
        let is_same = |id: &ApplicationId, application: &Arc<Application>| {
            now.applications.get(id).is_some_and(|current| Arc::ptr_eq(current, application))
        };
        self.prepared.retain(|id, (application, _)| is_same(id, application));
        let gone = before.applications.iter().filter(|(id, application)| !is_same(id, application));
        gone.map(|(id, _)| id.clone()).collect()
    }

    /// Who may call the APIs of an environment. An API that no application may call is not among them.
    pub(super) fn environment<'t>(
        &mut self,
        snapshot: &Snapshot,
        tree: &'t ServiceTree,
        environment: &EnvironmentName,
    ) -> FxHashMap<&'t ApiId, Applications> {
        let mut all: FxHashMap<&ApiId, Applications> = FxHashMap::default();
        for binding in tree.application_bindings.values().filter(|binding| binding.environment == *environment) {
            let Some(application) = snapshot.applications.get(&binding.application) else { continue };
            let (_, prepared) = self
                .prepared
                .entry(binding.application.clone())
                .or_insert_with(|| (Arc::clone(application), Arc::new(ApplicationPlan::new(application))));
            all.entry(&binding.api).or_default().add(application.key.as_str(), Arc::clone(prepared));
        }
        all
    }
}
