//! What can go wrong with a store.

use std::path::PathBuf;
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
    #[error("{} is locked: another Tollgate has this store open", .0.display())]
    InUse(PathBuf),
    /// The address of the store is of no known form.
    #[error("`{0}` is no address of a store; `sqlite:PATH` is allowed")]
    Address(String),
    /// A file that is not ours stands where the database should be.
    #[error("{} is not a Tollgate store: {reason}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What shows it.
        reason: String,
    },
    /// The database was written by a later version of Tollgate.
    #[error("the store has schema version {found}, this Tollgate knows versions up to {known}; use a newer Tollgate")]
    TooNew {
        /// The database's schema version.
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
