//! The files of the repository.

use std::fs;
use std::path::Path;

/// Folders that hold no source.
const SKIPPED: [&str; 10] =
    ["target", "node_modules", "data", "dist", "out", "corpus", "artifacts", "coverage", "__pycache__", "venv"];

/// A text file: its path from the root with `/` between its parts, and what it holds.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Text {
    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// Every text file under `root` whose name ends in one of `endings`, by path.
pub(crate) fn texts(root: &Path, endings: &[&str]) -> Result<Vec<Text>, String> {
    let mut found = Vec::new();
    walk(root, "", endings, &mut found)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn walk(folder: &Path, from_root: &str, endings: &[&str], found: &mut Vec<Text>) -> Result<(), String> {
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if from_root.is_empty() { name.clone() } else { format!("{from_root}/{name}") };
        let kind = entry.file_type().map_err(fault)?;
        if kind.is_dir() {
            let is_hidden = name.starts_with('.');
            if !is_hidden && !SKIPPED.contains(&name.as_str()) {
                walk(&entry.path(), &path, endings, found)?;
            }
        } else if kind.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
            let text = fs::read_to_string(entry.path()).map_err(|error| format!("{path}: {error}"))?;
            found.push(Text { path, text });
        }
    }
    Ok(())
}
