//! A snapshot becomes a plan; only what changed is compiled.

mod acting;
mod applications;
mod hosts;
mod plugins;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Weak};

use model::{
    AccessKeyId, ApiId, ApiProtocol, ApiRevision, Auth, Backend, BackendMethod, BindingScope, BucketBackend,
    ConversationBackend, Credential, EnvironmentName, FunctionBackend, FunctionCall, FunctionName, MockBackend, Oauth,
    Origin, PlanBinding, Scheme, ServiceId, ServiceProtocol, ServiceTree, Snapshot, ThrottleScope, UpstreamId,
    UsagePlanId,
};
use net::{Speaks, Target};
use observe::Metrics;
use rustc_hash::FxHashMap;
use sign::key_pair::Key;

use super::upstreams::UpstreamCompiler;
use super::{
    ApiEntry, ApiPlan, ApiRules, BackendPlan, BucketPlan, BucketSigner, ConversationPlan, CrossOriginRule,
    EnvironmentPlan, EventPlan, FunctionPlan, Grant, Grants, HttpPlan, Invocation, MockPlan, OriginPlan, Plan, RpcPlan,
    ServicePlan, TokenPlan, UpstreamUse, WebPlan,
};
use crate::issuers::Issuers;
use crate::limit::{Quota, Rate};
use crate::parameter::ParameterPlan;
use crate::plugin::AnswerStore;
use crate::reply;
use crate::route::{Entry, Router};
use crate::runtime::{Endpoint, Runtime, Runtimes};

/// Makes plans, each from a snapshot and the plan before it.
pub struct Compiler {
    metrics: Arc<Metrics>,
    backend_tls: Arc<rustls::ClientConfig>,
    /// The throttle of an environment that has none of its own, in calls per second.
    default_rate: u32,
    /// What stands behind the names of functions and buckets.
    runtimes: Arc<Runtimes>,
    /// Where answers are kept that are given again.
    answers: Arc<AnswerStore>,
    /// How many caches there have been.
    epoch: u64,
    issuers: Arc<Issuers>,
    previous: Arc<Plan>,
    hosts: hosts::HostsCompiler,
    plugins: plugins::PluginCompiler,
    applications: applications::ApplicationCompiler,
    keys: HashMap<AccessKeyId, (Arc<Credential>, Arc<Key>)>,
    origins: HashMap<(Speaks, String), Weak<OriginPlan>>,
    upstreams: UpstreamCompiler,
    rates: HashMap<RateOf, Arc<Rate>>,
    quotas: BTreeMap<UsagePlanId, Arc<Quota>>,
}

