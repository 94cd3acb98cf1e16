//! Copies of a store: one taken beside the process that has it open, and one put where no store is.
//!
//! A backup is a folder like any other that holds a store: the database as it was at one revision, and the sealing key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use model::Revision;
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;

use crate::folder::{Folder, sync_parent};
use crate::inspect::look;
use crate::{Store, StoreError, load, schema};

/// What SQLite keeps beside a database. Left behind by another one, it would be taken for a part of the copy.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

impl Store {
    /// Copies the store in `folder` (and at `url`, as [`Store::open`] has it) into the folder `to`, which is made if it is
    /// not there, and tells its revision. Whoever has the store open goes on undisturbed; the copy's files are on the disk
    /// when this returns.
    ///
    /// # Errors
    /// There is no store, its key does not fit, a later Tollgate has written it, or there is one at `to` already. Nothing
    /// that could be taken for a store is left at `to` then.
    pub async fn back_up(folder: &Path, url: Option<&str>, to: &Path) -> Result<Revision, StoreError> {
        let from = Folder::peek(folder, url)?.ok_or_else(|| no_store(folder))?;
        copy(&from, &Folder::open(to, None)?).await
    }

    /// Copies the store in the folder `from`, a backup, to where [`Store::open`] will look for it with `folder` and `url`,
    /// and tells its revision. A backup of an earlier Tollgate is migrated when it is opened.
    ///
    /// # Errors
    /// Those of [`Store::back_up`], and [`StoreError::InUse`].
    pub async fn restore(from: &Path, folder: &Path, url: Option<&str>) -> Result<Revision, StoreError> {
        let from = Folder::peek(from, None)?.ok_or_else(|| no_store(from))?;
        copy(&from, &Folder::open(folder, url)?).await
    }
}

async fn copy(from: &Folder, to: &Folder) -> Result<Revision, StoreError> {
    if let Err(occupied) = refuse_occupied(to) {
        // The folder's opening has made it.
        if is_empty(&to.database)? {
            take_away(&to.database);
        }
        return Err(occupied);
    }
    let copied = fill(from, to).await;
    if copied.is_err() {
        take_away(&to.seal_key);
        take_away(&to.database);
    }
    copied
}

async fn fill(from: &Folder, to: &Folder) -> Result<Revision, StoreError> {
    let mut source = look(from).await?;
    if schema::key_of(&mut source, from).await?.is_none() {
        return Err(no_store(&from.database));
    }
    // Renamed when it is whole: what a crash leaves before that is an empty database, which the next copy fills.
    let draft = beside(&to.database, ".new");
    write_draft(&mut source, &draft).await?;
    source.close().await?;
    fs::rename(&draft, &to.database).map_err(StoreError::file(&to.database))?;
    // The key comes last: a database without one is refused when it is opened.
    copy_key(&from.seal_key, &to.seal_key)?;
    sync_parent(&to.database)?;
    sync_parent(&to.seal_key)?;
    let mut copied = look(to).await?;
    schema::key_of(&mut copied, to).await?.ok_or_else(|| no_store(&to.database))?;
    let revision = load::revision(&mut copied).await?;
    copied.close().await?;
    Ok(revision)
}

async fn write_draft(source: &mut SqliteConnection, draft: &Path) -> Result<(), StoreError> {
    for left in [beside(draft, "-journal"), draft.to_owned()] {
        match fs::remove_file(&left) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(StoreError::file(&left)(error)),
            _ => {}
        }
    }
    let name = draft.to_str().ok_or_else(|| {
        StoreError::file(draft)(io::Error::new(ErrorKind::InvalidInput, "a database's path must be UTF-8"))
    })?;
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(draft).map_err(StoreError::file(draft))?;
    // One reading transaction: what is copied belongs together, whatever is written meanwhile.
    let copied = sqlx::query("VACUUM INTO ?").bind(name).execute(source).await;
    let synced = copied
        .map_err(|error| StoreError::Database(format!("copying it to {}: {error}", draft.display())))
        .and_then(|_| file.sync_all().map_err(StoreError::file(draft)));
    if synced.is_err() {
        take_away(draft);
    }
    synced
}

/// What cannot be removed was not made, or stays as what nobody takes for a store: a draft, or a database without its key.
fn take_away(begun: &Path) {
    let _stays = fs::remove_file(begun);
}

fn copy_key(from: &Path, to: &Path) -> Result<(), StoreError> {
    let mut source = File::open(from).map_err(StoreError::file(from))?;
    let mut options = OpenOptions::new();
    let copied = options.write(true).create_new(true).mode(0o600).open(to).and_then(|mut file| {
        io::copy(&mut source, &mut file)?;
        file.sync_all()
    });
    copied.map_err(StoreError::file(to))
}

