//! Reading the whole configuration into memory.

use model::{Kind, Record, Revision, Snapshot, Write};
use sqlx::Row as _;
use sqlx::sqlite::SqliteConnection;

use crate::seal::SealKey;
use crate::{StoreError, row};

/// The columns that [`row::read`] wants, and the one that the next page begins after.
const PAGE_QUERY: &str =
    "SELECT kind, id, version, body, sealed, rowid FROM records WHERE rowid > ? ORDER BY rowid LIMIT ?";

/// Rows that are fetched at a time: enough to make the turns cheap, few enough to need no memory worth naming.
pub(crate) const PAGE: usize = 2000;

/// Everything that is stored. A record that cannot be read is an error: half a configuration is never served.
pub(crate) async fn load(connection: &mut SqliteConnection, seal: &SealKey) -> Result<Snapshot, StoreError> {
    let mut kinds: [Vec<Record>; Kind::ALL.len()] = Default::default();
    let mut last = 0_i64;
    loop {
        let rows = sqlx::query(PAGE_QUERY).bind(last).bind(PAGE as i64).fetch_all(&mut *connection).await?;
        for row in &rows {
            let record = row::read(row, seal)?;
            last = row.try_get(5)?;
            kinds[record.kind() as usize].push(record);
        }
        if rows.is_empty() {
            break;
        }
    }
    let mut snapshot = Snapshot { revision: revision(connection).await?, ..Snapshot::default() };
    for record in kinds.into_iter().flatten() {
        let key = record.key();
        snapshot.apply(Write::Put(record)).map_err(|error| StoreError::Corrupt {
            kind: key.kind.as_str().to_owned(),
            id: key.id,
            reason: error.to_string(),
        })?;
    }
    Ok(snapshot)
}

/// The revision in the database.
pub(crate) async fn revision(connection: &mut SqliteConnection) -> Result<Revision, StoreError> {
    let revision: i64 = sqlx::query_scalar("SELECT revision FROM meta").fetch_one(connection).await?;
    u64::try_from(revision)
        .map(Revision)
        .map_err(|_| StoreError::Database(format!("the stored revision is {revision}; it cannot be negative")))
}
