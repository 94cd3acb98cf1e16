//! A configuration in memory for the tests of rules: no store, no clock, no randomness.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::*;

use crate::rule::{Facts, Outcome};
use crate::{Quotas, Refusal};

/// A configuration that rules are tried on.
pub(crate) struct World {
    pub(crate) snapshot: Snapshot,
    pub(crate) quotas: Quotas,
    pub(crate) now: Timestamp,
}

impl World {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            snapshot: Snapshot::default(),
            quotas: Quotas::default(),
            now: Timestamp::from_millis(1_700_000_000_000),
        }
    }

    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts { snapshot: &self.snapshot, quotas: &self.quotas, now: self.now }
    }

    /// What a rule decides, carried out; a second passes.
    pub(crate) fn make<T>(
        &mut self,
        rule: impl FnOnce(&Facts<'_>) -> Result<Outcome<T>, Refusal>,
    ) -> Result<T, Refusal> {
        let Outcome { writes, answer, .. } = rule(&self.facts())?;
        for write in writes {
            self.snapshot.apply(write).unwrap();
        }
        self.now = Timestamp::from_millis(self.now.millis() + 1000);
        Ok(answer)
    }

    pub(crate) fn put(&mut self, record: Record) -> &mut Self {
        self.snapshot.apply(Write::Put(record)).unwrap();
        self
    }

    pub(crate) fn tree(&self, service: &str) -> &Arc<ServiceTree> {
        &self.snapshot.services[service]
    }

    /// A public service without anything.
    pub(crate) fn service(&mut self, id: &str) -> &mut Self {
        let service = service(id, self.now);
        self.put(Record::Service(service))
    }

    /// An API with a fixed answer at `/{id}`.
    pub(crate) fn api(&mut self, of: &str, id: &str) -> &mut Self {
        let definition = mock(id, &format!("/{id}"));
        let (created, modified) = (self.now, self.now);
        self.put(Record::Api(Api {
            id: self::api(id),
            service: self::id(of),
            definition: Arc::new(definition),
            revision: 1,
            created,
            modified,
        }))
    }

    /// Releases the service as it is; the version is called `version`.
    pub(crate) fn released(&mut self, service: &str, environment: &str, version: &str) -> &mut Self {
        let version = VersionName::try_from(version).unwrap();
        let text = Text::default();
        self.make(|facts| crate::release::release(facts, &self::id(service), &env(environment), version, &text))
            .unwrap();
        self
    }

    /// A usage plan without bounds.
    pub(crate) fn plan(&mut self, id: &str) -> &mut Self {
        let plan = UsagePlan {
            id: self::plan(id),
            name: name(id),
            description: Text::default(),
            rate: None,
            quota: None,
            tags: Vec::new(),
            created: self.now,
            modified: self.now,
        };
        self.put(Record::UsagePlan(plan))
    }

    /// An enabled key that an operator chose.
    pub(crate) fn key(&mut self, id: &str) -> &mut Self {
        let credential = credential(id, CredentialOrigin::Manual, true, self.now);
        self.put(Record::Credential(credential))
    }

    pub(crate) fn key_in_plan(&mut self, key: &str, plan: &str) -> &mut Self {
        let created = self.now;
        self.put(Record::KeyBinding(KeyBinding { plan: self::plan(plan), key: self::key(key), created }))
    }

    /// The plan rules the environment, or with an API just that.
    pub(crate) fn ruled(&mut self, plan: &str, service: &str, environment: &str, api: Option<&str>) -> &mut Self {
        let binding = PlanBinding {
            plan: self::plan(plan),
            service: self::id(service),
            environment: env(environment),
            scope: api.map_or(BindingScope::Service, |api| BindingScope::Api(self::api(api))),
            created: self.now,
        };
        self.put(Record::PlanBinding(binding))
    }

    pub(crate) fn throttled(&mut self, service: &str, environment: &str, api: Option<&str>, rate: u32) -> &mut Self {
        self.put(Record::Throttle(Throttle {
            service: self::id(service),
            environment: env(environment),
            scope: api.map_or(ThrottleScope::Service, |api| ThrottleScope::Api(self::api(api))),
            rate: Some(rate),
        }))
    }

    /// A certificate for these names that holds from 1970 to 2050; nothing of it could be shown to a caller.
    pub(crate) fn certificate(&mut self, id: &str, names: &[&str]) -> &mut Self {
        self.put(Record::Certificate(Certificate {
            id: certificate_id(id),
            name: name(id),
            source: CertificateSource::Uploaded,
            chain: String::new(),
            key: secret("pkcs8:AA=="),
            names: names.iter().map(ToString::to_string).collect(),
            subject: String::new(),
            issuer: String::new(),
            fingerprint: String::new(),
            not_before: Timestamp::from_millis(0),
            not_after: Timestamp::from_millis(2_524_608_000_000),
            created: self.now,
            modified: self.now,
        }))
    }

    /// A custom domain: over http alone, or over both with this certificate.
    pub(crate) fn domain(&mut self, service: &str, name: &str, certificate: Option<&str>) -> &mut Self {
        let protocol = if certificate.is_some() { ServiceProtocol::Both } else { ServiceProtocol::Http };
        self.put(Record::Domain(Domain {
            name: domain_name(name),
            spelled: name.to_owned(),
            service: id(service),
            protocol,
            network: Network::Outer,
            certificate: certificate.map(|id| DomainCertificate::Stored(certificate_id(id))),
            mapping: DomainMapping::Default,
            force_https: false,
            min_tls: TlsVersion::Tls12,
            client_ca: None,
            created: self.now,
            modified: self.now,
        }))
    }

    /// What rules what: `plan service/environment` or `plan service/environment/api`.
    pub(crate) fn bindings(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .snapshot
            .services
            .values()
            .flat_map(|tree| tree.plan_bindings.values())
            .map(|binding| match &binding.scope {
                BindingScope::Service => format!("{} {}/{}", binding.plan, binding.service, binding.environment),
                BindingScope::Api(api) => format!("{} {}/{}/{api}", binding.plan, binding.service, binding.environment),
            })
            .collect();
        all.sort();
        all
    }
}

