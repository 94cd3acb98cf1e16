//! The store that keeps its records in a SQLite file.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use model::{Record, Revision};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;
use store::{Store, StoreError};
use tempfile::TempDir;

use crate::samples::{CREDENTIAL_SECRET, OPERATOR_SECRET, change, one_of_every_kind, puts, records, service, sorted};
use crate::suite::Place;

/// A data folder that goes away with the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    async fn filled(&self) -> Store {
        let store = self.open().await.unwrap();
        store.commit(Revision(0), change("fill", puts(one_of_every_kind()))).await.unwrap();
        store
    }

    async fn refusal(&self) -> StoreError {
        self.open().await.err().expect("the store opened")
    }
}

impl Place for Folder {
    async fn open(&self) -> Result<Store, StoreError> {
        Store::open(self.path(), None).await
    }

    async fn meddle(&self, sql: &'static str) {
        meddle(&self.file("tollgate.db"), sql).await;
    }
}

async fn meddle(database: &Path, sql: &'static str) {
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", database.display())).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

crate::suite::suite!(crate::sqlite::Folder::new());

#[tokio::test]
async fn a_second_opening_of_the_same_folder_is_refused() {
    let folder = Folder::new();
    let store = folder.open().await.unwrap();
    let refused = folder.refusal().await;
    assert!(matches!(&refused, StoreError::InUse { by, .. } if *by == Some(std::process::id())), "{refused}");
    assert!(refused.to_string().contains("tollgate.lock"), "{refused}");
    store.close().await;
    let again = folder.open().await.unwrap();
    drop(again);
    folder.open().await.unwrap();
}

#[tokio::test]
async fn two_folders_do_not_share_a_database() {
    let (one, two, three) = (Folder::new(), Folder::new(), Folder::new());
    let url = format!("sqlite:{}", three.file("shared.db").display());
    let store = Store::open(one.path(), Some(&url)).await.unwrap();
    let refused = Store::open(two.path(), Some(&url)).await.err().unwrap();
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused}");
    store.commit(Revision(0), change("fill", puts(one_of_every_kind()))).await.unwrap();
    store.close().await;
    assert!(one.file("seal.key").exists() && !one.file("tollgate.db").exists());
    let again =
        Store::open(one.path(), Some(&format!("sqlite://{}", three.file("shared.db").display()))).await.unwrap();
    assert_eq!(records(&again.snapshot()), sorted(one_of_every_kind()));
}

#[tokio::test]
async fn an_address_of_no_known_form_is_refused_without_telling_its_password() {
    let folder = Folder::new();
    for url in ["postgres://me:hush@host/db", "sqlite:", "tollgate.db", "sqlite:/", ""] {
        let refused = Store::open(folder.path(), Some(url)).await.err().unwrap();
        assert!(matches!(refused, StoreError::Address(_)), "{url}: {refused}");
        assert!(!refused.to_string().contains("hush"), "{refused}");
    }
}

#[tokio::test]
async fn no_secret_can_be_read_in_any_file() {
    let folder = Folder::new();
    let store = folder.filled().await;
    let look = || {
        let mut seen = 0;
        for entry in fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            for secret in [CREDENTIAL_SECRET, OPERATOR_SECRET] {
                let part = &secret.as_bytes()[..20];
                assert!(!bytes.windows(part.len()).any(|window| window == part), "{}", path.display());
            }
            seen += usize::from(bytes.windows(7).any(|window| window == b"AKIDone"));
        }
        seen
    };
    assert!(look() > 0, "the record itself is there while the store is open");
    store.close().await;
    assert_eq!(look(), 1, "and after it was closed");
}

#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    let parent = Folder::new();
    let inner = parent.file("deep/data");
    let store = Store::open(&inner, None).await.unwrap();
    store.commit(Revision(0), change("fill", puts(one_of_every_kind()))).await.unwrap();
    assert_eq!(fs::metadata(&inner).unwrap().mode() & 0o777, 0o700);
    let names: Vec<String> = fs::read_dir(&inner)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().mode() & 0o777, 0o600, "{:?}", entry.file_name());
            entry.file_name().into_string().unwrap()
        })
        .collect();
    for expected in ["tollgate.db", "tollgate.db-wal", "seal.key", "tollgate.lock"] {
        assert!(names.iter().any(|name| name == expected), "{expected} is not among {names:?}");
    }
}

