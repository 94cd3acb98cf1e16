//! A small gateway between raw sockets, so that a test says byte for byte what each side sends and sees.

use std::cell::RefCell;
use std::future::Future;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use net::{
    Buffer, Caller, Exchange, Io, Limits, Pool, PoolLimits, RelayFault, Relayed, Request, RequestBody, SendFault,
    SendFaultKind, Target, Ticker, listen,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// No wait in a test lasts longer; only a broken test reaches it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a test on a worker's runtime.
pub(crate) fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = listen::worker_runtime().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, test).await.expect("the test hangs") })
}

/// What happened to the requests so far, in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Relayed(Relayed),
    Relay(RelayFault),
    Send(SendFaultKind),
    Retried,
    Head(u16),
}

pub(crate) struct Gate {
    pub(crate) address: SocketAddr,
    pub(crate) pool: Rc<Pool>,
    pub(crate) clock: Rc<Ticker>,
    events: Rc<RefCell<Vec<Event>>>,
}

#[derive(Clone)]
struct Worker {
    pool: Rc<Pool>,
    target: Arc<Target>,
    events: Rc<RefCell<Vec<Event>>>,
    timeout: Duration,
}

impl Gate {
    pub(crate) async fn to(backend: SocketAddr) -> Gate {
        Gate::with(backend, Limits::default()).await
    }

    pub(crate) async fn with(backend: SocketAddr, limits: Limits) -> Gate {
        Gate::with_timeout(backend, limits, PATIENCE).await
    }

    pub(crate) async fn with_timeout(backend: SocketAddr, limits: Limits, timeout: Duration) -> Gate {
        let clock = Ticker::start();
        let limits = Rc::new(limits);
        let pool = Pool::new(PoolLimits::default(), Rc::clone(&clock));
        let target = Arc::new(Target::new(false, &backend.ip().to_string(), backend.port(), None).unwrap());
        let (address, listeners) = listen::bind("127.0.0.1:0".parse().unwrap(), 1, false).unwrap();
        let worker = Worker { pool: Rc::clone(&pool), target, events: Rc::default(), timeout };
        let events = Rc::clone(&worker.events);
        let accepting = Rc::clone(&clock);
        tokio::task::spawn_local(async move {
            let listener = listeners.into_iter().next().unwrap();
            let seats = listen::Seats::new(limits.max_connections);
            let take = |stream, peer, seat| {
                let caller = Caller::new(Io::Plain(stream), peer, address, Rc::clone(&limits), Rc::clone(&accepting));
                let worker = worker.clone();
                tokio::task::spawn_local(async move {
                    worker.serve(caller).await;
                    drop(seat);
                });
            };
            listen::accept(listener, seats, Rc::clone(&accepting), take).await.unwrap();
        });
        Gate { address, pool, clock, events }
    }

    pub(crate) async fn call(&self) -> Peer {
        Peer(TcpStream::connect(self.address).await.unwrap())
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        std::mem::take(&mut self.events.borrow_mut())
    }

    /// Waits until as many things have happened.
    pub(crate) async fn wait_for_events(&self, count: usize) -> Vec<Event> {
        while self.events.borrow().len() < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.events()
    }
}

impl Worker {
    fn note(&self, event: Event) {
        self.events.borrow_mut().push(event);
    }

    async fn serve(&self, mut caller: Caller) {
        loop {
            let answered = match caller.next().await {
                Ok(Some(request)) => self.forward(&mut caller, &request).await,
                Ok(None) => return,
                Err(fault) => {
                    self.note(Event::Head(fault.status()));
                    let head = format!("HTTP/1.1 {} \r\n", fault.status());
                    caller.answer(None, head.as_bytes(), fault.reason().as_bytes(), true).await.ok()
                }
            };
            if answered.is_none() {
                return;
            }
        }
    }

