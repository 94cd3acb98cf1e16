//! The whole configuration at one revision, in memory.
//!
//! A snapshot is shared and never changed: a write makes the next one beside it. What a write does not touch is the
//! same `Arc` in both, so "what changed" is a comparison of pointers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::{
    AccessKeyId, AcmeAccount, AcmeFailure, Api, ApiDocument, ApiDocumentId, ApiId, ApiRevision, Application,
    ApplicationBinding, ApplicationId, Attachment, BindingScope, Certificate, CertificateId, CertificateSource,
    Credential, Domain, DomainName, EnvironmentName, EnvironmentState, Instance, Invalid, IpStrategy, IpStrategyId,
    KeyBinding, Operator, OperatorId, OperatorKey, PlanBinding, Plugin, PluginId, Record, Release, ReleaseEvent,
    Revision, Service, ServiceId, Throttle, ThrottleScope, Upstream, UpstreamId, UsagePlan, UsagePlanId, VersionName,
    Write,
};

/// The whole configuration at one revision.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Snapshot {
    pub revision: Revision,
    pub services: BTreeMap<ServiceId, Arc<ServiceTree>>,
    pub usage_plans: BTreeMap<UsagePlanId, Arc<UsagePlan>>,
    pub credentials: BTreeMap<AccessKeyId, Arc<Credential>>,
    pub applications: BTreeMap<ApplicationId, Arc<Application>>,
    pub certificates: Arc<BTreeMap<CertificateId, Arc<Certificate>>>,
    /// The custom domains of all services: the ones that stand in their trees too.
    pub domains: Arc<BTreeMap<DomainName, Arc<Domain>>>,
    /// The accounts with authorities, by directory.
    pub acme_accounts: BTreeMap<String, Arc<AcmeAccount>>,
    /// Why domains have not got their certificates.
    pub acme_failures: BTreeMap<DomainName, Arc<AcmeFailure>>,
    pub operators: BTreeMap<OperatorId, Arc<Operator>>,
    pub operator_keys: BTreeMap<AccessKeyId, Arc<OperatorKey>>,
    pub upstreams: BTreeMap<UpstreamId, Arc<Upstream>>,
    pub plugins: BTreeMap<PluginId, Arc<Plugin>>,
    pub api_documents: BTreeMap<ApiDocumentId, Arc<ApiDocument>>,
    /// What the installation is called, once somebody has said it.
    pub instance: Option<Arc<Instance>>,
    /// The keys in each plan; a plan without keys has no entry.
    pub keys_of_plan: BTreeMap<UsagePlanId, Arc<BTreeMap<AccessKeyId, KeyBinding>>>,
    /// The plans of each key: the same bindings, found from the other side.
    pub plans_of_key: BTreeMap<AccessKeyId, Arc<BTreeSet<UsagePlanId>>>,
}

/// A service with everything that belongs to it.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct ServiceTree {
    pub service: Arc<Service>,
    pub apis: BTreeMap<ApiId, Arc<Api>>,
    /// Frozen definitions, by API and number of the edit.
    pub revisions: BTreeMap<(ApiId, u32), Arc<ApiRevision>>,
    pub releases: BTreeMap<VersionName, Arc<Release>>,
    /// What each environment runs; an environment that was never released has no entry.
    pub environments: BTreeMap<EnvironmentName, Arc<EnvironmentState>>,
    pub events: BTreeMap<(EnvironmentName, u32), Arc<ReleaseEvent>>,
    pub plan_bindings: BTreeMap<(EnvironmentName, BindingScope, UsagePlanId), Arc<PlanBinding>>,
    pub throttles: BTreeMap<(EnvironmentName, ThrottleScope), Arc<Throttle>>,
    pub ip_strategies: BTreeMap<IpStrategyId, Arc<IpStrategy>>,
    /// The plugins on its APIs.
    pub attachments: BTreeMap<(EnvironmentName, ApiId, PluginId), Arc<Attachment>>,
    /// Which applications may call its APIs.
    pub application_bindings: BTreeMap<(EnvironmentName, ApiId, ApplicationId), Arc<ApplicationBinding>>,
    /// Its custom domains.
    pub domains: BTreeMap<DomainName, Arc<Domain>>,
}

