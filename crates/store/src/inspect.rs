//! A look at a store from outside, also beside the process that has it open: nothing is changed, migrated or locked. While
//! SQLite reads, it keeps files of its own beside the database.

use std::path::Path;

use model::Snapshot;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, SqlSafeStr as _};

use crate::folder::Folder;
use crate::{Store, StoreError, load, schema};

impl Store {
    /// The configuration that is stored in `folder` (and at `url`, as [`Store::open`] has it); `None` when there is no
    /// store yet.
    ///
    /// # Errors
    /// What [`Store::open`] would refuse, but for the lock; a store of an earlier version, too, which `open` migrates.
    pub async fn inspect(folder: &Path, url: Option<&str>) -> Result<Option<Snapshot>, StoreError> {
        let Some(folder) = Folder::peek(folder, url)? else { return Ok(None) };
        let mut connection = look(&folder).await?;
        let snapshot = read(&mut connection, &folder).await;
        connection.close().await?;
        snapshot
    }
}

/// A connection that cannot change anything.
pub(crate) async fn look(folder: &Folder) -> Result<SqliteConnection, StoreError> {
    let options = SqliteConnectOptions::new().filename(&folder.database).read_only(true).disable_statement_logging();
    let opened = options.connect().await;
    opened.map_err(|error| StoreError::Database(format!("opening {}: {error}", folder.database.display())))
}

async fn read(connection: &mut SqliteConnection, folder: &Folder) -> Result<Option<Snapshot>, StoreError> {
    // One transaction: what is read belongs together, whatever is written meanwhile.
    let mut transaction = connection.begin_with("BEGIN".into_sql_str()).await?;
    let Some(seal) = schema::recognise(&mut transaction, folder).await? else { return Ok(None) };
    load::load(&mut transaction, &seal).await.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_store_can_be_looked_at_while_it_is_open_and_after() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Store::inspect(folder.path(), None).await.unwrap().is_none());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let store = Store::open(folder.path(), None).await.unwrap();
        let seen = Store::inspect(folder.path(), None).await.unwrap().unwrap();
        assert_eq!(seen.revision, store.snapshot().revision);
        store.close().await;
        assert!(Store::inspect(folder.path(), None).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn what_is_no_store_or_has_lost_its_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tollgate.db"), [b'x'; 4096]).unwrap();
        let fault = Store::inspect(folder.path(), None).await.unwrap_err();
        assert!(matches!(fault, StoreError::Foreign { .. }), "{fault}");
        std::fs::remove_file(folder.path().join("tollgate.db")).unwrap();
        Store::open(folder.path(), None).await.unwrap().close().await;
        std::fs::remove_file(folder.path().join("seal.key")).unwrap();
        let fault = Store::inspect(folder.path(), None).await.unwrap_err();
        assert!(matches!(fault, StoreError::SealKey { .. }), "{fault}");
    }
}
