//! The use cases on a real store: what is answered is on the disk, and many at a time do not get in each other's way.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use control::*;
use model::*;
use store::Store;

struct Used;

impl UsageCounts for Used {
    fn used(&self, _: &UsagePlanId) -> u64 {
        7
    }
}

/// A clock that is set by hand.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

async fn open(folder: &Path, quotas: Quotas) -> Arc<Control> {
    let store = Store::open(folder, None).await.unwrap();
    let installation = Installation {
        app_id: 1_250_000_000,
        region: "gz".to_owned(),
        domain: "localhost".to_owned(),
        push_url: "http://push.localhost".to_owned(),
        domains: control::DomainPolicy::default(),
    };
    let clock = Arc::new(Hand(AtomicI64::new(1_700_000_000_000)));
    Control::with_clock(store, installation, quotas, Arc::new(Used), clock)
}

fn actor(role: Role) -> Actor {
    Actor {
        operator: OperatorId::mint([0; 8]),
        name: "ann".to_owned(),
        role,
        origin: "test 1".to_owned(),
        terms: Terms::default(),
    }
}

fn new_service(called: &str) -> NewService {
    NewService {
        name: Name::try_from(called).unwrap(),
        description: Text::default(),
        protocol: ServiceProtocol::Both,
        networks: BTreeSet::from([Network::Outer]),
        vpc: None,
        instance: None,
        tags: Vec::new(),
        annotations: BTreeMap::new(),
    }
}

fn definition(called: &str, path: &str) -> ApiDefinition {
    ApiDefinition {
        name: Name::try_from(called).unwrap(),
        description: Text::default(),
        kind: ApiKind::General,
        protocol: ApiProtocol::Http,
        path: FrontendPath::try_from(path).unwrap(),
        method: MethodMatch::Any,
        auth: Auth::KeyPair,
        oauth: None,
        cors: false,
        parameters: Vec::new(),
        backend: Backend::Mock(MockBackend { status: 200, headers: Vec::new(), body: Text::default() }),
        timeout: Timeout::try_from(15).unwrap(),
        mappings: Vec::new(),
        constants: Vec::new(),
        response: ResponseGuide::default(),
        tags: Vec::new(),
        annotations: BTreeMap::new(),
    }
}

fn env(raw: &str) -> EnvironmentName {
    EnvironmentName::try_from(raw).unwrap()
}

fn text(raw: &str) -> Text {
    Text::try_from(raw).unwrap()
}

fn gold() -> NewUsagePlan {
    NewUsagePlan {
        name: Name::try_from("gold").unwrap(),
        description: Text::default(),
        rate: Some(10),
        quota: Some(1000),
        tags: Vec::new(),
    }
}

fn left_to_the_gateway() -> NewCredential {
    NewCredential { name: Name::try_from("caller").unwrap(), tags: Vec::new(), pair: None }
}

/// A service with a released API, a key in a plan that rules it: everything that a signed call needs.
async fn everything(control: &Control, ann: &Actor) -> (ServiceId, ApiId, UsagePlanId, AccessKeyId) {
    let service = control.create_service(ann, new_service("shop")).await.unwrap().id.clone();
    let api = control.create_api(ann, &service, definition("hello", "/hello")).await.unwrap().id.clone();
    let plan = control.create_usage_plan(ann, gold()).await.unwrap().id.clone();
    let key = control.create_credential(ann, left_to_the_gateway()).await.unwrap().id.clone();
    control.bind_keys(ann, &plan, std::slice::from_ref(&key)).await.unwrap();
    let plans = std::slice::from_ref(&plan);
    control.bind_plans(ann, plans, &service, &env("release"), BindTarget::Service).await.unwrap();
    control.release(ann, &service, &env("release"), text("first")).await.unwrap();
    control.set_service_throttle(ann, &service, &[env("release")], 100).await.unwrap();
    control.set_api_throttle(ann, &service, &env("release"), std::slice::from_ref(&api), Some(50)).await.unwrap();
    (service, api, plan, key)
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let ann = actor(Role::Editor);
    let control = open(folder.path(), Quotas::default()).await;
    let (service, api, plan, key) = everything(&control, &ann).await;
    let secret = control.snapshot().credentials[&key].secret.clone();
    let before = control.snapshot();
    drop(control);

    let control = open(folder.path(), Quotas::default()).await;
    let after = control.snapshot();
    assert_eq!(after.revision, before.revision);
    let (old, tree) = (&before.services[&service], &after.services[&service]);
    assert_eq!((&tree.service, &tree.apis, &tree.revisions), (&old.service, &old.apis, &old.revisions));
    assert_eq!((&tree.releases, &tree.environments, &tree.events), (&old.releases, &old.environments, &old.events));
    assert_eq!((&tree.plan_bindings, &tree.throttles), (&old.plan_bindings, &old.throttles));
    assert_eq!(tree.running_revisions(&env("release"))[0].api, api);
    assert_eq!(after.credentials[&key].secret, secret);
    assert!(read::is_key_in_plan(&after, &key, &plan));
}

