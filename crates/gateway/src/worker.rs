//! A worker: one thread that serves calls, with everything that it needs to itself.
//!
//! Workers share nothing on the path of a call but the plan, which is read through one atomic pointer, and the limits,
//! which are lock-free.

use std::cell::{Cell, RefCell};
use std::net::IpAddr;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, Cache};
use ipnet::IpNet;
use net::http2::{self, Opening};
use net::{Caller, HeadFault, Pool, Ticker, TunnelLimits, Version};
use observe::{CallRecord, LogWriter, Metrics};
use tokio::task::coop::consume_budget;

use crate::auth::DateReader;
use crate::challenge::Challenges;
use crate::clock::Clock;
use crate::conversation::switchboard::{Seats, Switchboard};
use crate::host::DefaultNames;
use crate::plan::Plan;
use crate::refusal::{Refusal, tencent};
use crate::reply::CallLines;
use crate::route::Captures;
use crate::site::CallPath;
use crate::{journey, reply};

/// Buffers that a call needs, used again by the next.
#[derive(Debug)]
pub struct Scratch {
    /// The head that is being written.
    pub head: Vec<u8>,
    /// The body of an answer that the gateway makes.
    pub body: Vec<u8>,
    /// The header lines that every answer of the call carries.
    pub lines: CallLines,
    /// The variables of the call's path.
    pub captures: Captures,
    /// The call's path.
    pub path: CallPath,
}

impl Default for Scratch {
    /// Empty, with room for a usual head.
    fn default() -> Self {
        let (captures, path) = (Captures::new(), CallPath::default());
        Self { head: Vec::with_capacity(2048), body: Vec::new(), lines: CallLines::default(), captures, path }
    }
}

/// What a worker is given to work with.
pub struct Outfit {
    /// Its coarse clock and deadlines.
    pub ticker: Rc<Ticker>,
    /// Its connections to backends.
    pub pool: Rc<Pool>,
    /// Where calls are counted.
    pub metrics: Arc<Metrics>,
    /// Where calls are logged.
    pub log: RefCell<LogWriter>,
    /// How far the `X-Date` of a signed call may be from now, in seconds.
    pub signature_skew: i64,
    /// The default names of services.
    pub names: DefaultNames,
    /// Longest form body that is read for its parameters, in bytes.
    pub form_bytes: usize,
    /// Longest body that becomes a message of gRPC, and longest answer of gRPC that becomes JSON, in bytes.
    pub rpc_bytes: usize,
    /// How long a WebSocket may last.
    pub tunnel: TunnelLimits,
    /// Longest message of a WebSocket that functions hear and answer, in bytes.
    pub message_bytes: usize,
    /// The lines to the WebSockets of all workers.
    pub switchboard: Switchboard,
    /// Its own WebSockets that functions may push to.
    pub seats: Seats,
    /// Asynchronous calls of functions that are on their way; the worker waits for them when it ends.
    pub errands: Rc<Cell<usize>>,
    /// How long a backend may pause within an answer; `None` is the API's timeout.
    pub stall: Option<Duration>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The port at which callers find https.
    pub https_port: u16,
    /// The proofs for authorities that are asked for certificates.
    pub challenges: Challenges,
}

/// A thread's share of the data plane.
pub struct Worker {
    /// Its number, from 0.
    pub index: usize,
    /// Its clock.
    pub clock: Clock,
    /// Reads the dates of signed calls.
    pub dates: DateReader,
    /// What it was given.
    outfit: Outfit,
    /// Connections that are being served.
    pub open: Cell<usize>,
    newest: RefCell<Cache<Arc<ArcSwap<Plan>>, Arc<Plan>>>,
    held: RefCell<HeldPlan>,
    random: RefCell<fastrand::Rng>,
    // Boxed, for they are moved with each call, and are hundreds of bytes.
    #[allow(clippy::vec_box)]
    scratches: RefCell<Vec<Box<Scratch>>>,
    /// Where the last call came from, and the lines that tell it.
    origin: RefCell<Option<(Origin, Vec<u8>)>>,
}

/// Where a call came from, as far as its backend is told.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    address: IpAddr,
    is_tls: bool,
    version: Version,
    alone: bool,
}

/// A plan as the calls of one worker hold it: counted by this thread alone, so that threads do not write to one
/// another's memory with each call.
#[derive(Clone)]
pub struct HeldPlan(Rc<(Arc<Plan>,)>);

impl Deref for HeldPlan {
    type Target = Plan;

    fn deref(&self) -> &Plan {
        &self.0.0
    }
}

impl Deref for Worker {
    type Target = Outfit;