    async fn forward(&self, caller: &mut Caller, request: &Request) -> Option<()> {
        if request.path() == "/answer" {
            return caller.answer(Some(request), b"HTTP/1.1 200 OK\r\nA: b\r\n", b"made here", false).await.ok();
        }
        if request.path() == "/read" {
            let (status, body) = match caller.read_body(request, 1000).await {
                Ok(body) => (200, body),
                Err(fault) => (fault.status(), fault.reason().into()),
            };
            return caller.answer(Some(request), format!("HTTP/1.1 {status} \r\n").as_bytes(), &body, false).await.ok();
        }
        let mut head = Buffer::take();
        head.extend_from_slice(format!("{} {} HTTP/1.1\r\nHost: b\r\n", request.method(), request.target()).as_bytes());
        request.copy_headers(&mut head, |_, _| false);
        match self.send(caller, request, &mut head).await {
            Ok(exchange) => {
                head.clear();
                let response = exchange.response();
                head.extend_from_slice(format!("HTTP/1.1 {} ", response.status()).as_bytes());
                head.extend_from_slice(response.reason());
                head.extend_from_slice(b"\r\n");
                response.copy_headers(&mut head, |_, _| false);
                match exchange.relay(caller, request, &mut head, &self.pool, self.timeout).await {
                    Ok(relayed) => {
                        self.note(Event::Relayed(relayed));
                        Some(())
                    }
                    Err(fault @ RelayFault::Unbegun(_)) => {
                        self.note(Event::Relay(fault));
                        caller.answer(Some(request), b"HTTP/1.1 502 \r\n", b"", false).await.ok()
                    }
                    Err(fault) => {
                        self.note(Event::Relay(fault));
                        None
                    }
                }
            }
            Err(fault) => {
                self.note(Event::Send(fault.kind));
                let status = match fault.kind {
                    SendFaultKind::Timeout => 504,
                    SendFaultKind::CallerBody(fault) => fault.status(),
                    SendFaultKind::CallerGone => return None,
                    _ => 502,
                };
                caller.answer(Some(request), format!("HTTP/1.1 {status} \r\n").as_bytes(), b"", false).await.ok()
            }
        }
    }

    async fn send(&self, caller: &mut Caller, request: &Request, head: &mut Vec<u8>) -> Result<Exchange, SendFault> {
        let deadline = Instant::now() + self.timeout;
        let lost = |_| SendFault { kind: SendFaultKind::Closed, safe_to_retry: false, may_go_elsewhere: false };
        let backend = self.pool.acquire(&self.target, deadline).await.map_err(lost)?;
        let first = Exchange::send(caller, request, backend, head, RequestBody::Stream, deadline).await;
        if !matches!(first, Err(SendFault { safe_to_retry: true, .. })) {
            return first;
        }
        self.note(Event::Retried);
        let backend = self.pool.connect(&self.target, deadline).await.map_err(lost)?;
        Exchange::send(caller, request, backend, head, RequestBody::Stream, deadline).await
    }
}

/// The other end of a connection.
pub(crate) struct Peer(pub(crate) TcpStream);

impl Peer {
    pub(crate) async fn say(&mut self, text: impl AsRef<[u8]>) {
        self.0.write_all(text.as_ref()).await.unwrap();
    }

    /// Says something that perhaps nobody reads any more.
    pub(crate) async fn try_say(&mut self, text: impl AsRef<[u8]>) -> bool {
        self.0.write_all(text.as_ref()).await.is_ok()
    }

    /// Reads exactly this and fails at the first byte that differs.
    pub(crate) async fn hears(&mut self, expected: impl AsRef<[u8]>) {
        let expected = expected.as_ref();
        let mut got = Vec::new();
        let mut byte = [0];
        while got.len() < expected.len() && expected.starts_with(&got) {
            let count = self.0.read(&mut byte).await.unwrap_or(0);
            if count == 0 {
                break;
            }
            got.extend_from_slice(&byte);
        }
        assert_eq!(got.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    pub(crate) async fn hears_head(&mut self) -> String {
        let mut got = Vec::new();
        while !got.ends_with(b"\r\n\r\n") {
            match self.0.read_u8().await {
                Ok(byte) => got.push(byte),
                Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&got)),
            }
        }
        String::from_utf8(got).unwrap()
    }

    pub(crate) async fn hears_bytes(&mut self, count: usize) -> Vec<u8> {
        let mut got = vec![0; count];
        self.0.read_exact(&mut got).await.unwrap();
        got
    }

    /// Reads to the end of the connection, proper or not.
    pub(crate) async fn hears_rest(&mut self) -> String {
        let mut got = Vec::new();
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = self.0.read(&mut piece).await {
            got.extend_from_slice(&piece[..count]);
        }
        String::from_utf8_lossy(&got).into_owned()
    }

    pub(crate) fn resets(self) {
        self.0.set_zero_linger().unwrap();
    }
}

/// A backend that does what `script` says with each connection, told by its number.
pub(crate) async fn backend<F: Future<Output = ()> + 'static>(
    script: impl Fn(usize, Peer) -> F + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::task::spawn_local(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::task::spawn_local(script(number, Peer(stream)));
        }
    });
    address
}
