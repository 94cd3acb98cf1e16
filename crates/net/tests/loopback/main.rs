//! The engine between real sockets: every byte that caller and backend send and see.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod body;
mod caller;
mod crowd;
mod fault;
mod gate;
mod message;
mod pool;
mod tls;
