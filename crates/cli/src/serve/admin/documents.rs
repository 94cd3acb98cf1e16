//! `/docs/{id}`: published documents of APIs, for those who have the password.
//!
//! The pages are made here, whole, without a script and without anything from elsewhere; what is tried is called by the
//! gateway itself, through its own listeners. A form is taken from a page of this address alone.

mod page;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, RawForm, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use control::Control;
use control::debug::DebugParameter;
use model::{ApiDocument, ApiId, Location};

/// The longest form that is read: 256 KiB.
const LONGEST_FORM: usize = 256 * 1024;

/// The pages.
pub(super) fn routes(control: &Arc<Control>) -> Router {
    Router::new()
        .route("/docs/{id}", get(show).post(enter))
        .route("/docs/{id}/apis/{api}", post(attempt))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .with_state(Arc::clone(control))
}

/// The cookie that holds a reader's pass; it goes to the pages of its document alone.
const COOKIE: &str = "tollgate_doc";

fn pass(headers: &HeaderMap) -> &str {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map_or("", |(_, value)| value)
}

/// The document of `id`, if the reader may see it.
fn opened(control: &Control, id: &str, headers: &HeaderMap) -> Result<Arc<ApiDocument>, Box<Response>> {
    match control.read_page(id, pass(headers)) {
        Ok(Some(document)) => Ok(document),
        Ok(None) => Err(Box::new(answer(StatusCode::UNAUTHORIZED, page::door(id, false)))),
        Err(fault) => {
            tracing::error!(%fault, "a page of a document was not shown");
            Err(Box::new(StatusCode::SERVICE_UNAVAILABLE.into_response()))
        }
    }
}

async fn show(State(control): State<Arc<Control>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match opened(&control, &id, &headers) {
        Ok(document) => answer(StatusCode::OK, page::document(&control, &document)),
        Err(refused) => *refused,
    }
}

async fn enter(
    State(control): State<Arc<Control>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    if !is_own_page(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let password = form_urlencoded::parse(&form).find(|(name, _)| name == "password").map(|(_, value)| value);
    match control.enter_page(&id, password.as_deref().unwrap_or_default()) {
        Ok(Some(pass)) => {
            let document = format!("/docs/{id}");
            let is_https = control.pages_over_https();
            let secure = if is_https { "; Secure" } else { "" };
            let cookie = format!("{COOKIE}={pass}; Path={document}; HttpOnly; SameSite=Strict{secure}");
            ([(header::SET_COOKIE, cookie)], Redirect::to(&document)).into_response()
        }
        Ok(None) => answer(StatusCode::FORBIDDEN, page::door(&id, true)),
        Err(fault) => {
            tracing::error!(%fault, "a page of a document was not opened");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Tries an API with what stands in the form: `path`, `body`, and `query:page`, `header:X-A` and so on.
async fn attempt(
    State(control): State<Arc<Control>>,
    Path((id, api)): Path<(String, String)>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    if !is_own_page(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let document = match opened(&control, &id, &headers) {
        Ok(document) => document,
        Err(refused) => return *refused,
    };
    let Ok(api) = ApiId::try_from(api) else { return StatusCode::NOT_FOUND.into_response() };
    let (mut parameters, mut path, mut body) = (Vec::new(), None, None);
    for (name, value) in form_urlencoded::parse(&form).filter(|(_, value)| !value.is_empty()) {
        match name.split_once(':') {
            None if name == "path" => path = Some(value.into_owned()),
            None if name == "body" => body = Some(value.into_owned().into_bytes()),
            None => {}
            Some((place, name)) => {
                let all = [Location::Header, Location::Query, Location::Path, Location::Body];
                if let Some(location) = all.into_iter().find(|location| location.as_str() == place) {
                    parameters.push(DebugParameter { location, name: name.to_owned(), value: value.into_owned() });
                }
            }
        }
    }
    let tried = control.try_documented(&document, &api, path, parameters, body).await;
    answer(StatusCode::OK, page::tried(&document, &api, &tried))
}

/// Whether a form was sent from a page of this address. Browsers say so; other clients have no cookies to be misused.
fn is_own_page(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none")
}

fn answer(status: StatusCode, page: page::Page) -> Response {
    // Whatever a definition says, nothing of it runs and nothing is fetched.
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        page.style
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (status, headers, Html(page.text)).into_response()
}
