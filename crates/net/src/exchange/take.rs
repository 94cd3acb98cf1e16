//! The response, taken whole before the caller is answered.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{Exchange, Parts, Upload};
use crate::body::{Coding, Incoming};
use crate::buffer::{Buffer, with_scratch};
use crate::{Backend, Caller, Pool, Response};

/// Why a response could not be taken whole. The caller can still be given another answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeFault {
    /// The caller is gone.
    CallerGone,
    /// The backend closed or reset the connection before the end of the body.
    Gone,
    /// The backend sent nothing for the stall limit.
    Stalled,
    /// The backend's chunked coding is malformed.
    Malformed,
    /// The body is longer than what may be taken.
    TooLong,
}

/// A response that was taken whole.
#[derive(Debug)]
pub struct Taken {
    /// Its head.
    pub response: Response,
    /// Its body, decoded where it came in chunks.
    pub body: Vec<u8>,
    /// What came behind the body.
    pub trailers: Trailers,
}

/// The fields behind a body.
#[derive(Debug, Default)]
pub struct Trailers(Vec<u8>);

impl Trailers {
    /// The value of the first field of this name, in any case.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.split(|byte| *byte == b'\n').find_map(|line| {
            let (known, value) = line.split_at_checked(memchr::memchr(b':', line)?)?;
            known.eq_ignore_ascii_case(name.as_bytes()).then(|| value.get(1..).unwrap_or_default().trim_ascii())
        })
    }
}

impl Exchange {
    /// Takes the whole response, whose body may have `most` bytes. What is left of the request goes on being sent meanwhile. Puts
    /// a clean connection back into `pool`. `stall_limit` bounds the time in which the backend sends nothing.
    ///
    /// # Errors
    /// See [`TakeFault`]; the backend's connection is closed then.
    pub async fn take(
        self,
        caller: &mut Caller,
        pool: &Pool,
        most: usize,
        stall_limit: Duration,
    ) -> Result<Taken, TakeFault> {
        let Parts { backend, response, rest, upload, .. } = *self.0;
        let persistent = response.is_persistent();
        let body = Incoming::of(&response);
        let mut taking = Taking { backend, body, rest, upload, taken: Vec::new(), most, stall_limit };
        let result = taking.run(caller).await;
        if result.is_err() || !taking.upload.is_complete() {
            // As in `send`: nothing is left behind for a backend that does not read.
            taking.backend.io.reset_on_close();
        }
        result?;
        if persistent && taking.upload.is_complete() && taking.rest.is_empty() {
            pool.put_back(taking.backend.used());
        }
        let trailers = Trailers(taking.body.trailers().unwrap_or_default().to_vec());
        Ok(Taken { response, body: taking.taken, trailers })
    }
}

struct Taking {
    backend: Backend,
    body: Incoming,
    /// What was received behind the head; in the end what came behind the body.
    rest: Buffer,
    upload: Upload,
    taken: Vec<u8>,
    most: usize,
    stall_limit: Duration,
}

impl Taking {
    async fn run(&mut self, caller: &mut Caller) -> Result<(), TakeFault> {
        let rest = std::mem::replace(&mut self.rest, Buffer::none());
        self.put(&rest)?;
        caller.deadline.set_after(self.stall_limit);
        poll_fn(|cx| self.poll(cx, caller)).await
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), TakeFault> {
        let (consumed, _) =
            self.body.transfer(bytes, Coding::Plain, &mut self.taken).map_err(|_| TakeFault::Malformed)?;
        self.rest.append(bytes.get(consumed..).unwrap_or_default());
        if self.taken.len() > self.most { Err(TakeFault::TooLong) } else { Ok(()) }
    }

    fn poll(&mut self, cx: &mut Context<'_>, caller: &mut Caller) -> Poll<Result<(), TakeFault>> {
        loop {
            if !self.upload.is_done() {
                let moved = self.upload.moved();
                if let Poll::Ready(Err(_)) = self.upload.poll(cx, caller, &mut self.backend.io) {
                    // The answer has begun already; what is missing of the request does not matter any more.
                    self.upload.break_off();
                }
                // A backend that takes what is sent has not stalled.
                if self.upload.moved() != moved {
                    caller.deadline.set_after(self.stall_limit);
                }
            }
            if self.body.is_done() {
                return Poll::Ready(Ok(()));
            }
            let read = with_scratch(|scratch| {
                let room = self.body.worth_reading(scratch.len());
                let room = scratch.get_mut(..room).unwrap_or_default();
                let Poll::Ready(read) = self.backend.io.poll_read(cx, room) else { return Poll::Pending };
                Poll::Ready(match read {
                    Ok(0) if matches!(self.body, Incoming::UntilClose) => {
                        self.body = Incoming::Done;
                        Ok(())
                    }
                    Ok(0) | Err(_) => Err(TakeFault::Gone),
                    Ok(count) => self.put(room.get(..count).unwrap_or_default()),
                })
            });
            match read {
                Poll::Ready(Ok(())) => caller.deadline.set_after(self.stall_limit),
                Poll::Ready(Err(fault)) => return Poll::Ready(Err(fault)),
                Poll::Pending if caller.poll_gone(cx) => return Poll::Ready(Err(TakeFault::CallerGone)),
                Poll::Pending if caller.deadline.poll(cx) => return Poll::Ready(Err(TakeFault::Stalled)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
