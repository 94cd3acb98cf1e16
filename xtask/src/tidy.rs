//! What must be true of the repository and no compiler says.

mod arrows;
mod examples;
mod links;
mod merges;
mod rooms;
mod seeds;
mod words;

use std::path::Path;

use crate::{Finding, tree};

/// All checks, worst first within each.
pub(crate) fn run(root: &Path) -> Result<Vec<Finding>, String> {
    let rust = tree::texts(root, &[".rs"])?;
    let pages = tree::texts(root, &[".md"])?;
    let words = tree::texts(root, &[".rs", ".py", ".sh", ".lua", ".toml", ".yaml", ".yml", "Makefile"])?;
    let mut findings = arrows::check(&arrows::packages(root)?);
    findings.extend(rooms::check(&rust));
    findings.extend(examples::check(&rust));
    findings.extend(links::check(root, &pages));
    findings.extend(merges::check(&pages));
    findings.extend(words::check(&words));
    findings.extend(seeds::check(root)?);
    findings.sort_by_key(|finding| !finding.is_fault);
    Ok(findings)
}