impl Snapshot {
    /// What an authority issued for `domain` over ACME, the newest.
    pub fn issued(&self, domain: &DomainName) -> Option<&Arc<Certificate>> {
        let is_for =
            |found: &&Arc<Certificate>| matches!(&found.source, CertificateSource::Acme(name) if name == domain);
        self.certificates.values().filter(is_for).max_by_key(|found| found.modified)
    }

    /// Carries out `write`. The revision is the caller's to set.
    ///
    /// # Errors
    /// A record whose service is not there: whoever writes puts parents before children.
    pub fn apply(&mut self, write: Write) -> Result<(), Invalid> {
        match write {
            Write::Put(record) => self.put(record),
            Write::Remove(record) => {
                self.remove(record);
                Ok(())
            }
        }
    }

    /// The service's tree, if there is such a service.
    pub fn service(&self, id: &ServiceId) -> Option<&Arc<ServiceTree>> {
        self.services.get(id)
    }

    /// The services that `plan` rules something of.
    pub fn services_ruled_by<'a>(&'a self, plan: &'a UsagePlanId) -> impl Iterator<Item = &'a Arc<ServiceTree>> {
        self.services.values().filter(move |tree| tree.plan_bindings.keys().any(|(_, _, bound)| bound == plan))
    }

    /// True when `plan` rules some environment or API.
    pub fn is_plan_bound(&self, plan: &UsagePlanId) -> bool {
        self.services_ruled_by(plan).next().is_some()
    }

    fn put(&mut self, record: Record) -> Result<(), Invalid> {
        match record {
            Record::Service(service) => match self.services.get_mut(&service.id) {
                Some(tree) => Arc::make_mut(tree).service = Arc::new(service),
                None => {
                    self.services.insert(service.id.clone(), Arc::new(ServiceTree::new(service)));
                }
            },
            Record::Api(api) => {
                self.tree(&api.service)?.apis.insert(api.id.clone(), Arc::new(api));
            }
            Record::ApiRevision(mut frozen) => {
                let key = (frozen.api.clone(), frozen.revision);
                let tree = self.tree(&frozen.service)?;
                // Most APIs run as they are edited: what is the same is held once.
                if let Some(api) = tree.apis.get(&frozen.api).filter(|api| api.definition == frozen.definition) {
                    frozen.definition = Arc::clone(&api.definition);
                }
                tree.revisions.insert(key, Arc::new(frozen));
            }
            Record::Release(release) => {
                self.tree(&release.service)?.releases.insert(release.version.clone(), Arc::new(release));
            }
            Record::Environment(state) => {
                self.tree(&state.service)?.environments.insert(state.environment.clone(), Arc::new(state));
            }
            Record::ReleaseEvent(event) => {
                let key = (event.environment.clone(), event.sequence);
                self.tree(&event.service)?.events.insert(key, Arc::new(event));
            }
            Record::PlanBinding(binding) => {
                let key = (binding.environment.clone(), binding.scope.clone(), binding.plan.clone());
                self.tree(&binding.service)?.plan_bindings.insert(key, Arc::new(binding));
            }
            Record::Throttle(throttle) => {
                let key = (throttle.environment.clone(), throttle.scope.clone());
                self.tree(&throttle.service)?.throttles.insert(key, Arc::new(throttle));
            }
            Record::IpStrategy(strategy) => {
                self.tree(&strategy.service)?.ip_strategies.insert(strategy.id.clone(), Arc::new(strategy));
            }
            Record::ApplicationBinding(binding) => {
                let key = (binding.environment.clone(), binding.api.clone(), binding.application.clone());
                self.tree(&binding.service)?.application_bindings.insert(key, Arc::new(binding));
            }
            Record::Application(application) => {
                self.applications.insert(application.id.clone(), Arc::new(application));
            }
            Record::UsagePlan(plan) => {
                self.usage_plans.insert(plan.id.clone(), Arc::new(plan));
            }
            Record::Credential(credential) => {
                self.credentials.insert(credential.id.clone(), Arc::new(credential));
            }
            Record::KeyBinding(binding) => {
                let plans = self.plans_of_key.entry(binding.key.clone()).or_default();
                Arc::make_mut(plans).insert(binding.plan.clone());
                let keys = self.keys_of_plan.entry(binding.plan.clone()).or_default();
                Arc::make_mut(keys).insert(binding.key.clone(), binding);
            }
            Record::Certificate(certificate) => {
                Arc::make_mut(&mut self.certificates).insert(certificate.id.clone(), Arc::new(certificate));
            }
            Record::Domain(domain) => {
                let domain = Arc::new(domain);
                self.tree(&domain.service)?.domains.insert(domain.name.clone(), Arc::clone(&domain));
                Arc::make_mut(&mut self.domains).insert(domain.name.clone(), domain);
            }
            Record::Operator(operator) => {
                self.operators.insert(operator.id.clone(), Arc::new(operator));
            }
            Record::OperatorKey(key) => {
                self.operator_keys.insert(key.id.clone(), Arc::new(key));
            }
            Record::AcmeAccount(account) => {
                self.acme_accounts.insert(account.directory.clone(), Arc::new(account));
            }
            Record::AcmeFailure(failure) => {
                self.acme_failures.insert(failure.domain.clone(), Arc::new(failure));
            }
            Record::Upstream(upstream) => {
                self.upstreams.insert(upstream.id.clone(), Arc::new(upstream));
            }
            Record::Plugin(plugin) => {
                self.plugins.insert(plugin.id.clone(), Arc::new(plugin));
            }
            Record::Attachment(attachment) => {
                self.tree(&attachment.service)?.attachments.insert(attachment.key(), Arc::new(attachment));
            }
            Record::ApiDocument(document) => {
                self.api_documents.insert(document.id.clone(), Arc::new(document));
            }
            Record::Instance(instance) => self.instance = Some(Arc::new(instance)),
        }
        Ok(())
    }

