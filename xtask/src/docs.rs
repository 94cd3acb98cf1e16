//! Documents that are made from code.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Finding, actions};

/// What a hidden subcommand printed as a document.
type Made = fn(&Path, &str) -> Result<String, String>;

/// Each document, the hidden subcommand of the binary that prints what it is made from, and how: so that the page and what
/// it tells of have one origin.
const MADE: [(&str, &str, Made); 3] = [
    ("docs/actions.md", "actions-list", actions::page),
    ("docs/settings.md", "settings-page", as_printed),
    ("openapi/native.json", "openapi-document", as_printed),
];

fn as_printed(_: &Path, text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

/// Writes them.
pub(crate) fn write(root: &Path) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for (file, subcommand, made) in MADE {
        let text = made(root, &printed(root, subcommand)?)?;
        let path = root.join(file);
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        fs::write(&path, text).map_err(|error| format!("{file}: {error}"))?;
        findings.push(Finding::remark(file, "written"));
    }
    Ok(findings)
}

/// Says which are out of date.
pub(crate) fn check(root: &Path) -> Result<Vec<Finding>, String> {
    let mut findings = Vec::new();
    for (file, subcommand, made) in MADE {
        let text = made(root, &printed(root, subcommand)?)?;
        match fs::read_to_string(root.join(file)) {
            Ok(committed) if committed == text => {}
            Ok(_) => {
                findings.push(Finding::fault(file, "differs from the code: run `make docs`"));
            }
            Err(error) => findings.push(Finding::fault(file, error.to_string())),
        }
    }
    Ok(findings)
}

fn printed(root: &Path, subcommand: &str) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--package", "tollgate-cli", "--", subcommand])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo run: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo run -p tollgate-cli: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{subcommand}: {error}"))
}
