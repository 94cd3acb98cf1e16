//! Fuzzing: every folder of seeds has its target, every target its seeds.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::Finding;

const TARGETS: &str = "fuzz/fuzz_targets";
const SEEDS: &str = "fuzz/seeds";

/// Compares targets and seeds. A repository without either has nothing to compare.
pub(super) fn check(root: &Path) -> Result<Vec<Finding>, String> {
    let targets: BTreeSet<String> =
        names(&root.join(TARGETS))?.iter().filter_map(|name| Some(name.strip_suffix(".rs")?.to_owned())).collect();
    let seeds: BTreeSet<String> = names(&root.join(SEEDS))?.into_iter().collect();
    let orphans = seeds.difference(&targets).map(|name| {
        Finding::fault(format!("{SEEDS}/{name}"), format!("no target {TARGETS}/{name}.rs takes these seeds"))
    });
    let mut findings: Vec<_> = orphans.collect();
    for target in &targets {
        if names(&root.join(SEEDS).join(target))?.is_empty() {
            findings
                .push(Finding::fault(format!("{TARGETS}/{target}.rs"), format!("has no seeds in {SEEDS}/{target}")));
        }
    }
    Ok(findings)
}

/// What stands in `folder`; nothing when there is no such folder.
fn names(folder: &Path) -> Result<Vec<String>, String> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", folder.display())),
    };
    entries
        .map(|entry| {
            Ok(entry
                .map_err(|error| format!("{}: {error}", folder.display()))?
                .file_name()
                .to_string_lossy()
                .into_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_and_targets_go_in_pairs() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(check(root.path()).unwrap(), []);
        for folder in [TARGETS, "fuzz/seeds/head", "fuzz/seeds/old"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for file in ["fuzz/fuzz_targets/head.rs", "fuzz/fuzz_targets/path.rs", "fuzz/seeds/head/plain"] {
            fs::write(root.path().join(file), "x").unwrap();
        }
        let findings: Vec<_> = check(root.path()).unwrap().iter().map(|finding| finding.place.clone()).collect();
        assert_eq!(findings, ["fuzz/seeds/old", "fuzz/fuzz_targets/path.rs"]);
    }
}