    fn remove(&mut self, record: Record) {
        match record {
            Record::Service(service) => {
                if let Some(tree) = self.services.remove(&service.id)
                    && !tree.domains.is_empty()
                {
                    Arc::make_mut(&mut self.domains).retain(|_, domain| domain.service != service.id);
                }
            }
            Record::UsagePlan(plan) => {
                self.usage_plans.remove(&plan.id);
            }
            Record::Credential(credential) => {
                self.credentials.remove(&credential.id);
            }
            Record::Application(application) => {
                self.applications.remove(&application.id);
            }
            Record::KeyBinding(binding) => self.remove_key_binding(&binding),
            Record::Certificate(certificate) => {
                Arc::make_mut(&mut self.certificates).remove(&certificate.id);
            }
            Record::Domain(domain) => {
                Arc::make_mut(&mut self.domains).remove(&domain.name);
                self.change_tree(&domain.service, |tree| {
                    tree.domains.remove(&domain.name);
                });
            }
            Record::Operator(operator) => {
                self.operators.remove(&operator.id);
            }
            Record::OperatorKey(key) => {
                self.operator_keys.remove(&key.id);
            }
            Record::AcmeAccount(account) => {
                self.acme_accounts.remove(&account.directory);
            }
            Record::AcmeFailure(failure) => {
                self.acme_failures.remove(&failure.domain);
            }
            Record::Upstream(upstream) => {
                self.upstreams.remove(&upstream.id);
            }
            Record::Plugin(plugin) => {
                self.plugins.remove(&plugin.id);
            }
            Record::Attachment(attachment) => self.change_tree(&attachment.service, |tree| {
                tree.attachments.remove(&attachment.key());
            }),
            Record::ApiDocument(document) => {
                self.api_documents.remove(&document.id);
            }
            Record::Instance(_) => self.instance = None,
            Record::Api(api) => self.change_tree(&api.service, |tree| {
                tree.apis.remove(&api.id);
            }),
            Record::ApiRevision(frozen) => self.change_tree(&frozen.service, |tree| {
                tree.revisions.remove(&(frozen.api.clone(), frozen.revision));
            }),
            Record::Release(release) => self.change_tree(&release.service, |tree| {
                tree.releases.remove(&release.version);
            }),
            Record::Environment(state) => self.change_tree(&state.service, |tree| {
                tree.environments.remove(&state.environment);
            }),
            Record::ReleaseEvent(event) => self.change_tree(&event.service, |tree| {
                tree.events.remove(&(event.environment.clone(), event.sequence));
            }),
            Record::PlanBinding(binding) => self.change_tree(&binding.service, |tree| {
                tree.plan_bindings.remove(&(binding.environment.clone(), binding.scope.clone(), binding.plan.clone()));
            }),
            Record::IpStrategy(strategy) => self.change_tree(&strategy.service, |tree| {
                tree.ip_strategies.remove(&strategy.id);
            }),
            Record::ApplicationBinding(binding) => self.change_tree(&binding.service, |tree| {
                let key = (binding.environment.clone(), binding.api.clone(), binding.application.clone());
                tree.application_bindings.remove(&key);
            }),
            Record::Throttle(throttle) => self.change_tree(&throttle.service, |tree| {
                tree.throttles.remove(&(throttle.environment.clone(), throttle.scope.clone()));
            }),
        }
    }

