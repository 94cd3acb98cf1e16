//! How much may be configured, and what.

/// The bounds of the configuration. Each is a setting; the defaults are those that the documentation of the
/// compatible service states (spec: quotas and refusal rules).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotas {
    /// Services in all: 50.
    pub services: usize,
    /// APIs in one service: 200.
    pub apis_per_service: usize,
    /// Custom domains of one service: 5.
    pub domains_per_service: usize,
    /// IP strategies of one service: 50. The documentation of the compatible service states none.
    pub ip_strategies_per_service: usize,
    /// Plugins in all: 1000. The documentation of the compatible service states none.
    pub plugins: usize,
    /// API documents in all: 200.
    pub api_documents: usize,
    /// Services whose APIs one plugin is on: 50.
    pub services_per_plugin: usize,
    /// Applications in all: 1000.
    pub applications: usize,
    /// Applications that may call one API in one environment: 1000.
    pub applications_per_api: usize,
    /// Usage plans in all: 200.
    pub usage_plans: usize,
    /// Upstreams in all: 1000.
    pub upstreams: usize,
    /// Key pairs in all: 400.
    pub keys: usize,
    /// Keys in one usage plan: 50.
    pub keys_per_plan: usize,
    /// Usage plans that one key may be in: 10.
    pub plans_per_key: usize,
    /// Operators in all: 100.
    pub operators: usize,
    /// Access keys of one operator, beside the one that it was made with: 10.
    pub keys_per_operator: usize,
    /// Calls per second of an environment that has no throttle of its own: 5000.
    pub service_rate_default: u32,
    /// Highest throttle of an environment or of an API in it, in calls per second: 5000.
    pub service_rate_max: u32,
    /// Highest rate of a usage plan, in calls per second for each key: 2000.
    pub plan_rate_max: u32,
    /// Highest quota of a usage plan, in calls: 99,999,999.
    pub plan_quota_max: u64,
    /// The issuers whose tokens may be taken: none.
    pub issuers: Vec<String>,
    /// The one that plays the pools of users.
    pub pool_issuer: Option<String>,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            services: 50,
            apis_per_service: 200,
            domains_per_service: 5,
            ip_strategies_per_service: 50,
            plugins: 1000,
            api_documents: 200,
            services_per_plugin: 50,
            applications: 1000,
            applications_per_api: 1000,
            usage_plans: 200,
            upstreams: 1000,
            keys: 400,
            keys_per_plan: 50,
            plans_per_key: 10,
            operators: 100,
            keys_per_operator: 10,
            service_rate_default: 5000,
            service_rate_max: 5000,
            plan_rate_max: 2000,
            plan_quota_max: 99_999_999,
            issuers: Vec::new(),
            pool_issuer: None,
        }
    }
}