#[tokio::test]
async fn the_walk_from_the_first_call_to_the_last_deletion_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ann = actor(Role::Editor);
    let control = open(folder.path(), Quotas::default()).await;
    let (service, api, plan, key) = everything(&control, &ann).await;
    let first = control.snapshot().services[&service].running(&env("release")).unwrap().version.clone();

    control.modify_api(&ann, &service, &api, definition("hello", "/hello2")).await.unwrap();
    let second = control.release(&ann, &service, &env("release"), text("second")).await.unwrap();
    assert_eq!(second.members, [Member { api: api.clone(), revision: 2 }]);
    control.switch_version(&ann, &service, &env("release"), &first, text("back")).await.unwrap();
    control.demote_plan(&ann, &plan, &service, &env("release")).await.unwrap();
    control.modify_usage_plan(&ann, &plan, UsagePlanChange { rate: Some(None), ..Default::default() }).await.unwrap();
    control
        .modify_service(&ann, &service, ServiceChange { description: Some(text("a shop")), ..Default::default() })
        .await
        .unwrap();
    let old_secret = control.snapshot().credentials[&key].secret.clone();
    assert_ne!(control.rotate_credential(&ann, &key, None).await.unwrap().secret, old_secret);

    let refused = control.delete_service(&ann, &service).await.unwrap_err();
    assert_eq!(refused, Refusal::ServiceHasApis { count: 1 });
    let apis = BindTarget::Apis(vec![api.clone()]);
    control.unbind_plans(&ann, std::slice::from_ref(&plan), &service, &env("release"), apis).await.unwrap();
    control.delete_api(&ann, &service, &api).await.unwrap();
    control.unrelease(&ann, &service, &env("release")).await.unwrap();
    control.delete_service(&ann, &service).await.unwrap();
    control.set_credential_enabled(&ann, &key, false).await.unwrap();
    control.unbind_keys(&ann, &plan, std::slice::from_ref(&key)).await.unwrap();
    control.delete_credential(&ann, &key).await.unwrap();
    control.delete_usage_plan(&ann, &plan).await.unwrap();

    drop(control);
    let snapshot = open(folder.path(), Quotas::default()).await.snapshot();
    assert!(snapshot.services.is_empty() && snapshot.usage_plans.is_empty() && snapshot.credentials.is_empty());
    assert!(snapshot.keys_of_plan.is_empty() && snapshot.plans_of_key.is_empty());
}

#[tokio::test]
async fn the_audit_trail_tells_who_did_what_to_what() {
    let folder = tempfile::tempdir().unwrap();
    let ann = actor(Role::Admin);
    let control = open(folder.path(), Quotas::default()).await;
    let service = control.create_service(&ann, new_service("shop")).await.unwrap().id.clone();
    control.delete_service(&ann, &service).await.unwrap();
    control.delete_service(&ann, &service).await.unwrap_err();
    let told: Vec<_> = control.audit(10, None).await.unwrap().into_iter().map(|(_, entry)| entry).collect();
    let entry = |millis, action: &str| AuditEntry {
        time: Timestamp::from_millis(millis),
        actor: "ann".to_owned(),
        action: action.to_owned(),
        subject: service.to_string(),
        origin: "test 1".to_owned(),
    };
    let expected = [entry(1_700_000_000_001, "service.delete"), entry(1_700_000_000_000, "service.create")];
    assert_eq!(told, expected, "newest first; what was refused is not there");
}

