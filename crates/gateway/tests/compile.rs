//! A snapshot becomes a plan, and a change recompiles what it touches and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gateway::plan::Plan;
use gateway::plan::compile::Compiler;
use gateway::plugin::AnswerStore;
use gateway::refusal::Refusal;
use gateway::route::{Captures, Found};
use model::*;

/// A configuration that tests change step by step.
struct World {
    snapshot: Snapshot,
    compiler: Compiler,
}

fn name(raw: &str) -> Name {
    Name::try_from(raw).unwrap()
}

fn environment() -> EnvironmentName {
    EnvironmentName::release()
}

impl World {
    fn new() -> Self {
        let metrics = observe::Metrics::new(1, &Refusal::NAMES);
        let answers = Arc::new(AnswerStore::new(0, 0));
        Self {
            snapshot: Snapshot::default(),
            compiler: Compiler::new(metrics, net::tls::client_config(), 5000, Arc::default(), answers, Arc::default()),
        }
    }

    fn put(&mut self, record: Record) {
        self.snapshot.apply(Write::Put(record)).unwrap();
    }

    fn service(&mut self, id: &str) {
        self.put(Record::Service(Service {
            id: ServiceId::try_from(id).unwrap(),
            name: name("s"),
            description: Text::default(),
            protocol: ServiceProtocol::Http,
            networks: BTreeSet::from([Network::Outer]),
            vpc: None,
            instance: None,
            tags: vec![],
            annotations: BTreeMap::new(),
            created: Timestamp::default(),
            modified: Timestamp::default(),
        }));
    }

    /// Releases `service` with mock APIs `(id, revision, path)`.
    fn release(&mut self, service: &str, version: &str, apis: &[(&str, u32, &str)]) {
        let service = ServiceId::try_from(service).unwrap();
        let mut members = vec![];
        for (id, revision, path) in apis {
            let api = ApiId::try_from(*id).unwrap();
            members.push(Member { api: api.clone(), revision: *revision });
            let is_frozen = self.snapshot.services[&service].revisions.contains_key(&(api.clone(), *revision));
            if !is_frozen {
                let definition = mock_api(id, path);
                let frozen = ApiRevision {
                    api,
                    service: service.clone(),
                    revision: *revision,
                    api_created: Timestamp::default(),
                    definition: Arc::new(definition),
                };
                self.put(Record::ApiRevision(frozen));
            }
        }
        let version = VersionName::try_from(version).unwrap();
        let created = Timestamp::default();
        let description = Text::default();
        self.put(Record::Release(Release {
            version: version.clone(),
            service: service.clone(),
            description,
            created,
            members,
        }));
        let running = Some(version);
        self.put(Record::Environment(EnvironmentState {
            service,
            environment: environment(),
            running,
            changed: created,
        }));
    }

    fn key(&mut self, id: &str, enabled: bool) {
        self.put(Record::Credential(Credential {
            id: AccessKeyId::try_from(id).unwrap(),
            secret: Secret::try_from("secret".to_owned()).unwrap(),
            name: name("k"),
            origin: CredentialOrigin::Manual,
            enabled,
            tags: vec![],
            created: Timestamp::default(),
            modified: Timestamp::default(),
        }));
    }

    fn plan(&mut self, id: &str, rate: Option<u32>, quota: Option<u64>) {
        self.put(Record::UsagePlan(UsagePlan {
            id: UsagePlanId::try_from(id).unwrap(),
            name: name("p"),
            description: Text::default(),
            rate,
            quota,
            tags: vec![],
            created: Timestamp::default(),
            modified: Timestamp::default(),
        }));
    }

    fn bind(&mut self, plan: &str, key: &str, service: &str) {
        let plan = UsagePlanId::try_from(plan).unwrap();
        let created = Timestamp::default();
        self.put(Record::KeyBinding(KeyBinding {
            plan: plan.clone(),
            key: AccessKeyId::try_from(key).unwrap(),
            created,
        }));
        self.put(Record::PlanBinding(PlanBinding {
            plan,
            service: ServiceId::try_from(service).unwrap(),
            environment: environment(),
            scope: BindingScope::Service,
            created,
        }));
    }

    fn compile(&mut self) -> Arc<Plan> {
        self.compiler.compile(Arc::new(self.snapshot.clone()))
    }
}

fn mock_api(name_: &str, path: &str) -> ApiDefinition {
    ApiDefinition {
        name: name(name_),
        description: Text::default(),
        kind: ApiKind::General,
        protocol: ApiProtocol::Http,
        path: FrontendPath::try_from(path).unwrap(),
        method: MethodMatch::Any,
        auth: Auth::KeyPair,
        oauth: None,
        cors: false,
        parameters: vec![],
        backend: Backend::Mock(MockBackend { status: 200, headers: vec![], body: Text::try_from("{}").unwrap() }),
        timeout: Timeout::try_from(15).unwrap(),
        mappings: vec![],
        constants: vec![],
        response: ResponseGuide::default(),
        tags: vec![],
        annotations: BTreeMap::new(),
    }
}