pub(crate) fn service(id: &str, now: Timestamp) -> Service {
    Service {
        id: self::id(id),
        name: name(id),
        description: Text::default(),
        protocol: ServiceProtocol::Both,
        networks: BTreeSet::from([Network::Outer]),
        vpc: None,
        instance: None,
        tags: Vec::new(),
        annotations: BTreeMap::new(),
        created: now,
        modified: now,
    }
}

pub(crate) fn credential(id: &str, origin: CredentialOrigin, enabled: bool, now: Timestamp) -> Credential {
    Credential {
        id: key(id),
        secret: secret("first-secret"),
        name: name(id),
        origin,
        enabled,
        tags: Vec::new(),
        created: now,
        modified: now,
    }
}

/// An open API with a fixed answer: to GET, at `path`.
pub(crate) fn mock(called: &str, path: &str) -> ApiDefinition {
    ApiDefinition {
        name: name(called),
        description: Text::default(),
        kind: ApiKind::General,
        protocol: ApiProtocol::Http,
        path: FrontendPath::try_from(path).unwrap(),
        method: MethodMatch::Only(Method::Get),
        auth: Auth::None,
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

/// An upstream of these nodes, each with weight 1, without checks.
pub(crate) fn nodes(nodes: &[(&str, u32)]) -> crate::NewUpstream {
    let node = |(host, port): &(&str, u32)| Node {
        host: NodeHost::try_from(*host).unwrap(),
        port: NodePort::try_from(*port).unwrap(),
        weight: Weight::try_from(1).unwrap(),
        instance: None,
        labels: Vec::new(),
    };
    crate::NewUpstream {
        name: None,
        description: Text::default(),
        protocol: UpstreamProtocol::Http,
        balancing: Balancing::RoundRobin,
        vpc: None,
        retries: Retries::default(),
        host: None,
        members: Members::Nodes { nodes: nodes.iter().map(node).collect() },
        health: None,
        tags: Vec::new(),
        annotations: BTreeMap::new(),
    }
}

pub(crate) fn id(raw: &str) -> ServiceId {
    ServiceId::try_from(raw).unwrap()
}

pub(crate) fn api(raw: &str) -> ApiId {
    ApiId::try_from(raw).unwrap()
}

pub(crate) fn plan(raw: &str) -> UsagePlanId {
    UsagePlanId::try_from(raw).unwrap()
}

pub(crate) fn key(raw: &str) -> AccessKeyId {
    AccessKeyId::try_from(raw).unwrap()
}

pub(crate) fn certificate_id(raw: &str) -> CertificateId {
    CertificateId::try_from(raw).unwrap()
}

pub(crate) fn domain_name(raw: &str) -> DomainName {
    DomainName::try_from(raw).unwrap()
}

pub(crate) fn env(raw: &str) -> EnvironmentName {
    EnvironmentName::try_from(raw).unwrap()
}

pub(crate) fn version(raw: &str) -> VersionName {
    VersionName::try_from(raw).unwrap()
}

pub(crate) fn name(raw: &str) -> Name {
    Name::try_from(raw).unwrap()
}

pub(crate) fn text(raw: &str) -> Text {
    Text::try_from(raw).unwrap()
}

pub(crate) fn secret(raw: &str) -> Secret {
    Secret::try_from(raw.to_owned()).unwrap()
}

pub(crate) fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: value.to_owned() }
}

/// The field that a refusal of a value names.
pub(crate) fn field<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
    match result {
        Err(
            Refusal::Invalid(refused)
            | Refusal::BadParameters(refused)
            | Refusal::BadMappings(refused)
            | Refusal::BadConstants(refused)
            | Refusal::BadBackend(refused),
        ) => refused.field,
        other => panic!("no refused value: {other:?}"),
    }
}
