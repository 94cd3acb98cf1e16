//! The management address: dialects, health, metrics, console.

mod console;
mod documents;
mod settled;
mod unread;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use control::Control;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use observe::Metrics;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::readiness::Readiness;
use crate::failure::Failure;

/// Connections at a time; more wait to be accepted.
const CONNECTIONS: usize = 512;
/// How long a connection may rest, or take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// How long a request may take, its body included.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
/// How long requests in flight may take when the process ends.
const PATIENCE: Duration = Duration::from_secs(5);

/// A bound socket and where it is.
pub(super) struct Bound {
    listener: TcpListener,
    pub(super) address: SocketAddr,
}

/// Takes the address; connections wait until it is served.
pub(super) fn bind(address: SocketAddr) -> Result<Bound, Failure> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok(Bound { listener, address })
    });
    bound.map_err(|error| Failure::Failed(format!("cannot listen on {address}: {error}")))
}

#[derive(Clone)]
struct Seen {
    readiness: Arc<Readiness>,
    metrics: Arc<Metrics>,
}

/// Everything that the management address answers.
/// `native` is the native API.
pub(super) fn routes(
    control: &Arc<Control>,
    readiness: &Arc<Readiness>,
    metrics: &Arc<Metrics>,
    native: Router,
) -> Router {
    let seen = Seen { readiness: Arc::clone(readiness), metrics: Arc::clone(metrics) };
    Router::new()
        .route("/healthz", get(|| async { json(StatusCode::OK, &Alive { status: "alive" }) }))
        .route("/readyz", get(ready))
        .route("/metrics", get(tell_metrics))
        .with_state(seen)
        .merge(console::routes(control))
        .merge(documents::routes(control))
        .merge(settled::when_running(tencent::router(Arc::clone(control)).merge(native), readiness))
        .layer(axum::middleware::from_fn(console::send_browsers_there))
}

async fn ready(State(seen): State<Seen>) -> Response {
    let report = seen.readiness.report();
    let status = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, &report)
}

#[derive(serde::Serialize)]
struct Alive {
    status: &'static str,
}

/// A small answer that must not be kept by anybody.
fn json(status: StatusCode, value: &impl serde::Serialize) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    match serde_json::to_string(value) {
        Ok(text) => (status, headers, text + "\n").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn tell_metrics(State(seen): State<Seen>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], seen.metrics.render()).into_response()
}

/// The running management listener.
pub(super) struct Admin {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Serves `routes` on `bound`.
pub(super) fn serve(bound: Bound, routes: Router) -> Admin {
    let (stop, stopped) = watch::channel(false);
    Admin { stop, task: tokio::spawn(accept(bound, routes, stopped)) }
}

impl Admin {
    /// Takes no further connection, lets requests in flight end for a while.
    pub(super) async fn stop(self) {
        self.stop.send_replace(true);
        let _abandoned = tokio::time::timeout(PATIENCE, self.task).await;
    }
}

async fn accept(bound: Bound, routes: Router, mut stopped: watch::Receiver<bool>) {
    let listener = match tokio::net::TcpListener::from_std(bound.listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the management listener ended"),
    };
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = told_to_stop(&mut stopped) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (routes, stopped) = (routes.clone(), stopped.clone());
                connections.spawn(async move {
                    converse(stream, peer, routes, stopped).await;
                    drop(seat);
                });
            }
            Err(error) => {
                // Out of file descriptors, or the peer is gone already: later.
                tracing::warn!(%error, "a management connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    while connections.join_next().await.is_some() {}
}

async fn converse(stream: TcpStream, peer: SocketAddr, routes: Router, mut stopped: watch::Receiver<bool>) {
    let _best_effort = stream.set_nodelay(true);
    let routes = routes
        .layer(axum::Extension(peer))
        .layer(axum::middleware::from_fn(bound_in_time))
        .layer(axum::middleware::from_fn(unread::throw_away));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told_to_stop(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a management connection ended early");
    }
}

/// Returns when the process ends, or when whoever would say so is gone.
async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    let _gone = stopped.wait_for(|stop| *stop).await.map(drop);
}

async fn bound_in_time(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    match tokio::time::timeout(CALL_TIMEOUT, next.run(request)).await {
        Ok(answer) => answer,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}
