//! What is counted, and how it is told.
//!
//! | name | type | labels |
//! |---|---|---|
//! | `tollgate_requests_total` | counter | `service`, `environment`, `code_class` (`2xx`) |
//! | `tollgate_request_duration_seconds` | histogram | `service`, `environment` |
//! | `tollgate_backend_duration_seconds` | histogram, to the first byte of the backend's answer | `service`, `environment` |
//! | `tollgate_refusals_total` | counter | `reason` |
//! | `tollgate_connections` | gauge: callers connected now | |
//! | `tollgate_connections_accepted_total` | counter | |
//! | `tollgate_config_revision` | gauge: the revision that runs | |
//! | `tollgate_config_apply_seconds` | gauge: how long the latest change took to apply | |
//! | `tollgate_config_last_success_timestamp_seconds` | gauge | |
//! | `tollgate_access_log_dropped_total` | counter: calls that the access log lost | |
//! | `tollgate_log_delivered_total` | counter: calls whose records arrived | `to` |
//! | `tollgate_log_dropped_total` | counter: calls whose records were dropped on their way | `to` |
//! | `tollgate_log_waiting_bytes` | gauge: records that wait | `to` |
//! | `tollgate_upstream_nodes` | gauge: nodes by health | `upstream`, `health` |
//! | `tollgate_upstream_retries_total` | counter: calls tried on another node | `upstream` |
//! | `tollgate_upstream_ejections_total` | counter: nodes ejected as unhealthy | `upstream` |
//! | `tollgate_certificate_expiry_timestamp_seconds` | gauge: until when a certificate holds | `certificate`, `name` |
//! | `tollgate_build_info` | gauge, always 1 | `version` |
//! | `process_*` | the usual: CPU seconds, memory, open files, start | |
//!
//! The number of series is bounded by services × environments and by upstreams: nothing that a caller sends becomes a label, and a
//! pair that no plan holds any more goes with the next scrape.

mod environment;
mod exposition;
mod histogram;
mod process;
mod shard;
mod upstream;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use model::Timestamp;

pub use environment::EnvironmentMetrics;
use exposition::Exposition;
use shard::{WorkerShard, of_worker};
pub use upstream::UpstreamSample;

use crate::AccessLog;
use crate::delivery::Delivered;

/// Everything that is counted in this process. Shared by all workers.
#[derive(Debug)]
pub struct Metrics {
    workers: Arc<[WorkerShard]>,
    reasons: &'static [&'static str],
    environments: Mutex<BTreeMap<(String, String), Arc<EnvironmentMetrics>>>,
    nowhere: Arc<EnvironmentMetrics>,
    config_revision: AtomicU64,
    config_apply_us: AtomicU64,
    config_applied_at: AtomicI64,
    access_log: OnceLock<AccessLog>,
    upstreams: OnceLock<UpstreamWatch>,
    certificates: Mutex<Vec<CertificateExpiry>>,
}

/// Tells the figures of all upstreams.
struct UpstreamWatch(Box<dyn Fn() -> Vec<UpstreamSample> + Send + Sync>);

impl std::fmt::Debug for UpstreamWatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UpstreamWatch")
    }
}

/// Until when a certificate holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateExpiry {
    /// Its identifier.
    pub id: String,
    /// The first name that it is for.
    pub name: String,
    /// Until when it holds.
    pub until: Timestamp,
}

/// Pairs that nobody holds are kept for a last scrape; where nobody scrapes, they are forgotten beyond this number.
const KEPT_WITHOUT_SCRAPE: usize = 4096;

