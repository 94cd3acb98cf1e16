//! One request and its response, between a caller and a backend.

mod course;
mod relay;
mod take;
mod tunnel;
mod upload;

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};
use std::time::Instant;

use crate::body::{Coding, Incoming};
use crate::buffer::{Buffer, with_scratch};
use crate::caller::append_length;
use crate::gzip::Packer;
use crate::head::LONGEST_RESPONSE_HEAD;
use crate::ticker::Moment;
use crate::{Backend, BodyFault, Caller, Framing, Request, Response, SendFault, SendFaultKind, Version};
use course::Course;
use upload::Upload;

pub use course::Keeper;
pub use relay::Relayed;
pub use take::{TakeFault, Taken, Trailers};
pub use tunnel::{TunnelEnd, TunnelLimits, Tunneled};

/// Most interim responses before a final one.
const MOST_INTERIM: u32 = 8;

/// What is sent to the backend as body.
#[derive(Clone, Copy, Debug)]
pub enum RequestBody<'a> {
    /// The caller's body, streamed with the framing that it came with.
    Stream,
    /// These bytes.
    Bytes(&'a [u8]),
    /// Nothing.
    Empty,
    /// Nothing, and `head` asks to switch protocols: a 101 is an answer, to be followed by [`Exchange::tunnel`].
    Upgrade,
}

/// A request that was sent and the head of its response. A pointer: an exchange is handed on through many steps of a call, and
/// would be copied in each.
#[derive(Debug)]
pub struct Exchange(Box<Parts>);

/// What an [`Exchange`] is made of.
#[derive(Debug)]
struct Parts {
    backend: Backend,
    response: Response,
    /// What came of the response behind its head.
    rest: Buffer,
    /// What is still to be sent of the request.
    upload: Upload,
    /// The backend was asked with HEAD.
    to_head: bool,
    /// What the response's body goes through on its way.
    course: Option<Box<Course>>,
}

impl Exchange {
    /// Sends `head` (request line and header lines with their CRLF, without framing lines and the empty line; this adds Content-Length or
    /// Transfer-Encoding and the empty line) and the body - the head and what is there of the body in one write - and waits for the
    /// final response head. A streamed body goes on being sent meanwhile. 100 is swallowed, other interim responses are relayed to
    /// a caller of HTTP/1.1 or HTTP/2. On a fault `head` is as it was, so that it can be sent again if the fault says so.
    pub async fn send(
        caller: &mut Caller,
        request: &Request,
        backend: Backend,
        head: &mut Vec<u8>,
        body: RequestBody<'_>,
        deadline: Instant,
    ) -> Result<Exchange, SendFault> {
        let length = head.len();
        let may_switch = matches!(body, RequestBody::Upgrade);
        let bookmark = matches!(body, RequestBody::Stream).then(|| caller.bookmark());
        let reused = backend.reused();
        let mut sending = Sending {
            backend,
            inbox: Buffer::none(),
            upload: Upload::done(),
            head_position: 0,
            deadline: caller.deadline.ticker().at(deadline),
            to_head: head.starts_with(b"HEAD "),
            interim: 0,
            may_switch,
            seen: false,
            broken: None,
        };
        let result = sending.run(caller, request, head, body).await;
        let head_position = sending.head_position;
        if result.is_ok() && head_position < head.len() {
            // Answered before the request was sent whole: the rest is still to be sent.
            sending.upload.put_before(head.get(head_position..).unwrap_or_default());
        }
        head.truncate(length);
        match result {
            Ok(response) => {
                let Sending { backend, inbox, upload, to_head, .. } = sending;
                Ok(Exchange(Box::new(Parts { backend, response, rest: inbox, upload, to_head, course: None })))
            }
            Err(kind) => {
                // A backend that does not read would keep what is still to be sent with the system, long after the call.
                sending.backend.io.reset_on_close();
                if kind == SendFaultKind::Timeout {
                    sending.backend.io.doubt();
                }
                let is_lost = matches!(kind, SendFaultKind::Closed | SendFaultKind::Reset);
                let is_refused = kind == SendFaultKind::Refused;
                let mut may_go_elsewhere = is_refused || (is_lost && !sending.seen);
                if let Some(bookmark) = bookmark {
                    if sending.upload.has_read() {
                        may_go_elsewhere = false;
                    } else if may_go_elsewhere {
                        caller.go_back(bookmark);
                    }
                }
                Err(SendFault { kind, safe_to_retry: may_go_elsewhere && (reused || is_refused), may_go_elsewhere })
            }
        }
    }

    /// The response head.
    pub fn response(&self) -> &Response {
        &self.0.response
    }

    /// The backend's address.
    pub fn peer(&self) -> std::net::SocketAddr {
        self.0.backend.peer()
    }

    /// The response's body is to be packed as gzip on its way to the caller. The head that is relayed has to say so.
    pub fn pack(&mut self) {
        self.0.course.get_or_insert_default().packer = Some(Packer::new());
    }

