//! What this installation is: for the console's about page, and for whoever shows limits before they are met.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::exchange::{Answer, Look, Outcome};
use crate::moment::Moment;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(about))
}

/// What this installation is.
#[derive(Serialize, ToSchema)]
struct About {
    /// `tollgate`.
    name: &'static str,
    /// The version of the binary.
    version: &'static str,
    /// The licence that it is under, as SPDX has it.
    licence: &'static str,
    /// Counts the acknowledged changes of the configuration.
    revision: u64,
    /// The processes that serve it.
    nodes: Vec<NodeInfo>,
    /// The account number in host names.
    app_id: u64,
    /// The region in host names.
    region: String,
    /// A service's own host name is `{service}-{app_id}.{region}.{domain}`.
    domain: String,
    /// How much may be configured.
    limits: Limits,
    /// How long sessions last.
    sessions: SessionTimes,
}

/// A process.
#[derive(Serialize, ToSchema)]
struct NodeInfo {
    version: &'static str,
    /// What it was built for.
    target: String,
    /// When it was started.
    started: Moment,
    /// How many seconds ago.
    uptime_seconds: i64,
    /// Where calls come in over HTTP.
    http: Vec<String>,
    /// Where calls come in over HTTPS.
    https: Vec<String>,
    /// Where it is managed.
    admin: String,
}

/// The quotas of the configuration.
#[derive(Serialize, ToSchema)]
struct Limits {
    services: usize,
    apis_per_service: usize,
    usage_plans: usize,
    keys: usize,
    keys_per_plan: usize,
    plans_per_key: usize,
    /// Calls per second of an environment without a throttle of its own.
    service_rate_default: u32,
    /// The highest throttle.
    service_rate_max: u32,
    /// The highest rate of a usage plan.
    plan_rate_max: u32,
    /// The highest quota of a usage plan.
    plan_quota_max: u64,
}

/// How long sessions last.
#[derive(Serialize, ToSchema)]
struct SessionTimes {
    /// Seconds that a session may rest.
    idle_seconds: u32,
    /// Seconds that a session lasts at most.
    absolute_seconds: u32,
}

/// Tells what this installation is
#[utoipa::path(get, path = "/about", tag = "about",
    responses((status = 200, description = "This installation", body = About)))]
async fn about(look: Look) -> Outcome {
    let (control, node) = (look.control(), &look.state.node);
    let (installation, quotas) = (control.installation(), control.quotas());
    let sessions = look.state.sessions.limits();
    Ok(Answer::ok(About {
        name: "tollgate",
        version: node.version,
        licence: "Apache-2.0",
        revision: look.snapshot.revision.0,
        nodes: vec![NodeInfo {
            version: node.version,
            target: node.target.clone(),
            started: node.started.into(),
            uptime_seconds: (control.now().seconds() - node.started.seconds()).max(0),
            http: node.http.clone(),
            https: node.https.clone(),
            admin: node.admin.clone(),
        }],
        app_id: installation.app_id,
        region: installation.region.clone(),
        domain: installation.domain.clone(),
        limits: Limits {
            services: quotas.services,
            apis_per_service: quotas.apis_per_service,
            usage_plans: quotas.usage_plans,
            keys: quotas.keys,
            keys_per_plan: quotas.keys_per_plan,
            plans_per_key: quotas.plans_per_key,
            service_rate_default: quotas.service_rate_default,
            service_rate_max: quotas.service_rate_max,
            plan_rate_max: quotas.plan_rate_max,
            plan_quota_max: quotas.plan_quota_max,
        },
        sessions: SessionTimes { idle_seconds: sessions.idle, absolute_seconds: sessions.absolute },
    }))
}
