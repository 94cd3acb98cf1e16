//! What the gateway tells about itself: metrics, the access log, series of traffic, and calls that can be searched.
//!
//! All are built so that the path of a call pays next to nothing. A worker counts into a shard of its own with
//! plain loads and stores - no locked instruction, no shared cache line - and the shards are added up when somebody
//! asks. A worker appends a call to a batch of its own; one background thread does everything else with it: it makes
//! JSON lines, counts, keeps and shows.
//!
//! Reading order: [`metrics`] (what is counted, [`Metrics::render`] in the Prometheus text format), [`access_log`]
//! (what is taken down of a call, and how it reaches the thread), [`delivery`] (how lines travel on), [`traffic`] (series), [`call_log`] (calls of the last
//! days), `tail` (calls as they are answered).

pub mod access_log;
pub mod call_log;
mod clock;
pub mod delivery;
pub mod metrics;
mod tail;
pub mod traffic;

pub use access_log::{AccessLog, AccessLogTarget, CallRecord, LogWriter, Outlets, Rotation};
pub use call_log::{CallLog, CallLogBounds};
pub use delivery::{Block, Carrier, Delivery, DeliveryBounds, Trouble};
pub use metrics::{CertificateExpiry, EnvironmentMetrics, Metrics, UpstreamSample};
pub use tail::Tail;
pub use traffic::Traffic;
