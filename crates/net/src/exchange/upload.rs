//! The caller's body on its way to the backend.

use std::io;
use std::task::{Context, Poll};

use crate::body::Coding;
use crate::buffer::Buffer;
use crate::ticker::Moment;
use crate::{BodyFault, Caller, Io};

/// A streamed request body: at most one read of it is held at a time.
#[derive(Debug)]
pub(super) struct Upload {
    out: Buffer,
    position: usize,
    coding: Coding,
    state: State,
    /// The caller's body follows; otherwise only what is in `out`.
    streams: bool,
    /// The caller's connection was read from, so the body cannot be sent again.
    has_read: bool,
    /// When the caller will have been silent for too long.
    due: Moment,
    /// How often all that was there had been sent.
    moved: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    Done,
    /// The backend takes no more.
    Broken,
}

/// Whose fault it is that the body does not go on.
pub(super) enum Fault {
    Caller(BodyFault),
    Backend(io::Error),
}

impl Upload {
    /// Nothing to send.
    pub(super) fn done() -> Upload {
        Upload {
            out: Buffer::none(),
            position: 0,
            coding: Coding::Nothing,
            state: State::Done,
            streams: false,
            has_read: false,
            due: Moment::NEVER,
            moved: 0,
        }
    }

    /// Everything that is still to come of the caller's body; its next piece until `due`.
    pub(super) fn new(coding: Coding, due: Moment) -> Upload {
        Upload { coding, state: State::Running, streams: true, due, ..Upload::done() }
    }

    /// Nothing more is to be sent, because everything was or because nothing more can be.
    pub(super) fn is_done(&self) -> bool {
        self.state != State::Running
    }

    /// The whole request was sent.
    pub(super) fn is_complete(&self) -> bool {
        self.state == State::Done
    }

    /// A count that grows whenever the backend has taken something.
    pub(super) fn moved(&self) -> u64 {
        self.moved
    }

    pub(super) fn has_read(&self) -> bool {
        self.has_read
    }

    pub(super) fn break_off(&mut self) {
        self.out.release();
        self.state = State::Broken;
    }

    /// Something that has to be sent first.
    pub(super) fn put_before(&mut self, bytes: &[u8]) {
        if self.state == State::Broken {
            return;
        }
        let mut out = Buffer::holding(bytes);
        out.append(self.out.get(self.position..).unwrap_or_default());
        self.out = out;
        self.position = 0;
        self.state = State::Running;
    }

    /// When the wait for the caller ends; never while the backend is waited for.
    pub(super) fn due(&self) -> Moment {
        if self.out.is_empty() { self.due } else { Moment::NEVER }
    }

    /// The backend has taken all that was there: the caller's time begins anew.
    fn note_moved(&mut self, caller: &Caller) {
        self.moved += 1;
        self.due = caller.deadline.ticker().after(caller.limits.body_idle_timeout);
    }

    /// Sends as much as there is and as the backend takes. Ready when everything was sent.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        caller: &mut Caller,
        backend: &mut Io,
    ) -> Poll<Result<(), Fault>> {
        loop {
            if !self.out.is_empty() {
                match backend.poll_write_all(cx, &self.out, &mut self.position) {
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(Fault::Backend(error))),
                    Poll::Pending => return Poll::Pending,
                }
                self.out.clear();
                self.position = 0;
                self.note_moved(caller);
            }
            if !self.streams || caller.body.is_done() {
                self.out.release();
                self.state = State::Done;
                return Poll::Ready(Ok(()));
            }
            let mut broken = None;
            let read = caller.poll_body_through(cx, self.coding, &mut self.out, |cx, data| {
                let mut sent = 0;
                if let Poll::Ready(Err(error)) = backend.poll_write_all(cx, data, &mut sent) {
                    broken = Some(error);
                }
                sent
            });
            if let Some(error) = broken {
                self.has_read = true;
                return Poll::Ready(Err(Fault::Backend(error)));
            }
            match read {
                Poll::Ready(Ok(())) => {
                    self.has_read = true;
                    if self.out.is_empty() {
                        self.note_moved(caller);
                    }
                }
                Poll::Ready(Err(fault)) => return Poll::Ready(Err(Fault::Caller(fault))),
                Poll::Pending => {
                    self.out.release();
                    return Poll::Pending;
                }
            }
        }
    }
}
