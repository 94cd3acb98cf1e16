//! Links in documents lead somewhere.

use std::path::Path;

use crate::Finding;
use crate::tree::Text;

/// Checks every relative link of every page: the file is there, and the heading too if the link names one.
pub(super) fn check(root: &Path, pages: &[Text]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for page in pages {
        for (line, link) in links(&page.text) {
            if let Some(what) = broken(root, pages, page, link) {
                findings.push(Finding::fault(format!("{}:{line}", page.path), what));
            }
        }
    }
    findings
}

fn broken(root: &Path, pages: &[Text], page: &Text, link: &str) -> Option<String> {
    let is_elsewhere = link.contains("://") || link.starts_with("mailto:");
    if is_elsewhere || link.is_empty() {
        return None;
    }
    let (file, heading) = link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading)));
    let path = if file.is_empty() { page.path.clone() } else { resolve(&page.path, file)? };
    if !root.join(&path).exists() {
        return Some(format!("`{link}` leads nowhere"));
    }
    let target = pages.iter().find(|other| other.path == path)?;
    let heading = heading?;
    if headings(&target.text).any(|known| known == heading) { None } else { Some(format!("`{link}`: no such heading")) }
}

/// The path from the root that `file` means in `page`; none when it leaves the repository, as links to a forge do.
fn resolve(page: &str, file: &str) -> Option<String> {
    if let Some(from_root) = file.strip_prefix('/') {
        return Some(from_root.to_owned());
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The targets of `[text](target)`, each with its line, outside of code.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        // Between back quotes stands code.
        for (index, span) in line.split('`').enumerate().filter(|(index, _)| index % 2 == 0) {
            let _ = index;
            let mut rest = span;
            while let Some((_, behind)) = rest.split_once("](") {
                let Some((target, after)) = behind.split_once(')') else { break };
                found.push((number, target.split_whitespace().next().unwrap_or("")));
                rest = after;
            }
        }
    }
    found
}

/// The lines outside of fenced code, numbered from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
            return None;
        }
        (!is_code).then_some((index + 1, line))
    })
}

/// The anchors of a page's headings: lower case, blanks as `-`, other signs left out.
fn headings(text: &str) -> impl Iterator<Item = String> {
    prose(text).filter_map(|(_, line)| {
        let title = line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')?;
        let kept = title.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        Some(kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_must_lead_to_files_and_headings() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("docs")).unwrap();
        let page = |path: &str, text: &str| {
            std::fs::write(root.path().join(path), text).unwrap();
            Text { path: path.to_owned(), text: text.to_owned() }
        };
        let pages = [
            page(
                "README.md",
                "# Top\n[a](docs/a.md) [b](docs/a.md#the-first-one) [c](https://x.example/y) [d](#top)\n",
            ),
            page(
                "docs/a.md",
                "# The `first` one!\n[up](../README.md)\n[out](../../issues)\n```\n[code](nowhere)\n```\n`[x](y)`\n",
            ),
            page("docs/b.md", "x\n[gone](gone.md)\n[head](a.md#second)\n"),
        ];
        let findings: Vec<_> = check(root.path(), &pages).iter().map(Finding::to_string).collect();
        assert_eq!(
            findings,
            ["fault: docs/b.md:2: `gone.md` leads nowhere", "fault: docs/b.md:3: `a.md#second`: no such heading"]
        );
    }
}
