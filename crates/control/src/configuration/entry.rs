//! The entries of a configuration: what there is of each noun.

use std::collections::BTreeMap;

use model::{
    AccessKeyId, AddressList, ApiDefinition, ApiDocumentId, ApiId, ApplicationId, Authority, Balancing, CertificateId,
    DomainCertificate, EnvironmentName, HealthCheck, IpStrategyId, IpStrategyKind, Members, Name, Network, PathMapping,
    PluginId, PluginKind, Retries, ServiceId, ServiceProtocol, Tag, Text, TlsVersion, UpstreamId, UpstreamProtocol,
    UsagePlanId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An upstream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UpstreamEntry {
    /// Without one, the upstream of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<UpstreamId>,
    /// Its name.
    #[serde(default)]
    pub name: Option<Name>,
    /// For people.
    #[serde(default)]
    pub description: Text,
    /// What its nodes speak.
    pub protocol: UpstreamProtocol,
    /// How a node is chosen for a call.
    pub balancing: Balancing,
    /// The private network that its nodes are in.
    #[serde(default)]
    pub vpc: Option<String>,
    /// How often a call is tried on another node at most.
    #[serde(default)]
    pub retries: Retries,
    /// The `Host` that its nodes are told.
    #[serde(default)]
    pub host: Option<Authority>,
    /// Its nodes, or where they come from.
    pub members: Members,
    /// How the health of its nodes is known.
    #[serde(default)]
    pub health: Option<HealthCheck>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// Facts that a dialect keeps here.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

/// A key pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct KeyEntry {
    /// Without one, the key of this name is meant; where there is none, a pair is made.
    #[serde(default)]
    pub id: Option<AccessKeyId>,
    /// Its name.
    pub name: Name,
    /// The secret half, where it is told; needed to make a key of a chosen `id`. A key that is there keeps its secret
    /// where none is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// A disabled key is refused.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// A usage plan with the keys in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PlanEntry {
    /// Without one, the plan of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<UsagePlanId>,
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default)]
    pub description: Text,
    /// Calls per second for each key; null is no bound.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Calls in all; null is no bound.
    #[serde(default)]
    pub quota: Option<u64>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// Identifiers or names of the keys in it.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// A service with its APIs and environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ServiceEntry {
    /// Without one, the service of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<ServiceId>,
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default)]
    pub description: Text,
    /// Which schemes its callers may use.
    #[serde(default = "both")]
    pub protocol: ServiceProtocol,
    /// The networks that it is reached from.
    #[serde(default = "outer")]
    pub networks: Vec<Network>,
    /// The private network that it belongs to.
    #[serde(default)]
    pub vpc: Option<String>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// Facts that a dialect keeps here.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// Its lists of addresses that decide who may call.
    #[serde(default)]
    pub ip_strategies: Vec<IpStrategyEntry>,
    /// The host names of the operator's own that lead to it.
    #[serde(default)]
    pub domains: Vec<DomainEntry>,
    /// Its APIs, as they are edited.
    #[serde(default)]
    pub apis: Vec<ApiEntry>,
    /// What its environments run and admit; one that is not named is left as it is.
    #[serde(default)]
    pub environments: Vec<EnvironmentEntry>,
}

/// An API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ApiEntry {
    /// Without one, the API of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<ApiId>,
    /// What it does. The authorization API of a business API may be named in place of identified.
    pub definition: ApiDefinition,
}

/// An environment of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct EnvironmentEntry {
    /// Which one.
    pub name: EnvironmentName,
    /// What it runs: `working` (the APIs as they stand here; they are released where it runs anything else), `offline`,
    /// or the name of a release that the service has had. Nothing: it is left as it is.
    #[serde(default)]
    pub runs: Option<String>,
    /// Calls per second that it admits; nothing: it is left as it is.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Calls per second of single APIs, by their identifiers or names.
    #[serde(default)]
    pub api_rates: BTreeMap<String, u32>,
    /// Identifiers or names of the usage plans that rule all of it.
    #[serde(default)]
    pub usage_plans: Vec<String>,
    /// The usage plans that rule single APIs, by the APIs' identifiers or names.
    #[serde(default)]
    pub api_usage_plans: BTreeMap<String, Vec<String>>,
    /// Identifiers or names of the plugins on single APIs, by the APIs' identifiers or names.
    #[serde(default)]
    pub api_plugins: BTreeMap<String, Vec<String>>,
    /// Identifiers or names of the applications that may call single APIs, likewise.
    #[serde(default)]
    pub api_applications: BTreeMap<String, Vec<String>>,
    /// The identifier or name of the IP strategy that decides for single APIs, likewise.
    #[serde(default)]
    pub api_ip_strategies: BTreeMap<String, String>,
}

