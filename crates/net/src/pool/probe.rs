//! One request that nobody called for, to learn whether a backend answers.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use tokio::time::timeout_at;

use super::Pool;
use crate::head::LONGEST_RESPONSE_HEAD;
use crate::{Io, ProbeFault, Response, Target};

/// What a probe reads at once.
const READ: usize = 4096;

impl Pool {
    /// Sends `head` (a whole GET request, which should say `Connection: close`) on a connection of its own, or as a stream of a shared one, and
    /// gives the status of the final response. The connection ends with that, the stream alone of a shared one; a body is not read.
    pub async fn probe(&self, target: &Arc<Target>, head: &[u8], deadline: Instant) -> Result<u16, ProbeFault> {
        let mut backend = self.acquire(target, deadline).await.map_err(ProbeFault::Connect)?;
        match timeout_at(deadline.into(), ask(&mut backend.io, head)).await {
            Ok(answered) => answered,
            Err(_) => Err(ProbeFault::Timeout),
        }
    }
}

async fn ask(io: &mut Io, head: &[u8]) -> Result<u16, ProbeFault> {
    let mut sent = 0;
    let lost = |_: io::Error| ProbeFault::Lost;
    poll_fn(|cx| io.poll_write_all(cx, head, &mut sent)).await.map_err(lost)?;
    let mut inbox: Vec<u8> = Vec::new();
    let mut room = [0; READ];
    loop {
        let count = poll_fn(|cx| io.poll_read(cx, &mut room)).await.map_err(lost)?;
        if count == 0 {
            return Err(ProbeFault::Lost);
        }
        inbox.extend_from_slice(room.get(..count).unwrap_or_default());
        while let Some((response, consumed)) = Response::parse(&inbox, false).map_err(ProbeFault::Malformed)? {
            if response.status() >= 200 {
                return Ok(response.status());
            }
            inbox.drain(..consumed);
        }
        // A head this long is refused by the parser; interim responses without end are refused here.
        if inbox.len() > LONGEST_RESPONSE_HEAD {
            return Err(ProbeFault::Lost);
        }
    }
}
