//! Access records on their way to somewhere else.
//!
//! Every destination has a thread of its own, a [`Carrier`] that knows how to get there, and a queue of blocks of lines
//! that is bounded in bytes. The thread that takes calls down hands each block to every queue and never waits: what does not
//! fit is dropped and counted, as is what could not be carried for too long. Blocks are carried in their order, one at a
//! time, and tried again after a pause that grows; a destination that is down costs its queue and nothing else.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The first pause before a block is tried again; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How often a destination that fails or loses calls is told of in the process's own log.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);

/// Lines of the access log: JSON objects, each with its line feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The lines.
    pub lines: Vec<u8>,
    /// How many calls they tell of; at least 1.
    pub calls: u64,
}

impl Block {
    /// Each line without its line feed.
    pub fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
    }
}

/// Why a block did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It may arrive later.
    Later(String),
    /// It never will: the destination refused it.
    Never(String),
}

/// Carries blocks to one destination, on a thread of its own.
pub trait Carrier: Send {
    /// Carries a block. It is called again with the same block when it may arrive later.
    ///
    /// # Errors
    /// See [`Trouble`].
    fn carry(&mut self, block: &Block) -> Result<(), Trouble>;

    /// The block that did not arrive is not tried again: whatever is carried next is another one.
    fn give_up(&mut self) {}
}

/// The bounds of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryBounds {
    /// Lines that may wait, in bytes.
    pub room: usize,
    /// How long a block is tried.
    pub patience: Duration,
}

/// What became of the calls that were to be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    /// Calls that arrived.
    pub arrived: u64,
    /// Calls that were dropped.
    pub dropped: u64,
    /// Bytes that wait.
    pub waiting: usize,
}

/// A destination that runs. Cheap to clone: all clones are the same.
#[derive(Clone)]
pub struct Delivery {
    shared: Arc<Shared>,
}

struct Shared {
    name: &'static str,
    bounds: DeliveryBounds,
    queue: Mutex<Queue>,
    /// Something has changed in the queue.
    changed: Condvar,
    arrived: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Default)]
struct Queue {
    blocks: VecDeque<Arc<Block>>,
    bytes: usize,
    /// Nothing more comes; by then everything must have been tried.
    until: Option<Instant>,
    /// The thread has ended.
    is_over: bool,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delivery({})", self.shared.name)
    }
}

impl Delivery {
    /// Starts the thread of a destination.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(name: &'static str, bounds: DeliveryBounds, carrier: Box<dyn Carrier>) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            name,
            bounds,
            queue: Mutex::default(),
            changed: Condvar::new(),
            arrived: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        });
        let own = Arc::clone(&shared);
        std::thread::Builder::new()
            .name(format!("log-{name}"))
            .spawn(move || Courier { shared: own, carrier, told: None, lost: 0 }.run())?;
        Ok(Self { shared })
    }

    /// What the destination is called in metrics and the log.
    pub fn name(&self) -> &'static str {
        self.shared.name
    }

    /// What became of the calls so far.
    pub fn delivered(&self) -> Delivered {
        let shared = &self.shared;
        let waiting = shared.queue.lock().unwrap_or_else(PoisonError::into_inner).bytes;
        Delivered { arrived: shared.arrived.load(Relaxed), dropped: shared.dropped.load(Relaxed), waiting }
    }

    /// Puts a block into the queue, or drops it. Never waits.
    pub(crate) fn push(&self, block: &Arc<Block>) {
        let shared = &self.shared;
        let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        // One block always fits, however small the room is.
        let fits = queue.blocks.is_empty() || queue.bytes.saturating_add(block.lines.len()) <= shared.bounds.room;
        if !fits || queue.is_over {
            drop(queue);
            shared.dropped.fetch_add(block.calls, Relaxed);
            return;
        }
        queue.bytes += block.lines.len();
        queue.blocks.push_back(Arc::clone(block));
        shared.changed.notify_all();
    }

    /// Says that nothing more comes, and waits for what is there until it has arrived or `until` has come.
    pub(crate) fn finish(&self, until: Instant) -> bool {
        let shared = &self.shared;
        let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.until = Some(until);
        shared.changed.notify_all();
        while !queue.is_over {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            queue = shared.changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let is_empty = queue.blocks.is_empty();
        drop(queue);
        is_empty
    }
}

/// The thread of a destination.
struct Courier {
    shared: Arc<Shared>,
    carrier: Box<dyn Carrier>,
    /// When trouble was told of.
    told: Option<Instant>,
    /// Dropped calls that were told of.
    lost: u64,
}

impl Courier {
    fn run(mut self) {
        while let Some(block) = self.next() {
            let has_arrived = self.carry(&block);
            if !has_arrived {
                self.carrier.give_up();
            }
            let count = if has_arrived { &self.shared.arrived } else { &self.shared.dropped };
            count.fetch_add(block.calls, Relaxed);
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.bytes -= block.lines.len();
            queue.blocks.pop_front();
            drop(queue);
            self.tell_of_loss();
        }
        let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.is_over = true;
        let left: u64 = queue.blocks.iter().map(|block| block.calls).sum();
        drop(queue);
        self.shared.dropped.fetch_add(left, Relaxed);
        self.told = None;
        self.tell_of_loss();
        self.shared.changed.notify_all();
    }

    /// The block that is next, which stays in the queue; nothing at the end.
    fn next(&self) -> Option<Arc<Block>> {
        let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match (queue.blocks.front(), queue.until) {
                (_, Some(until)) if Instant::now() >= until => return None,
                (Some(block), _) => return Some(Arc::clone(block)),
                (None, Some(_)) => return None,
                (None, None) => queue = self.shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// True when the block arrived before patience ended.
    fn carry(&mut self, block: &Block) -> bool {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            match self.carrier.carry(block) {
                Ok(()) => return true,
                Err(Trouble::Never(reason)) => {
                    self.complain(&reason);
                    return false;
                }
                Err(Trouble::Later(reason)) => {
                    self.complain(&reason);
                    if begun.elapsed() >= self.shared.bounds.patience || !self.rest(pause) {
                        return false;
                    }
                    pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Pauses; false when the end has come. Once nothing more comes, pauses are short.
    fn rest(&self, pause: Duration) -> bool {
        let queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = match queue.until {
            Some(_) => self.shared.changed.wait_timeout(queue, FIRST_PAUSE),
            None => self.shared.changed.wait_timeout_while(queue, pause, |queue| queue.until.is_none()),
        };
        let queue = queue.unwrap_or_else(PoisonError::into_inner).0;
        queue.until.is_none_or(|until| Instant::now() < until)
    }

    fn complain(&mut self, reason: &str) {
        if self.told.is_none_or(|told| told.elapsed() >= COMPLAIN_EVERY) {
            self.told = Some(Instant::now());
            tracing::warn!(to = self.shared.name, reason, "access records cannot be delivered");
        }
    }

    fn tell_of_loss(&mut self) {
        let dropped = self.shared.dropped.load(Relaxed);
        let is_time = self.told.is_none_or(|told| told.elapsed() >= COMPLAIN_EVERY) || self.lost == 0;
        if dropped > self.lost && is_time {
            self.told = Some(Instant::now());
            tracing::warn!(to = self.shared.name, calls = dropped - self.lost, "access records were dropped");
            self.lost = dropped;
        }
    }
}

#[cfg(test)]
mod tests;
