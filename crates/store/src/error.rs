//! What can go wrong with a store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Invalid, Revision};

/// What went wrong. Each message names the thing: the file, or the record by kind and identifier.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed the configuration since the writes were computed; nothing was written. Compute again.
    #[error(
        "the configuration has changed: these writes were computed on revision {base}, revision {current} is there"
    )]
    Conflict {
        /// The revision that the writes were computed on.
        base: Revision,
        /// The current revision.
        current: Revision,
    },
    /// The change would leave the configuration in a state that it must not have, such as an API without its service.
    /// Nothing was written.
    #[error("the change was not written: {kind} `{id}`: {reason}")]
    Refused {
        /// The kind of the record.
        kind: &'static str,
        /// The record's identifier.
        id: String,
        /// What is wrong.
        reason: Invalid,
    },
    /// Another process (or another part of this one) has the store open.
    #[error("{} is locked{}: another Tollgate has this store open", path.display(), by.map(|pid| format!(" by process {pid}")).unwrap_or_default())]
    InUse {
        /// The lock file.
        path: PathBuf,
        /// The process that holds it, where it can be told.
        by: Option<u32>,
    },
    /// The address of the store is of no known form. Only its scheme is told: the rest may hold a password.
    #[error("a store's address begins with `sqlite:` and goes on with the path of a file; this one begins with `{0}`")]
    Address(String),
    /// A file that is not ours stands where the database should be.
    #[error("{} is not a Tollgate store: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What shows it.
        reason: String,
    },
    /// What belongs to a store lies where one is to be put.
    #[error("{} is there already: move it away, or name another folder", path.display())]
    Occupied {
        /// The file.
        path: PathBuf,
    },
    /// The database was written by a later version of Tollgate.
    #[error("{} has schema version {found}; this Tollgate knows versions up to {known}: use a newer one", path.display())]
    TooNew {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The sealing key is missing, unsafe, damaged or another store's.
    #[error("{}: {reason}", path.display())]
    SealKey {
        /// The key file.
        path: PathBuf,
        /// What is wrong and what to do.
        reason: String,
    },
    /// A stored record cannot be read back.
    #[error("the stored {kind} `{id}` cannot be read: {reason}")]
    Corrupt {
        /// The kind of the record, as stored.
        kind: String,
        /// The record's identifier.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file could not be made, read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: Arc<std::io::Error>,
    },
    /// The database failed.
    #[error("the store's database failed: {0}")]
    Database(String),
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// For `map_err` on what is done to the file or folder at `path`.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source: Arc::new(source) }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.to_string())
    }
}
