//! What this installation plays.

use model::{ApiId, NodeHealth, NodeHost, NodePort, ServiceId, UpstreamId, UsagePlanId};

/// The facts that host names are made of. All are settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The account number that stands in host names.
    pub app_id: u64,
    /// The region that stands in host names, in its short form.
    pub region: String,
    /// The domain under which services get their host names.
    pub domain: String,
    /// Where functions find the gateway to say something to WebSockets: `http://host[:port]`, without a closing slash.
    /// Empty where that is unknown.
    pub push_url: String,
    /// What is asked of custom domains.
    pub domains: DomainPolicy,
}

/// What is asked of custom domains. The default asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DomainPolicy {
    /// A domain must lead to where the service's own host name leads before it is bound.
    pub check_resolution: bool,
    /// Domains may get their certificates over ACME.
    pub acme: bool,
    /// Names, without a leading dot, under which no custom domain may be: services have their own names there.
    pub reserved: Vec<String>,
}

impl Installation {
    /// The host name that a service has from its first day: `{service id}-{app id}.{region}.{domain}`.
    pub fn default_host(&self, service: &ServiceId) -> String {
        format!("{service}-{}.{}.{}", self.app_id, self.region, self.domain)
    }

    /// Where the functions of `api` push to its WebSockets.
    pub fn push_address(&self, api: &ApiId) -> String {
        format!("{}/{api}", self.push_url)
    }
}

/// Tells how much of a plan's quota was used: given by whoever counts calls.
pub trait UsageCounts: Send + Sync {
    /// The calls that were counted against `plan` so far, over all its keys.
    fn used(&self, plan: &UsagePlanId) -> u64;
}

/// Tells how the nodes of upstreams are: given by whoever watches them.
pub trait NodeWatch: Send + Sync {
    /// The health of one node of an upstream; [`NodeHealth::Unknown`] where nothing is known of such a node.
    fn health(&self, upstream: &UpstreamId, host: &NodeHost, port: NodePort) -> NodeHealth;
}
