//! The store itself: one connection, one configuration in memory, and the order in which they change.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use model::{AuditEntry, Revision, Snapshot, Write};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard, watch};

use crate::folder::Folder;
use crate::seal::SealKey;
use crate::{AuditFilter, StoreError, counters, load, schema, trail, transaction};

/// An open store; cheap to clone. Dropping the last clone, or [`Store::close`], lets another process open it.
///
/// It works on any tokio runtime, and on several at a time.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// What one commit writes.
#[derive(Debug, Clone)]
pub struct Change {
    /// The records, parents before children where they are put.
    pub writes: Vec<Write>,
    /// Who changed what; its time becomes the records' time.
    pub audit: AuditEntry,
}

struct Inner {
    feed: watch::Sender<Arc<Snapshot>>,
    /// `None` once the store is closed.
    session: Mutex<Option<Session>>,
}

/// The database side. Whoever holds the mutex around it is the only one who reads or writes there.
struct Session {
    connection: SqliteConnection,
    seal: SealKey,
    /// A commit began, and whether it took place is not known: what is in memory may be older than the database.
    unsure: bool,
    folder: Folder,
}

impl Session {
    /// Makes the connection one that can be written through, after a transaction that did not end as it should.
    ///
    /// SQLite ends a transaction by itself when it fails for want of room or of a disk that works. What counts
    /// transactions in front of it does not notice, takes each further one for a part of that one, and would refuse
    /// them all until the process ends: the file is opened anew.
    async fn mend(&mut self) -> Result<(), StoreError> {
        if !self.connection.is_in_transaction() {
            return Ok(());
        }
        // A transaction that was only broken off is rolled back as soon as the connection's thread comes to it.
        if self.connection.ping().await.is_ok() && !self.connection.is_in_transaction() {
            return Ok(());
        }
        let mut connection = connect(&self.folder).await?;
        schema::secure(&mut connection).await?;
        self.connection = connection;
        tracing::warn!("the store's database was opened anew after a write that failed");
        Ok(())
    }
}

