//! What is done with input that nobody wants, and how a connection ends.

use std::future::poll_fn;
use std::task::{Context, Poll};

use super::{Caller, End};
use crate::body::Coding;
use crate::buffer::{Buffer, with_scratch};

/// Most bytes read and thrown away while lingering.
const LINGER_BYTES: usize = 1024 * 1024;

impl Caller {
    /// Reads the rest of the last request's body and throws it away; gives up if that is much or takes long.
    pub(super) async fn discard_body(&mut self) {
        let most = self.body_bytes.saturating_add(self.limits.discard_bytes);
        self.deadline.set_after(self.limits.body_idle_timeout);
        while !self.body.is_done() {
            let mut nothing = Buffer::none();
            let more = poll_fn(|cx| {
                if let Poll::Ready(more) = self.poll_body(cx, Coding::Nothing, &mut nothing) {
                    return Poll::Ready(more.is_ok());
                }
                if self.deadline.poll(cx) { Poll::Ready(false) } else { Poll::Pending }
            });
            let more = more.await;
            if !more || self.body_bytes > most {
                self.spoil();
                return;
            }
        }
    }

    /// Says that nothing more will be written, and reads what still comes until the caller closes too. Closing with unread input would reset
    /// the connection, and the answer might be lost on the way.
    pub(super) async fn linger(&mut self) {
        if self.end != End::Closing {
            return;
        }
        if !self.persistent && self.body.is_done() && self.unused().is_empty() && !self.is_tls() {
            // The caller has said that this was its last request, and it was read to its end.
            self.end = End::Gone;
            return;
        }
        self.inbox.release();
        self.used = 0;
        self.deadline.set_after(self.limits.linger_timeout);
        let mut left = LINGER_BYTES;
        let mut is_shut = false;
        poll_fn(|cx| self.poll_linger(cx, &mut is_shut, &mut left)).await;
        self.end = End::Gone;
    }

    fn poll_linger(&mut self, cx: &mut Context<'_>, is_shut: &mut bool, left: &mut usize) -> Poll<()> {
        if !*is_shut {
            match self.io.poll_shutdown(cx) {
                Poll::Ready(Ok(())) => *is_shut = true,
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending if self.deadline.poll(cx) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
        loop {
            match with_scratch(|scratch| self.io.poll_read(cx, scratch)) {
                Poll::Ready(Ok(count)) if count > 0 && *left > count => *left -= count,
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending if self.deadline.poll(cx) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
