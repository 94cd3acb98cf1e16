//! How much is called: what is counted, and of what one may ask.

use crate::{AccessKeyId, ApiId, EnvironmentName, ServiceId, Timestamp};

/// Whose calls are meant. What is `None` does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrafficScope {
    /// The calls of one service.
    pub service: Option<ServiceId>,
    /// The calls of the environments of this name.
    pub environment: Option<EnvironmentName>,
    /// The calls of one API or with one key.
    pub of: TrafficOf,
}

/// The noun within a service and an environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TrafficOf {
    /// All calls there.
    #[default]
    Everything,
    /// The calls of one API.
    Api(ApiId),
    /// The calls that one key signed.
    Key(AccessKeyId),
}

/// What a list of the busiest lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrafficKind {
    /// Services.
    Service,
    /// Environments of services.
    Environment,
    /// APIs of environments.
    Api,
    /// Keys, in environments.
    Key,
}

/// What was counted of some calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrafficCounts {
    /// Calls answered.
    pub calls: u64,
    /// By class of the status that the caller got: 1xx to 5xx.
    pub classes: [u64; 5],
    /// Calls that the gateway refused itself.
    pub refused: u64,
    /// Why, by the refusal's name, the most frequent first.
    pub refusals: Vec<(String, u64)>,
    /// Calls that a backend answered.
    pub backend_calls: u64,
    /// Backends' answers of 400 and above.
    pub backend_errors: u64,
    /// Backends' answers of 404.
    pub backend_404: u64,
    /// Backends' answers of 502.
    pub backend_502: u64,
    /// Bytes of requests' bodies.
    pub bytes_in: u64,
    /// Bytes of answers' bodies.
    pub bytes_out: u64,
    /// From a call's first byte to its answer's last.
    pub duration: Latency,
    /// From the start of a backend's turn to the first byte of its answer.
    pub backend: Latency,
}

/// How long something took, in microseconds; zeros where nothing was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency {
    /// The mean, exact.
    pub mean: u64,
    /// Half of all took no longer. Estimated within a step of a quarter of an octave, as are the next two.
    pub p50: u64,
    /// 95 of 100 took no longer.
    pub p95: u64,
    /// 99 of 100 took no longer.
    pub p99: u64,
}

/// The counts of one step of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrafficPoint {
    /// When the step begins.
    pub start: Timestamp,
    /// What was counted from then until the next step.
    pub counts: TrafficCounts,
}

/// One of the busiest. Texts that do not belong to the kind that was asked for are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrafficRow {
    /// The service's id; empty for calls to no service.
    pub service: String,
    /// The environment's name.
    pub environment: String,
    /// The id of the API or the key.
    pub name: String,
    /// What was counted.
    pub counts: TrafficCounts,
}

/// The busiest of a kind, and all the others together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrafficTop {
    /// The busiest first.
    pub rows: Vec<TrafficRow>,
    /// All that stand in no row: those beyond the list, and those that were too many to tell apart.
    pub rest: TrafficCounts,
}
