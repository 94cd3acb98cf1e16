//! What was acknowledged survives the death of the process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use model::{Record, Revision, ServiceId};
use store::Store;

use crate::samples::{change, puts, service};
use crate::sqlite::Folder;
use crate::suite::Place as _;

const FOLDER: &str = "TOLLGATE_TEST_FOLDER";

/// The child: commits without end and says which revisions were acknowledged. Run by the tests below only.
#[tokio::test]
#[ignore = "run as a child process of the other tests in this file"]
async fn commits_without_end() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let store = Store::open(folder.as_ref(), None).await.unwrap();
    let mut out = std::io::stdout();
    loop {
        let base = store.snapshot().revision;
        let id = format!("service-{}", base.0 + 1);
        let snapshot = store.commit(base, change("add", puts([Record::Service(service(&id))]))).await.unwrap();
        store.save_counters(&[("count".into(), snapshot.revision.0)]).await.unwrap();
        writeln!(out, "acknowledged {}", snapshot.revision).unwrap();
        out.flush().unwrap();
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9() {
    let folder = Folder::new();
    let mut acknowledged = 0;
    // Each round is killed at another point of its work, and begins on what the one before left behind.
    for round in 1..=5 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::commits_without_end", "--ignored", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = 0;
        for line in lines {
            let Some(revision) = line.unwrap().strip_prefix("acknowledged ").map(|number| number.parse().unwrap())
            else {
                continue;
            };
            acknowledged = revision;
            said += 1;
            if said == 7 * round {
                child.kill().unwrap();
                // What it still said before it died counts too: the loop goes on to the end of the pipe.
            }
        }
        assert!(said >= 7 * round, "the child died by itself");
        child.wait().unwrap();

        let store = folder.open().await.unwrap();
        let snapshot = store.snapshot();
        assert!(snapshot.revision >= Revision(acknowledged), "{} < {acknowledged}", snapshot.revision);
        assert_eq!(snapshot.services.len() as u64, snapshot.revision.0);
        for number in 1..=acknowledged {
            let id = ServiceId::try_from(format!("service-{number}")).unwrap();
            assert!(snapshot.services.contains_key(&id), "{id} was acknowledged");
        }
        assert_eq!(store.audit(u32::MAX, None).await.unwrap().len() as u64, snapshot.revision.0);
        assert!(store.load_counters().await.unwrap()["count"] >= acknowledged);
        store.close().await;
    }
}
