//! Which crate may know which.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::Finding;

/// Each crate of the workspace, lower floors first, with the crates that it may depend on. Its tests may know every
/// crate above it in this list. A crate that is not here is a fault: a new one says here where it stands.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("net", &["model"]),
    ("sign", &["model"]),
    ("observe", &["model"]),
    ("rpc", &[]),
    ("store", &["model"]),
    ("gateway", &["model", "net", "sign", "observe", "rpc"]),
    ("control", &["model", "store", "sign", "rpc"]),
    ("tencent", &["model", "control"]),
    ("native", &["model", "control"]),
    ("cli", &["model", "net", "sign", "observe", "store", "gateway", "control", "tencent", "native"]),
    ("bench", &["model", "net", "sign", "observe", "store", "gateway", "control", "tencent"]),
    ("xtask", &[]),
];

/// A crate of the workspace, without the `tollgate-` of its name, and the crates that it names in its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) needs: Vec<String>,
    pub(super) tests_need: Vec<String>,
}

/// The workspace as Cargo sees it.
pub(super) fn packages(root: &Path) -> Result<Vec<Package>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let metadata = serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    Ok(read(&metadata))
}

fn read(metadata: &Value) -> Vec<Package> {
    let short =
        |value: &Value| value["name"].as_str().and_then(|name| name.strip_prefix("tollgate-")).map(str::to_owned);
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let needs = |package: &Value, for_tests: bool| {
        let dependencies = list(&package["dependencies"]);
        let wanted = dependencies.iter().filter(|need| (need["kind"].as_str() == Some("dev")) == for_tests);
        wanted.filter_map(short).collect()
    };
    list(&metadata["packages"])
        .iter()
        .map(|package| Package {
            name: short(package).unwrap_or_else(|| package["name"].as_str().unwrap_or_default().to_owned()),
            needs: needs(package, false),
            tests_need: needs(package, true),
        })
        .collect()
}

/// Every arrow that is not allowed.
pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        let place = format!("crate {}", package.name);
        let Some(floor) = ALLOWED.iter().position(|(name, _)| *name == package.name) else {
            findings.push(Finding::fault(place, "has no place in xtask/src/tidy/arrows.rs: say whom it may know"));
            continue;
        };
        let (lower, allowed) = (&ALLOWED[..floor], ALLOWED[floor].1);
        let wrong = package.needs.iter().filter(|need| !allowed.contains(&need.as_str()));
        findings.extend(wrong.map(|need| Finding::fault(&place, format!("must not know `{need}`"))));
        let is_lower = |need: &&String| lower.iter().any(|(name, _)| name == need);
        let wrong = package.tests_need.iter().filter(|need| !is_lower(need) && **need != package.name);
        findings.extend(wrong.map(|need| Finding::fault(&place, format!("its tests must not know `{need}`"))));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_never_form_a_ring() {
        // Each crate may only know crates that stand before it.
        for (index, (name, allowed)) in ALLOWED.iter().enumerate() {
            for need in *allowed {
                let place = ALLOWED.iter().position(|(other, _)| other == need);
                assert!(place.is_some_and(|place| place < index), "{name} -> {need}");
            }
        }
    }

    #[test]
    fn a_forbidden_arrow_and_an_unknown_crate_are_faults() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "tollgate-net", "dependencies": [{ "name": "tollgate-store" }, { "name": "tokio" }] },
            { "name": "tollgate-gateway", "dependencies": [{ "name": "tollgate-net" }] },
            { "name": "tollgate-tencent", "dependencies": [{ "name": "tollgate-store", "kind": "dev" }] },
            { "name": "tollgate-sign", "dependencies": [{ "name": "tollgate-cli", "kind": "dev" }] },
            { "name": "tollgate-common", "dependencies": [] },
        ] });
        let findings: Vec<_> = check(&read(&metadata)).into_iter().map(|finding| finding.to_string()).collect();
        assert_eq!(findings.len(), 3, "{findings:?}");
        assert!(findings[0].contains("crate net: must not know `store`"));
        assert!(findings[1].contains("crate sign: its tests must not know `cli`"));
        assert!(findings[2].contains("crate common: has no place"));
    }
}
