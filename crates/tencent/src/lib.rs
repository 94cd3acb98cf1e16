//! The Tencent Cloud API Gateway dialect: API version 2018-08-08.
//!
//! [`router`] answers `POST /` and `GET /` as the vendor's endpoint does, so that its SDKs, its command line tool and
//! what is built on them work with nothing but another endpoint. A `GET /` that names no action leads to the console.
//!
//! The dialect holds no rule of its own: a file per noun, named in the vendor's word, turns a request into the model's
//! words, asks `control`, and writes the answer. Reading order: `wire` (bytes to parameters, answers to bytes),
//! `table` (every action, one row each), `dispatch` (what every action has around it), `code` and `refusal` (the error
//! table), `field`, `tag`, `paging`, `filter` and `time` (what requests share), then the nouns: `service`, `api`,
//! `environment`, `strategy`, `usage_plan`, `api_key`, `upstream`, `sub_domain`.
//!
//! The vendor's bound of 20 requests a second for each action is not imposed.

mod api;
mod api_app;
mod api_doc;
mod api_key;
mod call;
mod code;
mod dispatch;
mod environment;
mod exclusive_instance;
mod field;
mod filter;
mod import;
mod ip_strategy;
mod log_search;
mod paging;
mod plugin;
mod refusal;
mod service;
mod strategy;
mod sub_domain;
mod table;
mod tag;
#[cfg(test)]
mod tests;
mod time;
mod upstream;
mod usage_plan;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::routing;
use control::Control;

pub use table::Rights;

/// Answers the vendor's API at `/`.
pub fn router(control: Arc<Control>) -> Router {
    let dialect = Arc::new(dispatch::Dialect::new(control));
    Router::new().route("/", routing::get(dispatch::answer).post(dispatch::answer)).with_state(dialect)
}

/// An action of the API, for a list of what is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// Its name.
    pub name: &'static str,
    /// What an operator needs to ask for it.
    pub rights: Rights,
    /// Why it is not served; `None` when it is.
    pub refused: Option<&'static str>,
}

/// Every action of the API.
pub fn actions() -> impl Iterator<Item = Action> {
    table::ROWS.iter().map(|row| Action {
        name: row.name,
        rights: row.rights,
        refused: match row.state {
            table::State::Served(_) => None,
            table::State::Refused(reason) => Some(reason),
        },
    })
}
