//! `tollgate serve`: the only place that wires everything.
//!
//! Up: log, data folder, store, first operator, management listener, data plane with the stored configuration,
//! `addresses.json`. Down, on SIGTERM or SIGINT: not ready, calls in flight end, counters and access log are written out.
//! Reading order: this file, then `operator`, `certificates`, `acme`, `data_plane`, `admin`, `feed`, `counters`,
//! `observation`, `delivery`, `issuers`, `debug`.

mod acme;
mod admin;
pub(crate) mod certificates;
mod counters;
pub(crate) mod data_plane;
mod debug;
mod delivery;
mod demo;
mod feed;
mod files;
mod issuers;
mod logging;
mod observation;
pub(crate) mod operator;
mod readiness;
mod signals;

use std::sync::Arc;
use std::time::Duration;

use control::{Control, Installation};
use observe::{AccessLog, Metrics};
use store::Store;

use crate::failure::Failure;
use crate::settings::Settings;
use counters::Usage;
use readiness::Readiness;

/// How long the access log may take to write out what it still has.
const LOG_PATIENCE: Duration = Duration::from_secs(5);

/// Runs until a signal ends it. `told` are the settings as they are shown.
pub(crate) fn run(settings: Settings, told: native::Settings) -> Result<(), Failure> {
    logging::start(&settings.process);
    tracing::info!(version = crate::version::short(), pid = std::process::id(), settings = told.file, "starting");
    // Management and upkeep; calls are answered by the workers' own threads.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("management")
        .enable_all()
        .build()
        .map_err(|error| Failure::new("starting threads", error))?;
    runtime.block_on(serve(settings, told))
}

async fn serve(settings: Settings, told: native::Settings) -> Result<(), Failure> {
    let mut signals = signals::Signals::listen()?;
    let folder = settings.installation.data.clone();
    files::make_folder(&folder)?;
    let store = Store::open(&folder, settings.store_url()).await.map_err(|error| Failure::new("store", error))?;
    // Now the folder is ours: what a crashed process left is not true any more.
    files::forget(&folder.join(ADDRESSES))?;
    let usage = Arc::new(Usage::default());
    let installation = Installation {
        app_id: settings.installation.app_id.get(),
        region: settings.installation.region.0.clone(),
        domain: settings.installation.domain.0.clone(),
        push_url: settings.push_url(),
        domains: data_plane::domain_policy(&settings),
    };
    let counts = Arc::clone(&usage) as Arc<dyn control::UsageCounts>;
    let control = Control::new(store.clone(), installation, settings.quotas(), counts);
    operator::ensure_first(&control, &folder).await?;
    let taken_in = certificates::take_in(&control, &settings).await?;

    let metrics = Metrics::new(settings.workers(), &gateway::Refusal::NAMES);
    let kept = observation::Kept::open(&settings, &folder).await?;
    let access_log = AccessLog::start(kept.outlets(&settings, delivery::start(&settings)?))
        .map_err(|error| Failure::new(format_args!("access log {:?}", settings.process.access_log.0), error))?;
    let upkeep = kept.upkeep();
    metrics.watch_access_log(&access_log);
    let listener = admin::bind(settings.listen.admin.0)?;
    if settings.installation.demo.0 {
        demo::ensure(&control, listener.address).await?;
    }
    let challenges = gateway::Challenges::default();
    let issuers = issuers::all(&settings);
    let fetchers = issuers::keep(&issuers, &settings)?;
    let gateway = data_plane::start(&settings, &challenges, Arc::clone(&metrics), &access_log, &issuers)?;
    usage.counted_by(Arc::clone(&gateway));
    control.observed_by(kept.observation(&access_log, &gateway));
    control.watch_nodes(Arc::new(counters::Nodes(Arc::clone(&gateway))));
    counters::restore(&store, &gateway).await?;
    let feed = feed::start(&store, Arc::clone(&gateway)).await;
    let certificates = certificates::watch(Arc::clone(&control), settings.clone(), taken_in);
    let acme = acme::start(&control, &store, &settings, &challenges);
    let counters = counters::Saver::start(store.clone(), Arc::clone(&gateway));
    let readiness = Arc::new(Readiness::new(store.clone(), Arc::clone(&gateway)));
    let addresses = Addresses {
        http: gateway.http_addresses().iter().map(ToString::to_string).collect(),
        https: gateway.https_addresses().iter().map(ToString::to_string).collect(),
        http_proxied: gateway.http_proxied_addresses().iter().map(ToString::to_string).collect(),
        https_proxied: gateway.https_proxied_addresses().iter().map(ToString::to_string).collect(),
        admin: listener.address.to_string(),
    };
    let public = settings
        .listen
        .admin_url
        .as_ref()
        .map(|url| format!("{}://{}", if url.0.is_https { "https" } else { "http" }, url.0.authority));
    control.pages_at(public.unwrap_or_else(|| format!("http://{}", listener.address)));
    let native = native::router(native::Setup {
        control: Arc::clone(&control),
        session_limits: settings.sessions(),
        node: node(&control, &addresses),
        public_url: settings.listen.admin_url.as_ref().map(|url| url.0.clone()),
        settings: told,
    });
    let admin = admin::serve(listener, admin::routes(&control, &readiness, &metrics, native));
    files::replace(&folder.join(ADDRESSES), addresses.json()?.as_bytes(), files::Readers::All)?;
    tracing::info!(http = ?addresses.http, https = ?addresses.https, admin = addresses.admin, "ready");
    if settings.installation.demo.0 {
        demo::explain(&control, &folder, &gateway, &addresses.admin)?;
    }

    let signal = signals.end(|| access_log.reopen()).await;
    tracing::info!(signal, seconds = settings.process.drain.duration().as_secs(), "draining");
    readiness.drain();
    signals::exit_on_next(signals);
    let drained = data_plane::drain(gateway, settings.process.drain.duration()).await;
    certificates.abort();
    acme.abort();
    feed.abort();
    fetchers.iter().for_each(tokio::task::JoinHandle::abort);
    counters.finish().await;
    let logged = access_log.finish(LOG_PATIENCE);
    upkeep.finish().await;
    admin.stop().await;
    store.close().await;
    files::forget(&folder.join(ADDRESSES))?;
    tracing::info!(all_calls_ended = drained, access_log_complete = logged, "stopped");
    Ok(())
}

/// The process, as the native API tells of it.
fn node(control: &Control, addresses: &Addresses) -> native::Node {
    native::Node {
        version: crate::version::short(),
        target: crate::version::target(),
        started: control.now(),
        http: addresses.http.clone(),
        https: addresses.https.clone(),
        admin: addresses.admin.clone(),
    }
}

/// The file in the data folder that tells where the process listens.
const ADDRESSES: &str = "addresses.json";

/// Where the process listens.
#[derive(Debug, serde::Serialize)]
struct Addresses {
    http: Vec<String>,
    https: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    http_proxied: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    https_proxied: Vec<String>,
    admin: String,
}

impl Addresses {
    fn json(&self) -> Result<String, Failure> {
        serde_json::to_string(self).map(|text| text + "\n").map_err(|error| Failure::new(ADDRESSES, error))
    }
}
