//! Records to write: one of every kind, and ways to say what a snapshot holds.

use std::sync::Arc;

use model::{
    AccessKeyId, AcmeAccount, AcmeFailure, AddressAccess, AddressList, Api, ApiDefinition, ApiDocument, ApiDocumentId,
    ApiId, ApiKind, ApiProtocol, ApiRevision, Application, ApplicationBinding, ApplicationId, Attachment, AuditEntry,
    Auth, Backend, BackendMethod, BackendPath, Balancing, BindingScope, Certificate, CertificateId, CertificateSource,
    Constant, Credential, CredentialOrigin, DocumentedApi, Domain, DomainCertificate, DomainMapping, DomainName,
    EnvironmentName, EnvironmentState, ErrorCode, FrontendPath, HttpBackend, Instance, IpBinding, IpStrategy,
    IpStrategyId, IpStrategyKind, KeyBinding, Kind, Location, Mapping, MappingPath, Member, Members, Method,
    MethodMatch, MockBackend, Name, Network, Operator, OperatorId, OperatorKey, Origin, Parameter, PathMapping,
    PlanBinding, Plugin, PluginData, PluginId, Record, Release, ReleaseEvent, ResponseGuide, Retries, Role, Secret,
    Service, ServiceId, ServiceProtocol, Snapshot, Tag, Text, Throttle, ThrottleScope, Timeout, Timestamp, TlsVersion,
    Upstream, UpstreamId, UpstreamProtocol, UsagePlan, UsagePlanId, VersionName, Write,
};
use store::Change;

pub(crate) const CREDENTIAL_SECRET: &str = "ThisIsTheSecretOfTheCredential0123456789";
pub(crate) const OPERATOR_SECRET: &str = "ThisIsTheSecretOfTheOperator000987654321";

/// A moment.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + second * 1000)
}

/// A change by the operator `admin`.
pub(crate) fn change(action: &str, writes: Vec<Write>) -> Change {
    let audit = AuditEntry {
        time: at(7),
        actor: "admin".into(),
        action: action.into(),
        subject: "service-one".into(),
        origin: "test 0123".into(),
    };
    Change { writes, audit }
}

pub(crate) fn puts(records: impl IntoIterator<Item = Record>) -> Vec<Write> {
    records.into_iter().map(Write::Put).collect()
}

pub(crate) fn service(id: &str) -> Service {
    Service {
        id: ServiceId::try_from(id).unwrap(),
        name: Name::try_from("orders").unwrap(),
        description: Text::try_from("Bestellungen – 订单").unwrap(),
        protocol: ServiceProtocol::Both,
        networks: [Network::Outer, Network::Inner].into(),
        vpc: Some("vpc-1".into()),
        instance: None,
        tags: vec![Tag { key: "team".into(), value: "blue".into() }],
        annotations: [("console".to_owned(), "yes".to_owned())].into(),
        created: at(0),
        modified: at(1),
    }
}

pub(crate) fn definition(name: &str, path: &str) -> ApiDefinition {
    ApiDefinition {
        name: Name::try_from(name).unwrap(),
        description: Text::default(),
        kind: ApiKind::General,
        protocol: ApiProtocol::Http,
        path: FrontendPath::try_from(path).unwrap(),
        method: MethodMatch::Only(Method::Get),
        auth: Auth::KeyPair,
        oauth: None,
        cors: true,
        parameters: vec![Parameter {
            name: "id".into(),
            location: Location::Path,
            type_name: "string".into(),
            default: None,
            required: true,
            description: "which".into(),
        }],
        backend: Backend::Http(HttpBackend {
            origin: Origin::try_from("https://backend.example:8443".to_owned()).unwrap(),
            path: BackendPath::try_from("/v1/{id}".to_owned()).unwrap(),
            method: BackendMethod::Fixed(Method::Post),
        }),
        timeout: Timeout::try_from(15).unwrap(),
        mappings: vec![Mapping {
            name: "id".into(),
            location: Location::Path,
            source_name: "id".into(),
            source_location: Location::Path,
            default: Some("0".into()),
            description: String::new(),
            source_type: "string".into(),
        }],
        constants: vec![Constant {
            name: "X-From".into(),
            location: Location::Header,
            value: "tollgate".into(),
            description: String::new(),
        }],
        response: ResponseGuide {
            body_type: Some("JSON".into()),
            success_example: Text::try_from("{\"a\":1}").unwrap(),
            failure_example: Text::default(),
            error_codes: vec![ErrorCode {
                code: 100,
                message: "no".into(),
                description: String::new(),
                converted: Some(-1),
                convert: true,
            }],
        },
        tags: Vec::new(),
        annotations: [("k".to_owned(), "v".to_owned())].into(),
    }
}

