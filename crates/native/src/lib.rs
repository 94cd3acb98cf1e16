//! The native REST API beneath `/api/v1`: what the console, scripts and `tollgate apply` speak.
//!
//! It is a dialect like any other: it turns requests into the model's words, calls the use cases of [`control`], and
//! turns their answers into JSON. It has no rules of its own. The OpenAPI document ([`document()`]) is made from the
//! same functions that answer, and bodies and query parameters are checked against that very document, so the two
//! cannot disagree.
//!
//! Reading order: what the routes are made of (`routes`, `on_demand`, `state`, `document`), what each request goes
//! through (`guard`, `caller`, `origin`, `repeat`, `exchange`, `body` with `body/schema`, `query`), what answers are made
//! of (`problem`, `refusal`, `etag`, `page`, `moment`, `span`), then a file for each noun. A noun's file has its own wire
//! types and its own `routes()`.

mod about;
mod api;
mod api_document;
mod application;
mod audit;
mod body;
mod caller;
mod certificate;
mod configuration;
mod debug;
mod diff;
mod document;
mod domain;
mod environment;
mod etag;
mod exchange;
mod guard;
mod ip_strategy;
mod key;
mod log;
mod moment;
mod on_demand;
mod openapi;
mod operator;
mod origin;
mod page;
mod plan;
mod plugin;
mod problem;
mod query;
mod refusal;
mod release;
mod repeat;
mod routes;
mod service;
mod session;
mod setting;
mod span;
mod state;
mod throttle;
mod traffic;
mod upstream;

pub use document::document;
pub use origin::PublicUrl;
pub use routes::router;
pub use setting::{Setting, SettingSource, Settings};
pub use state::{Node, Setup};
