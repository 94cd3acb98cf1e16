//! The table of routes: each noun brings its own.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use control::Sessions;
use utoipa_axum::router::OpenApiRouter;

use crate::document::{self, Document};
use crate::problem::{Kind, Problem};
use crate::repeat::Repeats;
use crate::state::{Setup, Shared, State};
use crate::{
    about, api, api_document, application, audit, certificate, configuration, debug, diff, domain, environment, guard,
    ip_strategy, key, log, on_demand, openapi, operator, plan, plugin, release, service, session, setting, throttle,
    traffic, upstream,
};

/// Where the API stands.
const ROOT: &str = "/api/v1";

/// Where its document stands.
const DOCUMENT: &str = "/openapi.json";

/// Every route of the API with its part of the document.
pub(crate) fn table() -> OpenApiRouter<Shared> {
    let nouns = OpenApiRouter::new()
        .merge(session::routes())
        .merge(about::routes())
        .merge(setting::routes())
        .merge(service::routes())
        .merge(api::routes())
        .merge(environment::routes())
        .merge(release::routes())
        .merge(diff::routes())
        .merge(throttle::routes())
        .merge(key::routes())
        .merge(plan::routes())
        .merge(operator::routes())
        .merge(audit::routes())
        .merge(upstream::routes())
        .merge(plugin::routes())
        .merge(application::routes())
        .merge(ip_strategy::routes())
        .merge(api_document::routes())
        .merge(certificate::routes())
        .merge(domain::routes())
        .merge(configuration::routes())
        .merge(openapi::routes())
        .merge(traffic::routes())
        .merge(log::routes())
        .merge(debug::routes());
    OpenApiRouter::with_openapi(document::head()).nest(ROOT, nouns)
}

/// The router of `/api/v1` and `/openapi.json`, which is made when it is first asked for.
///
/// The address of the peer must stand in each request's extensions as `std::net::SocketAddr`.
pub fn router(setup: Setup) -> Router {
    let below_root = format!("{ROOT}/{{*rest}}");
    on_demand::router(&[ROOT, &below_root, DOCUMENT], move || made(setup))
}

fn made(setup: Setup) -> Router {
    let (routes, document) = table().split_for_parts();
    let document = Document::new(document);
    let text = bytes::Bytes::from(document.text());
    let state: Shared = Arc::new(State {
        sessions: Sessions::new(Arc::clone(&setup.control), setup.session_limits),
        control: setup.control,
        node: setup.node,
        public_url: setup.public_url,
        settings: setup.settings,
        document,
        repeats: Repeats::default(),
    });
    let nothing = |uri: http::Uri| async move {
        Problem::new(Kind::NotFound, format!("there is nothing at `{}`; /openapi.json tells what there is", uri.path()))
    };
    let other_method = || async { Problem::new(Kind::MethodNotAllowed, "see `Allow` for the methods that are") };
    let api = routes
        .route(&format!("{ROOT}/{{*rest}}"), axum::routing::any(nothing))
        .route(ROOT, axum::routing::any(nothing))
        .method_not_allowed_fallback(other_method)
        .layer(from_fn_with_state(Arc::clone(&state), guard::admit))
        .layer(from_fn(guard::seal))
        .with_state(state);
    let page = get(move || async move { ([(http::header::CONTENT_TYPE, "application/json")], text) });
    api.merge(Router::new().route(DOCUMENT, page).layer(from_fn(guard::seal)))
}
