//! HTTP/2 at the edge: every stream looks like a connection that carries one HTTP/1.1 call.
//!
//! The journey of a call, the strict reading of heads, the limits and the faults are those of HTTP/1.1; HTTP/2 is a codec before
//! the first byte and behind the last. A [`Stream`] is one of the forms of [`Io`](crate::Io): reading it gives what the peer sent as an
//! HTTP/1.1 message would say it, and what is written to it as an HTTP/1.1 message leaves as frames. The `h2` crate speaks the protocol
//! below; what it does not bound is bounded by the [`guard`].
//!
//! Reading order: [`connection`] (a caller's connection), [`session`] (a connection to a backend), then [`from_caller`] and [`to_backend`]
//! (their streams), and what these share: [`inward`] and [`outward`] (bodies), [`head`] (fields).

mod connection;
mod from_caller;
mod guard;
mod head;
mod inward;
mod outward;
mod scan;
mod session;
mod stream;
mod to_backend;

pub use connection::{End, serve};
pub use guard::Opening;
pub(crate) use session::{Session, begin};
pub use stream::Stream;

/// What every HTTP/2 connection begins with (RFC 9113, 3.4).
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Bounds on a caller's HTTP/2 connection. Heads and bodies have the bounds of [`Limits`](crate::Limits).
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Most streams that are open at once; more are refused with REFUSED_STREAM. Default 128.
    pub streams: u32,
    /// Bytes of one request body that may come before the backend takes them. Default 64 KiB.
    pub stream_window: u32,
    /// Bytes of all request bodies of one connection together that may come before backends take them. Default 1 MiB.
    pub connection_window: u32,
    /// Longest payload of one frame, 16,384 to 16,777,215. Default 16 KiB.
    pub frame_bytes: u32,
    /// Frames that carry nothing (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA…) which a connection may send in one go; a hundred more
    /// are allowed with each second, and one with each 64 bytes that it is sent. Beyond that it is closed with ENHANCE_YOUR_CALM. Default 4,096.
    pub idle_frames: u32,
    /// Streams that a caller may cancel in one go; twenty more are allowed with each second, and one with each call answered to its end.
    /// Beyond that the connection is closed with ENHANCE_YOUR_CALM. Default 256.
    pub resets: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            streams: 128,
            stream_window: 64 * 1024,
            connection_window: 1024 * 1024,
            frame_bytes: 16 * 1024,
            idle_frames: 4096,
            resets: 256,
        }
    }
}
