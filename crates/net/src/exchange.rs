//! One request and its response, between a caller and a backend.

use std::time::{Duration, Instant};

use crate::{Backend, Caller, Pool, RelayFault, Request, Response, SendFault};

/// What is sent to the backend as body.
#[derive(Clone, Copy, Debug)]
pub enum RequestBody<'a> {
    /// The caller's body, streamed with the framing that it came with.
    Stream,
    /// These bytes.
    Bytes(&'a [u8]),
    /// Nothing.
    Empty,
}

/// A response that reached the caller whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relayed {
    /// Bytes of the body, without chunked coding.
    pub body_bytes: u64,
}

/// A request that was sent and the head of its response.
#[derive(Debug)]
pub struct Exchange {}

impl Exchange {
    /// Sends `head` (request line and header lines with their CRLF, without framing lines and the empty line; this adds Content-Length or
    /// Transfer-Encoding and the empty line) and the body - the head and what is there of the body in one write - and waits for the
    /// final response head. A streamed body goes on being sent meanwhile. 100 is swallowed, other interim responses are relayed to
    /// an HTTP/1.1 caller. On a fault `head` is as it was, so that it can be sent again if the fault says so.
    pub async fn send(
        caller: &mut Caller,
        request: &Request,
        backend: Backend,
        head: &mut Vec<u8>,
        body: RequestBody<'_>,
        deadline: Instant,
    ) -> Result<Exchange, SendFault> {
        let _ = (caller, request, backend, head, body, deadline);
        todo!()
    }

    /// The response head.
    pub fn response(&self) -> &Response {
        todo!()
    }

    /// Sends `head` (status line and header lines with their CRLF, without framing lines and the empty line) and the response body to
    /// the caller - the head and what is there of the body in one write. Puts a clean connection back into `pool`.
    /// `stall_limit` bounds the time in which the backend sends nothing; the caller has [`Limits::write_idle_timeout`](crate::Limits).
    pub async fn relay(
        self,
        caller: &mut Caller,
        request: &Request,
        head: &mut Vec<u8>,
        pool: &Pool,
        stall_limit: Duration,
    ) -> Result<Relayed, RelayFault> {
        let _ = (caller, request, head, pool, stall_limit);
        todo!()
    }
}