/// A new connection to the database, which is there: `folder` has made its file.
async fn connect(folder: &Folder) -> Result<SqliteConnection, StoreError> {
    let connection = SqliteConnectOptions::new()
        .filename(&folder.database)
        // For the moments when a backup tool holds the database.
        .busy_timeout(Duration::from_secs(10))
        // A page of the load goes from SQLite's thread to ours without waiting for each other row by row.
        .row_buffer_size(load::PAGE)
        .disable_statement_logging()
        .connect()
        .await?;
    Ok(connection)
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
        let folder = Folder::open(folder, url)?;
        let mut connection = connect(&folder).await?;
        let seal = schema::prepare(&mut connection, &folder).await?;
        let snapshot = load::load(&mut connection, &seal).await?;
        let session = Session { connection, seal, unsure: false, folder };
        let inner = Inner { feed: watch::Sender::new(Arc::new(snapshot)), session: Mutex::new(Some(session)) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The current configuration. No I/O.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.feed.borrow().clone()
    }

    /// Writes the records, the audit entry and one new revision in one transaction, which is on the disk when this
    /// returns. `base` is the revision that the writes were computed on.
    ///
    /// A caller that stops waiting does not stop the commit: it happens wholly or not at all, and [`Store::snapshot`]
    /// tells the truth in either case.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when `base` is not current, [`StoreError::Refused`] when a record would be without its
    /// parent or its secret; nothing was written. [`StoreError::Database`] when the disk failed; nothing was written
    /// then either, unless the disk failed again when that was looked at.
    pub async fn commit(&self, base: Revision, change: Change) -> Result<Arc<Snapshot>, StoreError> {
        let inner = Arc::clone(&self.inner);
        // A task of its own: a caller that gives up must not leave the database ahead of the memory.
        let task = tokio::spawn(async move { inner.commit(base, &change).await });
        task.await.map_err(|error| StoreError::Database(format!("the commit was broken off: {error}")))?
    }

    /// The feed: holds the current configuration, and changes with each commit.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.inner.feed.subscribe()
    }

    /// At most `limit` audit entries, newest first, older than the entry numbered `before`. An entry's number is the
    /// revision that its change made.
    ///
    /// # Errors
    /// The database failed.
    pub async fn audit(&self, limit: u32, before: Option<i64>) -> Result<Vec<(i64, AuditEntry)>, StoreError> {
        trail::read(&mut self.inner.open().await?.connection, limit, before).await
    }

    /// At most `limit` audit entries of those that `filter` wants, after the entry numbered `after` in its order; and how
    /// many it wants in all.
    ///
    /// # Errors
    /// The database failed.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        limit: u32,
        after: Option<i64>,
    ) -> Result<(Vec<(i64, AuditEntry)>, i64), StoreError> {
        trail::page(&mut self.inner.open().await?.connection, filter, limit, after).await
    }

    /// Every counter that was saved.
    ///
    /// # Errors
    /// The database failed.
    pub async fn load_counters(&self) -> Result<HashMap<String, u64>, StoreError> {
        counters::load(&mut self.inner.open().await?.connection).await
    }

    /// Saves these counters, all or none; others stay as they are. They are on the disk when this returns.
    ///
    /// # Errors
    /// The database failed.
    pub async fn save_counters(&self, counters: &[(String, u64)]) -> Result<(), StoreError> {
        counters::save(&mut self.inner.open().await?.connection, counters).await
    }

    /// Closes the database and lets go of the lock; a commit that is under way ends first. Every later call answers
    /// [`StoreError::Closed`], but for [`Store::snapshot`] and [`Store::subscribe`].
    pub async fn close(&self) {
        let Some(session) = self.inner.session.lock().await.take() else { return };
        if let Err(error) = session.connection.close().await {
            // Nothing is lost: what was acknowledged is in the log, which the next opening reads.
            tracing::warn!(%error, "the store's database did not close cleanly");
        }
    }
}

impl Inner {
    /// The session of a store that is not closed.
    async fn open(&self) -> Result<MappedMutexGuard<'_, Session>, StoreError> {
        let mut session =
            MutexGuard::try_map(self.session.lock().await, Option::as_mut).map_err(|_| StoreError::Closed)?;
        // Whoever was here last may have failed, or was given up in the middle of a write.
        session.mend().await?;
        Ok(session)
    }

    async fn commit(&self, base: Revision, change: &Change) -> Result<Arc<Snapshot>, StoreError> {
        let mut session = self.open().await?;
        if session.unsure {
            self.catch_up(&mut session).await?;
        }
        let current = self.feed.borrow().clone();
        if base != current.revision {
            return Err(StoreError::Conflict { base, current: current.revision });
        }
        let next = Arc::new(transaction::applied(&current, change)?);
        session.unsure = true;
        let Session { connection, seal, .. } = &mut *session;
        match transaction::write(connection, seal, base, change, &next).await {
            Ok(()) => {
                session.unsure = false;
                self.feed.send_replace(Arc::clone(&next));
                Ok(next)
            }
            Err(failure) => {
                // Mostly nothing was written. But a commit that fails may have taken place all the same.
                session.mend().await?;
                self.catch_up(&mut session).await?;
                let current = self.feed.borrow().clone();
                if current.revision == next.revision { Ok(current) } else { Err(failure) }
            }
        }
    }

    /// Makes the memory what the database is.
    async fn catch_up(&self, session: &mut Session) -> Result<(), StoreError> {
        let stored = load::revision(&mut session.connection).await?;
        if stored != self.feed.borrow().revision {
            let snapshot = load::load(&mut session.connection, &session.seal).await?;
            self.feed.send_replace(Arc::new(snapshot));
        }
        session.unsure = false;
        Ok(())
    }
}
