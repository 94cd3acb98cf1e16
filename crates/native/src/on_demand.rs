//! Routes that are made when they are first asked for.
//!
//! The API's document is a tree of some megabytes, and the code that makes it is a good part of the binary. Who manages
//! the gateway by another dialect never needs either, so neither is loaded before somebody asks.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::Request;
use tower::ServiceExt as _;

/// What `make` gives, at `paths`. It is made once, by the first request.
pub(crate) fn router(paths: &[&str], make: impl FnOnce() -> Router + Send + 'static) -> Router {
    let made = Arc::new(LazyLock::new(make));
    let pass_on = tower::service_fn(move |request| Router::clone(&made).oneshot(as_it_came(request)));
    paths.iter().fold(Router::new(), |router, path| router.route_service(path, pass_on.clone()))
}

/// The request without what the route that passes it on has noted in it, for it is matched anew.
fn as_it_came(mut request: Request) -> Request {
    let peer = request.extensions().get::<SocketAddr>().copied();
    request.extensions_mut().clear();
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    request
}