#[tokio::test]
async fn a_sealing_key_that_others_may_read_is_refused() {
    let folder = Folder::new();
    folder.filled().await.close().await;
    for mode in [0o640, 0o604, 0o660, 0o602, 0o644] {
        fs::set_permissions(folder.file("seal.key"), Permissions::from_mode(mode)).unwrap();
        let refused = folder.refusal().await;
        assert!(matches!(refused, StoreError::SealKey { .. }), "{refused}");
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }
    fs::set_permissions(folder.file("seal.key"), Permissions::from_mode(0o400)).unwrap();
    folder.open().await.unwrap();
}

#[tokio::test]
async fn a_wrong_missing_or_damaged_sealing_key_is_refused() {
    let folder = Folder::new();
    folder.filled().await.close().await;
    let key = fs::read(folder.file("seal.key")).unwrap();
    assert_eq!(key.len(), 32);
    for (content, hint) in [
        (vec![0; 32], "not the sealing key"),
        (key[..31].to_vec(), "32 bytes"),
        ([key.as_slice(), b"\n"].concat(), "32 bytes"),
        (Vec::new(), "32 bytes"),
    ] {
        fs::write(folder.file("seal.key"), content).unwrap();
        let refused = folder.refusal().await;
        assert!(matches!(&refused, StoreError::SealKey { path, .. } if path.ends_with("seal.key")), "{refused}");
        assert!(refused.to_string().contains(hint), "{refused}");
    }
    fs::remove_file(folder.file("seal.key")).unwrap();
    let refused = folder.refusal().await;
    assert!(refused.to_string().contains("missing"), "{refused}");
    assert!(!folder.file("seal.key").exists(), "no new key is made for an old store");
    fs::write(folder.file("seal.key"), key).unwrap();
    fs::set_permissions(folder.file("seal.key"), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(records(&folder.open().await.unwrap().snapshot()), sorted(one_of_every_kind()));
}

#[tokio::test]
async fn a_wrong_key_is_seen_even_where_nothing_is_sealed() {
    let folder = Folder::new();
    folder.open().await.unwrap().close().await;
    fs::write(folder.file("seal.key"), [1; 32]).unwrap();
    let refused = folder.refusal().await;
    assert!(matches!(refused, StoreError::SealKey { .. }), "{refused}");
}

#[tokio::test]
async fn a_first_opening_that_was_broken_off_is_taken_up_again() {
    let folder = Folder::new();
    // The key was made, the database only just begun, and an unfinished key lies about.
    folder.open().await.unwrap().close().await;
    fs::write(folder.file("tollgate.db"), b"").unwrap();
    fs::write(folder.file("seal.key.new"), b"half").unwrap();
    let key = fs::read(folder.file("seal.key")).unwrap();
    folder.filled().await.close().await;
    assert_eq!(fs::read(folder.file("seal.key")).unwrap(), key);

    let folder = Folder::new();
    fs::write(folder.file("seal.key.new"), b"half").unwrap();
    folder.filled().await.close().await;
    assert!(!folder.file("seal.key.new").exists());
    folder.open().await.unwrap();
}

#[tokio::test]
async fn a_database_of_a_later_version_is_refused() {
    let folder = Folder::new();
    folder.filled().await.close().await;
    folder.meddle("UPDATE meta SET schema = 999").await;
    let refused = folder.refusal().await;
    assert!(matches!(refused, StoreError::TooNew { found: 999, .. }), "{refused}");
    assert!(refused.to_string().contains("tollgate.db has schema version 999"), "{refused}");
}

#[tokio::test]
async fn a_foreign_file_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let database = folder.file("tollgate.db");
    let text = b"Dear diary, this is no database at all. ".repeat(200);
    fs::write(&database, &text).unwrap();
    let refused = folder.refusal().await;
    assert!(matches!(refused, StoreError::Foreign { .. }), "{refused}");
    assert_eq!(fs::read(&database).unwrap(), text);

    fs::remove_file(&database).unwrap();
    fs::write(&database, b"").unwrap();
    meddle(&database, "CREATE TABLE recipes (name TEXT)").await;
    let before = fs::read(&database).unwrap();
    let refused = folder.refusal().await;
    assert!(matches!(refused, StoreError::Foreign { .. }), "{refused}");
    assert_eq!(fs::read(&database).unwrap(), before);
    assert!(!folder.file("seal.key").exists());
}

