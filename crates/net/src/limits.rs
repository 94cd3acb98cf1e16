//! What a caller may take: bytes, headers, connections and time.

use std::time::Duration;

use crate::http2;

/// Bounds on everything a caller can make the gateway hold. Every field has a safe default.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest request head (request line and header fields), in bytes; longer heads are refused with 431. Default 32 KiB.
    pub head_bytes: usize,
    /// Longest request target, in bytes; longer ones are refused with 414. Default 8 KiB.
    pub target_bytes: usize,
    /// Most header fields in one head; more are refused with 431. Default 100; values above
    /// [`Limits::MOST_HEADERS`] mean that number.
    pub header_count: usize,
    /// Longest request body, in bytes; 0 means no bound. Default 16 MiB.
    pub body_bytes: u64,
    /// Time from the first byte of a head (or from accepting the connection) to its end. Default 10 s.
    pub head_timeout: Duration,
    /// Time that a connection may rest between two requests. Default 75 s.
    pub idle_timeout: Duration,
    /// Time without any progress while a request body is awaited. Default 30 s.
    pub body_idle_timeout: Duration,
    /// Time that a body may take which the gateway reads whole before it goes on, however steadily it comes. A streamed body is bounded by the
    /// backend's time instead. Default 60 s.
    pub whole_body_timeout: Duration,
    /// Time without any progress while bytes are being written to the caller. Default 30 s.
    pub write_idle_timeout: Duration,
    /// Time that the TLS handshake may take. Default 10 s.
    pub handshake_timeout: Duration,
    /// Most connections that one worker holds; more wait in the system's accept queue. Default 16,384.
    pub max_connections: usize,
    /// Requests answered on one connection before it is closed; 0 means no bound. Default 0.
    pub requests_per_connection: u64,
    /// Bytes of an unread request body that are read and thrown away after an answer so that the connection can live on;
    /// a longer rest closes it. Default 64 KiB.
    pub discard_bytes: u64,
    /// After the last answer on a connection that still has unread input: how long the rest is read and thrown away, so that
    /// the answer is not lost to a reset. Once draining has begun, also how long a connection's first request is waited for.
    /// Default 2 s.
    pub linger_timeout: Duration,
    /// What a caller may take on an HTTP/2 connection beside that.
    pub http2: http2::Bounds,
}

impl Limits {
    /// The most header fields that any setting can allow.
    pub const MOST_HEADERS: usize = 256;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            head_bytes: 32 * 1024,
            target_bytes: 8 * 1024,
            header_count: 100,
            body_bytes: 16 * 1024 * 1024,
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            body_idle_timeout: Duration::from_secs(30),
            whole_body_timeout: Duration::from_secs(60),
            write_idle_timeout: Duration::from_secs(30),
            handshake_timeout: Duration::from_secs(10),
            max_connections: 16_384,
            requests_per_connection: 0,
            discard_bytes: 64 * 1024,
            linger_timeout: Duration::from_secs(2),
            http2: http2::Bounds::default(),
        }
    }
}
