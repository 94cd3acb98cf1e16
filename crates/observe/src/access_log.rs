//! The access log: one JSON line a call, made off the path of the call.
//!
//! A worker's [`LogWriter`] copies a call's fields into a [batch](batch) - no formatting, no allocation - and hands
//! full batches to one background thread over a bounded queue. When the thread cannot keep up or the file cannot be
//! written, calls are dropped from the log and counted ([`AccessLog::dropped`]); answering is never held up.
//!
//! What a line holds is [`CallRecord`]'s documentation.

mod batch;
mod line;
mod record;
mod sink;
mod writer;

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use batch::Batch;
pub use record::CallRecord;
use sink::Sink;
pub use writer::LogWriter;

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

/// Full batches that may wait for the background thread: some 16,000 calls, at most a few MiB.
const QUEUE: usize = 64;

/// The running access log. Cheap to clone: all clones are the same log.
#[derive(Debug, Clone)]
pub struct AccessLog {
    shared: Option<Arc<Shared>>,
}

/// What the writers, the thread and the handle share.
#[derive(Debug)]
struct Shared {
    queue: SyncSender<Message>,
    /// Emptied batches, ready to be filled again.
    spare: Mutex<Vec<Batch>>,
    dropped: AtomicU64,
    reopen: AtomicBool,
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
    /// Opens the target and starts the background thread.
    ///
    /// # Errors
    /// The file cannot be opened for appending, or the thread cannot be started.
    pub fn start(target: AccessLogTarget) -> io::Result<AccessLog> {
        let sink = match target {
            AccessLogTarget::Off => return Ok(AccessLog { shared: None }),
            AccessLogTarget::Stdout => Sink::stdout(),
            AccessLogTarget::File(path) => Sink::file(path)?,
        };
        let (queue, messages) = sync_channel(QUEUE);
        let (end, ended) = sync_channel(1);
        let shared = Arc::new(Shared {
            queue,
            spare: Mutex::default(),
            dropped: AtomicU64::new(0),
            reopen: AtomicBool::new(false),
            ended: Mutex::new(ended),
        });
        let of_thread = Arc::clone(&shared);
        std::thread::Builder::new().name("access-log".into()).spawn(move || {
            write_until_finished(&of_thread, &messages, sink);
            let _nobody_waits = end.send(());
        })?;
        Ok(AccessLog { shared: Some(shared) })
    }

    /// A writer for one worker.
    pub fn writer(&self) -> LogWriter {
        LogWriter::new(self.shared.clone())
    }

    /// Opens the file anew, for rotation: after the old one was moved away, lines go to a fresh one.
    pub fn reopen(&self) {
        if let Some(shared) = &self.shared {
            shared.reopen.store(true, Relaxed);
            // A full queue needs no nudge: the thread looks before every batch.
            let _full = shared.queue.try_send(Message::Nudge);
        }
    }

    /// Calls that the log has lost since the start.
    pub fn dropped(&self) -> u64 {
        self.shared.as_ref().map_or(0, |shared| shared.dropped.load(Relaxed))
    }

    /// Writes out everything that the writers have flushed and ends the thread; true when that was done within
    /// `wait`. Writers flush when they are dropped, so end the workers first. What comes later is dropped and counted.
    pub fn finish(&self, wait: Duration) -> bool {
        let Some(shared) = &self.shared else { return true };
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
        !matches!(ended.recv_timeout(left), Err(std::sync::mpsc::RecvTimeoutError::Timeout))
    }
}

impl Shared {
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

/// The background thread: lines out of batches, until told to finish.
fn write_until_finished(shared: &Shared, messages: &Receiver<Message>, mut sink: Sink) {
    let mut formatter = line::Formatter::default();
    while let Ok(message) = messages.recv() {
        if shared.reopen.swap(false, Relaxed) {
            sink.reopen();
        }
        match message {
            Message::Nudge => {}
            Message::Finish => return,
            Message::Batch(mut batch) => {
                if !sink.write(formatter.lines(&batch)) {
                    shared.dropped.fetch_add(batch.len() as u64, Relaxed);
                }
                batch.clear();
                let mut spare = shared.spare.lock().unwrap_or_else(PoisonError::into_inner);
                if spare.len() < QUEUE {
                    spare.push(batch);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
