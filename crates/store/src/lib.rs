//! The embedded, revisioned record store.
//!
//! Every noun of the model is a row: kind, identifier, parent, name, revision, times, a JSON body with a version tag,
//! and where it has one its sealed secret. A change is one transaction that writes records, one audit entry and one
//! new revision; it is on the disk when [`Store::commit`] returns. The whole configuration is kept in memory, so
//! reading ([`Store::snapshot`]) never touches the database, and [`Store::subscribe`] tells of each new revision.
//!
//! The data folder holds `tollgate.db` (SQLite, write-ahead log, every commit synced), `seal.key` (32 random bytes that
//! secrets are sealed under, AES-256-GCM; readable by its owner alone) and `tollgate.lock`, which keeps a second
//! process out. A backup ([`Store::back_up`]) is the first two together: secrets cannot be read without the key.

mod backup;
mod counters;
mod error;
mod folder;
mod inspect;
mod load;
mod row;
mod schema;
mod seal;
mod store;
mod trail;
mod transaction;

pub use error::StoreError;
pub use store::{Change, Store};
pub use trail::AuditFilter;
