//! The data plane: a snapshot becomes a plan, and a call travels through it.
//!
//! Read [`journey`] first: it is the order of a call's stages, a line a stage. [`plan`] says what a call runs on, and
//! `plan::compile` how that is made from the configuration. [`gateway`] starts the workers and takes new
//! configurations in; nothing here knows the store or the management APIs.
//!
//! The stages, in their order: [`site`] (host, scheme, environment, route; a custom host in [`domain`]), [`auth`],
//! [`plugin`], [`limit`], [`parameter`], [`backend`] (with [`upstream`]: which node of many), [`reply`]. What a refused call looks like
//! is in [`refusal`]; what stands behind the names of functions and buckets, in [`runtime`]. Where a call leads is told off
//! its path by `explain`.

pub mod access;
mod ahead;
pub mod auth;
pub mod backend;
pub mod call;
pub mod canonical;
pub mod challenge;
pub mod clock;
pub mod conversation;
pub mod cors;
pub mod domain;
mod entrance;
mod explain;
pub mod gateway;
pub mod host;
pub mod issuers;
pub mod journey;
pub mod limit;
pub mod origin;
pub mod parameter;
pub mod plan;
pub mod plugin;
pub mod push;
pub mod refusal;
pub mod reply;
pub mod route;
pub mod runtime;
pub mod site;
pub mod tunnel;
pub mod upstream;
pub mod worker;

pub use challenge::Challenges;
pub use explain::Explained;
pub use gateway::{Gateway, Settings};
pub use issuers::{Issuer, Issuers};
pub use refusal::Refusal;
