//! A request of the gateway's own: sent whole, answered whole, with no caller at its other end.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use crate::body::{Coding, Incoming};
use crate::buffer::with_scratch;
use crate::caller::append_length;
use crate::head::LONGEST_RESPONSE_HEAD;
use crate::{Backend, ConnectFault, Pool, Response, ResponseFraming, Target};

/// Most interim responses before a final one.
const MOST_INTERIM: u32 = 8;

/// A response that was taken whole.
#[derive(Debug)]
pub struct Fetched {
    /// Its head.
    pub response: Response,
    /// Its body.
    pub body: Vec<u8>,
    /// Who answered.
    pub peer: std::net::SocketAddr,
}

/// Why there is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchFault {
    /// No connection.
    Connect(ConnectFault),
    /// Not whole before the deadline.
    Timeout,
    /// The backend broke off.
    Gone,
    /// What came is no response.
    Malformed,
    /// The body is longer than what may be kept.
    TooLarge,
}

impl Pool {
    /// Sends `head` (request line and header lines with their CRLF, without framing lines and the empty line) and `body`, and takes the
    /// whole response before `deadline`; a body of more than `most` bytes is a fault. Nothing is sent twice.
    ///
    /// # Errors
    /// See [`FetchFault`]; the connection is closed then.
    pub async fn fetch(
        &self,
        target: &Arc<Target>,
        head: &[u8],
        body: &[u8],
        most: usize,
        deadline: Instant,
    ) -> Result<Fetched, FetchFault> {
        let backend = self.acquire(target, deadline).await.map_err(|fault| match fault {
            ConnectFault::Timeout => FetchFault::Timeout,
            fault => FetchFault::Connect(fault),
        })?;
        let mut fetching = Fetching::new(backend, head, body);
        let exchange = fetching.exchange(head.starts_with(b"HEAD "), most);
        let Ok(done) = tokio::time::timeout_at(deadline.into(), exchange).await else {
            fetching.backend.io.doubt();
            return Err(FetchFault::Timeout);
        };
        let (response, body) = done?;
        let peer = fetching.backend.peer();
        if response.is_persistent() && fetching.inbox.is_empty() && fetching.is_sent() && !fetching.is_at_end {
            self.put_back(fetching.backend.used());
        }
        Ok(Fetched { response, body, peer })
    }
}

/// A request on its way and what came back of it.
struct Fetching {
    backend: Backend,
    request: Vec<u8>,
    position: usize,
    /// Received and not yet understood.
    inbox: Vec<u8>,
    /// The backend sends no more.
    is_at_end: bool,
}

impl Fetching {
    fn new(backend: Backend, head: &[u8], body: &[u8]) -> Fetching {
        let mut request = Vec::with_capacity(head.len() + body.len() + 32);
        request.extend_from_slice(head);
        if !body.is_empty() || head.starts_with(b"POST ") || head.starts_with(b"PUT ") {
            append_length(&mut request, body.len() as u64);
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(body);
        Fetching { backend, request, position: 0, inbox: Vec::new(), is_at_end: false }
    }

    /// The whole response.
    async fn exchange(&mut self, to_head: bool, most: usize) -> Result<(Response, Vec<u8>), FetchFault> {
        let response = self.response(to_head).await?;
        let body = self.body(&response, most).await?;
        Ok((response, body))
    }

    fn is_sent(&self) -> bool {
        self.position >= self.request.len()
    }

    /// The final response's head.
    async fn response(&mut self, to_head: bool) -> Result<Response, FetchFault> {
        let mut interim = 0;
        loop {
            match Response::parse(&self.inbox, to_head) {
                Err(_) => return Err(FetchFault::Malformed),
                Ok(Some((response, consumed))) => {
                    self.inbox.drain(..consumed);
                    match response.status() {
                        101 => return Err(FetchFault::Malformed),
                        100..200 if interim == MOST_INTERIM => return Err(FetchFault::Malformed),
                        100..200 => interim += 1,
                        _ => return Ok(response),
                    }
                }
                Ok(None) if self.inbox.len() >= LONGEST_RESPONSE_HEAD => return Err(FetchFault::Malformed),
                Ok(None) => {
                    self.more().await?;
                    if self.is_at_end {
                        return Err(FetchFault::Gone);
                    }
                }
            }
        }
    }

    /// The whole body.
    async fn body(&mut self, response: &Response, most: usize) -> Result<Vec<u8>, FetchFault> {
        if let ResponseFraming::Length(length) = response.body()
            && length > most as u64
        {
            return Err(FetchFault::TooLarge);
        }
        let mut incoming = Incoming::from(response.body());
        let mut body = Vec::new();
        loop {
            if !self.inbox.is_empty() {
                let (consumed, _) =
                    incoming.transfer(&self.inbox, Coding::Plain, &mut body).map_err(|_| FetchFault::Malformed)?;
                self.inbox.drain(..consumed);
            }
            if body.len() > most {
                return Err(FetchFault::TooLarge);
            }
            if incoming.is_done() {
                return Ok(body);
            }
            self.more().await?;
            if self.is_at_end {
                return if matches!(incoming, Incoming::UntilClose) { Ok(body) } else { Err(FetchFault::Gone) };
            }
        }
    }

    /// Sends on, and waits until more has come or the backend sends no more.
    async fn more(&mut self) -> Result<(), FetchFault> {
        poll_fn(|cx| self.poll_more(cx)).await.map_err(|_| FetchFault::Gone)
    }

    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_sent()
            && let Poll::Ready(Err(_)) = self.backend.io.poll_write_all(cx, &self.request, &mut self.position)
        {
            // Perhaps a response has come all the same; reading will tell.
            self.position = usize::MAX;
        }
        with_scratch(|scratch| {
            let Poll::Ready(read) = self.backend.io.poll_read(cx, scratch) else { return Poll::Pending };
            let count = read?;
            self.inbox.extend_from_slice(scratch.get(..count).unwrap_or_default());
            self.is_at_end = count == 0;
            Poll::Ready(Ok(()))
        })
    }
}