    fn deref(&self) -> &Outfit {
        &self.outfit
    }
}

impl Worker {
    /// Worker number `index`, which runs what `plan` points to.
    pub fn new(index: usize, plan: Arc<ArcSwap<Plan>>, outfit: Outfit) -> Self {
        Self {
            index,
            clock: Clock::default(),
            dates: DateReader::default(),
            outfit,
            open: Cell::new(0),
            held: RefCell::new(HeldPlan(Rc::new((plan.load_full(),)))),
            newest: RefCell::new(Cache::new(plan)),
            random: RefCell::new(fastrand::Rng::new()),
            scratches: RefCell::new(Vec::new()),
            origin: RefCell::new(None),
        }
    }

    /// Serves one connection to its end.
    ///
    /// A block and no `async fn`, which would keep its argument beside the place that it is moved to: a connection rests
    /// most of its life, and there may be many.
    #[allow(clippy::manual_async_fn)]
    pub fn serve(self: &Rc<Self>, mut caller: Caller) -> impl Future<Output = ()> {
        async move {
            self.metrics.connection_opened(self.index);
            loop {
                // A caller that sends without end leaves time for others.
                consume_budget().await;
                match caller.next().await {
                    // What a call needs is not kept for a connection that rests. The memory comes first: a journey that
                    // is made in its place is not copied there, and most of it is empty at first.
                    Ok(Some(request)) => {
                        let memory = Box::new_uninit();
                        Box::into_pin(Box::write(memory, journey::journey(self, &mut caller, request))).await;
                    }
                    Ok(None) => break,
                    Err(HeadFault::Preface) => {
                        Box::pin(self.serve_streams(caller.into_http2())).await;
                        break;
                    }
                    Err(fault) => Box::pin(self.refuse_head(&mut caller, fault)).await,
                }
            }
            self.metrics.connection_closed(self.index);
        }
    }

    /// Serves one connection of HTTP/2 to its end.
    pub async fn serve_http2(self: &Rc<Self>, opening: Opening) {
        self.metrics.connection_opened(self.index);
        self.serve_streams(opening).await;
        self.metrics.connection_closed(self.index);
    }

    /// Each stream is a call of its own, in a task of its own.
    async fn serve_streams(self: &Rc<Self>, opening: Opening) {
        let peer = opening.peer();
        let end = http2::serve(opening, |caller| {
            let worker = Rc::clone(self);
            worker.open.set(worker.open.get() + 1);
            tokio::task::spawn_local(async move {
                worker.serve_stream(caller).await;
                worker.open.set(worker.open.get() - 1);
            });
        })
        .await;
        if end == http2::End::Flooded {
            tracing::debug!(%peer, "a connection of HTTP/2 was closed: it flooded the gateway with frames of no use");
        }
    }

    async fn serve_stream(&self, mut caller: Caller) {
        match caller.next().await {
            Ok(Some(request)) => journey::journey(self, &mut caller, request).await,
            Ok(None) => {}
            Err(fault) => self.refuse_head(&mut caller, fault).await,
        }
    }

    /// Answers a head that is no request; the connection ends with that.
    async fn refuse_head(&self, caller: &mut Caller, fault: HeadFault) {
        self.metrics.nowhere().call(self.index, fault.status(), 0, None, Some(Refusal::MALFORMED_REQUEST));
        let mut scratch = self.scratch();
        let Scratch { head, body, .. } = &mut *scratch;
        reply::write_status(head, fault.status());
        reply::write_line(head, "Content-Type", b"application/json");
        self.write_date(head);
        let request_id = self.request_id();
        reply::write_line(head, "X-Api-RequestId", &request_id);
        tencent::write_body(fault.reason(), body);
        // The caller may be gone already; there is nobody else to tell.
        let _ = caller.answer(None, head, body, true).await;
        self.log_head(caller, &request_id, fault, body.len());
        self.keep(scratch);
    }

    /// Logs a head that is no request: nothing of it is known but who sent it.
    fn log_head(&self, caller: &Caller, request_id: &[u8], fault: HeadFault, body: usize) {
        let mut log = self.log.borrow_mut();
        if !log.is_on() {
            return;
        }
        log.record(&CallRecord {
            time: self.clock.wall(self.clock.now()),
            request_id,
            service: "",
            environment: "",
            api: "",
            key: "",
            plan: "",
            certificate: "",
            method: "",
            scheme: if caller.is_tls() { "https" } else { "http" },
            host: "",
            path: "",
            peer: caller.peer(),
            status: fault.status(),
            backend_status: None,
            backend: None,
            bytes_in: 0,
            bytes_out: body as u64,
            duration_us: 0,
            backend_us: None,
            refusal: Refusal::NAMES[Refusal::MALFORMED_REQUEST],
            message: fault.reason(),
            local: caller.local(),
            connect_us: None,
            backend_total_us: None,
        });
    }

