//! Data folders that earlier versions wrote are read by this one.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use model::Revision;
use store::Store;

use crate::samples::{change, of_version_1, puts, records, sorted};
use crate::sqlite::Folder;
use crate::suite::Place as _;

fn kept(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(version)
}

/// Copies a kept data folder to where it may be changed; git does not keep the key's rights.
fn copied(version: &str) -> Folder {
    let folder = Folder::new();
    for name in ["tollgate.db", "seal.key"] {
        let copy = folder.path().join(name);
        fs::copy(kept(version).join(name), &copy).unwrap();
        fs::set_permissions(copy, Permissions::from_mode(0o600)).unwrap();
    }
    folder
}

#[tokio::test]
async fn a_folder_of_version_1_is_read() {
    let folder = copied("v1");
    let store = folder.open().await.unwrap();
    let snapshot = store.snapshot();
    assert_eq!(snapshot.revision, Revision(2));
    assert_eq!(records(&snapshot), sorted(of_version_1()));
    let entries = store.audit(10, None).await.unwrap();
    assert_eq!(entries, [(2, change("nothing", Vec::new()).audit), (1, change("fill", Vec::new()).audit)]);
    assert_eq!(store.load_counters().await.unwrap(), [("usagePlan-one".to_owned(), 4711)].into());
    store.commit(Revision(2), change("go on", Vec::new())).await.unwrap();
}

/// Makes the folder of today's version. What was once committed is never made again: it is what a version wrote.
#[tokio::test]
#[ignore = "makes tests/fixtures/v1, once for each form of the store"]
async fn make_the_folder_of_version_1() {
    let folder = kept("v1");
    assert!(!folder.exists(), "{} is there already; remove it first", folder.display());
    let store = Store::open(&folder, None).await.unwrap();
    store.commit(Revision(0), change("fill", puts(of_version_1()))).await.unwrap();
    store.commit(Revision(1), change("nothing", Vec::new())).await.unwrap();
    store.save_counters(&[("usagePlan-one".into(), 4711)]).await.unwrap();
    store.close().await;
    fs::remove_file(folder.join("tollgate.lock")).unwrap();
}
