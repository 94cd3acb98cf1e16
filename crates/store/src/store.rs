//! The store itself.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use model::{AuditEntry, Revision, Snapshot, Write};
use tokio::sync::watch;

use crate::StoreError;

/// An open store; cheap to clone. Dropping the last clone, or [`Store::close`], lets another process open it.
#[derive(Clone)]
pub struct Store {}

/// What one commit writes.
#[derive(Debug, Clone)]
pub struct Change {
    /// The records, parents before children where they are put.
    pub writes: Vec<Write>,
    /// Who changed what; its time becomes the records' time.
    pub audit: AuditEntry,
}

impl Store {
    /// Opens the store in `folder`, or creates both. Migrations are applied, everything is loaded into memory.
    ///
    /// `url` is where the database is if not `tollgate.db` in `folder`: `sqlite:PATH`. The sealing key is in `folder`
    /// in any case.
    ///
    /// # Errors
    /// The store is in use, is a later version's, its key is missing or not its own, or a record cannot be read.
    pub async fn open(folder: &Path, url: Option<&str>) -> Result<Self, StoreError> {
        let _ = (folder, url);
        todo!()
    }

    /// The current configuration. No I/O.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        todo!()
    }

    /// Writes the records, the audit entry and one new revision in one transaction, which is on the disk when this
    /// returns. `base` is the revision that the writes were computed on.
    ///
    /// A caller that stops waiting does not stop the commit: it happens wholly or not at all, and [`Store::snapshot`]
    /// tells the truth in either case.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when `base` is not current, [`StoreError::Refused`] when a record would be without its
    /// parent or its secret; nothing was written. [`StoreError::Database`] when the disk failed.
    pub async fn commit(&self, base: Revision, change: Change) -> Result<Arc<Snapshot>, StoreError> {
        let _ = (base, change);
        todo!()
    }

    /// The feed: holds the current configuration, and changes with each commit.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Snapshot>> {
        todo!()
    }

    /// At most `limit` audit entries, newest first, older than the entry numbered `before`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn audit(&self, limit: u32, before: Option<i64>) -> Result<Vec<(i64, AuditEntry)>, StoreError> {
        let _ = (limit, before);
        todo!()
    }

    /// Every counter that was saved.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load_counters(&self) -> Result<HashMap<String, u64>, StoreError> {
        todo!()
    }

    /// Saves these counters, all or none; others stay as they are. They are on the disk when this returns.
    ///
    /// # Errors
    /// The database failed.
    pub async fn save_counters(&self, counters: &[(String, u64)]) -> Result<(), StoreError> {
        let _ = counters;
        todo!()
    }

    /// Closes the database and lets go of the lock; a commit that is under way ends first. Every later call answers
    /// [`StoreError::Closed`], but for [`Store::snapshot`] and [`Store::subscribe`].
    pub async fn close(&self) {
        todo!()
    }
}