/// Refuses a place where a store is, or something that was one's.
fn refuse_occupied(to: &Folder) -> Result<(), StoreError> {
    if !is_empty(&to.database)? {
        return Err(StoreError::Occupied { path: to.database.clone() });
    }
    for path in BESIDE.iter().map(|suffix| beside(&to.database, suffix)).chain([to.seal_key.clone()]) {
        if path.try_exists().map_err(StoreError::file(&path))? {
            return Err(StoreError::Occupied { path });
        }
    }
    Ok(())
}

fn is_empty(file: &Path) -> Result<bool, StoreError> {
    fs::metadata(file).map(|found| found.len() == 0).map_err(StoreError::file(file))
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(suffix);
    PathBuf::from(path)
}

fn no_store(path: &Path) -> StoreError {
    StoreError::Foreign { path: path.to_owned(), reason: "there is none".to_owned() }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn a_store_is_copied_while_it_is_open_and_put_where_none_is() {
        let place = tempfile::tempdir().unwrap();
        let (data, backup, again) =
            (place.path().join("data"), place.path().join("backup"), place.path().join("again"));
        let store = Store::open(&data, None).await.unwrap();
        let revision = store.snapshot().revision;
        assert_eq!(Store::back_up(&data, None, &backup).await.unwrap(), revision);
        store.close().await;
        for file in ["tollgate.db", "seal.key"] {
            let mode = fs::metadata(backup.join(file)).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{file}");
        }
        assert_eq!(Store::restore(&backup, &again, None).await.unwrap(), revision);
        assert_eq!(fs::read(data.join("seal.key")).unwrap(), fs::read(again.join("seal.key")).unwrap());
        Store::open(&again, None).await.unwrap().close().await;
        // Also where the database stands elsewhere.
        let url = format!("sqlite:{}", place.path().join("elsewhere.db").display());
        let (third, fourth) = (place.path().join("third"), place.path().join("fourth"));
        assert_eq!(Store::restore(&backup, &third, Some(&url)).await.unwrap(), revision);
        Store::open(&third, Some(&url)).await.unwrap().close().await;
        assert_eq!(Store::back_up(&third, Some(&url), &fourth).await.unwrap(), revision);
        Store::open(&fourth, None).await.unwrap().close().await;
    }

    #[tokio::test]
    async fn what_is_there_is_never_written_over() {
        let place = tempfile::tempdir().unwrap();
        let (data, backup) = (place.path().join("data"), place.path().join("backup"));
        Store::open(&data, None).await.unwrap().close().await;
        Store::back_up(&data, None, &backup).await.unwrap();
        for (folder, file) in [("a", "tollgate.db"), ("b", "seal.key"), ("c", "tollgate.db-wal")] {
            let folder = place.path().join(folder);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join(file), "mine").unwrap();
            for fault in [
                Store::back_up(&data, None, &folder).await.unwrap_err(),
                Store::restore(&backup, &folder, None).await.unwrap_err(),
            ] {
                assert!(matches!(&fault, StoreError::Occupied { path } if path.ends_with(file)), "{fault}");
            }
            assert_eq!(fs::read_to_string(folder.join(file)).unwrap(), "mine");
            assert_eq!(folder.join("tollgate.db").exists(), file == "tollgate.db");
        }
        let store = Store::open(&data, None).await.unwrap();
        let fault = Store::restore(&backup, &data, None).await.unwrap_err();
        assert!(matches!(fault, StoreError::InUse { .. }), "{fault}");
        store.close().await;
    }

    #[tokio::test]
    async fn what_a_crash_left_of_a_copy_is_in_no_ones_way() {
        let place = tempfile::tempdir().unwrap();
        let (data, to) = (place.path().join("data"), place.path().join("to"));
        let store = Store::open(&data, None).await.unwrap();
        fs::create_dir(&to).unwrap();
        for (left, text) in [("tollgate.db", ""), ("tollgate.db.new", "half"), ("tollgate.db.new-journal", "half")] {
            fs::write(to.join(left), text).unwrap();
        }
        assert_eq!(Store::back_up(&data, None, &to).await.unwrap(), store.snapshot().revision);
        store.close().await;
        Store::open(&to, None).await.unwrap().close().await;
        assert!(!to.join("tollgate.db.new").exists());
    }

    #[tokio::test]
    async fn what_is_no_store_is_not_copied_and_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let (data, to) = (place.path().join("data"), place.path().join("to"));
        let fault = Store::back_up(&data, None, &to).await.unwrap_err();
        assert!(matches!(fault, StoreError::Foreign { .. }), "{fault}");
        assert!(!to.exists());
        Store::open(&data, None).await.unwrap().close().await;
        fs::write(data.join("seal.key"), [7; 32]).unwrap();
        let fault = Store::restore(&data, &to, None).await.unwrap_err();
        assert!(matches!(fault, StoreError::SealKey { .. }), "{fault}");
        assert!(!to.join("tollgate.db").exists() && !to.join("seal.key").exists());
    }
}
