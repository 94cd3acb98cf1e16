//! Who is called what: an index that a draft keeps, so that a document of thousands of entries finds each at once.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    AccessKeyId, ApiDocumentId, ApiId, ApplicationId, Name, PluginId, Record, ServiceId, Snapshot, UpstreamId,
    UsagePlanId, Write,
};

/// The identifiers of each name of a noun; several may share one.
pub(crate) struct Named<I>(BTreeMap<String, BTreeSet<I>>);

impl<I: Ord + Clone> Named<I> {
    /// The first of this name, by identifier.
    pub(crate) fn first(&self, name: &str) -> Option<&I> {
        self.0.get(name)?.first()
    }

    fn of<'n>(all: impl Iterator<Item = (&'n Name, &'n I)>) -> Self
    where
        I: 'n,
    {
        let mut named = Self::default();
        for (name, id) in all {
            named.put(name, id);
        }
        named
    }

    fn put(&mut self, name: &Name, id: &I) {
        self.0.entry(name.to_string()).or_default().insert(id.clone());
    }

    /// It was called one thing, and is called another.
    fn change(&mut self, id: &I, before: Option<&Name>, after: Option<&Name>) {
        if before == after {
            return;
        }
        if let Some(name) = before
            && let Some(ids) = self.0.get_mut(name.as_str())
        {
            ids.remove(id);
        }
        if let Some(name) = after {
            self.put(name, id);
        }
    }
}

impl<I> Default for Named<I> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// The names of a configuration.
pub(crate) struct Names {
    pub(crate) upstreams: Named<UpstreamId>,
    pub(crate) plugins: Named<PluginId>,
    pub(crate) keys: Named<AccessKeyId>,
    pub(crate) applications: Named<ApplicationId>,
    pub(crate) usage_plans: Named<UsagePlanId>,
    pub(crate) services: Named<ServiceId>,
    pub(crate) api_documents: Named<ApiDocumentId>,
    apis: BTreeMap<ServiceId, Named<ApiId>>,
}

impl Names {
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let upstreams = snapshot.upstreams.values();
        let trees = snapshot.services.values();
        Self {
            upstreams: Named::of(upstreams.filter_map(|found| Some((found.name.as_ref()?, &found.id)))),
            plugins: Named::of(snapshot.plugins.values().map(|found| (&found.name, &found.id))),
            keys: Named::of(snapshot.credentials.values().map(|found| (&found.name, &found.id))),
            applications: Named::of(snapshot.applications.values().map(|found| (&found.name, &found.id))),
            usage_plans: Named::of(snapshot.usage_plans.values().map(|found| (&found.name, &found.id))),
            services: Named::of(trees.clone().map(|tree| (&tree.service.name, &tree.service.id))),
            api_documents: Named::of(snapshot.api_documents.values().map(|found| (&found.name, &found.id))),
            apis: trees
                .map(|tree| {
                    let apis = tree.apis.values().map(|api| (&api.definition.name, &api.id));
                    (tree.service.id.clone(), Named::of(apis))
                })
                .collect(),
        }
    }

    /// The first API of a service with this name, by identifier.
    pub(crate) fn api(&self, service: &ServiceId, name: &str) -> Option<&ApiId> {
        self.apis.get(service)?.first(name)
    }

    /// Follows a write to the configuration, which is still as it was before.
    pub(super) fn follow(&mut self, snapshot: &Snapshot, write: &Write) {
        let (record, stays) = match write {
            Write::Put(record) => (record, true),
            Write::Remove(record) => (record, false),
        };
        match record {
            Record::Upstream(new) => {
                let old = snapshot.upstreams.get(&new.id).and_then(|old| old.name.as_ref());
                self.upstreams.change(&new.id, old, new.name.as_ref().filter(|_| stays));
            }
            Record::Plugin(new) => {
                let old = snapshot.plugins.get(&new.id).map(|old| &old.name);
                self.plugins.change(&new.id, old, stays.then_some(&new.name));
            }
            Record::Credential(new) => {
                let old = snapshot.credentials.get(&new.id).map(|old| &old.name);
                self.keys.change(&new.id, old, stays.then_some(&new.name));
            }
            Record::Application(new) => {
                let old = snapshot.applications.get(&new.id).map(|old| &old.name);
                self.applications.change(&new.id, old, stays.then_some(&new.name));
            }
            Record::UsagePlan(new) => {
                let old = snapshot.usage_plans.get(&new.id).map(|old| &old.name);
                self.usage_plans.change(&new.id, old, stays.then_some(&new.name));
            }
            Record::Service(new) => {
                let old = snapshot.services.get(&new.id).map(|old| &old.service.name);
                self.services.change(&new.id, old, stays.then_some(&new.name));
                if !stays {
                    self.apis.remove(&new.id);
                }
            }
            Record::Api(new) => {
                let old = snapshot.services.get(&new.service).and_then(|tree| tree.apis.get(&new.id));
                let old = old.map(|old| &old.definition.name);
                let apis = self.apis.entry(new.service.clone()).or_default();
                apis.change(&new.id, old, stays.then_some(&new.definition.name));
            }
            Record::ApiDocument(new) => {
                let old = snapshot.api_documents.get(&new.id).map(|old| &old.name);
                self.api_documents.change(&new.id, old, stays.then_some(&new.name));
            }
            // Nobody means these by a name of their own, or there are few of them.
            Record::ApiRevision(_)
            | Record::Release(_)
            | Record::Environment(_)
            | Record::ReleaseEvent(_)
            | Record::PlanBinding(_)
            | Record::Throttle(_)
            | Record::IpStrategy(_)
            | Record::ApplicationBinding(_)
            | Record::KeyBinding(_)
            | Record::Certificate(_)
            | Record::Domain(_)
            | Record::Operator(_)
            | Record::OperatorKey(_)
            | Record::AcmeAccount(_)
            | Record::AcmeFailure(_)
            | Record::Attachment(_)
            | Record::Instance(_) => {}
        }
    }
}
