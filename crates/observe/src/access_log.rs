//! What was called, taken down off the path of the call: as JSON lines, in series, in the call log, for whom watches.
//!
//! A worker's [`LogWriter`] copies a call's fields into a [batch](batch) - no formatting, no allocation - and hands
//! full batches to one background thread over a bounded queue. When the thread cannot keep up or the file cannot be
//! written, calls are dropped from the log and counted ([`AccessLog::dropped`]); answering is never held up. Where
//! nobody wants calls taken down, a worker does not.
//!
//! What a line holds is [`CallRecord`]'s documentation.

mod batch;
mod buffer;
mod line;
mod record;
mod sink;
mod writer;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use batch::Batch;
use model::LogCondition;
pub use record::CallRecord;
pub(crate) use record::{Call, Figures};
use sink::Sink;
pub use writer::LogWriter;

use crate::call_log::{self, CallLog};
use crate::delivery::{Block, Delivery};
use crate::tail::{Tail, Tails};
use crate::traffic::Traffic;

/// Where the lines go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessLogTarget {
    /// Nowhere: calls are not recorded.
    Off,
    /// Standard output.
    Stdout,
    /// Appended to a file, which is made if it is not there.
    File(PathBuf),
}

/// When the file of the lines gives way to a fresh one. The default is never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rotation {
    /// Before it is longer than this, in bytes.
    pub size: Option<u64>,
    /// When it is as old as this.
    pub age: Option<Duration>,
    /// How many old ones stay: `access.log.1` is the youngest. At least 1.
    pub keep: u32,
}

/// Everything that calls are taken down for.
#[derive(Debug, Clone)]
pub struct Outlets {
    /// Where a JSON line for each call goes.
    pub lines: AccessLogTarget,
    /// When the file gives way to a fresh one.
    pub rotation: Rotation,
    /// Where the lines are delivered to besides.
    pub deliveries: Vec<Delivery>,
    /// The series that calls are counted in.
    pub traffic: Option<Traffic>,
    /// The log that calls are kept in.
    pub calls: Option<CallLog>,
}

impl From<AccessLogTarget> for Outlets {
    fn from(lines: AccessLogTarget) -> Self {
        Self { lines, rotation: Rotation::default(), deliveries: Vec::new(), traffic: None, calls: None }
    }
}

/// Full batches that may wait for the background thread: some 16,000 calls, at most a few MiB.
const QUEUE: usize = 64;

/// The running access log. Cheap to clone: all clones are the same log.
#[derive(Debug, Clone)]
pub struct AccessLog {
    shared: Arc<Shared>,
}

/// What the writers, the thread and the handle share.
#[derive(Debug)]
struct Shared {
    queue: SyncSender<Message>,
    /// Emptied batches, ready to be filled again.
    spare: Mutex<Vec<Batch>>,
    dropped: AtomicU64,
    reopen: AtomicBool,
    /// Some outlet wants every call.
    has_outlet: bool,
    tails: Tails,
    /// Where the lines are delivered to.
    deliveries: Vec<Delivery>,
    /// Gets one message when the thread has ended.
    ended: Mutex<Receiver<()>>,
}

#[derive(Debug)]
enum Message {
    Batch(Batch),
    /// Look at `reopen`.
    Nudge,
    Finish,
}

impl AccessLog {
    /// Opens the outlets and starts the background thread.
    ///
    /// # Errors
    /// The file of the lines cannot be opened for appending, or the thread cannot be started.
    pub fn start(outlets: impl Into<Outlets>) -> io::Result<AccessLog> {
        let Outlets { lines, rotation, deliveries, traffic, calls } = outlets.into();
        let sink = match lines {
            AccessLogTarget::Off => None,
            AccessLogTarget::Stdout => Some(Sink::stdout()),
            AccessLogTarget::File(path) => Some(Sink::file(path, rotation)?),
        };
        let calls = calls.map(|calls| calls.keeper()).transpose()?;
        let (queue, messages) = sync_channel(QUEUE);
        let (end, ended) = sync_channel(1);
        let has_outlet = sink.is_some() || traffic.is_some() || calls.is_some() || !deliveries.is_empty();
        let shared = Arc::new(Shared::new(queue, ended, has_outlet, deliveries));
        let taker = Taker { shared: Arc::clone(&shared), sink, traffic, calls, formatter: line::Formatter::default() };
        std::thread::Builder::new().name("access-log".into()).spawn(move || {
            taker.take_until_finished(&messages);
            let _nobody_waits = end.send(());
        })?;
        Ok(AccessLog { shared })
    }

    /// Calls that meet `conditions` as they are answered, at most `per_second` of them; `None` when too many watch.
    pub fn tail(&self, conditions: Vec<LogCondition>, per_second: u32) -> Option<Tail> {
        self.shared.tails.add(conditions, per_second)
    }

    /// A writer for one worker.
    pub fn writer(&self) -> LogWriter {
        LogWriter::new(Arc::clone(&self.shared))
    }

    /// Opens the file anew, for rotation: after the old one was moved away, lines go to a fresh one.
    pub fn reopen(&self) {
        self.shared.reopen.store(true, Relaxed);
        // A full queue needs no nudge: the thread looks before every batch.
        let _full = self.shared.queue.try_send(Message::Nudge);
    }