#[tokio::test]
async fn a_viewer_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let control = open(folder.path(), Quotas::default()).await;
    let refused = control.create_service(&actor(Role::Viewer), new_service("shop")).await.unwrap_err();
    assert_eq!(refused, Refusal::Forbidden { needed: Role::Editor });
    assert_eq!(control.snapshot().revision, Revision(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_a_time_never_pass_a_limit_together() {
    let folder = tempfile::tempdir().unwrap();
    let control = open(folder.path(), Quotas { services: 5, ..Quotas::default() }).await;
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let control = Arc::clone(&control);
            tokio::spawn(async move {
                control.create_service(&actor(Role::Editor), new_service(&format!("s{number}"))).await
            })
        })
        .collect();
    let mut made = BTreeSet::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(service) => assert!(made.insert(service.id.clone()), "two services of one identifier"),
            Err(refused) => assert_eq!(refused, Refusal::TooManyServices { limit: 5 }),
        }
    }
    assert_eq!(control.snapshot().services.keys().cloned().collect::<BTreeSet<_>>(), made);
    assert_eq!(made.len(), 5);
}

#[tokio::test]
async fn two_who_share_a_store_compute_anew_instead_of_overwriting_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), None).await.unwrap();
    let installation = Installation {
        app_id: 1,
        region: "gz".to_owned(),
        domain: "localhost".to_owned(),
        push_url: "http://push.localhost".to_owned(),
        domains: control::DomainPolicy::default(),
    };
    let quotas = Quotas { services: 6, ..Quotas::default() };
    let one = Control::new(store.clone(), installation.clone(), quotas.clone(), Arc::new(Used));
    let two = Control::new(store, installation, quotas, Arc::new(Used));
    let ann = actor(Role::Editor);
    let mut refused = 0;
    for round in 0..5 {
        let called = format!("s{round}");
        let (a, b) = tokio::join!(
            one.create_service(&ann, new_service(&called)),
            two.create_service(&ann, new_service(&called))
        );
        for result in [a, b] {
            if let Err(refusal) = result {
                assert_eq!(refusal, Refusal::TooManyServices { limit: 6 });
                refused += 1;
            }
        }
    }
    assert_eq!((one.snapshot().services.len(), refused), (6, 4));
}

#[tokio::test]
async fn the_first_operator_is_made_once_and_its_password_is_kept_as_a_hash() {
    let folder = tempfile::tempdir().unwrap();
    let control = open(folder.path(), Quotas::default()).await;
    let (id, secret) = mint::pair().unwrap();
    let name = || Name::try_from("admin").unwrap();
    let short = control.first_operator(name(), "short", id.as_str(), secret.clone()).await.unwrap_err();
    assert!(matches!(&short, Refusal::Invalid(refused) if refused.field == "password"), "{short:?}");

    let made = control.first_operator(name(), "long enough", id.as_str(), secret.clone()).await.unwrap();
    assert!(verify_password("long enough", &made.password_hash));
    assert!(!verify_password("long enougi", &made.password_hash));
    let again = control.first_operator(name(), "long enough", "AKIDother", secret.clone()).await.unwrap_err();
    assert_eq!(again, control::OperatorRefusal::SomeExist.into());
    let (_, entry) = control.audit(1, None).await.unwrap().remove(0);
    assert_eq!((entry.actor.as_str(), entry.action.as_str()), ("installation", "operator.create"));

    drop(control);
    let snapshot = open(folder.path(), Quotas::default()).await.snapshot();
    let operator = snapshot.operators.values().next().unwrap();
    assert_eq!((operator.secret_id.as_str(), &operator.secret_key), (id.as_str(), &secret));
}

#[tokio::test]
async fn a_closed_store_refuses_and_says_nothing_of_its_inside() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), None).await.unwrap();
    let installation = Installation {
        app_id: 1,
        region: "gz".to_owned(),
        domain: "localhost".to_owned(),
        push_url: "http://push.localhost".to_owned(),
        domains: control::DomainPolicy::default(),
    };
    let control = Control::new(store.clone(), installation, Quotas::default(), Arc::new(Used));
    store.close().await;
    let refused = control.create_service(&actor(Role::Admin), new_service("shop")).await.unwrap_err();
    assert!(matches!(refused, Refusal::Store(_)), "{refused:?}");
    assert_eq!(refused.to_string(), "the change could not be stored; nothing was changed");
}

#[tokio::test]
async fn what_the_installation_plays_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let control = open(folder.path(), Quotas { services: 3, ..Quotas::default() }).await;
    let service = ServiceId::try_from("service-abc12345").unwrap();
    assert_eq!(control.default_host(&service), "service-abc12345-1250000000.gz.localhost");
    assert_eq!(control.quotas().services, 3);
    assert_eq!(control.used(&UsagePlanId::try_from("usagePlan-1").unwrap()), 7);
}