/// What a rate counts. Counters outlive plans: a change of configuration forgets no call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum RateOf {
    Service(ServiceId, &'static str),
    Api(ApiId, &'static str),
    Key(UsagePlanId, AccessKeyId),
}

impl Compiler {
    /// A compiler that has made no plan yet. `default_rate` is in calls per second.
    pub fn new(
        metrics: Arc<Metrics>,
        backend_tls: Arc<rustls::ClientConfig>,
        default_rate: u32,
        runtimes: Arc<Runtimes>,
        answers: Arc<AnswerStore>,
        issuers: Arc<Issuers>,
    ) -> Self {
        let upstreams = UpstreamCompiler::new(metrics.workers(), Arc::clone(&backend_tls));
        Self {
            metrics,
            backend_tls,
            upstreams,
            default_rate,
            runtimes,
            answers,
            epoch: 0,
            issuers,
            previous: Arc::new(Plan::empty()),
            hosts: hosts::HostsCompiler::default(),
            plugins: plugins::PluginCompiler::default(),
            applications: applications::ApplicationCompiler::default(),
            keys: HashMap::new(),
            origins: HashMap::new(),
            rates: HashMap::new(),
            quotas: BTreeMap::new(),
        }
    }

    /// The quota counters of all plans, used ones and idle ones.
    pub fn quotas(&self) -> &BTreeMap<UsagePlanId, Arc<Quota>> {
        &self.quotas
    }

    /// Sets how much of a plan's quota is used, as it was stored; before the first plan is made.
    pub fn restore_quota(&mut self, plan: UsagePlanId, used: u64) {
        self.quotas.insert(plan, Arc::new(Quota::new(used)));
    }

    /// The plan for `snapshot`.
    pub fn compile(&mut self, snapshot: Arc<Snapshot>) -> Arc<Plan> {
        let before = Arc::clone(&self.previous);
        let touched = touched_plans(&before.snapshot, &snapshot);
        let touched_plugins = self.plugins.touched(&before.snapshot, &snapshot);
        let touched_applications = self.applications.touched(&before.snapshot, &snapshot);
        let changed = self.upstreams.compile(&before.snapshot, &snapshot);
        self.quotas.retain(|plan, _| snapshot.usage_plans.contains_key(plan));
        self.keys.retain(|id, (credential, _)| {
            snapshot.credentials.get(id).is_some_and(|current| Arc::ptr_eq(current, credential))
        });
        let mut services = FxHashMap::default();
        services.reserve(snapshot.services.len());
        for (id, tree) in &snapshot.services {
            let old_tree = before.snapshot.services.get(id);
            let old = before.services.get(id.as_str());
            let is_same = old_tree.is_some_and(|old| Arc::ptr_eq(old, tree))
                && !tree.plan_bindings.values().any(|binding| touched.contains(&binding.plan))
                && !tree.attachments.values().any(|attachment| touched_plugins.contains(&attachment.plugin))
                && !tree.application_bindings.values().any(|bound| touched_applications.contains(&bound.application));
            let service = match old {
                Some(old) if is_same && !old.upstreams.iter().any(|used| changed.contains(used)) => Arc::clone(old),
                old => Arc::new(self.service(&snapshot, tree, old)),
            };
            services.insert(Box::from(id.as_str()), service);
        }
        let upstreams = Arc::clone(self.upstreams.all());
        let hosts = self.hosts.compile(&before, &snapshot);
        let plan = Arc::new(Plan { revision: snapshot.revision, services, upstreams, hosts, snapshot });
        self.previous = Arc::clone(&plan);
        drop(before);
        self.forget();
        plan
    }

    /// Lets go of counters and origins that no plan holds any more.
    fn forget(&mut self) {
        self.rates.retain(|_, rate| Arc::strong_count(rate) > 1);
        self.origins.retain(|_, origin| origin.strong_count() > 0);
        self.upstreams.forget();
        self.plugins.forget();
    }

    fn service(&mut self, snapshot: &Snapshot, tree: &Arc<ServiceTree>, old: Option<&Arc<ServicePlan>>) -> ServicePlan {
        let mut environments = [None, None, None];
        for (at, name) in EnvironmentName::NAMES.into_iter().enumerate() {
            let old = old.and_then(|old| old.environments[at].as_ref());
            environments[at] = self.environment(snapshot, tree, name, old);
        }
        let protocol = tree.service.protocol;
        let upstreams = upstreams_of(&environments);
        ServicePlan {
            allows_http: protocol != ServiceProtocol::Https,
            allows_https: protocol != ServiceProtocol::Http,
            environments,
            upstreams,
        }
    }

    fn environment(
        &mut self,
        snapshot: &Snapshot,
        tree: &Arc<ServiceTree>,
        name: &'static str,
        old: Option<&Arc<EnvironmentPlan>>,
    ) -> Option<Arc<EnvironmentPlan>> {
        let environment = EnvironmentName::all().into_iter().find(|e| e.as_str() == name)?;
        let release = tree.running(&environment)?;
        let revisions = tree.running_revisions(&environment);
        let old_entries: FxHashMap<&str, &ApiEntry> =
            old.map(|old| old.apis.iter().map(|entry| (entry.api.id(), entry)).collect()).unwrap_or_default();
        let mut own_plans: FxHashMap<&ApiId, Vec<&Arc<PlanBinding>>> = FxHashMap::default();
        for binding in tree.plan_bindings.values().filter(|binding| binding.environment == environment) {
            if let BindingScope::Api(api) = &binding.scope {
                own_plans.entry(api).or_default().push(binding);
            }
        }
        let mut acting = self.plugins.environment(snapshot, tree, &environment);
        let mut applications = self.applications.environment(snapshot, tree, &environment);
        // APIs under the same plans share their grants; no plan of their own is the most frequent case.
        let mut grants: FxHashMap<Vec<&UsagePlanId>, Arc<Grants>> = FxHashMap::default();
        let mut tokens: FxHashMap<&ApiId, Arc<TokenPlan>> = FxHashMap::default();
        let mut apis = Vec::with_capacity(revisions.len());
        for frozen in &revisions {
            // The same frozen definition compiles to the same plan.
            let api = match old_entries.get(frozen.api.as_str()) {
                Some(old) if Arc::ptr_eq(&old.api.frozen, frozen) && self.is_fresh(&old.api.backend) => {
                    Arc::clone(&old.api)
                }
                _ => Arc::new(self.api(frozen)),
            };
            let own = own_plans.get(&frozen.api).map_or(&[][..], Vec::as_slice);
            let grants = grants.entry(own.iter().map(|binding| &binding.plan).collect()).or_insert_with(|| {
                Arc::new(self.grants(snapshot, tree.service_plans(&environment).chain(own.iter().copied())))
            });
            let throttle = tree.throttles.get(&(environment.clone(), ThrottleScope::Api(frozen.api.clone())));
            let rate = throttle.and_then(|throttle| throttle.rate);
            let rate = rate.map(|rate| self.rate(RateOf::Api(frozen.api.clone(), name), rate));
            let applications = applications.remove(&frozen.api).map(Arc::new);
            let tokens = tokens_of(&revisions, frozen, &self.issuers, &mut tokens);
            let grants = Arc::clone(grants);
            let mut entry = ApiEntry { rules: api.rules, api, rate, grants, plugins: None, applications, tokens };
            if let Some(acting) = acting.remove(&frozen.api) {
                self.act(&mut entry, &release.version, acting, old_entries.get(frozen.api.as_str()).copied());
            }
            apis.push(entry);
        }
        let router = match old {
            Some(old) if old.version == release.version => Arc::clone(&old.router),
            _ => Arc::new(Router::new(
                revisions
                    .iter()
                    .enumerate()
                    .map(|(at, frozen)| Entry {
                        path: frozen.definition.path.clone(),
                        method: frozen.definition.method,
                        value: at,
                    })
                    .collect(),
            )),
        };
        let throttle = tree.throttles.get(&(environment.clone(), ThrottleScope::Service));
        let rate = throttle.map_or(Some(self.default_rate), |throttle| throttle.rate);
        Some(Arc::new(EnvironmentPlan {
            service: Box::from(tree.service.id.as_str()),
            environment: name,
            version: release.version.clone(),
            router,
            apis,
            rate: rate.map(|rate| self.rate(RateOf::Service(tree.service.id.clone(), name), rate)),
            metrics: self.metrics.environment(tree.service.id.as_str(), name),
        }))
    }

    fn grants<'b>(&mut self, snapshot: &Snapshot, bindings: impl Iterator<Item = &'b Arc<PlanBinding>>) -> Grants {
        let mut grants = Grants::default();
        for binding in bindings {
            grants.is_ruled = true;
            let Some(plan) = snapshot.usage_plans.get(&binding.plan) else { continue };
            let Some(keys) = snapshot.keys_of_plan.get(&binding.plan) else { continue };
            for id in keys.keys() {
                let Some(credential) = snapshot.credentials.get(id).filter(|credential| credential.enabled) else {
                    continue;
                };
                let rate = plan.rate.map(|rate| self.rate(RateOf::Key(plan.id.clone(), id.clone()), rate));
                let used = Arc::clone(self.quotas.entry(plan.id.clone()).or_insert_with(|| Arc::new(Quota::new(0))));
                let quota = plan.quota.map(|limit| (used, limit));
                grants.add(Grant::new(id, self.key(credential), &plan.id, rate, quota));
            }
        }
        grants
    }

    fn key(&mut self, credential: &Arc<Credential>) -> Arc<Key> {
        let (_, key) = self
            .keys
            .entry(credential.id.clone())
            .or_insert_with(|| (Arc::clone(credential), Arc::new(Key::new(credential.secret.expose().as_bytes()))));
        Arc::clone(key)
    }

    fn rate(&mut self, of: RateOf, per_second: u32) -> Arc<Rate> {
        let rate = match self.rates.remove(&of) {
            Some(rate) if rate.limit() == per_second => rate,
            Some(rate) => Arc::new(rate.resized(per_second)),
            None => Arc::new(Rate::new(per_second)),
        };
        self.rates.insert(of, Arc::clone(&rate));
        rate
    }

    fn api(&mut self, frozen: &Arc<ApiRevision>) -> ApiPlan {
        let definition = &frozen.definition;
        let mut text = ApiPlan::head_line(&frozen.api);
        let head_end = text.len() as u16;
        let parameters = ParameterPlan::new(definition, &mut text, &self.runtimes);
        ApiPlan {
            frozen: Arc::clone(frozen),
            rules: ApiRules {
                auth: match &definition.oauth {
                    // Its callers come for their tokens.
                    Some(Oauth::Authorization(_)) => Auth::None,
                    _ => definition.auth,
                },
                cors: if definition.cors { CrossOriginRule::Open } else { CrossOriginRule::Closed },
                uses_form: parameters.uses_form(),
                is_websocket: definition.protocol == ApiProtocol::WebSocket,
                timeout_s: definition.timeout.seconds(),
            },
            parameters,
            backend: match &definition.backend {
                Backend::Http(http) if http.origin.is_grpc() => {
                    BackendPlan::Rpc(RpcPlan::Origin(self.http(&http.origin, http.method, Speaks::Http2)))
                }
                Backend::Http(http) => BackendPlan::Http(self.http(&http.origin, http.method, Speaks::Negotiated)),
                Backend::WebSocket(backend) => {
                    BackendPlan::WebSocket(self.http(backend.origin.handshake(), backend.method, Speaks::Http11))
                }
                Backend::Mock(mock) => BackendPlan::Mock(mock_plan(mock)),
                Backend::Function(function) => self.function(frozen, function),
                Backend::Conversation(backend) => self.conversation(frozen, backend),
                Backend::Bucket(bucket) => BackendPlan::Bucket(self.bucket(bucket).map(Box::new)),
                Backend::Upstream(backend) => {
                    let upstream = self.upstreams.get(&backend.upstream).cloned();
                    let is_rpc = upstream.as_ref().is_some_and(|upstream| upstream.model.protocol.is_grpc());
                    let used = UpstreamUse { upstream, method: method_word(backend.method) };
                    if is_rpc { BackendPlan::Rpc(RpcPlan::Upstream(used)) } else { BackendPlan::Upstream(used) }
                }
            },
            text: text.into(),
            head_end,
        }
    }

    fn function(&mut self, frozen: &ApiRevision, backend: &FunctionBackend) -> BackendPlan {
        let runtimes = Arc::clone(&self.runtimes);
        let function = &backend.function;
        let runtime = runtimes.function(function);
        match &backend.call {
            FunctionCall::Event(event) => {
                let invocation = self.invocation(frozen, function);
                BackendPlan::Event(Box::new(EventPlan::new(frozen, function, event, &runtimes, invocation)))
            }
            // The Invoke API takes events only: a web function needs an endpoint.
            FunctionCall::Web => BackendPlan::Web(match &runtime {
                Runtime::Endpoint(endpoint) => {
                    let http = HttpPlan { origin: self.origin(&endpoint.origin, Speaks::Http11), method: None };
                    Some(Box::new(WebPlan::new(frozen, function, &runtimes, http)))
                }
                Runtime::Api(_) | Runtime::Nowhere => None,
            }),
        }
    }

    /// The functions of a WebSocket.
    fn conversation(&mut self, frozen: &ApiRevision, backend: &ConversationBackend) -> BackendPlan {
        let ConversationBackend { register, transport, cleanup } = backend;
        let register = self.event_function(frozen, register);
        let transport = transport.as_ref().map(|function| self.event_function(frozen, function));
        let cleanup = cleanup.as_ref().map(|function| self.event_function(frozen, function));
        let plan = ConversationPlan::new(frozen, register, transport, cleanup, self.runtimes.result_bytes);
        BackendPlan::Conversation(Arc::new(plan))
    }

    fn event_function(&mut self, frozen: &ApiRevision, function: &FunctionName) -> FunctionPlan {
        FunctionPlan { function: function.clone(), invocation: self.invocation(frozen, function) }
    }

    /// How events get to a function; `None` where nothing stands behind its name.
    fn invocation(&mut self, frozen: &ApiRevision, function: &FunctionName) -> Option<Invocation> {
        let runtimes = Arc::clone(&self.runtimes);
        let timeout = frozen.definition.timeout.seconds();
        match runtimes.function(function) {
            Runtime::Endpoint(Endpoint { origin, path }) => {
                Some(Invocation::endpoint(self.origin(&origin, Speaks::Http11), &path, function, timeout))
            }
            Runtime::Api(api) => Some(Invocation::Api {
                origin: self.origin(&api.origin, Speaks::Http11),
                region: api.region.as_str().into(),
                key: api.key.clone(),
            }),
            Runtime::Nowhere => None,
        }
    }

    fn bucket(&mut self, backend: &BucketBackend) -> Option<BucketPlan> {
        let runtimes = Arc::clone(&self.runtimes);
        let endpoint = runtimes.bucket(&backend.bucket)?;
        let signer = match (backend.signed, &runtimes.key) {
            (false, _) => None,
            (true, Some(key)) => Some(BucketSigner {
                signature: runtimes.bucket_signature,
                key: key.clone(),
                region: runtimes.cloud_region.as_str().into(),
            }),
            (true, None) => return None,
        };
        let method = Some(backend.action.method().as_str());
        Some(BucketPlan { http: HttpPlan { origin: self.origin(&endpoint.origin, Speaks::Http11), method }, signer })
    }

    fn origin(&mut self, origin: &Origin, speaks: Speaks) -> Arc<OriginPlan> {
        let key = (speaks, origin.as_str().to_owned());
        let known = self.origins.get(&key).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let is_https = origin.scheme() == Scheme::Https;
            let tls = is_https.then(|| Arc::clone(&self.backend_tls));
            let target = Target::new(is_https, origin.host(), origin.port(), tls);
            let target = target.ok().map(|target| Arc::new(target.speaking(speaks)));
            let plan = Arc::new(OriginPlan { target, host: Box::from(origin.authority()) });
            self.origins.insert(key, Arc::downgrade(&plan));
            plan
        })
    }

    fn http(&mut self, origin: &Origin, method: BackendMethod, speaks: Speaks) -> HttpPlan {
        HttpPlan { origin: self.origin(origin, speaks), method: method_word(method) }
    }

    /// False when what a backend was made from has changed since.
    fn is_fresh(&self, backend: &BackendPlan) -> bool {
        match backend {
            BackendPlan::Http(_)
            | BackendPlan::WebSocket(_)
            | BackendPlan::Mock(_)
            | BackendPlan::Event(_)
            | BackendPlan::Conversation(_)
            | BackendPlan::Web(_)
            | BackendPlan::Bucket(_)
            | BackendPlan::Rpc(RpcPlan::Origin(_)) => true,
            BackendPlan::Upstream(used) | BackendPlan::Rpc(RpcPlan::Upstream(used)) => {
                used.upstream.as_ref().is_some_and(|upstream| {
                    self.upstreams.get(upstream.id()).is_some_and(|current| Arc::ptr_eq(current, upstream))
                })
            }
        }
    }
}