    fn remove_key_binding(&mut self, binding: &KeyBinding) {
        if let Some(keys) = self.keys_of_plan.get_mut(&binding.plan) {
            Arc::make_mut(keys).remove(&binding.key);
            if keys.is_empty() {
                self.keys_of_plan.remove(&binding.plan);
            }
        }
        if let Some(plans) = self.plans_of_key.get_mut(&binding.key) {
            Arc::make_mut(plans).remove(&binding.plan);
            if plans.is_empty() {
                self.plans_of_key.remove(&binding.key);
            }
        }
    }

    fn tree(&mut self, service: &ServiceId) -> Result<&mut ServiceTree, Invalid> {
        match self.services.get_mut(service) {
            Some(tree) => Ok(Arc::make_mut(tree)),
            None => Err(Invalid::new("service", format!("`{service}` is not there; its parts cannot be"))),
        }
    }

    fn change_tree(&mut self, service: &ServiceId, change: impl FnOnce(&mut ServiceTree)) {
        if let Some(tree) = self.services.get_mut(service) {
            change(Arc::make_mut(tree));
        }
    }
}

impl ServiceTree {
    fn new(service: Service) -> Self {
        Self {
            service: Arc::new(service),
            apis: BTreeMap::new(),
            revisions: BTreeMap::new(),
            releases: BTreeMap::new(),
            environments: BTreeMap::new(),
            events: BTreeMap::new(),
            plan_bindings: BTreeMap::new(),
            throttles: BTreeMap::new(),
            ip_strategies: BTreeMap::new(),
            attachments: BTreeMap::new(),
            application_bindings: BTreeMap::new(),
            domains: BTreeMap::new(),
        }
    }

    /// The release that `environment` runs.
    pub fn running(&self, environment: &EnvironmentName) -> Option<&Arc<Release>> {
        self.environments.get(environment)?.running.as_ref().and_then(|version| self.releases.get(version))
    }

    /// The environments that run a release, in the order of [`EnvironmentName::all`].
    pub fn released_environments(&self) -> Vec<EnvironmentName> {
        EnvironmentName::all().into_iter().filter(|environment| self.running(environment).is_some()).collect()
    }

    /// The frozen definitions that `environment` runs, oldest API first.
    pub fn running_revisions(&self, environment: &EnvironmentName) -> Vec<&Arc<ApiRevision>> {
        let members = self.running(environment).map_or(&[][..], |release| &release.members);
        members.iter().filter_map(|member| self.revisions.get(&(member.api.clone(), member.revision))).collect()
    }

    /// The plans that rule all of `environment`.
    pub fn service_plans<'a>(&'a self, environment: &'a EnvironmentName) -> impl Iterator<Item = &'a Arc<PlanBinding>> {
        self.plan_bindings
            .values()
            .filter(move |binding| binding.environment == *environment && binding.scope == BindingScope::Service)
    }

    /// The plans that rule just `api` in `environment`.
    pub fn api_plans<'a>(
        &'a self,
        environment: &'a EnvironmentName,
        api: &'a ApiId,
    ) -> impl Iterator<Item = &'a Arc<PlanBinding>> {
        self.plan_bindings.values().filter(move |binding| {
            binding.environment == *environment && matches!(&binding.scope, BindingScope::Api(bound) if bound == api)
        })
    }

    /// The plugins on `api` in `environment`.
    pub fn attached<'a>(
        &'a self,
        environment: &'a EnvironmentName,
        api: &'a ApiId,
    ) -> impl Iterator<Item = &'a Arc<Attachment>> {
        self.attachments
            .values()
            .filter(move |attachment| attachment.environment == *environment && attachment.api == *api)
    }
}