    /// Where the lines are delivered to.
    pub fn deliveries(&self) -> &[Delivery] {
        &self.shared.deliveries
    }

    /// Calls that the log has lost since the start.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Relaxed)
    }

    /// Writes out everything that the writers have flushed and ends the thread; true when that was done within
    /// `wait`. Writers flush when they are dropped, so end the workers first. What comes later is dropped and counted.
    pub fn finish(&self, wait: Duration) -> bool {
        let shared = &self.shared;
        let until = std::time::Instant::now() + wait;
        let ended = shared.ended.lock().unwrap_or_else(PoisonError::into_inner);
        // The queue may be full behind a reader of standard output that stands still.
        loop {
            match shared.queue.try_send(Message::Finish) {
                Ok(()) => break,
                Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return true,
                Err(std::sync::mpsc::TrySendError::Full(_)) if std::time::Instant::now() >= until => return false,
                Err(std::sync::mpsc::TrySendError::Full(_)) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
        let left = until.saturating_duration_since(std::time::Instant::now());
        let is_written = !matches!(ended.recv_timeout(left), Err(std::sync::mpsc::RecvTimeoutError::Timeout));
        // All of them hear of the end before the first is waited for.
        let waits: Vec<_> = shared
            .deliveries
            .iter()
            .map(|delivery| {
                let delivery = delivery.clone();
                std::thread::spawn(move || delivery.finish(until))
            })
            .collect();
        let has_arrived = waits.into_iter().map(|wait| wait.join().unwrap_or(false)).fold(true, |all, one| all & one);
        is_written && has_arrived
    }
}

impl Shared {
    fn new(queue: SyncSender<Message>, ended: Receiver<()>, has_outlet: bool, deliveries: Vec<Delivery>) -> Self {
        Self {
            queue,
            spare: Mutex::default(),
            dropped: AtomicU64::new(0),
            reopen: AtomicBool::new(false),
            has_outlet,
            tails: Tails::default(),
            deliveries,
            ended: Mutex::new(ended),
        }
    }

    /// Whether calls are to be taken down.
    fn is_wanted(&self) -> bool {
        self.has_outlet || self.tails.is_any()
    }

    /// Hands a full batch to the thread and gives back an empty one. Never waits.
    fn submit(&self, batch: Batch) -> Batch {
        use std::sync::mpsc::TrySendError::{Disconnected, Full};
        match self.queue.try_send(Message::Batch(batch)) {
            Ok(()) => self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default(),
            Err(Full(Message::Batch(mut lost)) | Disconnected(Message::Batch(mut lost))) => {
                self.dropped.fetch_add(lost.len() as u64, Relaxed);
                lost.clear();
                lost
            }
            Err(_) => Batch::default(),
        }
    }
}

/// The background thread: takes batches until it is told to finish.
struct Taker {
    shared: Arc<Shared>,
    sink: Option<Sink>,
    traffic: Option<Traffic>,
    calls: Option<call_log::Keeper>,
    formatter: line::Formatter,
}

impl Taker {
    fn take_until_finished(mut self, messages: &Receiver<Message>) {
        loop {
            let message = match self.calls.as_ref().and_then(call_log::Keeper::patience) {
                Some(patience) => messages.recv_timeout(patience),
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            if self.shared.reopen.swap(false, Relaxed)
                && let Some(sink) = &mut self.sink
            {
                sink.reopen();
            }
            match message {
                Ok(Message::Batch(batch)) => self.take(batch),
                Ok(Message::Nudge) | Err(RecvTimeoutError::Timeout) => {}
                Ok(Message::Finish) | Err(RecvTimeoutError::Disconnected) => break,
            }
            if let Some(calls) = &mut self.calls {
                calls.flush_if_due();
            }
        }
        if let Some(calls) = &mut self.calls {
            calls.flush();
        }
        self.shared.tails.end();
    }

    fn take(&mut self, mut batch: Batch) {
        if let Some(traffic) = &self.traffic {
            traffic.counting().count_all(batch.calls());
        }
        let has_lines = self.sink.is_some() || !self.shared.deliveries.is_empty();
        if has_lines {
            self.formatter.begin(&batch);
        }
        for (call, _) in batch.calls() {
            if let Some(calls) = &mut self.calls {
                calls.keep(call);
            }
            if has_lines {
                self.formatter.add(&call);
            }
        }
        if self.shared.tails.is_any() {
            self.shared.tails.show(batch.calls().map(|(call, _)| call.record()));
        }
        if let Some(sink) = &mut self.sink
            && !sink.write(self.formatter.lines())
        {
            self.shared.dropped.fetch_add(batch.len() as u64, Relaxed);
        }
        if !self.shared.deliveries.is_empty() && batch.len() > 0 {
            let block = Arc::new(Block { lines: self.formatter.lines().to_vec(), calls: batch.len() as u64 });
            self.shared.deliveries.iter().for_each(|delivery| delivery.push(&block));
        }
        batch.clear();
        let mut spare = self.shared.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < QUEUE {
            spare.push(batch);
        }
    }
}

#[cfg(test)]
pub(crate) use tests::call as a_call;

#[cfg(test)]
mod tests;
