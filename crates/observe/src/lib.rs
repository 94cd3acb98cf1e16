//! What the gateway tells about itself: metrics and the access log.
//!
//! Both are built so that the path of a call pays next to nothing. A worker counts into a shard of its own with
//! plain loads and stores - no locked instruction, no shared cache line - and the shards are added up when somebody
//! asks. A worker appends a call to a batch of its own; one background thread turns batches into JSON lines.
//!
//! Reading order: [`metrics`] (what is counted, [`Metrics::render`] in the Prometheus text format), then
//! [`access_log`] (what a line holds, how lines reach their file).

pub mod access_log;
pub mod metrics;

pub use access_log::{AccessLog, AccessLogTarget, CallRecord, LogWriter};
pub use metrics::{EnvironmentMetrics, Metrics, UpstreamSample};
