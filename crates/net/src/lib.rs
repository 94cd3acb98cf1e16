//! Bytes to requests and back: the HTTP/1.1 engine, HTTP/2 on top of it, connections, pools and timeouts.
//!
//! Everything here belongs to one worker thread with its own runtime ([`listen::worker_runtime`]); nothing is locked or shared.
//! A [`Caller`] is an accepted connection, a [`Backend`] one that the gateway opened; a [`Request`] comes out of the former, and an
//! [`Exchange`] sends it to the latter and relays the [`Response`]; a [`Fetched`] is the answer to a request of the gateway's own.

mod body;
mod buffer;
pub mod check;
pub mod chunked;
mod fault;
mod framing;
mod gzip;
mod head;
mod io;
mod limits;
mod ticker;

mod caller;
mod exchange;
mod fetch;
mod pool;
mod target;

pub mod http2;
pub mod listen;
pub mod proxied;
pub mod tls;
pub mod websocket;

pub use buffer::Buffer;
pub use caller::Caller;
pub use exchange::{
    Exchange, Keeper, Relayed, RequestBody, TakeFault, Taken, Trailers, TunnelEnd, TunnelLimits, Tunneled,
};
pub use fault::{
    BodyFault, CallerGone, ChunkFault, ConnectFault, HeadFault, ProbeFault, RelayFault, ResponseFault, SendFault,
    SendFaultKind,
};
pub use fetch::{FetchFault, Fetched};
pub use framing::{Framing, ResponseFraming, Version};
pub use gzip::gzip;
pub use head::{HeadEdit, Request, Response};
pub use io::Io;
pub use limits::Limits;
pub use pool::{Backend, NameLimits, Pool, PoolLimits};
pub use target::{InvalidHost, Speaks, Target};
pub use ticker::{Moment, TICK, Ticker};
