//! `/console/`: the web console, embedded in the binary.
//!
//! Everything comes from this address and nothing runs that did not: the policy allows scripts from files only, and
//! styles from files or with the number that each answer of the page names anew.

mod asset;
mod unbuilt;

use std::sync::Arc;

use asset::Asset;
use axum::Router;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, map_response};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use control::Control;

/// What the built page holds where the number of each answer goes.
const NONCE_MARK: &str = "__TOLLGATE_NONCE__";

/// The console's place.
pub(super) fn routes(control: &Arc<Control>) -> Router {
    let region = control.installation().region.clone();
    let page = {
        let region = region.clone();
        move |headers: HeaderMap| async move { page(&region, &headers) }
    };
    let below = move |Path(path): Path<String>, headers: HeaderMap| async move { below(&path, &region, &headers) };
    Router::new()
        .route("/console", get(|| async { Redirect::permanent("/console/") }))
        .route("/console/", get(page))
        .route("/console/{*path}", get(below))
        .layer(map_response(guarded))
}

/// A file by its path; a path that names no file is one of the page's own places.
fn below(path: &str, region: &str, headers: &HeaderMap) -> Response {
    if let Some(asset) = Asset::find(path, headers) {
        return asset.answer(headers);
    }
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_file { StatusCode::NOT_FOUND.into_response() } else { page(region, headers) }
}

fn page(region: &str, headers: &HeaderMap) -> Response {
    let Some(built) = asset::page() else { return unbuilt::page(region, headers) };
    let mut random = [0; 16];
    if getrandom::fill(&mut random).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let nonce: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let told = [(header::CONTENT_SECURITY_POLICY, policy(&nonce)), (header::CACHE_CONTROL, "no-store".to_owned())];
    (told, Html(built.replace(NONCE_MARK, &nonce))).into_response()
}

/// What the page may do: read and call this address, and nothing else.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// What holds for every answer here.
async fn guarded(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    answer
}

/// `/` belongs to the dialects, but a `GET` that names no action is somebody with a browser.
pub(super) async fn send_browsers_there(request: Request, next: Next) -> Response {
    let names_action = |query: &str| query.split('&').any(|pair| pair.starts_with("Action="));
    let is_browser = request.method() == Method::GET
        && request.uri().path() == "/"
        && !request.headers().contains_key("x-tc-action")
        && !request.uri().query().is_some_and(names_action);
    if is_browser { Redirect::temporary("/console/").into_response() } else { next.run(request).await }
}
