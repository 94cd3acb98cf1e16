//! The database's schema, and how it comes to be the newest.

use std::path::Path;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _, SqlSafeStr as _};

use crate::StoreError;
use crate::folder::Folder;
use crate::seal::SealKey;

/// Every migration, oldest first; a database's schema version is how many of them were applied to it. A migration that
/// was once released never changes.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001_first.sql")];

/// The known text whose sealing shows whether a key is the right one.
const SEAL_CHECK: (&str, &str, &[u8]) = ("meta", "seal_check", b"tollgate");

/// Brings the database to the newest schema in one transaction, and finds the key that fits it.
pub(crate) async fn prepare(connection: &mut SqliteConnection, folder: &Folder) -> Result<SealKey, StoreError> {
    let (found, known) = (version(connection, &folder.database).await?, newest());
    let seal = match SealKey::read(&folder.seal_key)? {
        Some(seal) => seal,
        None if found == 0 => SealKey::create(&folder.seal_key)?,
        None => return Err(missing_key(folder)),
    };
    secure(connection).await?;
    if found < known {
        migrate(connection, found, known, &seal).await?;
        tracing::info!(from = found, to = known, "store schema migrated");
    }
    check_seal(connection, folder, &seal).await?;
    Ok(seal)
}

/// Has each commit be on the disk before it is answered; said to every connection that writes.
pub(crate) async fn secure(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    // The log is what makes one sync a commit enough; FULL is what makes that sync happen before a commit is answered.
    for pragma in ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA journal_size_limit = 67108864"] {
        sqlx::query(pragma).execute(&mut *connection).await?;
    }
    Ok(())
}

/// The key that fits the database, when it has the newest schema; `None` for an empty file. Changes nothing.
pub(crate) async fn recognise(
    connection: &mut SqliteConnection,
    folder: &Folder,
) -> Result<Option<SealKey>, StoreError> {
    match key_of(connection, folder).await? {
        Some((older, _)) if older < newest() => {
            let reason = format!("its schema is version {older}, before {}; `tollgate serve` migrates it", newest());
            Err(StoreError::Foreign { path: folder.database.clone(), reason })
        }
        known => Ok(known.map(|(_, seal)| seal)),
    }
}

/// The key that fits the database, after the version of its schema, which may be an earlier one; `None` for an empty
/// file. Changes nothing.
pub(crate) async fn key_of(
    connection: &mut SqliteConnection,
    folder: &Folder,
) -> Result<Option<(i64, SealKey)>, StoreError> {
    let found = version(connection, &folder.database).await?;
    if found == 0 {
        return Ok(None);
    }
    let seal = SealKey::read(&folder.seal_key)?.ok_or_else(|| missing_key(folder))?;
    check_seal(connection, folder, &seal).await?;
    Ok(Some((found, seal)))
}

/// The version of the schema that this program writes.
fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

fn missing_key(folder: &Folder) -> StoreError {
    StoreError::SealKey {
        path: folder.seal_key.clone(),
        reason: format!(
            "the sealing key of {} is missing; its secrets cannot be read without it: put it back from a backup",
            folder.database.display()
        ),
    }
}

/// How many migrations the database has seen; 0 for an empty file. One of a later Tollgate is refused.
async fn version(connection: &mut SqliteConnection, path: &Path) -> Result<i64, StoreError> {
    let foreign = |reason: String| StoreError::Foreign { path: path.to_owned(), reason };
    let tables = sqlx::query_scalar::<_, String>("SELECT name FROM sqlite_master WHERE type = 'table'")
        .fetch_all(&mut *connection)
        .await
        .map_err(|error| match error.as_database_error().and_then(|error| error.code()) {
            Some(code) if code == "26" => foreign("it is no SQLite database".to_owned()),
            _ => error.into(),
        })?;
    if tables.is_empty() {
        return Ok(0);
    }
    if !["meta", "records"].iter().all(|ours| tables.iter().any(|table| table == ours)) {
        return Err(foreign("it is a database of something else".to_owned()));
    }
    let found = sqlx::query_scalar::<_, i64>("SELECT schema FROM meta")
        .fetch_one(connection)
        .await
        .map_err(|error| foreign(format!("its schema version cannot be read: {error}")))?;
    if found > newest() {
        return Err(StoreError::TooNew { path: path.to_owned(), found, known: newest() });
    }
    Ok(found)
}

async fn migrate(connection: &mut SqliteConnection, found: i64, known: i64, seal: &SealKey) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE".into_sql_str()).await?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
    }
    if found == 0 {
        let (kind, id, text) = SEAL_CHECK;
        sqlx::query("INSERT INTO meta (id, schema, revision, seal_check) VALUES (1, ?, 0, ?)")
            .bind(known)
            .bind(seal.seal(kind, id, text)?)
            .execute(&mut *transaction)
            .await?;
    } else {
        sqlx::query("UPDATE meta SET schema = ?").bind(known).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn check_seal(connection: &mut SqliteConnection, folder: &Folder, seal: &SealKey) -> Result<(), StoreError> {
    let (kind, id, text) = SEAL_CHECK;
    let sealed: Vec<u8> = sqlx::query("SELECT seal_check FROM meta").fetch_one(connection).await?.try_get(0)?;
    match seal.unseal(kind, id, &sealed) {
        Ok(found) if found.as_slice() == text => Ok(()),
        _ => Err(StoreError::SealKey {
            path: folder.seal_key.clone(),
            reason: format!(
                "this is not the sealing key of {}; its secrets cannot be read: put the right one back from a backup",
                folder.database.display()
            ),
        }),
    }
}