pub(crate) fn api(service: &str, id: &str) -> Api {
    Api {
        id: ApiId::try_from(id).unwrap(),
        service: ServiceId::try_from(service).unwrap(),
        definition: Arc::new(definition(id, "/orders/{id}")),
        revision: 3,
        created: at(2),
        modified: at(3),
    }
}

pub(crate) fn credential(id: &str) -> Credential {
    Credential {
        id: AccessKeyId::try_from(id).unwrap(),
        secret: Secret::try_from(CREDENTIAL_SECRET.to_owned()).unwrap(),
        name: Name::try_from("caller").unwrap(),
        origin: CredentialOrigin::Manual,
        enabled: false,
        tags: Vec::new(),
        created: at(0),
        modified: at(0),
    }
}

pub(crate) fn certificate(id: &str) -> Certificate {
    Certificate {
        id: CertificateId::try_from(id).unwrap(),
        name: Name::try_from("example").unwrap(),
        source: CertificateSource::Acme(DomainName::try_from("a.example.com").unwrap()),
        chain: "-----BEGIN CERTIFICATE-----\n".into(),
        key: Secret::kept(format!("pkcs8:{}", "A".repeat(3000))).unwrap(),
        names: vec!["*.example.com".into()],
        subject: "CN=example".into(),
        issuer: "CN=root".into(),
        fingerprint: "00".into(),
        not_before: at(0),
        not_after: at(100),
        created: at(3),
        modified: at(4),
    }
}

pub(crate) fn domain(service: &str, name: &str) -> Domain {
    Domain {
        name: DomainName::try_from(name).unwrap(),
        spelled: name.into(),
        service: ServiceId::try_from(service).unwrap(),
        protocol: ServiceProtocol::Both,
        network: Network::Outer,
        certificate: Some(DomainCertificate::Stored(CertificateId::try_from("one").unwrap())),
        mapping: DomainMapping::Paths(vec![PathMapping {
            path: MappingPath::try_from("/v1").unwrap(),
            environment: EnvironmentName::release(),
        }]),
        force_https: true,
        min_tls: TlsVersion::Tls13,
        client_ca: Some("-----BEGIN CERTIFICATE-----\n".into()),
        created: at(3),
        modified: at(4),
    }
}

pub(crate) fn usage_plan(id: &str) -> UsagePlan {
    UsagePlan {
        id: UsagePlanId::try_from(id).unwrap(),
        name: Name::try_from("gold").unwrap(),
        description: Text::default(),
        rate: Some(100),
        quota: None,
        tags: Vec::new(),
        created: at(0),
        modified: at(0),
    }
}

pub(crate) fn key_binding(plan: &str, key: &str) -> KeyBinding {
    KeyBinding { plan: UsagePlanId::try_from(plan).unwrap(), key: AccessKeyId::try_from(key).unwrap(), created: at(4) }
}

/// One record of every kind, and a second one where a kind has two shapes; parents first.
pub(crate) fn one_of_every_kind() -> Vec<Record> {
    let mut records = of_version_1();
    records.extend(since_version_1());
    records
}