    /// The plan that runs now. A call keeps the one that it began under.
    pub fn plan(&self) -> HeldPlan {
        let mut newest = self.newest.borrow_mut();
        let newest = newest.load();
        let mut held = self.held.borrow_mut();
        if !Arc::ptr_eq(newest, &held.0.0) {
            *held = HeldPlan(Rc::new((Arc::clone(newest),)));
        }
        held.clone()
    }

    /// Empty buffers.
    pub fn scratch(&self) -> Box<Scratch> {
        let mut scratch = self.scratches.borrow_mut().pop().unwrap_or_default();
        scratch.head.clear();
        scratch.body.clear();
        scratch.lines.clear();
        scratch
    }

    /// Takes buffers back. Ones that grew far beyond the usual are let go.
    pub fn keep(&self, scratch: Box<Scratch>) {
        const MOST: usize = 256;
        const LARGEST: usize = 64 * 1024;
        let mut scratches = self.scratches.borrow_mut();
        if scratches.len() < MOST && scratch.head.capacity() <= LARGEST && scratch.body.capacity() <= LARGEST {
            scratches.push(scratch);
        }
    }

    /// A new request id: 32 lower-case hex digits.
    pub fn request_id(&self) -> [u8; 32] {
        const NIBBLES: u64 = u64::MAX / 17;
        let random = self.random.borrow_mut().u128(..);
        let (low, high) = (random as u64, (random >> 64) as u64);
        let mut id = [0; 32];
        let eights = [low & NIBBLES, low >> 4 & NIBBLES, high & NIBBLES, high >> 4 & NIBBLES];
        for (digits, eight) in id.as_chunks_mut().0.iter_mut().zip(eights) {
            *digits = hex_digits(eight);
        }
        id
    }

    /// A random number.
    pub fn random(&self) -> u64 {
        self.random.borrow_mut().u64(..)
    }

    /// Writes the `Date` line of an answer that the gateway makes.
    pub fn write_date(&self, out: &mut Vec<u8>) {
        reply::write_line(out, "Date", &self.ticker.date());
    }

    /// `address` as text.
    pub fn address_text(&self, address: IpAddr) -> String {
        address.to_canonical().to_string()
    }

    /// Writes the lines that tell a backend where a call came from; `alone` where no other hop is told of.
    ///
    /// Calls of one caller come in runs, so the lines that were written last are kept.
    pub fn write_origin_lines(&self, out: &mut Vec<u8>, address: IpAddr, is_tls: bool, version: Version, alone: bool) {
        let origin = Origin { address, is_tls, version, alone };
        let mut last = self.origin.borrow_mut();
        match &*last {
            Some((known, lines)) if *known == origin => out.extend_from_slice(lines),
            _ => {
                let lines = self.origin_lines(&origin);
                out.extend_from_slice(&lines);
                *last = Some((origin, lines));
            }
        }
    }

    fn origin_lines(&self, origin: &Origin) -> Vec<u8> {
        let scheme: &[u8] = if origin.is_tls { b"https" } else { b"http" };
        let version: &[u8] = match origin.version {
            Version::Http10 => b"HTTP/1.0",
            Version::Http11 => b"HTTP/1.1",
            Version::Http2 => b"HTTP/2.0",
        };
        let address = self.address_text(origin.address);
        let mut lines = Vec::new();
        reply::write_line(&mut lines, "X-Client-Proto", scheme);
        reply::write_line(&mut lines, "X-Client-Proto-Ver", version);
        if origin.alone {
            reply::write_line(&mut lines, "X-Forwarded-For", address.as_bytes());
        }
        reply::write_line(&mut lines, "X-Real-IP", address.as_bytes());
        reply::write_line(&mut lines, "X-Api-Scheme", scheme);
        lines
    }
}

/// The digits of eight numbers below 16, one to a byte.
fn hex_digits(numbers: u64) -> [u8; 8] {
    const ONES: u64 = u64::MAX / 255;
    // One in each byte that is above nine: `a` stands 39 places behind where a tenth digit would.
    let letters = (numbers + ONES * 6) >> 4 & ONES;
    (numbers + ONES * u64::from(b'0') + letters * 39).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_numbers_are_eight_digits() {
        assert_eq!(&hex_digits(u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7])), b"01234567");
        assert_eq!(&hex_digits(u64::from_le_bytes([8, 9, 10, 11, 12, 13, 14, 15])), b"89abcdef");
    }
}