/// What the tokens of a business API are held against: the keys of its authorization API, as the same release holds it.
fn tokens_of<'r>(
    revisions: &[&'r Arc<ApiRevision>],
    frozen: &'r ApiRevision,
    issuers: &Issuers,
    known: &mut FxHashMap<&'r ApiId, Arc<TokenPlan>>,
) -> Option<Arc<TokenPlan>> {
    let authorization = frozen.definition.oauth.as_ref()?.authorization()?;
    let plan = known.entry(authorization).or_insert_with(|| {
        let found = revisions.iter().find(|other| other.api == *authorization);
        Arc::new(found.map_or(TokenPlan::Unrelated, |found| TokenPlan::new(found.definition.oauth.as_ref(), issuers)))
    });
    Some(Arc::clone(plan))
}

/// The method of the request to a backend; `None` is the caller's.
fn method_word(method: BackendMethod) -> Option<&'static str> {
    match method {
        BackendMethod::Same => None,
        BackendMethod::Fixed(method) => Some(method.as_str()),
    }
}

/// The upstreams that environments call, each once.
fn upstreams_of(environments: &[Option<Arc<EnvironmentPlan>>]) -> Box<[UpstreamId]> {
    let entries = environments.iter().flatten().flat_map(|environment| &environment.apis);
    let mut used: BTreeSet<&UpstreamId> = BTreeSet::new();
    for entry in entries {
        used.extend(entry.api.frozen.definition.backend.upstream());
        for plugins in entry.plugins.iter() {
            let routes = plugins.routes.iter().map(|routes| &routes.plugin);
            let breaker = plugins.breaker.iter().map(|breaker| &breaker.plugin);
            used.extend(routes.chain(breaker).flat_map(|plugin| plugin.data.upstreams()));
        }
    }
    used.into_iter().cloned().collect()
}

