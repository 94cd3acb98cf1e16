//! Documents that are made from code.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Finding;

const SETTINGS: &str = "docs/settings.md";

/// Writes them.
pub(crate) fn write(root: &Path) -> Result<Vec<Finding>, String> {
    let page = settings_page(root)?;
    let path = root.join(SETTINGS);
    if fs::read_to_string(&path).is_ok_and(|old| old == page) {
        return Ok(Vec::new());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::write(&path, page).map_err(|error| format!("{SETTINGS}: {error}"))?;
    Ok(vec![Finding::remark(SETTINGS, "written")])
}

/// Says which are out of date.
pub(crate) fn check(root: &Path) -> Result<Vec<Finding>, String> {
    let page = settings_page(root)?;
    match fs::read_to_string(root.join(SETTINGS)) {
        Ok(committed) if committed == page => Ok(Vec::new()),
        Ok(_) => Ok(vec![Finding::fault(SETTINGS, "differs from the code: run `cargo run -p tollgate-xtask -- docs`")]),
        Err(error) => Ok(vec![Finding::fault(SETTINGS, error.to_string())]),
    }
}

/// The binary makes the page itself, so that the page and the flags have one origin.
fn settings_page(root: &Path) -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--package", "tollgate-cli", "--", "settings-page"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo run: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo run -p tollgate-cli: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("settings-page: {error}"))
}
