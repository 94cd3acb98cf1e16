//! Watching calls as they are answered.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use model::{LogCondition, LoggedCall};
use tokio::sync::mpsc;

use crate::CallRecord;
use crate::access_log::Call as _;
use crate::call_log::{meets_all, owned};
use crate::clock::{is_new_second, second_of};

/// Most tails at a time.
const MOST: usize = 32;
/// Calls that wait for a tail that is slow to take them.
const WAITING: usize = 256;

/// Calls as they are answered, those that meet the conditions. It ends when it is dropped, or with the process.
#[derive(Debug)]
pub struct Tail {
    /// The calls.
    pub calls: mpsc::Receiver<LoggedCall>,
    /// Calls that met the conditions and were left out: more a second than was asked for, or than were taken.
    pub skipped: Arc<AtomicU64>,
}

/// All tails.
#[derive(Debug, Default)]
pub(crate) struct Tails {
    list: Mutex<Vec<Source>>,
    /// How many there are, to be read without the list.
    count: AtomicUsize,
}

#[derive(Debug)]
struct Source {
    conditions: Vec<LogCondition>,
    per_second: u32,
    second: i64,
    sent: u32,
    calls: mpsc::Sender<LoggedCall>,
    skipped: Arc<AtomicU64>,
}

impl Tails {
    /// A further tail; `None` when there are too many.
    pub(crate) fn add(&self, conditions: Vec<LogCondition>, per_second: u32) -> Option<Tail> {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.retain(|source| !source.calls.is_closed());
        let tail = (list.len() < MOST).then(|| {
            let (sender, calls) = mpsc::channel(WAITING);
            let skipped = Arc::new(AtomicU64::new(0));
            let source =
                Source { conditions, per_second, second: 0, sent: 0, calls: sender, skipped: Arc::clone(&skipped) };
            list.push(source);
            Tail { calls, skipped }
        });
        self.count.store(list.len(), Relaxed);
        tail
    }

    /// True when somebody watches.
    pub(crate) fn is_any(&self) -> bool {
        self.count.load(Relaxed) > 0
    }

    /// Shows calls to whom they concern.
    pub(crate) fn show<'c>(&self, calls: impl Iterator<Item = CallRecord<'c>>) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        for call in calls {
            list.iter_mut().for_each(|source| source.show(&call));
        }
        list.retain(|source| !source.calls.is_closed());
        self.count.store(list.len(), Relaxed);
    }

    /// Ends every tail.
    pub(crate) fn end(&self) {
        self.list.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.count.store(0, Relaxed);
    }
}

impl Source {
    fn show(&mut self, call: &CallRecord<'_>) {
        if !meets_all(&self.conditions, call) {
            return;
        }
        let second = second_of(&call.figures());
        if is_new_second(second, self.second) {
            (self.second, self.sent) = (second, 0);
        }
        if self.sent < self.per_second && self.calls.try_send(owned(call)).is_ok() {
            self.sent += 1;
        } else {
            self.skipped.fetch_add(1, Relaxed);
        }
    }
}
