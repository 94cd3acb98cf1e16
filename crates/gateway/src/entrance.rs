//! How connections come in: accepted, told whom they come from, shaken hands with, and served.

use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;

use net::http2::Opening;
use net::tls::Hello;
use net::{Caller, Io, Limits, listen, proxied, tls};
use tokio::net::TcpStream;

use crate::worker::Worker;

/// A way in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    /// Where it is.
    pub(crate) local: SocketAddr,
    /// Calls come over https.
    pub(crate) is_tls: bool,
    /// A load balancer begins each connection with the PROXY protocol.
    pub(crate) is_proxied: bool,
}

/// What all connections of a listener share.
pub(crate) struct Entrance {
    pub(crate) door: Door,
    /// How handshakes are answered, where calls come over https.
    pub(crate) tls: Option<Doorman>,
    pub(crate) worker: Rc<Worker>,
    pub(crate) limits: Rc<Limits>,
}

/// Accepts connections and serves each in a task of its own.
pub(crate) async fn accept(listener: TcpListener, seats: Rc<listen::Seats>, entrance: Rc<Entrance>) {
    let ticker = Rc::clone(&entrance.worker.ticker);
    let ended = listen::accept(listener, seats, ticker, |stream, peer, seat| {
        tokio::task::spawn_local(enter(Rc::clone(&entrance), stream, peer, seat));
    })
    .await;
    if let Err(error) = ended {
        let local = entrance.door.local;
        tracing::error!(%local, %error, "the listener ended");
    }
}

/// Serves one connection to its end.
///
/// A block and no `async fn`, as [`Worker::serve`]: a connection rests most of its life, and the arguments of an `async fn`
/// are kept beside the places that they are moved to.
#[allow(clippy::manual_async_fn)]
fn enter(
    entrance: Rc<Entrance>,
    mut stream: TcpStream,
    peer: SocketAddr,
    seat: listen::Seat,
) -> impl Future<Output = ()> {
    async move {
        let _seat = seat;
        let Entrance { door, worker, limits, .. } = &*entrance;
        let _open = Open::new(worker);
        let mut ends = proxied::Ends { peer, local: door.local };
        if door.is_proxied {
            match Box::pin(proxied::read(&mut stream, limits.head_timeout)).await {
                Ok(told) => ends = told.unwrap_or(ends),
                Err(error) => return tracing::debug!(%peer, %error, "a load balancer's connection was closed"),
            }
        }
        let io = match &entrance.tls {
            None => Ok(Io::Plain(stream)),
            Some(doorman) => {
                let choose = |hello: Hello<'_>| doorman.config(worker, hello);
                Box::pin(tls::accept(stream, limits.handshake_timeout, choose)).await
            }
        };
        let proxied::Ends { peer, local } = ends;
        let (limits, ticker) = (Rc::clone(limits), Rc::clone(&worker.ticker));
        match io {
            Ok(io) if io.speaks_http2() => {
                Box::pin(worker.serve_http2(Opening::new(io, peer, local, limits, ticker))).await;
            }
            Ok(io) => worker.serve(Caller::new(io, peer, local, limits, ticker)).await,
            Err(error) => tracing::debug!(%peer, %error, "no TLS handshake"),
        }
    }
}

/// A connection that is being served, for as long as this lives.
struct Open<'w>(&'w Worker);

impl<'w> Open<'w> {
    fn new(worker: &'w Worker) -> Self {
        worker.open.set(worker.open.get() + 1);
        Self(worker)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.set(self.0.open.get() - 1);
    }
}

/// Says how handshakes are answered.
pub(crate) struct Doorman {
    /// Refuses every handshake.
    pub(crate) refusing: Arc<rustls::ServerConfig>,
    /// Handshakes that name no host get the default certificate.
    pub(crate) without_name: bool,
}

impl Doorman {
    /// The configuration for a handshake that begins with `hello`.
    fn config(&self, worker: &Worker, hello: Hello<'_>) -> Arc<rustls::ServerConfig> {
        let plan = worker.plan();
        let config = match hello.name {
            Some(name) if hello.is_challenge => worker.challenges.handshake(name),
            Some(name) => plan.hosts.tls(name).cloned(),
            None if self.without_name => plan.hosts.default_tls.clone(),
            None => None,
        };
        config.unwrap_or_else(|| Arc::clone(&self.refusing))
    }
}