/// The usage plans whose limits, keys, or keys' secrets or states are not what they were.
fn touched_plans(before: &Snapshot, now: &Snapshot) -> BTreeSet<UsagePlanId> {
    let mut touched = BTreeSet::new();
    for (id, plan) in &now.usage_plans {
        let is_same = before.usage_plans.get(id).is_some_and(|old| Arc::ptr_eq(old, plan));
        let has_same_keys = match (before.keys_of_plan.get(id), now.keys_of_plan.get(id)) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            (None, None) => true,
            _ => false,
        };
        if !is_same || !has_same_keys {
            touched.insert(id.clone());
        }
    }
    for (id, credential) in &now.credentials {
        if !before.credentials.get(id).is_some_and(|old| Arc::ptr_eq(old, credential))
            && let Some(plans) = now.plans_of_key.get(id)
        {
            touched.extend(plans.iter().cloned());
        }
    }
    touched
}

/// A fixed answer, rendered: JSON where the body is JSON, else plain text, unless the definition says otherwise.
fn mock_plan(mock: &MockBackend) -> MockPlan {
    let body = mock.body.as_str();
    let mut head = Vec::new();
    // What is the gateway's to say is left out by `reply::write_whole`, which knows whether the API is open to other sites.
    for (name, value) in &mock.headers {
        reply::write_line(&mut head, name, value.as_bytes());
    }
    let has = |wanted: &str| mock.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
    if !has("content-type") {
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok();
        let content_type = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
        reply::write_line(&mut head, "Content-Type", content_type.as_bytes());
    }
    MockPlan { status: mock.status, head: head.into(), has_date: has("date"), body: body.as_bytes().into() }
}
