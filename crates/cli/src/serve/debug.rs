//! Debug calls: sent to the gateway's own listener over a socket, like any other call.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use control::debug::{DataPlane, Outgoing, Route, Sent};
use control::{CallTail, Later};
use gateway::Gateway;
use http_body_util::BodyExt;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use model::{ApiId, LogCondition, LoggedCall, Scheme};
use observe::AccessLog;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::demo::reachable;

/// How long the answer may take: a little less than a request on the management address.
const PATIENCE: Duration = Duration::from_secs(50);
/// How long the record may take after the answer; workers hand it over five times a second.
const RECORD_PATIENCE: Duration = Duration::from_secs(5);
/// How much of the answer's body is kept.
const KEPT: usize = 1 << 20;

/// The running data plane, as a caller sees it.
pub(super) struct OwnListeners {
    pub(super) gateway: Arc<Gateway>,
    pub(super) log: AccessLog,
}

impl DataPlane for OwnListeners {
    fn send(&self, call: Outgoing) -> Later<'_, Result<Sent, String>> {
        Box::pin(async move {
            let sent = tokio::time::timeout(PATIENCE, self.exchange(&call)).await;
            let (mut sent, tail) = sent.map_err(|_| format!("no answer within {} s", PATIENCE.as_secs()))??;
            sent.logged = recorded(tail).await;
            if let Some(logged) = &sent.logged {
                sent.route = self.route(logged);
            }
            Ok(sent)
        })
    }
}

impl OwnListeners {
    /// The first listener of a scheme that the service answers on.
    fn listener(&self, schemes: &[Scheme]) -> Option<(Scheme, SocketAddr)> {
        let first = |scheme: &Scheme| {
            let addresses = match scheme {
                Scheme::Http => self.gateway.http_addresses(),
                Scheme::Https => self.gateway.https_addresses(),
            };
            Some((*scheme, reachable(*addresses.first()?)))
        };
        // Where none fits, any shows what a caller would be told.
        schemes.iter().find_map(first).or_else(|| [Scheme::Http, Scheme::Https].iter().find_map(first))
    }

    async fn exchange(&self, call: &Outgoing) -> Result<(Sent, Option<CallTail>), String> {
        let (scheme, address) = self.listener(&call.schemes).ok_or("the gateway listens nowhere")?;
        let stream = TcpStream::connect(address).await.map_err(|error| format!("{address}: {error}"))?;
        let _best_effort = stream.set_nodelay(true);
        // The record of the call that comes over this very connection.
        let from = stream.local_addr().map_err(|error| error.to_string())?;
        let tail = self.log.tail(vec![LogCondition::Peer(from)], 1);
        let tail = tail.map(|tail| CallTail { calls: tail.calls, skipped: tail.skipped });
        let mut sent = match scheme {
            Scheme::Http => converse(stream, call).await?,
            Scheme::Https => {
                // The host chooses the listener's certificate; whichever it is, it is ours.
                let name = ServerName::try_from(call.host.clone()).unwrap_or_else(|_| Ipv4Addr::LOCALHOST.into());
                let config = net::tls::BackendTls { roots: None, identity: None, verify: false }.config();
                let connector = TlsConnector::from(config.map_err(|error| error.to_string())?);
                let connected = connector.connect(name, stream).await;
                converse(connected.map_err(|error| format!("{address}: {error}"))?, call).await?
            }
        };
        (sent.scheme, sent.address) = (scheme, address);
        Ok((sent, tail))
    }

    fn route(&self, logged: &LoggedCall) -> Option<Route> {
        let found = self.gateway.explain(&logged.service, &logged.environment, &logged.method, &logged.path)?;
        let api = ApiId::try_from(found.api).ok()?;
        Some(Route { api, version: found.version, variables: found.variables, rest: found.rest })
    }
}

/// The one record that comes.
async fn recorded(tail: Option<CallTail>) -> Option<LoggedCall> {
    tokio::time::timeout(RECORD_PATIENCE, tail?.calls.recv()).await.ok()?
}

/// One request and its answer over `stream`.
async fn converse<S>(stream: S, call: &Outgoing) -> Result<Sent, String>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let text = |error: hyper::Error| error.to_string();
    let started = Instant::now();
    let (mut sender, connection) =
        http1::Builder::new().title_case_headers(true).handshake(TokioIo::new(stream)).await.map_err(text)?;
    let connection = tokio::spawn(connection);
    let mut request =
        http::Request::builder().method(call.method.as_str()).uri(&call.target).header(http::header::HOST, &call.host);
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    let body = call.body.as_ref().map_or_else(Body::empty, |bytes| Body::from(Bytes::copy_from_slice(bytes)));
    let request = request.body(body).map_err(|error| error.to_string())?;
    let answer = sender.send_request(request).await.map_err(text)?;
    let (head, mut body) = answer.into_parts();
    let (mut kept, mut body_bytes) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        // What breaks off is shown as far as it came.
        let Ok(frame) = frame else { break };
        let Some(part) = frame.data_ref() else { continue };
        body_bytes += part.len() as u64;
        kept.extend_from_slice(part.get(..KEPT.saturating_sub(kept.len())).unwrap_or(part));
    }
    let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    connection.abort();
    let shown = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ok(Sent {
        scheme: Scheme::Http,
        address: SocketAddr::from(([0, 0, 0, 0], 0)),
        status: head.status.as_u16(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), shown(value))).collect(),
        body: kept,
        body_bytes,
        duration_us,
        logged: None,
        route: None,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_refusal_has_its_place_on_the_way() {
        for name in gateway::Refusal::NAMES {
            assert!(control::debug::knows_refusal(name), "{name} stands in no stage of control::debug");
        }
    }
}
