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
type Stamp = Vec<Option<(u64, i64, i64, u64)>>;

/// Looks at the files that the settings name, and keeps what has changed. A pair that does not fit, as while one of its
/// files is written before the other, changes nothing until it does.
pub(in crate::serve) fn watch(control: Arc<Control>, settings: Settings, pairs: &[Pair]) -> JoinHandle<()> {
    let mut seen: BTreeMap<String, Stamp> = pairs.iter().map(|pair| (key(&pair.id), stamp(pair))).collect();
    tokio::spawn(async move {
        let mut interval = tokio::time::interval(EVERY);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut last_fault = String::new();
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
            look(&control, &pairs, &mut seen).await;
        }
    })
}

async fn look(control: &Control, pairs: &[Pair], seen: &mut BTreeMap<String, Stamp>) {
    for pair in pairs {
        let now = stamp(pair);
        if seen.get(&key(&pair.id)) == Some(&now) {
            continue;
        }
        seen.insert(key(&pair.id), now);
        if let Err(fault) = keep(control, pair).await {
            tracing::error!(id = %pair.id, ?fault, "a certificate's files have changed and do not fit");
        }
    }
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
        Some((known.ino(), known.mtime(), known.mtime_nsec(), known.size()))
    };
    vec![of(&pair.chain), of(&pair.key)]
}
