//! The workshop's own tools.
//!
//! `cargo run -p tollgate-xtask -- tidy` checks what compilers do not: the arrows between crates, the shape of rooms,
//! links in documents. `… -- docs` writes the documents that are made from code; with `--check` it only says whether
//! they are up to date.

mod actions;
mod docs;
mod tidy;
mod tree;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let line: Vec<String> = std::env::args().skip(1).collect();
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let found = match line[..] {
        ["tidy"] => tidy::run(&root),
        ["docs"] => docs::write(&root),
        ["docs", "--check"] => docs::check(&root),
        _ => Err("usage: xtask tidy | docs [--check]".to_owned()),
    };
    let mut stderr = std::io::stderr().lock();
    let mut tell = |text: &str| {
        // There is nobody to tell when this fails.
        let _told = writeln!(stderr, "{text}");
    };
    match found {
        Ok(findings) => {
            for finding in &findings {
                tell(&finding.to_string());
            }
            let faults = findings.iter().filter(|finding| finding.is_fault).count();
            if faults == 0 {
                ExitCode::SUCCESS
            } else {
                tell(&format!("xtask: {faults} to mend"));
                ExitCode::FAILURE
            }
        }
        Err(fault) => {
            tell(&format!("xtask: {fault}"));
            ExitCode::from(2)
        }
    }
}

/// Something that a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    /// The file, from the root of the repository, with a line number perhaps.
    place: String,
    what: String,
    /// A fault fails the check; anything else is a remark.
    is_fault: bool,
}

impl Finding {
    fn fault(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), is_fault: true }
    }

    fn remark(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), is_fault: false }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if self.is_fault { "fault" } else { "remark" };
        write!(f, "{kind}: {}: {}", self.place, self.what)
    }
}