fn world() -> World {
    let mut world = World::new();
    for service in ["service-aaaaaaaa", "service-bbbbbbbb"] {
        world.service(service);
        world.release(service, &format!("{service}-v1"), &[("api-1", 1, "/one"), ("api-2", 1, "/two")]);
    }
    world.key("key-1", true);
    world.plan("plan-1", Some(10), Some(100));
    world.bind("plan-1", "key-1", "service-aaaaaaaa");
    world
}

fn running<'p>(plan: &'p Plan, service: &str) -> &'p gateway::plan::EnvironmentPlan {
    plan.services[service].environments[2].as_deref().unwrap()
}

#[test]
fn a_release_answers_at_its_paths_and_other_environments_at_none() {
    let plan = world().compile();
    let service = &plan.services["service-aaaaaaaa"];
    assert!(service.environments[0].is_none() && service.environments[1].is_none());
    let found = running(&plan, "service-aaaaaaaa").router.find(Method::Get, "/two", &mut Captures::new());
    let Found::Api { value, .. } = found else { panic!("{found:?}") };
    assert_eq!(running(&plan, "service-aaaaaaaa").apis[*value].api.id(), "api-2");
}

#[test]
fn an_untouched_service_is_the_same_in_both_plans() {
    let mut world = world();
    let before = world.compile();
    world.release("service-aaaaaaaa", "v2", &[("api-1", 2, "/uno"), ("api-2", 1, "/two")]);
    let after = world.compile();
    assert!(Arc::ptr_eq(&before.services["service-bbbbbbbb"], &after.services["service-bbbbbbbb"]));
    let (old, new) = (running(&before, "service-aaaaaaaa"), running(&after, "service-aaaaaaaa"));
    assert!(!Arc::ptr_eq(&old.apis[0].api, &new.apis[0].api), "a new revision is compiled");
    assert!(Arc::ptr_eq(&old.apis[1].api, &new.apis[1].api), "the same revision is not compiled again");
}

#[test]
fn a_disabled_key_is_gone_from_the_grants_and_nothing_else_is_compiled() {
    let mut world = world();
    let before = world.compile();
    assert!(running(&before, "service-aaaaaaaa").apis[0].grants.of("key-1").is_some());
    world.key("key-1", false);
    let after = world.compile();
    let (old, new) = (running(&before, "service-aaaaaaaa"), running(&after, "service-aaaaaaaa"));
    assert!(new.apis[0].grants.is_empty());
    assert!(new.apis[0].grants.is_ruled, "the plan still rules, without a key");
    assert!(Arc::ptr_eq(&old.router, &new.router));
    assert!(Arc::ptr_eq(&before.services["service-bbbbbbbb"], &after.services["service-bbbbbbbb"]));
}

#[test]
fn counters_outlive_a_change_of_configuration() {
    let mut world = world();
    let before = world.compile();
    let grant = |plan: &Arc<Plan>| {
        let (quota, limit) =
            running(plan, "service-aaaaaaaa").apis[0].grants.of("key-1").unwrap().quota.clone().unwrap();
        (quota, limit)
    };
    let (quota, limit) = grant(&before);
    assert!(quota.take(limit));
    world.plan("plan-1", Some(20), Some(200));
    let after = world.compile();
    let (quota, limit) = grant(&after);
    assert_eq!((quota.used(), limit), (1, 200));
    assert_eq!(world.compiler.quotas()[&UsagePlanId::try_from("plan-1").unwrap()].used(), 1);
}

#[test]
fn what_is_used_of_a_quota_is_restored_before_the_first_plan() {
    let mut world = world();
    world.compiler.restore_quota(UsagePlanId::try_from("plan-1").unwrap(), 42);
    let plan = world.compile();
    let (quota, _) = running(&plan, "service-aaaaaaaa").apis[0].grants.of("key-1").unwrap().quota.clone().unwrap();
    assert_eq!(quota.used(), 42);
}

#[test]
fn an_environment_taken_offline_answers_nothing() {
    let mut world = world();
    world.compile();
    world.put(Record::Environment(EnvironmentState {
        service: ServiceId::try_from("service-aaaaaaaa").unwrap(),
        environment: environment(),
        running: None,
        changed: Timestamp::default(),
    }));
    assert!(world.compile().services["service-aaaaaaaa"].environments[2].is_none());
}

#[test]
fn a_change_at_a_thousand_apis_is_compiled_well_within_its_bound() {
    let mut world = World::new();
    world.service("service-aaaaaaaa");
    let ids: Vec<(String, String)> =
        (0..1000).map(|i| (format!("api-{i}"), format!("/api{i}/{{id}}/detail"))).collect();
    let mut apis: Vec<(&str, u32, &str)> = ids.iter().map(|(id, path)| (id.as_str(), 1, path.as_str())).collect();
    world.release("service-aaaaaaaa", "v1", &apis);
    let before = world.compile();
    apis[500].1 = 2;
    world.release("service-aaaaaaaa", "v2", &apis);
    let after = world.compile();
    let (old, new) = (running(&before, "service-aaaaaaaa"), running(&after, "service-aaaaaaaa"));
    let recompiled = old.apis.iter().zip(&new.apis).filter(|(old, new)| !Arc::ptr_eq(&old.api, &new.api)).count();
    assert_eq!(recompiled, 1, "only what changed is compiled");
}