impl Metrics {
    /// Counters for `workers` data-plane threads, numbered from 0. `reasons` names the refusals: a refusal is told
    /// by its index in this list.
    pub fn new(workers: usize, reasons: &'static [&'static str]) -> Arc<Metrics> {
        let shards: Arc<[WorkerShard]> = (0..workers.max(1)).map(|_| WorkerShard::new(reasons.len())).collect();
        Arc::new(Metrics {
            nowhere: Arc::new(EnvironmentMetrics::new("", "", Arc::clone(&shards))),
            workers: shards,
            reasons,
            environments: Mutex::default(),
            config_revision: AtomicU64::new(0),
            config_apply_us: AtomicU64::new(0),
            config_applied_at: AtomicI64::new(0),
            access_log: OnceLock::new(),
            upstreams: OnceLock::new(),
            certificates: Mutex::default(),
        })
    }

    /// The number of data-plane threads.
    pub fn workers(&self) -> usize {
        self.workers.len()
    }

    /// The counters of one environment of one service: the same ones for the same pair for as long as anybody holds
    /// them. Meant for plan time; the plan keeps what it gets.
    pub fn environment(&self, service: &str, environment: &str) -> Arc<EnvironmentMetrics> {
        let mut environments = self.environments.lock().unwrap_or_else(PoisonError::into_inner);
        if environments.len() >= KEPT_WITHOUT_SCRAPE {
            environments.retain(|_, metrics| Arc::strong_count(metrics) > 1);
        }
        let made = || Arc::new(EnvironmentMetrics::new(service, environment, Arc::clone(&self.workers)));
        Arc::clone(environments.entry((service.to_owned(), environment.to_owned())).or_insert_with(made))
    }

    /// The counters of calls that reached no environment (unknown host, malformed head): both labels are empty.
    pub fn nowhere(&self) -> &Arc<EnvironmentMetrics> {
        &self.nowhere
    }

    /// A caller connected to `worker`. To be told by that worker alone.
    pub fn connection_opened(&self, worker: usize) {
        of_worker(&self.workers, worker).opened.add(1);
    }

    /// A caller's connection to `worker` is gone. To be told by that worker alone.
    pub fn connection_closed(&self, worker: usize) {
        of_worker(&self.workers, worker).closed.add(1);
    }

    /// Callers connected now, over all workers.
    pub fn connections(&self) -> u64 {
        self.workers.iter().map(|shard| shard.opened.get().saturating_sub(shard.closed.get())).sum()
    }

    /// The configuration `revision` runs since `at`; making its plan took `took`.
    pub fn config_applied(&self, revision: u64, took: Duration, at: Timestamp) {
        self.config_revision.store(revision, Relaxed);
        self.config_apply_us.store(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Relaxed);
        self.config_applied_at.store(at.millis(), Relaxed);
    }

    /// These are the certificates from now on.
    pub fn certificates_are(&self, certificates: Vec<CertificateExpiry>) {
        *self.certificates.lock().unwrap_or_else(PoisonError::into_inner) = certificates;
    }

    /// Tells how many lines `log` lost, from now on. The first log stays.
    pub fn watch_access_log(&self, log: &AccessLog) {
        let _already_watched = self.access_log.set(log.clone());
    }

    /// Tells what `samples` gives of upstreams, from now on. The first source stays.
    pub fn watch_upstreams(&self, samples: impl Fn() -> Vec<UpstreamSample> + Send + Sync + 'static) {
        let _already_watched = self.upstreams.set(UpstreamWatch(Box::new(samples)));
    }

    /// Everything in the Prometheus text format, version 0.0.4
    /// (`Content-Type: text/plain; version=0.0.4; charset=utf-8`).
    pub fn render(&self) -> String {
        let mut text = Exposition::default();
        text.family("tollgate_build_info", "gauge", "The version that runs; always 1.");
        text.sample("", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        self.render_calls(&mut text);
        self.render_gateway(&mut text);
        let samples = self.upstreams.get().map(|watch| watch.0()).unwrap_or_default();
        upstream::render(&mut text, &samples);
        process::render(&mut text);
        text.finish()
    }

    fn render_calls(&self, text: &mut Exposition) {
        let mut environments = self.environments.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<_> = std::iter::once(&self.nowhere)
            .chain(environments.values())
            .map(|metrics| (metrics.as_ref(), metrics.folded()))
            .collect();
        text.family("tollgate_requests_total", "counter", "Calls answered, by class of the status.");
        for (metrics, folded) in &pairs {
            for (class, count) in folded.classes.iter().enumerate().filter(|(_, count)| **count > 0) {
                let class = format!("{}xx", class + 1);
                let labels =
                    [("service", metrics.service()), ("environment", metrics.environment()), ("code_class", &class)];
                text.sample("", &labels, *count);
            }
        }
        text.family("tollgate_request_duration_seconds", "histogram", "From a call's first byte to its answer's last.");
        for (metrics, folded) in &pairs {
            text.histogram(&metrics.labels(), &folded.duration);
        }
        text.family(
            "tollgate_backend_duration_seconds",
            "histogram",
            "From the start of a backend's turn to the first byte of its answer.",
        );
        for (metrics, folded) in &pairs {
            text.histogram(&metrics.labels(), &folded.backend);
        }
        drop(pairs);
        environments.retain(|_, metrics| Arc::strong_count(metrics) > 1);
    }

    fn render_gateway(&self, text: &mut Exposition) {
        text.family("tollgate_refusals_total", "counter", "Calls that the gateway refused itself, by reason.");
        for (index, reason) in self.reasons.iter().enumerate() {
            let count: u64 = self.workers.iter().filter_map(|shard| shard.refusals.get(index)).map(|c| c.get()).sum();
            text.sample("", &[("reason", reason)], count);
        }
        text.family("tollgate_connections", "gauge", "Callers connected now.");
        text.sample("", &[], self.connections());
        text.family("tollgate_connections_accepted_total", "counter", "Callers' connections accepted.");
        text.sample("", &[], self.workers.iter().map(|shard| shard.opened.get()).sum());
        text.family("tollgate_config_revision", "gauge", "The revision of the configuration that runs.");
        text.sample("", &[], self.config_revision.load(Relaxed));
        text.family("tollgate_config_apply_seconds", "gauge", "How long the latest change took to apply.");
        text.seconds("", &[], Duration::from_micros(self.config_apply_us.load(Relaxed)).as_secs_f64());
        text.family(
            "tollgate_config_last_success_timestamp_seconds",
            "gauge",
            "When a configuration was last applied, in seconds since 1970.",
        );
        #[allow(clippy::cast_precision_loss)]
        text.seconds("", &[], self.config_applied_at.load(Relaxed) as f64 / 1000.0);
        text.family(
            "tollgate_certificate_expiry_timestamp_seconds",
            "gauge",
            "Until when a certificate holds, in seconds since 1970.",
        );
        for certificate in self.certificates.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let labels = [("certificate", certificate.id.as_str()), ("name", certificate.name.as_str())];
            text.sample("", &labels, u64::try_from(certificate.until.seconds()).unwrap_or(0));
        }
        text.family("tollgate_access_log_dropped_total", "counter", "Calls that the access log lost.");
        text.sample("", &[], self.access_log.get().map_or(0, AccessLog::dropped));
        let deliveries = self.access_log.get().map_or(&[][..], AccessLog::deliveries);
        let told: Vec<_> = deliveries.iter().map(|delivery| (delivery.name(), delivery.delivered())).collect();
        for (name, kind, help, value) in [
            (
                "tollgate_log_delivered_total",
                "counter",
                "Calls whose records arrived.",
                (|told| told.arrived) as fn(&Delivered) -> u64,
            ),
            ("tollgate_log_dropped_total", "counter", "Calls whose records were dropped on their way.", |told| {
                told.dropped
            }),
            ("tollgate_log_waiting_bytes", "gauge", "Records that wait, in bytes.", |told| told.waiting as u64),
        ] {
            if !told.is_empty() {
                text.family(name, kind, help);
            }
            for (to, told) in &told {
                text.sample("", &[("to", to)], value(told));
            }
        }
    }
}

#[cfg(test)]
mod tests;
