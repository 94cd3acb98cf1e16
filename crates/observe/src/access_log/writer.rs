//! A worker's end of the access log.

use std::sync::Arc;

use super::batch::Batch;
use super::{CallRecord, Shared};

/// A worker's end of the access log. May be sent to the worker's thread, and then belongs to it.
///
/// A batch goes to the log's thread when it is full; call [`flush`](Self::flush) a few times a second as well, so
/// that lines of a quiet worker do not wait. Dropping the writer flushes.
#[derive(Debug)]
pub struct LogWriter {
    shared: Arc<Shared>,
    batch: Batch,
}

impl LogWriter {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, batch: Batch::default() }
    }

    /// False when calls go nowhere: there is no need to put a record together.
    pub fn is_on(&self) -> bool {
        self.shared.is_wanted()
    }

    /// Takes down a call. Copies, never waits.
    pub fn record(&mut self, call: &CallRecord<'_>) {
        if self.shared.is_wanted() {
            self.batch.push(call);
            if self.batch.is_full() {
                self.flush();
            }
        }
    }

    /// Hands what was taken down to the log's thread. Costs nothing when there is nothing.
    pub fn flush(&mut self) {
        if self.batch.len() > 0 {
            self.batch = self.shared.submit(std::mem::take(&mut self.batch));
        }
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        self.flush();
    }
}