    /// A copy of the response's body is to be kept, as it comes, if it has at most so many bytes.
    pub fn keep(&mut self, most: usize) -> Keeper {
        let keeper = Keeper::new(most);
        self.0.course.get_or_insert_default().keeper = Some(keeper.clone());
        keeper
    }
}

/// The state of [`Exchange::send`].
struct Sending {
    backend: Backend,
    /// Received and not yet understood; in the end what came behind the response head.
    inbox: Buffer,
    upload: Upload,
    head_position: usize,
    deadline: Moment,
    to_head: bool,
    interim: u32,
    /// 101 is an answer.
    may_switch: bool,
    /// A byte of a response came.
    seen: bool,
    /// Why nothing more can be sent; a response may still come.
    broken: Option<SendFaultKind>,
}

impl Sending {
    async fn run(
        &mut self,
        caller: &mut Caller,
        request: &Request,
        head: &mut Vec<u8>,
        body: RequestBody<'_>,
    ) -> Result<Response, SendFaultKind> {
        if request.accepts_trailers() && request.version() >= Version::Http11 && !self.may_switch {
            // A trailer section is relayed, so this hop understands it too.
            head.extend_from_slice(b"TE: trailers\r\nConnection: TE\r\n");
        }
        match body {
            RequestBody::Stream => self.begin_stream(caller, request, head)?,
            RequestBody::Bytes(bytes) => {
                append_length(head, bytes.len() as u64);
                head.extend_from_slice(b"\r\n");
                head.extend_from_slice(bytes);
            }
            RequestBody::Empty | RequestBody::Upgrade => end_without_body(head),
        }
        caller.deadline.set(self.deadline);
        if !self.upload.is_done() && caller.awaits_continue() {
            // The backend has the head before the caller is told to go on.
            poll_fn(|cx| self.poll_head_written(cx, caller, head)).await?;
            caller.send_continue().await.map_err(|_| SendFaultKind::CallerGone)?;
            caller.deadline.set(self.deadline);
        }
        loop {
            let response = poll_fn(|cx| self.poll(cx, caller, head)).await?;
            match response.status() {
                100 => {}
                101 if self.may_switch => return Ok(response),
                101 => return Err(SendFaultKind::Upgrade),
                102..200 if request.version() >= Version::Http11 => {
                    let mut interim = Buffer::take();
                    interim.extend_from_slice(b"HTTP/1.1 ");
                    interim.extend_from_slice(itoa::Buffer::new().format(response.status()).as_bytes());
                    interim.extend_from_slice(b" ");
                    interim.extend_from_slice(response.reason());
                    interim.extend_from_slice(b"\r\n");
                    response.copy_headers(&mut interim, |_, _| false);
                    interim.extend_from_slice(b"\r\n");
                    caller.write(&interim).await.map_err(|_| SendFaultKind::CallerGone)?;
                    caller.deadline.set(self.deadline);
                }
                102..200 => {}
                _ => return Ok(response),
            }
            self.interim += 1;
            if self.interim > MOST_INTERIM {
                return Err(SendFaultKind::TooManyInterim);
            }
        }
    }

    /// Appends the framing of the caller's body and what is there of it.
    fn begin_stream(
        &mut self,
        caller: &mut Caller,
        request: &Request,
        head: &mut Vec<u8>,
    ) -> Result<(), SendFaultKind> {
        let coding = match request.body() {
            Framing::None => {
                end_without_body(head);
                return Ok(());
            }
            Framing::Length(length) => {
                if caller.exceeds(length) {
                    return Err(SendFaultKind::CallerBody(BodyFault::TooLarge));
                }
                append_length(head, length);
                Coding::Plain
            }
            Framing::Chunked => {
                head.extend_from_slice(b"Transfer-Encoding: chunked\r\n");
                Coding::Chunked
            }
        };
        head.extend_from_slice(b"\r\n");
        if !caller.unused().is_empty() {
            caller.take_body(coding, head).map_err(SendFaultKind::CallerBody)?;
        }
        if !caller.body.is_done() {
            self.upload = Upload::new(coding, caller.deadline.ticker().after(caller.limits.body_idle_timeout));
        }
        Ok(())
    }

    fn poll_head_written(
        &mut self,
        cx: &mut Context<'_>,
        caller: &Caller,
        head: &[u8],
    ) -> Poll<Result<(), SendFaultKind>> {
        match self.backend.io.poll_write_all(cx, head, &mut self.head_position) {
            Poll::Ready(Ok(())) => Poll::Ready(Ok(())),
            // Perhaps a response has come all the same; reading will tell.
            Poll::Ready(Err(error)) => {
                self.break_off(&error, head.len());
                Poll::Ready(Ok(()))
            }
            Poll::Pending if caller.deadline.poll(cx) => Poll::Ready(Err(SendFaultKind::Timeout)),
            Poll::Pending => Poll::Pending,
        }
    }