/// The kinds that came after the kept data folder of version 1 was made.
fn since_version_1() -> Vec<Record> {
    vec![
        Record::Certificate(certificate("one")),
        Record::Domain(domain("service-one", "*.example.com")),
        Record::IpStrategy(IpStrategy {
            id: IpStrategyId::try_from("IPStrategy-one").unwrap(),
            service: ServiceId::try_from("service-one").unwrap(),
            name: Name::try_from("office").unwrap(),
            kind: IpStrategyKind::White,
            addresses: AddressList::try_from("10.0.0.0/8\n2001:db8::1").unwrap(),
            bindings: std::collections::BTreeSet::from([IpBinding {
                environment: EnvironmentName::release(),
                api: ApiId::try_from("api-one").unwrap(),
            }]),
            created: at(0),
            modified: at(1),
        }),
        Record::Plugin(Plugin {
            id: PluginId::try_from("plugin-one").unwrap(),
            name: Name::try_from("office").unwrap(),
            description: Text::try_from("who may call").unwrap(),
            data: PluginData::AddressAccess(AddressAccess {
                says: IpStrategyKind::Black,
                addresses: AddressList::try_from("10.0.0.0/8").unwrap(),
                notes: std::collections::BTreeMap::from([("10.0.0.0/8".to_owned(), "inside".to_owned())]),
            }),
            tags: Vec::new(),
            created: at(0),
            modified: at(1),
        }),
        Record::Attachment(Attachment {
            plugin: PluginId::try_from("plugin-one").unwrap(),
            service: ServiceId::try_from("service-one").unwrap(),
            environment: EnvironmentName::release(),
            api: ApiId::try_from("api-one").unwrap(),
            attached: at(2),
        }),
        Record::Application(Application {
            id: ApplicationId::try_from("app-one").unwrap(),
            key: AccessKeyId::try_from("APIDone").unwrap(),
            secret: Secret::try_from(CREDENTIAL_SECRET.to_owned()).unwrap(),
            name: Name::try_from("shop").unwrap(),
            description: Text::try_from("the shop's web pages").unwrap(),
            created: at(0),
            modified: at(1),
        }),
        Record::ApplicationBinding(ApplicationBinding {
            application: ApplicationId::try_from("app-one").unwrap(),
            service: ServiceId::try_from("service-one").unwrap(),
            environment: EnvironmentName::release(),
            api: ApiId::try_from("api-one").unwrap(),
            created: at(2),
        }),
        Record::Upstream(Upstream {
            id: UpstreamId::try_from("upstream-one").unwrap(),
            name: None,
            description: Text::default(),
            protocol: UpstreamProtocol::Http,
            balancing: Balancing::RoundRobin,
            vpc: None,
            retries: Retries::default(),
            host: None,
            members: Members::Nodes { nodes: Vec::new() },
            health: None,
            tags: Vec::new(),
            annotations: std::collections::BTreeMap::new(),
            created: at(0),
            modified: at(0),
        }),
        Record::OperatorKey(OperatorKey {
            id: AccessKeyId::try_from("AKIDmore").unwrap(),
            secret: Secret::try_from(OPERATOR_SECRET.to_owned()).unwrap(),
            operator: OperatorId::try_from("operator-one").unwrap(),
            description: Text::try_from("for scripts").unwrap(),
            created: at(1),
        }),
        Record::ApiDocument(ApiDocument {
            id: ApiDocumentId::try_from("apidoc-one").unwrap(),
            name: Name::try_from("shop").unwrap(),
            service: ServiceId::try_from("service-one").unwrap(),
            environment: EnvironmentName::release(),
            apis: vec![ApiId::try_from("api-one").unwrap()],
            password: Secret::try_from("abcdefghijkl".to_owned()).unwrap(),
            tags: Vec::new(),
            content: vec![DocumentedApi {
                api: ApiId::try_from("api-one").unwrap(),
                released: true,
                definition: definition("api-one", "/told"),
            }],
            builds: 2,
            created: at(0),
            modified: at(1),
        }),
        Record::Instance(Instance {
            name: Name::try_from("edge").unwrap(),
            description: Text::try_from("in the cellar").unwrap(),
            created: at(0),
            modified: at(7),
        }),
        Record::AcmeAccount(AcmeAccount {
            directory: "https://ca.example/directory".into(),
            key: Secret::kept("pkcs8:AAAA".into()).unwrap(),
            created: Timestamp::from_millis(1_700_000_000_000),
        }),
        Record::AcmeFailure(AcmeFailure {
            domain: DomainName::try_from("a.example.com").unwrap(),
            attempts: 3,
            reason: "the authority said no".into(),
            at: Timestamp::from_millis(1_700_000_000_000),
            next: Timestamp::from_millis(1_700_000_060_000),
        }),
    ]
}

