//! Why a use case did not happen.

mod api_document;
mod application;
mod ip_strategy;
mod oauth;
mod operator;
mod plugin;
mod uses;

use std::fmt::Display;

use model::{
    AccessKeyId, ApiId, BindingScope, CertificateId, DomainName, EnvironmentName, FrontendPath, Invalid, MethodMatch,
    Name, Network, Role, ServiceId, UpstreamId, UsagePlanId, VersionName,
};

pub use api_document::ApiDocumentRefusal;
pub use application::{ApplicationRefusal, ApplicationUse};
pub use ip_strategy::IpStrategyRefusal;
pub use oauth::OauthRefusal;
pub use operator::OperatorRefusal;
pub use plugin::PluginRefusal;
pub use uses::{PlanUse, UpstreamUse};

/// Why a use case did not happen. Nothing was changed.
///
/// A closed set in the product's own words: a dialect matches all of it and chooses the foreign code. `Display` is the
/// sentence for the person who asked; what must not be answered ([`Refusal::Store`]'s text) is for the log alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    // ---- of one noun alone
    /// A use case of operators did not happen.
    #[error(transparent)]
    Operator(#[from] OperatorRefusal),
    /// A use case of applications did not happen.
    #[error(transparent)]
    Application(#[from] ApplicationRefusal),
    /// An API could not get its part in OAuth 2.0, or lose it.
    #[error(transparent)]
    Oauth(#[from] OauthRefusal),
    /// A use case of IP strategies did not happen.
    #[error(transparent)]
    IpStrategy(#[from] IpStrategyRefusal),
    /// A use case of plugins did not happen.
    #[error(transparent)]
    Plugin(#[from] PluginRefusal),
    /// A use case of API documents did not happen.
    #[error(transparent)]
    ApiDocument(#[from] ApiDocumentRefusal),

    // ---- who asks
    /// The operator's role does not allow it.
    #[error("this needs the role {} or a higher one", role(*.needed))]
    Forbidden {
        /// The lowest role that may.
        needed: Role,
    },

    // ---- what is not there
    /// There is no such service.
    #[error("there is no service `{0}`")]
    ServiceNotFound(ServiceId),
    /// There is no such API in this service.
    #[error("there is no API `{api}` in service `{service}`")]
    ApiNotFound {
        /// The service that was searched.
        service: ServiceId,
        /// The API that is not in it.
        api: ApiId,
    },
    /// There is no such usage plan.
    #[error("there is no usage plan `{0}`")]
    UsagePlanNotFound(UsagePlanId),
    /// There is no such upstream.
    #[error("there is no upstream `{0}`")]
    UpstreamNotFound(UpstreamId),
    /// There is no such key.
    #[error("there is no key `{0}`")]
    CredentialNotFound(AccessKeyId),
    /// The service was never released under this version name.
    #[error("service `{service}` has no version `{version}`")]
    VersionNotFound {
        /// The service.
        service: ServiceId,
        /// The version that it does not have.
        version: VersionName,
    },
    /// A service has no such environment: there are `test`, `prepub` and `release`.
    #[error("there is no environment `{0}`; there are test, prepub and release")]
    EnvironmentNotFound(EnvironmentName),

    // ---- how much may be configured
    /// No further service fits.
    #[error("there are {limit} services already, and no more are allowed")]
    TooManyServices {
        /// The most that are allowed.
        limit: usize,
    },
    /// No further API fits in the service.
    #[error("service `{service}` has {limit} APIs already, and no more are allowed")]
    TooManyApis {
        /// The full service.
        service: ServiceId,
        /// The most that are allowed.
        limit: usize,
    },
    /// No further usage plan fits.
    #[error("there are {limit} usage plans already, and no more are allowed")]
    TooManyUsagePlans {
        /// The most that are allowed.
        limit: usize,
    },
    /// No further upstream fits.
    #[error("there are {limit} upstreams already, and no more are allowed")]
    TooManyUpstreams {
        /// The most that are allowed.
        limit: usize,
    },
    /// No further key fits.
    #[error("there are {limit} keys already, and no more are allowed")]
    TooManyKeys {
        /// The most that are allowed.
        limit: usize,
    },
    /// The keys do not fit in the plan.
    #[error("usage plan `{plan}` would have more than {limit} keys")]
    TooManyKeysInPlan {
        /// The plan.
        plan: UsagePlanId,
        /// The most that are allowed.
        limit: usize,
    },
    /// The key would be in too many plans.
    #[error("key `{key}` would be in more than {limit} usage plans")]
    TooManyPlansOfKey {
        /// The key.
        key: AccessKeyId,
        /// The most that are allowed.
        limit: usize,
    },
    /// A rate out of its range.
    #[error("a rate of {rate} calls per second is out of range; 1 to {max} are allowed")]
    RateOutOfRange {
        /// What was asked for.
        rate: u32,
        /// The most that is allowed; the least is 1.
        max: u32,
    },
    /// A quota out of its range.
    #[error("a quota of {quota} calls is out of range; 1 to {max} are allowed")]
    QuotaOutOfRange {
        /// What was asked for.
        quota: u64,
        /// The most that is allowed; the least is 1.
        max: u64,
    },

    // ---- services
    /// A service that has APIs cannot be deleted.
    #[error("the service still has {count} API(s); delete them first")]
    ServiceHasApis {
        /// How many it has.
        count: usize,
    },
    /// A service that runs in some environment cannot be deleted.
    #[error("the service is still released to {}; take it offline first", list(environments))]
    ServiceReleased {
        /// Where it runs; never empty.
        environments: Vec<EnvironmentName>,
    },
    /// A service that usage plans rule cannot be deleted.
    #[error("usage plan {} still rules something of the service; unbind first", list(plans))]
    ServiceHasPlans {
        /// The plans; never empty.
        plans: Vec<UsagePlanId>,
    },
    /// A service with tags cannot be deleted.
    #[error("the service still has {count} tag(s); remove them first")]
    ServiceHasTags {
        /// How many it has.
        count: usize,
    },
    /// A service cannot be cut off from a network that it is reached from.
    #[error("a service cannot leave a network that it is reached from: {} is missing", networks(missing))]
    NetworksMayOnlyGrow {
        /// The networks that the change would take away; never empty.
        missing: Vec<Network>,
    },
    /// The private network of a service is fixed once set.
    #[error("the service belongs to the private network `{vpc}`, which cannot be changed")]
    VpcFixed {
        /// The private network that it belongs to.
        vpc: String,
    },

    // ---- APIs
    /// Another API of the service has this name.
    #[error("API `{api}` of this service is called `{name}` already")]
    NameTaken {
        /// The name.
        name: Name,
        /// The API that has it.
        api: ApiId,
    },
    /// Another API of the service answers this path and method.
    #[error("API `{api}` of this service answers {} {path} already", method.as_str())]
    PathTaken {
        /// The path, as written.
        path: FrontendPath,
        /// The method.
        method: MethodMatch,
        /// The API that answers there.
        api: ApiId,
    },
    /// The protocol that callers of an API speak cannot be changed.
    #[error("the protocol of an API cannot be changed; create another API")]
    ProtocolFixed,
    /// A WebSocket begins with GET and nothing else (RFC 6455, 4.1).
    #[error("a WebSocket API answers GET alone, not {}", method.as_str())]
    WebSocketMethod {
        /// The method that the definition has.
        method: MethodMatch,
    },
    /// What answers does not speak what callers speak.
    #[error("{0}")]
    ProtocolMismatch(&'static str),
    /// The declared parameters contradict each other or the path.
    #[error("request parameters: {0}")]
    BadParameters(Invalid),
    /// The mappings contradict each other, the declared parameters or the backend path.
    #[error("backend parameters: {0}")]
    BadMappings(Invalid),
    /// The constants contradict each other or the mappings, or cannot stand where they should.
    #[error("constant parameters: {0}")]
    BadConstants(Invalid),
    /// The backend cannot be served with this definition.
    #[error("backend: {0}")]
    BadBackend(Invalid),
    /// An API that usage plans rule by itself cannot be deleted.
    #[error("API `{api}` is still bound to usage plan {}; unbind it first", list(plans))]
    ApiBoundToPlan {
        /// The API.
        api: ApiId,
        /// The plans, each with the environment; never empty.
        plans: Vec<PlanUse>,
    },

    // ---- releases
    /// A service without APIs cannot be released.
    #[error("service `{0}` has no API; there is nothing to release")]
    NothingToRelease(ServiceId),
    /// The environment runs nothing.
    #[error("service `{service}` is not released to `{environment}`")]
    NotReleased {
        /// The service.
        service: ServiceId,
        /// The environment that runs nothing.
        environment: EnvironmentName,
    },

    // ---- keys
    /// There is a key with this identifier already.
    #[error("there is a key `{0}` already")]
    KeyExists(AccessKeyId),
    /// The key is disabled, which forbids it: it can neither join a plan nor get a new secret.
    #[error("key `{0}` is disabled; enable it first")]
    KeyDisabled(AccessKeyId),
    /// The key is enabled, which forbids deleting it.
    #[error("key `{0}` is enabled; disable it first")]
    KeyEnabled(AccessKeyId),
    /// The key is in plans, which forbids deleting it.
    #[error("key `{key}` is in usage plan {}; unbind it first", list(plans))]
    KeyBound {
        /// The key.
        key: AccessKeyId,
        /// Its plans; never empty.
        plans: Vec<UsagePlanId>,
    },
    /// The key is in the asked state already.
    #[error("key `{key}` is {} already", if *.enabled { "enabled" } else { "disabled" })]
    KeyUnchangeable {
        /// The key.
        key: AccessKeyId,
        /// Its state, which is also the one that was asked for.
        enabled: bool,
    },
    /// A new secret for a key that its operator chose must be chosen by the operator too.
    #[error("key `{0}` was chosen by an operator; its new secret must be given")]
    KeySecretRequired(AccessKeyId),

    // ---- usage plans and bindings
    /// A plan that has keys or rules something cannot be deleted.
    #[error("usage plan `{plan}` has {keys} key(s) and rules {bindings} place(s); unbind them first")]
    PlanInUse {
        /// The plan.
        plan: UsagePlanId,
        /// How many keys are in it.
        keys: usize,
        /// How many environments and APIs it rules.
        bindings: usize,
    },
    /// The key is in the plan already.
    #[error("key `{key}` is in usage plan `{plan}` already")]
    KeyAlreadyInPlan {
        /// The key.
        key: AccessKeyId,
        /// The plan.
        plan: UsagePlanId,
    },
    /// The key is not in the plan.
    #[error("key `{key}` is not in usage plan `{plan}`")]
    KeyNotInPlan {
        /// The key.
        key: AccessKeyId,
        /// The plan.
        plan: UsagePlanId,
    },
    /// The key is in another plan that rules an environment which this plan rules too: its calls there could be
    /// counted against either.
    #[error("key `{key}` is in usage plan `{other}`, which rules `{environment}` of service `{service}` too")]
    KeyClash {
        /// The key.
        key: AccessKeyId,
        /// The plan that it should join.
        plan: UsagePlanId,
        /// The plan that it is in.
        other: UsagePlanId,
        /// The service that both rule something of.
        service: ServiceId,
        /// The environment that both rule something of.
        environment: EnvironmentName,
    },
    /// Two plans that have a key in common cannot rule one environment.
    #[error("usage plans `{plan}` and `{other}` both have key `{key}`; they cannot both rule one environment")]
    PlanClash {
        /// The plan that should be bound.
        plan: UsagePlanId,
        /// The plan that is bound there, or should be bound with it.
        other: UsagePlanId,
        /// A key that is in both.
        key: AccessKeyId,
    },
    /// Plans rule an environment as a whole or API by API, not both.
    #[error("usage plan `{}` rules {} there; unbind or demote it first", .other, match .bound {
        BindingScope::Service => "the whole environment".to_owned(),
        BindingScope::Api(api) => format!("API `{api}` by itself"),
    })]
    ScopeClash {
        /// A plan that is bound the other way.
        other: UsagePlanId,
        /// How it is bound.
        bound: BindingScope,
    },
    /// The plan does not rule what it should be taken from.
    #[error("usage plan `{plan}` does not rule {} in `{environment}`", match .scope {
        BindingScope::Service => "the whole service".to_owned(),
        BindingScope::Api(api) => format!("API `{api}`"),
    })]
    NotBound {
        /// The plan.
        plan: UsagePlanId,
        /// The environment.
        environment: EnvironmentName,
        /// What it does not rule there.
        scope: BindingScope,
    },
    /// The running release holds no API that the plan could be bound to.
    #[error("service `{service}` has no API in `{environment}` that the plan could be bound to")]
    NothingToDemote {
        /// The service.
        service: ServiceId,
        /// The environment.
        environment: EnvironmentName,
    },

    // ---- upstreams
    /// The nodes are too many, or one stands twice.
    #[error("{}: {}", .0.field, .0.reason)]
    BadNodes(Invalid),
    /// The members of a health check are out of range or contradict each other.
    #[error("{}: {}", .0.field, .0.reason)]
    BadHealthCheck(Invalid),
    /// An upstream that APIs use cannot be deleted.
    #[error("upstream `{upstream}` is used by {}; give them another backend, and release that, first", list(uses))]
    UpstreamInUse {
        /// The upstream.
        upstream: UpstreamId,
        /// The APIs that name it, as they are edited or as an environment runs them; never empty.
        uses: Vec<UpstreamUse>,
    },
    /// A version that names an upstream which is gone cannot run.
    #[error("version `{version}` has API `{api}` on upstream `{upstream}`, which is no more")]
    UpstreamGone {
        /// The version.
        version: VersionName,
        /// The API.
        api: ApiId,
        /// The upstream.
        upstream: UpstreamId,
    },

    // ---- certificates
    /// There is no such certificate.
    #[error("there is no certificate `{0}`")]
    CertificateNotFound(CertificateId),
    /// There is a certificate with this identifier already.
    #[error("there is a certificate `{0}` already")]
    CertificateExists(CertificateId),
    /// The chain or the key cannot be used.
    #[error("the certificate cannot be used: {0}")]
    CertificateUnfit(#[from] sign::certificate::Unfit),
    /// The certificate does not hold yet, or any more.
    #[error("certificate `{0}` does not hold now")]
    CertificateExpired(CertificateId),
    /// The certificate is for other names.
    #[error("certificate `{certificate}` is not for `{domain}`")]
    CertificateOfOthers {
        /// The certificate.
        certificate: CertificateId,
        /// The domain that it is not for.
        domain: DomainName,
    },
    /// The certificate comes from a file, from an authority or from the gateway itself: it is changed there.
    #[error("certificate `{0}` was not uploaded; it is changed where it comes from")]
    CertificateKept(CertificateId),
    /// A chain without its private key.
    #[error("certificate `{}` is not there with this chain: its private key is needed", .0.escape_debug())]
    CertificateKeyRequired(String),
    /// Domains prove their names with the certificate.
    #[error("certificate `{certificate}` is used by {}; change them first", list(domains))]
    CertificateInUse {
        /// The certificate.
        certificate: CertificateId,
        /// The domains that use it; never empty.
        domains: Vec<DomainName>,
    },

    // ---- domains
    /// No further domain fits in the service.
    #[error("service `{service}` has {limit} custom domains already, and no more are allowed")]
    TooManyDomains {
        /// The full service.
        service: ServiceId,
        /// The most that are allowed.
        limit: usize,
    },
    /// The domain is bound to this service already.
    #[error("domain `{0}` is bound to this service already")]
    DomainBound(DomainName),
    /// The domain is bound to another service.
    #[error("domain `{0}` is bound to another service")]
    DomainBoundElsewhere(DomainName),
    /// The domain is not bound to this service.
    #[error("domain `{domain}` is not bound to service `{service}`")]
    DomainNotBound {
        /// The service.
        service: ServiceId,
        /// The domain.
        domain: DomainName,
    },
    /// Services have their own names there.
    #[error("domain `{0}` is among the names that services have by themselves")]
    DomainReserved(DomainName),
    /// The domain does not lead here.
    #[error("domain `{domain}` does not lead to `{host}`; make it a CNAME of that first")]
    DomainUnresolved {
        /// The domain.
        domain: DomainName,
        /// Where it should lead.
        host: String,
    },
    /// A domain over https needs a certificate.
    #[error("domain `{0}` is to answer https and has no certificate")]
    CertificateRequired(DomainName),
    /// The domain cannot get its certificate over ACME.
    #[error("domain `{domain}` cannot get a certificate over ACME: {}", if *.is_on {
        "a wildcard would have to be proved in DNS"
    } else {
        "the settings name no directory"
    })]
    AcmeUnfit {
        /// The domain.
        domain: DomainName,
        /// The settings name a directory.
        is_on: bool,
    },
    /// The domain does not ask for a certificate over ACME, or not any more.
    #[error("domain `{0}` does not get its certificate over ACME")]
    AcmeUnasked(DomainName),
    /// Calls cannot be sent to https on a domain that does not answer it.
    #[error("domain `{0}` answers http alone; calls cannot be sent to https")]
    HttpsNotAllowed(DomainName),
    /// A domain with mappings of its own needs at least one.
    #[error("no mapping is given; at least one is needed")]
    MappingsMissing,
    /// Too many mappings.
    #[error("a domain has at most {limit} mappings")]
    TooManyMappings {
        /// The most that are allowed.
        limit: usize,
    },
    /// A path or an environment stands in two mappings.
    #[error("`{0}` stands in two mappings; each path and each environment may stand in one")]
    MappingRepeated(String),
    /// The domain has no mapping to the environment.
    #[error("domain `{domain}` has no mapping to `{environment}`")]
    MappingNotFound {
        /// The domain.
        domain: DomainName,
        /// The environment.
        environment: EnvironmentName,
    },
    /// The last mapping of a domain cannot be deleted.
    #[error("domain `{0}` has no other mapping; the last one cannot be deleted")]
    LastMapping(DomainName),

    // ---- a whole configuration
    /// A part of a configuration that is brought in was refused.
    #[error("{place}: {refusal}")]
    InConfiguration {
        /// Where in the document: a JSON pointer.
        place: String,
        /// Why.
        refusal: Box<Refusal>,
    },
    /// A document names something that is neither in it nor there.
    #[error("there is no {noun} of the identifier or name `{name}`")]
    NobodyOfThatName {
        /// What is meant.
        noun: &'static str,
        /// How it was called.
        name: String,
    },

    /// A document names the same thing twice.
    #[error("an entry before this one is of the same {noun}: names that are taken twice need identifiers")]
    NamedTwice {
        /// What is meant.
        noun: &'static str,
    },

    // ---- all of them
    /// The noun is not what it was any more when the change was asked for.
    #[error("it was changed by somebody else since it was read; read it again")]
    Changed,
    /// A value that no use case could take.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Others changed the configuration at the same time, again and again; asking again may help.
    #[error("the configuration is being changed by others; try again")]
    Busy,
    /// The store, or the system under it, failed. The text is for the log, not for the caller.
    #[error("the change could not be stored; nothing was changed")]
    Store(String),
}

/// The role's name.
fn role(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Editor => "editor",
        Role::Admin => "admin",
    }
}

/// The networks' names.
fn networks(networks: &[Network]) -> String {
    let names = networks.iter().map(|network| match network {
        Network::Outer => "outer",
        Network::Inner => "inner",
    });
    list(&names.collect::<Vec<_>>())
}

/// `a, b, c`.
fn list(items: &[impl Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
