//! The data plane: a snapshot becomes a plan, and a call travels through it.

pub mod limit;
pub mod route;