/// What the kept data folder of version 1 holds.
pub(crate) fn of_version_1() -> Vec<Record> {
    let service_id = ServiceId::try_from("service-one").unwrap();
    let api_id = ApiId::try_from("api-one").unwrap();
    let plan = UsagePlanId::try_from("usagePlan-one").unwrap();
    let environment = EnvironmentName::release();
    let version = VersionName::try_from("20240102030405abcdef").unwrap();
    let frozen = ApiRevision {
        api: api_id.clone(),
        service: service_id.clone(),
        revision: 2,
        api_created: at(2),
        definition: Arc::new(ApiDefinition {
            backend: Backend::Mock(MockBackend {
                status: 418,
                headers: vec![("X-Tea".into(), "pot".into())],
                body: Text::try_from("short and stout").unwrap(),
            }),
            path: FrontendPath::try_from("/orders/v[0-9]/{id}").unwrap(),
            method: MethodMatch::Any,
            auth: Auth::None,
            ..definition("api-one", "/")
        }),
    };
    vec![
        Record::Service(service("service-one")),
        Record::Api(api("service-one", "api-one")),
        Record::ApiRevision(frozen),
        Record::Release(Release {
            version: version.clone(),
            service: service_id.clone(),
            description: Text::try_from("first").unwrap(),
            created: at(5),
            members: vec![Member { api: api_id.clone(), revision: 2 }],
        }),
        Record::Environment(EnvironmentState {
            service: service_id.clone(),
            environment: environment.clone(),
            running: Some(version.clone()),
            changed: at(5),
        }),
        Record::ReleaseEvent(ReleaseEvent {
            service: service_id.clone(),
            environment: environment.clone(),
            sequence: 1,
            version,
            description: Text::default(),
            time: at(5),
        }),
        Record::UsagePlan(usage_plan("usagePlan-one")),
        Record::Credential(credential("AKIDone")),
        Record::KeyBinding(key_binding("usagePlan-one", "AKIDone")),
        Record::PlanBinding(PlanBinding {
            plan: plan.clone(),
            service: service_id.clone(),
            environment: environment.clone(),
            scope: BindingScope::Service,
            created: at(6),
        }),
        Record::PlanBinding(PlanBinding {
            plan,
            service: service_id.clone(),
            environment: EnvironmentName::try_from("test").unwrap(),
            scope: BindingScope::Api(api_id.clone()),
            created: at(6),
        }),
        Record::Throttle(Throttle {
            service: service_id.clone(),
            environment: environment.clone(),
            scope: ThrottleScope::Service,
            rate: Some(5000),
        }),
        Record::Throttle(Throttle { service: service_id, environment, scope: ThrottleScope::Api(api_id), rate: None }),
        Record::Operator(Operator {
            id: OperatorId::try_from("operator-one").unwrap(),
            name: Name::try_from("admin").unwrap(),
            password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".into(),
            secret_id: "AKIDoperator".into(),
            secret_key: Secret::try_from(OPERATOR_SECRET.to_owned()).unwrap(),
            role: Role::Admin,
            enabled: true,
            created: at(0),
        }),
    ]
}

/// Everything that a snapshot holds, as records in the order of their keys.
pub(crate) fn records(snapshot: &Snapshot) -> Vec<Record> {
    let mut all: Vec<Record> = Vec::new();
    for tree in snapshot.services.values() {
        all.push(Record::Service((*tree.service).clone()));
        all.extend(tree.apis.values().map(|record| Record::Api((**record).clone())));
        all.extend(tree.revisions.values().map(|record| Record::ApiRevision((**record).clone())));
        all.extend(tree.releases.values().map(|record| Record::Release((**record).clone())));
        all.extend(tree.environments.values().map(|record| Record::Environment((**record).clone())));
        all.extend(tree.events.values().map(|record| Record::ReleaseEvent((**record).clone())));
        all.extend(tree.plan_bindings.values().map(|record| Record::PlanBinding((**record).clone())));
        all.extend(tree.domains.values().map(|record| Record::Domain((**record).clone())));
        all.extend(tree.ip_strategies.values().map(|record| Record::IpStrategy((**record).clone())));
        all.extend(tree.application_bindings.values().map(|record| Record::ApplicationBinding((**record).clone())));
        all.extend(tree.throttles.values().map(|record| Record::Throttle((**record).clone())));
        all.extend(tree.attachments.values().map(|record| Record::Attachment((**record).clone())));
    }
    all.extend(snapshot.plugins.values().map(|record| Record::Plugin((**record).clone())));
    all.extend(snapshot.usage_plans.values().map(|record| Record::UsagePlan((**record).clone())));
    all.extend(snapshot.credentials.values().map(|record| Record::Credential((**record).clone())));
    all.extend(snapshot.applications.values().map(|record| Record::Application((**record).clone())));
    all.extend(snapshot.certificates.values().map(|record| Record::Certificate((**record).clone())));
    all.extend(snapshot.acme_accounts.values().map(|record| Record::AcmeAccount((**record).clone())));
    all.extend(snapshot.acme_failures.values().map(|record| Record::AcmeFailure((**record).clone())));
    all.extend(snapshot.operators.values().map(|record| Record::Operator((**record).clone())));
    all.extend(snapshot.upstreams.values().map(|record| Record::Upstream((**record).clone())));
    all.extend(snapshot.api_documents.values().map(|record| Record::ApiDocument((**record).clone())));
    all.extend(snapshot.instance.iter().map(|record| Record::Instance((**record).clone())));
    all.extend(snapshot.operator_keys.values().map(|record| Record::OperatorKey((**record).clone())));
    all.extend(snapshot.keys_of_plan.values().flat_map(|keys| keys.values().cloned().map(Record::KeyBinding)));
    sorted(all)
}

/// The records in the order of their keys.
pub(crate) fn sorted(mut records: Vec<Record>) -> Vec<Record> {
    records.sort_by_key(Record::key);
    records
}

#[test]
fn the_samples_leave_no_kind_out() {
    let samples = one_of_every_kind();
    for kind in Kind::ALL {
        assert!(samples.iter().any(|record| record.kind() == kind), "no sample of {}", kind.as_str());
    }
}