#[tokio::test]
async fn a_failing_database_changes_nothing_and_is_not_final() {
    let folder = Folder::new();
    let store = folder.filled().await;
    let before = store.snapshot();
    let add = || change("add", puts([Record::Service(service("service-two"))]));
    folder
        .meddle("CREATE TRIGGER fail BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
        .await;
    let failed = store.commit(Revision(1), add()).await.unwrap_err();
    assert!(matches!(&failed, StoreError::Database(reason) if reason.contains("the disk is full")), "{failed}");
    assert!(std::sync::Arc::ptr_eq(&store.snapshot(), &before));
    folder.meddle("DROP TRIGGER fail").await;
    store.commit(Revision(1), add()).await.unwrap();
    store.close().await;
    assert_eq!(folder.open().await.unwrap().snapshot().services.len(), 2);
}

#[tokio::test]
async fn a_database_that_ends_a_transaction_by_itself_can_be_written_on() {
    // As SQLite does when there is no room for the commit.
    let folder = Folder::new();
    let store = folder.filled().await;
    let before = store.snapshot();
    let add = || change("add", puts([Record::Service(service("service-two"))]));
    folder
        .meddle(
            "CREATE TRIGGER fail BEFORE INSERT ON audit BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END;
             CREATE TRIGGER fail_too BEFORE INSERT ON counters BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END",
        )
        .await;
    for _ in 0..2 {
        let failed = store.commit(Revision(1), add()).await.unwrap_err();
        assert!(matches!(&failed, StoreError::Database(reason) if reason.contains("the disk is full")), "{failed}");
        let failed = store.save_counters(&[("a".into(), 1)]).await.unwrap_err();
        assert!(matches!(&failed, StoreError::Database(reason) if reason.contains("the disk is full")), "{failed}");
    }
    assert!(std::sync::Arc::ptr_eq(&store.snapshot(), &before));
    folder.meddle("DROP TRIGGER fail; DROP TRIGGER fail_too").await;
    store.save_counters(&[("a".into(), 1)]).await.unwrap();
    store.commit(Revision(1), add()).await.unwrap();
    store.close().await;
    let store = folder.open().await.unwrap();
    assert_eq!(store.snapshot().services.len(), 2);
    assert_eq!(store.load_counters().await.unwrap().get("a"), Some(&1));
}

#[tokio::test]
async fn another_programs_writes_are_noticed() {
    let folder = Folder::new();
    let store = folder.filled().await;
    folder.meddle("UPDATE meta SET revision = 41").await;
    let failed = store.commit(Revision(1), change("add", Vec::new())).await.unwrap_err();
    assert!(matches!(failed, StoreError::Database(_)), "{failed}");
    assert_eq!(store.snapshot().revision, Revision(41), "the memory follows the database");
    store.commit(Revision(41), change("add", Vec::new())).await.unwrap();
}

#[test]
fn a_store_outlives_the_runtime_that_opened_it() {
    let folder = Folder::new();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = runtime().block_on(folder.filled());
    runtime()
        .block_on(store.commit(Revision(1), change("add", puts([Record::Service(service("service-two"))]))))
        .unwrap();
    runtime().block_on(store.close());
    assert_eq!(runtime().block_on(folder.open()).unwrap().snapshot().services.len(), 2);
}
