//! Listening sockets, one for each worker, and the loop that accepts.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, LocalOptions, LocalRuntime};

use crate::Ticker;
use crate::ticker::Deadline;

/// Longest queue of connections that wait to be accepted; the system may allow less.
const BACKLOG: i32 = 4096;

/// How long to wait when accepting fails for want of file descriptors or memory.
const PAUSE: Duration = Duration::from_millis(100);

/// Binds `address` once for each of `workers` (SO_REUSEPORT), so that the kernel spreads connections over them. Port 0 is resolved once;
/// all get the same port. `[::]` takes callers over IPv4 too, unless it `is_ipv6_only`. Returns the address that is listened
/// on.
pub fn bind(address: SocketAddr, workers: usize, is_ipv6_only: bool) -> io::Result<(SocketAddr, Vec<TcpListener>)> {
    let mut bound = address;
    let mut listeners = Vec::with_capacity(workers);
    for _ in 0..workers.max(1) {
        let socket = Socket::new(Domain::for_address(bound), Type::STREAM, Some(Protocol::TCP))?;
        // So that a restart need not wait for old connections to be forgotten.
        socket.set_reuse_address(true)?;
        if workers > 1 {
            socket.set_reuse_port(true)?;
        }
        if bound.is_ipv6() {
            socket.set_only_v6(is_ipv6_only)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&bound.into())?;
        socket.listen(BACKLOG)?;
        let listener = TcpListener::from(socket);
        bound = listener.local_addr()?;
        listeners.push(listener);
    }
    Ok((bound, listeners))
}

/// A runtime for one worker thread: everything on it stays on that thread, so tasks need not be `Send` (`tokio::task::spawn_local`).
pub fn worker_runtime() -> io::Result<LocalRuntime> {
    Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .event_interval(EVENT_INTERVAL)
        .global_queue_interval(GLOBAL_QUEUE_INTERVAL)
        .max_io_events_per_tick(1024)
        .build_local(LocalOptions::default())
}

/// Tasks run between two looks at the sockets; the runtime's own default, written down so that it is not taken for an oversight.
const EVENT_INTERVAL: u32 = 61;
/// Tasks run between two looks at what other threads have sent.
const GLOBAL_QUEUE_INTERVAL: u32 = 61;

/// Accepts connections until `clock` is draining, and then those that wait already; hands each, with TCP_NODELAY, to
/// `take` together with a [`Seat`] that has to live as long as the connection. Accepts no more than `seats` has room for.
/// Survives a lack of file descriptors.
pub async fn accept(
    listener: TcpListener,
    seats: Rc<Seats>,
    clock: Rc<Ticker>,
    mut take: impl FnMut(TcpStream, SocketAddr, Seat),
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut deadline = Deadline::new(Rc::clone(&clock));
    let mut is_paused = false;
    loop {
        let accepted = poll_fn(|cx| {
            // Also remembers whom to wake when draining begins.
            let is_over = deadline.poll(cx);
            if clock.is_draining() {
                return Poll::Ready(None);
            }
            if (is_paused && !is_over) || seats.is_full(cx.waker()) {
                return Poll::Pending;
            }
            listener.poll_accept(cx).map(Some)
        });
        let accepted = accepted.await;
        is_paused = false;
        match accepted {
            None => break,
            Some(Ok((stream, peer))) => {
                // Without it answers would only be slower.
                let _ = stream.set_nodelay(true);
                take(stream, peer, Seat::new(&seats));
            }
            Some(Err(error)) if is_of_one_connection(&error) => {}
            Some(Err(_)) => {
                is_paused = true;
                deadline.set_after(PAUSE);
            }
        }
    }
    // The connections that wait stand already, as far as their callers know: closing the socket would reset them.
    let listener = listener.into_std()?;
    for _ in 0..BACKLOG {
        if seats.taken.get() >= seats.most {
            break;
        }
        match listener.accept() {
            Ok((stream, peer)) => {
                stream.set_nonblocking(true)?;
                let stream = TcpStream::from_std(stream)?;
                let _ = stream.set_nodelay(true);
                take(stream, peer, Seat::new(&seats));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(_) => break,
        }
    }
    drop(listener);
    // What was begun for them has run once before whoever waits for the end of this counts connections.
    tokio::task::yield_now().await;
    Ok(())
}

/// Errors that say something about the connection that was to be accepted, not about the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// The connections that a worker may hold, through all of its listeners together.
#[derive(Debug)]
pub struct Seats {
    most: usize,
    taken: Cell<usize>,
    /// The listeners that wait for a free one.
    waiting: RefCell<Vec<Waker>>,
}

impl Seats {
    /// So many, and all of them free.
    pub fn new(most: usize) -> Rc<Seats> {
        Rc::new(Seats { most, taken: Cell::new(0), waiting: RefCell::default() })
    }

    fn is_full(&self, waker: &Waker) -> bool {
        let full = self.taken.get() >= self.most;
        if full {
            let mut waiting = self.waiting.borrow_mut();
            if !waiting.iter().any(|other| other.will_wake(waker)) {
                waiting.push(waker.clone());
            }
        }
        full
    }
}

/// One of the connections that a worker may hold; free again when dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Rc<Seats>,
}

impl Seat {
    fn new(seats: &Rc<Seats>) -> Seat {
        seats.taken.set(seats.taken.get() + 1);
        Seat { seats: Rc::clone(seats) }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.taken.set(self.seats.taken.get().saturating_sub(1));
        // Whoever comes first takes it; the others wait again.
        self.seats.waiting.take().into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not every machine speaks IPv6.
    fn has_ipv6() -> bool {
        TcpListener::bind("[::1]:0").is_ok()
    }

    #[test]
    fn both_families_have_a_port_each_with_its_own_socket() {
        if !has_ipv6() {
            return;
        }
        let (six, _listens) = bind("[::]:0".parse().unwrap(), 1, true).unwrap();
        let four = SocketAddr::from(([0, 0, 0, 0], six.port()));
        assert_eq!(bind(four, 1, false).unwrap().0, four);
    }

    #[test]
    fn one_socket_takes_both_families() {
        if !has_ipv6() {
            return;
        }
        let (six, listeners) = bind("[::]:0".parse().unwrap(), 1, false).unwrap();
        let _caller = std::net::TcpStream::connect(("127.0.0.1", six.port())).unwrap();
        listeners[0].set_nonblocking(false).unwrap();
        assert_eq!(listeners[0].accept().unwrap().1.ip().to_canonical().to_string(), "127.0.0.1");
    }
}
