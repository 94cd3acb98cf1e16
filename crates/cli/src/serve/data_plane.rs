//! The data plane, as the settings want it.

use std::sync::Arc;
use std::time::Duration;

use control::DomainPolicy;
use gateway::{Challenges, Gateway, Issuers};
use observe::{AccessLog, Metrics};

use crate::failure::Failure;
use crate::settings::value::FilePath;
use crate::settings::{BackendSettings, Settings};

/// Starts the workers on their listeners.
pub(super) fn start(
    settings: &Settings,
    challenges: &Challenges,
    metrics: Arc<Metrics>,
    log: &AccessLog,
    issuers: &Arc<Issuers>,
) -> Result<Arc<Gateway>, Failure> {
    let gateway = Gateway::start(
        gateway::Settings {
            http: settings.listen.http.0.clone(),
            https: settings.listen.https.0.clone(),
            http_proxied: settings.listen.http_proxied.0.clone(),
            https_proxied: settings.listen.https_proxied.0.clone(),
            without_name: settings.listen.tls_without_sni.0,
            https_port: settings.listen.https_public_port.port(),
            challenges: challenges.clone(),
            backend_tls: backend_tls(&settings.backend)?,
            stall: settings.backend.backend_read_timeout.map(|limit| limit.duration()),
            trusted_proxies: settings.listen.trusted_proxies.0.clone(),
            workers: settings.workers(),
            limits: settings.limits(),
            pool: settings.pool(),
            tunnel: settings.tunnel(),
            message_bytes: settings.websocket.websocket_message_size.size(),
            signature_skew: i64::try_from(settings.caller.signature_skew.duration().as_secs()).unwrap_or(i64::MAX),
            domain: settings.installation.domain.0.clone(),
            form_bytes: settings.caller.form_size.size(),
            rpc_bytes: settings.backend.grpc_message_size.size(),
            default_rate: settings.quotas.service_rate_default.short(),
            runtimes: Arc::new(settings.runtimes()?),
            cache_bytes: settings.cache.cache_size.bytes(),
            cached_body_bytes: settings.cache.cache_answer_size.size(),
            issuers: Arc::clone(issuers),
        },
        metrics,
        log,
    );
    gateway.map(Arc::new).map_err(|error| Failure::Failed(error.to_string()))
}

/// What is asked of custom domains.
pub(super) fn domain_policy(settings: &Settings) -> DomainPolicy {
    let own = std::iter::once(settings.installation.domain.0.clone());
    DomainPolicy {
        check_resolution: settings.domains.domain_check.0,
        acme: settings.acme.acme_directory.is_some(),
        reserved: own.chain(gateway::host::VENDOR_DOMAINS.map(str::to_owned)).collect(),
    }
}

/// How backends and the gateway make sure of each other.
pub(crate) fn backend_tls(settings: &BackendSettings) -> Result<Arc<rustls::ClientConfig>, Failure> {
    let read = |path: &Option<FilePath>| match path {
        None => Ok(None),
        Some(FilePath(path)) => std::fs::read(path).map(Some).map_err(|error| Failure::new(path.display(), error)),
    };
    let (roots, chain, key) =
        (read(&settings.backend_tls_ca)?, read(&settings.backend_tls_certificate)?, read(&settings.backend_tls_key)?);
    let identity = match (&chain, &key) {
        (Some(chain), Some(key)) => Some((chain.as_slice(), key.as_slice())),
        (None, None) => None,
        _ => {
            return Err(Failure::usage(
                "settings `backend_tls_certificate` and `backend_tls_key`: give both or neither",
            ));
        }
    };
    net::tls::BackendTls { roots: roots.as_deref(), identity, verify: settings.backend_tls_verify.0 }
        .config()
        .map_err(|error| Failure::new("settings `backend_tls_ca`, `backend_tls_certificate`, `backend_tls_key`", error))
}

/// Ends the data plane; true when all calls in flight ended within `wait`.
pub(super) async fn drain(gateway: Arc<Gateway>, wait: Duration) -> bool {
    tokio::task::spawn_blocking(move || gateway.drain(wait)).await.unwrap_or(false)
}