/// A plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PluginEntry {
    /// Without one, the plugin of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<PluginId>,
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default)]
    pub description: Text,
    /// What it does; a plugin keeps its type.
    pub r#type: PluginKind,
    /// How it does it: the members depend on `type`.
    #[serde(default)]
    pub data: BTreeMap<String, Value>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ApplicationEntry {
    /// Without one, the application of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<ApplicationId>,
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default)]
    pub description: Text,
    /// The public half of its pair. Without one, an application that is there keeps its own, and a new one gets one.
    #[serde(default)]
    pub key: Option<AccessKeyId>,
    /// The secret half, where it is told; needed to make an application with a chosen `key`. An application that is
    /// there keeps its secret where none is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A list of addresses of a service that decides who may call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct IpStrategyEntry {
    /// Without one, the strategy of this name is meant; where the service has none, one is made.
    #[serde(default)]
    pub id: Option<IpStrategyId>,
    /// Its name.
    pub name: Name,
    /// What the list says.
    pub kind: IpStrategyKind,
    /// The list.
    pub addresses: AddressList,
}

/// A certificate that an operator brought. Those of files, of authorities and of the gateway itself are the installation's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CertificateEntry {
    /// Without one, the certificate of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<CertificateId>,
    /// Its name; a new one is called as its first host is, unless said otherwise.
    #[serde(default)]
    pub name: Option<Name>,
    /// The chain in PEM, leaf first.
    pub chain: String,
    /// The private key in PEM, where it is told; needed for a chain that is not there yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// A custom domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DomainEntry {
    /// The name: `*.` in front stands for one label; other scripts may be written as they are.
    pub name: String,
    /// Which schemes its callers may use.
    pub protocol: ServiceProtocol,
    /// The network that it is for.
    #[serde(default = "outer_network")]
    pub network: Network,
    /// What it proves its name with; needed where callers may use https.
    #[serde(default)]
    pub certificate: Option<DomainCertificate>,
    /// How its paths lead to environments, one to three; nothing: the first segment of a path names the environment.
    #[serde(default)]
    pub mappings: Option<Vec<PathMapping>>,
    /// A call over http is sent to https.
    #[serde(default)]
    pub force_https: bool,
    /// The oldest version of TLS that callers may use.
    #[serde(default)]
    pub min_tls: TlsVersion,
    /// The authorities, in PEM, one of which must have signed the certificate that callers have to show.
    #[serde(default)]
    pub client_authorities: Option<String>,
}

/// A page about APIs. What it tells is not carried: it is built where it is made, and where its entry says something new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ApiDocumentEntry {
    /// Without one, the document of this name is meant; where there is none, one is made.
    #[serde(default)]
    pub id: Option<ApiDocumentId>,
    /// Its name.
    pub name: Name,
    /// The identifier or name of the service.
    pub service: String,
    /// The environment that it is about.
    pub environment: EnvironmentName,
    /// Identifiers or names of the APIs, in their order.
    pub apis: Vec<String>,
    /// What readers must know, where it is told. A document that is there keeps its own where none is told, and a new one
    /// gets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

impl EnvironmentEntry {
    /// An entry that says nothing of this environment.
    pub(super) fn of(name: EnvironmentName) -> Self {
        Self {
            name,
            runs: None,
            rate: None,
            api_rates: BTreeMap::new(),
            usage_plans: Vec::new(),
            api_usage_plans: BTreeMap::new(),
            api_plugins: BTreeMap::new(),
            api_applications: BTreeMap::new(),
            api_ip_strategies: BTreeMap::new(),
        }
    }
}

fn yes() -> bool {
    true
}

fn both() -> ServiceProtocol {
    ServiceProtocol::Both
}

fn outer_network() -> Network {
    Network::Outer
}

fn outer() -> Vec<Network> {
    vec![Network::Outer]
}
