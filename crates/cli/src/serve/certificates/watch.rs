//! Files that change while the process runs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use control::Control;
use model::CertificateId;
use tokio::task::JoinHandle;

use super::{Pair, forget_others, keep, named};
use crate::settings::Settings;

/// How often the files are looked at. A look reads no file, only what the system knows of it.
const EVERY: Duration = Duration::from_secs(1);

/// What tells one content of a pair of files from the next.
type Stamp = Vec<Option<(u64, u64, [i64; 4])>>;

/// What the files of each pair were when they were taken in.
pub(in crate::serve) type Seen = BTreeMap<String, Stamp>;

/// The stamps of files that are about to be read: what changes while they are read is seen as changed.
pub(super) fn stamps(pairs: &[Pair]) -> Seen {
    pairs.iter().map(|pair| (key(&pair.id), stamp(pair))).collect()
}

/// Looks at the files that the settings name, and keeps what has changed. A pair that does not fit, as while one of its
/// files is written before the other, changes nothing until it does.
pub(in crate::serve) fn watch(control: Arc<Control>, settings: Settings, mut seen: Seen) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut interval = tokio::time::interval(EVERY);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut last_fault = String::new();
        let mut told = BTreeMap::new();
        loop {
            interval.tick().await;
            let pairs = match named(&settings) {
                Ok(pairs) => pairs,
                Err(fault) => {
                    let fault = format!("{fault:?}");
                    if fault != last_fault {
                        tracing::error!(fault, "certificates cannot be looked for");
                        last_fault = fault;
                    }
                    continue;
                }
            };
            last_fault.clear();
            look(&control, &pairs, &mut seen, &mut told).await;
        }
    })
}

/// `told` holds what was said of pairs that do not fit: they are tried at each look, and a fault is said once.
async fn look(control: &Control, pairs: &[Pair], seen: &mut Seen, told: &mut BTreeMap<String, String>) {
    for pair in pairs {
        let now = stamp(pair);
        if seen.get(&key(&pair.id)) == Some(&now) {
            told.remove(pair.id.as_str());
            continue;
        }
        match keep(control, pair).await {
            Ok(()) => {
                seen.insert(key(&pair.id), now);
                told.remove(pair.id.as_str());
            }
            Err(fault) => {
                let fault = format!("{fault:?}");
                if told.get(pair.id.as_str()) != Some(&fault) {
                    tracing::error!(id = %pair.id, fault, "a certificate's files have changed and do not fit");
                    told.insert(key(&pair.id), fault);
                }
            }
        }
    }
    told.retain(|id, _| pairs.iter().any(|pair| pair.id.as_str() == id));
    let before = seen.len();
    seen.retain(|id, _| pairs.iter().any(|pair| pair.id.as_str() == id));
    if seen.len() < before {
        forget_others(control, pairs).await;
    }
}

fn key(id: &CertificateId) -> String {
    id.as_str().to_owned()
}

fn stamp(pair: &Pair) -> Stamp {
    let of = |path: &Path| {
        let known = fs::metadata(path).ok()?;
        // The time of change, too: a copy may bring its time of modification along, and nobody can set the other.
        let times = [known.mtime(), known.mtime_nsec(), known.ctime(), known.ctime_nsec()];
        Some((known.ino(), known.size(), times))
    };
    vec![of(&pair.chain), of(&pair.key)]
}
