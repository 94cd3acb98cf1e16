//! How a push finds its WebSocket: it may come to any worker, and the WebSocket is on one.
//!
//! The id of a connection names the worker that it is on, and is a secret between the gateway and the functions: 22 of
//! its 24 bytes are random. So nothing is shared but one channel a worker, and nothing is locked.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustc_hash::FxHashMap;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::told::Push;

/// Bytes of an id; 32 characters in Base64, as the vendor describes its own.
const ID_BYTES: usize = 24;

/// Most pushes that wait for one WebSocket, whose caller may be slow to take them.
const MOST_WAITING: usize = 16;

/// The id of a WebSocket, in Base64.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConnectionId(Rc<str>);

impl ConnectionId {
    /// A new id on worker number `worker`; `None` where the system has no random numbers to give.
    pub fn new(worker: usize) -> Option<Self> {
        let mut bytes = [0; ID_BYTES];
        getrandom::fill(&mut bytes).ok()?;
        let [high, low] = u16::try_from(worker).ok()?.to_be_bytes();
        (bytes[0], bytes[1]) = (high, low);
        Some(Self(STANDARD.encode(bytes).into()))
    }

    /// The id as functions are told it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The worker that an id names.
fn worker_of(id: &str) -> Option<usize> {
    let bytes = STANDARD.decode(id).ok().filter(|bytes| bytes.len() == ID_BYTES)?;
    let [high, low, ..] = bytes[..] else { return None };
    Some(usize::from(u16::from_be_bytes([high, low])))
}

/// What became of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// It was said, or the WebSocket is closing.
    Said,
    /// There is no such WebSocket, or no more.
    Unknown,
    /// The caller takes nothing any more; the WebSocket ends.
    Gone,
    /// As many pushes wait for the WebSocket as may.
    Full,
}

/// A push at its WebSocket.
#[derive(Debug)]
pub struct Arrival {
    /// What is to be done.
    pub push: Push,
    /// Takes the answer.
    pub done: oneshot::Sender<Delivered>,
}

/// A push on its way to a worker.
#[derive(Debug)]
pub struct Sent {
    id: String,
    api: String,
    arrival: Arrival,
}

/// The lines to all workers.
#[derive(Debug, Clone, Default)]
pub struct Switchboard(Arc<[mpsc::UnboundedSender<Sent>]>);

impl Switchboard {
    /// A board with one line to each of `workers` workers, and their ends.
    pub fn new(workers: usize) -> (Self, Vec<mpsc::UnboundedReceiver<Sent>>) {
        let (lines, ends): (Vec<_>, Vec<_>) = (0..workers).map(|_| mpsc::unbounded_channel()).unzip();
        (Self(lines.into()), ends)
    }

    /// Hands a push to the WebSocket that it is for, one of `api`, and waits until it is said. Nothing waits on the line: the
    /// worker at its end hands on at once.
    pub async fn push(&self, id: String, api: String, push: Push) -> Delivered {
        let (done, answer) = oneshot::channel();
        let Some(line) = worker_of(&id).and_then(|worker| self.0.get(worker)) else { return Delivered::Unknown };
        if line.send(Sent { id, api, arrival: Arrival { push, done } }).is_err() {
            return Delivered::Unknown;
        }
        // Dropped with the seat: the WebSocket has ended meanwhile.
        answer.await.unwrap_or(Delivered::Unknown)
    }
}

/// The WebSockets of one worker.
#[derive(Debug, Clone, Default)]
pub struct Seats(Rc<RefCell<FxHashMap<ConnectionId, Taken>>>);

/// A seat as its worker knows it.
#[derive(Debug)]
struct Taken {
    api: Box<str>,
    arrivals: mpsc::Sender<Arrival>,
}

/// A WebSocket's place at its worker; given up when dropped.
#[derive(Debug)]
pub struct Seat {
    id: ConnectionId,
    seats: Seats,
    arrivals: mpsc::Receiver<Arrival>,
}

impl Seats {
    /// A seat for a WebSocket of `api`. Pushes for it wait until it listens: functions may be quicker than the handshake.
    pub fn take(&self, id: ConnectionId, api: &str) -> Seat {
        let (sender, arrivals) = mpsc::channel(MOST_WAITING);
        self.0.borrow_mut().insert(id.clone(), Taken { api: api.into(), arrivals: sender });
        Seat { id, seats: self.clone(), arrivals }
    }

    /// Hands on what comes over the worker's line, for as long as there is one.
    pub async fn serve(self, mut line: mpsc::UnboundedReceiver<Sent>) {
        while let Some(Sent { id, api, arrival }) = line.recv().await {
            let seats = self.0.borrow();
            let seat = seats.get(&ConnectionId(id.as_str().into())).filter(|seat| *seat.api == *api);
            let handed = match seat {
                Some(seat) => seat.arrivals.try_send(arrival),
                None => Err(TrySendError::Closed(arrival)),
            };
            let (left, delivered) = match handed {
                Ok(()) => continue,
                Err(TrySendError::Full(arrival)) => (arrival, Delivered::Full),
                Err(TrySendError::Closed(arrival)) => (arrival, Delivered::Unknown),
            };
            // Whoever pushed may have gone meanwhile.
            let _ = left.done.send(delivered);
        }
    }
}

impl Seat {
    /// The WebSocket's id.
    pub fn id(&self) -> &ConnectionId {
        &self.id
    }

    /// The next push whose pusher still waits for it.
    pub async fn next(&mut self) -> Arrival {
        while let Some(arrival) = self.arrivals.recv().await {
            if !arrival.done.is_closed() {
                return arrival;
            }
        }
        // It was left: nothing comes any more.
        std::future::pending().await
    }

    /// Takes no more pushes; those that wait are told that there is no such WebSocket.
    pub fn leave(&mut self) {
        self.seats.0.borrow_mut().remove(&self.id);
        self.arrivals.close();
        while let Ok(arrival) = self.arrivals.try_recv() {
            // Whoever pushed may have gone meanwhile.
            let _ = arrival.done.send(Delivered::Unknown);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.0.borrow_mut().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_a_websocket_is_bounded_and_what_nobody_waits_for_is_not_said() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let (board, mut lines) = Switchboard::new(1);
            let seats = Seats::default();
            let id = ConnectionId::new(0).unwrap();
            let mut seat = seats.take(id.clone(), "api-a");
            tokio::task::spawn_local(seats.clone().serve(lines.remove(0)));
            let push = |closes| {
                let (board, id) = (board.clone(), id.as_str().to_owned());
                let push = Push { message: None, closes };
                tokio::task::spawn_local(async move { board.push(id, "api-a".to_owned(), push).await })
            };
            let waiting: Vec<_> = (0..MOST_WAITING).map(|_| push(false)).collect();
            assert_eq!(push(false).await.unwrap(), Delivered::Full);
            for one in waiting {
                one.abort();
                assert!(one.await.is_err());
            }
            let next = tokio::task::spawn_local(async move { seat.next().await });
            tokio::task::yield_now().await;
            let _last = push(true);
            assert!(next.await.unwrap().push.closes);
        });
    }

    #[test]
    fn an_id_names_its_worker_and_nothing_else_does() {
        let (one, other) = (ConnectionId::new(3).unwrap(), ConnectionId::new(3).unwrap());
        assert_eq!((one.as_str().len(), worker_of(one.as_str())), (32, Some(3)));
        assert_ne!(one, other);
        assert!(ConnectionId::new(70_000).is_none());
        for id in ["", "AAMA", "?", "xawexasdfewezdfsdfeasdfffa=="] {
            assert_eq!(worker_of(id), None, "{id}");
        }
    }
}