    fn break_off(&mut self, error: &io::Error, head_length: usize) {
        self.broken = Some(kind_of(error));
        self.head_position = head_length;
        self.upload.break_off();
    }

    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        caller: &mut Caller,
        head: &[u8],
    ) -> Poll<Result<Response, SendFaultKind>> {
        loop {
            if self.head_position < head.len() {
                match self.backend.io.poll_write_all(cx, head, &mut self.head_position) {
                    Poll::Ready(Err(error)) => self.break_off(&error, head.len()),
                    Poll::Ready(Ok(())) | Poll::Pending => {}
                }
            }
            if self.head_position >= head.len() && !self.upload.is_done() {
                match self.upload.poll(cx, caller, &mut self.backend.io) {
                    Poll::Ready(Ok(())) => caller.deadline.set(self.deadline),
                    Poll::Ready(Err(upload::Fault::Caller(fault))) => {
                        return Poll::Ready(Err(match fault {
                            BodyFault::Gone => SendFaultKind::CallerGone,
                            fault => SendFaultKind::CallerBody(fault),
                        }));
                    }
                    Poll::Ready(Err(upload::Fault::Backend(error))) => self.break_off(&error, head.len()),
                    // The caller has its own, mostly shorter, time.
                    Poll::Pending => caller.deadline.set(self.upload.due().min(self.deadline)),
                }
            }
            if !self.inbox.is_empty()
                && let Some(done) = self.parse_inbox()
            {
                return Poll::Ready(done);
            }
            match self.poll_response(cx) {
                Poll::Ready(Some(done)) => return Poll::Ready(done),
                Poll::Ready(None) => {}
                // Dropping the connection tells the backend that nobody waits for its answer any more.
                Poll::Pending if caller.poll_gone(cx) => return Poll::Ready(Err(SendFaultKind::CallerGone)),
                Poll::Pending if !caller.deadline.poll(cx) => return Poll::Pending,
                Poll::Pending
                    if self.deadline.has_passed(caller.deadline.ticker()) && !self.awaits_caller(head.len()) =>
                {
                    return Poll::Ready(Err(SendFaultKind::Timeout));
                }
                Poll::Pending => {
                    caller.spoil();
                    return Poll::Ready(Err(SendFaultKind::CallerBody(BodyFault::Timeout)));
                }
            }
        }
    }

    /// True when the backend has taken all that there is of the request, and the rest is the caller's to send: a backend
    /// that does not answer then has not failed.
    fn awaits_caller(&self, head_length: usize) -> bool {
        self.head_position >= head_length && !self.upload.is_done() && self.upload.due() != Moment::NEVER
    }

    fn parse_inbox(&mut self) -> Option<Result<Response, SendFaultKind>> {
        match Response::parse(&self.inbox, self.to_head) {
            Ok(None) => None,
            Ok(Some((response, consumed))) => {
                self.inbox.drain(..consumed);
                if self.inbox.is_empty() {
                    self.inbox.release();
                }
                Some(Ok(response))
            }
            Err(fault) => Some(Err(SendFaultKind::Malformed(fault))),
        }
    }

    /// One read. Ready with `None` when more is needed.
    fn poll_response(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Response, SendFaultKind>>> {
        with_scratch(|scratch| {
            let room = LONGEST_RESPONSE_HEAD.saturating_sub(self.inbox.len()).max(1).min(scratch.len());
            let room = scratch.get_mut(..room).unwrap_or_default();
            let Poll::Ready(read) = self.backend.io.poll_read_first(cx, room) else { return Poll::Pending };
            let bytes = match read {
                Ok(0) => return Poll::Ready(Some(Err(self.broken.unwrap_or(SendFaultKind::Closed)))),
                Ok(count) => room.get(..count).unwrap_or_default(),
                Err(error) => return Poll::Ready(Some(Err(self.broken.unwrap_or(kind_of(&error))))),
            };
            self.seen = true;
            if !self.inbox.is_empty() {
                self.inbox.append(bytes);
                return Poll::Ready(None);
            }
            match Response::parse(bytes, self.to_head) {
                Ok(None) => {
                    self.inbox.append(bytes);
                    Poll::Ready(None)
                }
                Ok(Some((response, consumed))) => {
                    self.inbox = Buffer::holding(bytes.get(consumed..).unwrap_or_default());
                    Poll::Ready(Some(Ok(response)))
                }
                Err(fault) => Poll::Ready(Some(Err(SendFaultKind::Malformed(fault)))),
            }
        })
    }
}

/// A request without a body says so if its method would let one expect a body (RFC 9110, 8.6).
fn end_without_body(head: &mut Vec<u8>) {
    if head.starts_with(b"POST ") || head.starts_with(b"PUT ") || head.starts_with(b"PATCH ") {
        append_length(head, 0);
    }
    head.extend_from_slice(b"\r\n");
}

fn kind_of(error: &io::Error) -> SendFaultKind {
    match error.kind() {
        // A connection that was made cannot be refused; a stream on it can.
        io::ErrorKind::ConnectionRefused => SendFaultKind::Refused,
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::WriteZero => SendFaultKind::Closed,
        _ => SendFaultKind::Reset,
    }
}

impl Incoming {
    /// The body of a response.
    fn of(response: &Response) -> Incoming {
        Incoming::from(response.body())
    }
}
