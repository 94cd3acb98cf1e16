//! `docs/actions.md`: every action of the compatible API, what becomes of it, and the tests that show it.

use std::fmt::Write;
use std::path::Path;

use crate::tree;

const HEAD: &str = "\
# The actions of the compatible API

Every action of API version 2018-08-08, whether it is served, and tests through the built binary that show it. They run
once with the official SDK for Python and once with the one for Node, and against any other endpoint that a variable names
([acceptance/README.md](../acceptance/README.md)). An action that is served and that no such test asks for fails the
build; one that a whole run has not carried out with both SDKs fails `make test`. This page is made by `make docs`.

";

/// Most tests that a row names.
const SHOWN: usize = 3;

/// An action as the dialect's table tells it.
struct Action<'a> {
    name: &'a str,
    rights: &'a str,
    /// Why it is refused; empty where it is served.
    reason: &'a str,
}

/// A test, and the text of it.
struct Test {
    /// From the root of the repository.
    file: String,
    name: String,
    /// What stands outside of tests and is called by them.
    is_helper: bool,
    /// Whether it runs with each of the official SDKs.
    with_both: bool,
    text: String,
}

/// How a test in Python begins.
const PYTHON: &str = "def test_";

/// What stands above a test, or for all tests of a file, that runs with each of the SDKs.
const WITH_BOTH: &str = "pytest.mark.both_sdks";

/// The page. `list` has a line for each action: its name, its rights and the reason of its refusal, between tabs.
///
/// # Errors
/// A test cannot be read; an action that is served has no test.
pub(crate) fn page(root: &Path, list: &str) -> Result<String, String> {
    let tests = tests(root)?;
    let actions: Vec<Action<'_>> = list.lines().filter_map(action).collect();
    let served = actions.iter().filter(|action| action.reason.is_empty()).count();
    let mut page = String::from(HEAD);
    let _told = writeln!(page, "{served} of {} are served.\n", actions.len());
    page.push_str("| action | needs | | shown by |\n|---|---|---|---|\n");
    for Action { name, rights, reason } in &actions {
        let shown = shown_by(&tests, name);
        if reason.is_empty() && !tests.iter().any(|test| test.with_both && has_word(&test.text, name)) {
            return Err(format!("no test under acceptance/ that runs with both SDKs asks for {name}, which is served"));
        }
        let state = if reason.is_empty() { "served".to_owned() } else { format!("refused: {reason}") };
        let _told = writeln!(page, "| {name} | {rights} | {state} | {} |", shown.join("; "));
    }
    Ok(page)
}

fn action(line: &str) -> Option<Action<'_>> {
    let mut parts = line.splitn(3, '\t');
    Some(Action { name: parts.next()?, rights: parts.next()?, reason: parts.next()? })
}

/// Links to tests that ask for an action, at most one of a file; what only a helper asks for is shown by its file.
fn shown_by(tests: &[Test], action: &str) -> Vec<String> {
    let mut shown: Vec<(&str, String)> = Vec::new();
    let mut asking: Vec<&Test> = tests.iter().filter(|test| has_word(&test.text, action)).collect();
    asking.sort_by_key(|test| (test.is_helper, !test.with_both));
    for Test { file, name, .. } in asking {
        if shown.len() < SHOWN && shown.iter().all(|(known, _)| known != file) {
            shown.push((file, format!("[{name}](../{file})")));
        }
    }
    shown.into_iter().map(|(_, link)| link).collect()
}

/// Whether `word` stands in `text` with no letter or digit at either end of it.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, rest) = text.split_at(at);
        !is_part(before.chars().next_back()) && !is_part(rest.chars().nth(word.len()))
    })
}

/// The scenarios of management, and the tests in Python.
fn tests(root: &Path) -> Result<Vec<Test>, String> {
    let mut found = Vec::new();
    for text in tree::texts(&root.join("acceptance"), &[".yaml", ".py"])? {
        let file = format!("acceptance/{}", text.path);
        if text.path.starts_with("scenarios/management/") {
            split(&file, &text.text, "- name: ", &mut found);
        } else if text.name().starts_with("test_") || text.path.starts_with("stand/") {
            split(&file, &text.text, PYTHON, &mut found);
        }
    }
    found.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(found)
}

/// A file's tests: each from its beginning to the next one's, and what stands before the first.
fn split(file: &str, content: &str, begins: &str, found: &mut Vec<Test>) {
    let all_with_both = begins != PYTHON || content.contains(&format!("\npytestmark = {WITH_BOTH}\n"));
    let test = |name: &str, is_helper, with_both| Test {
        file: file.to_owned(),
        name: name.to_owned(),
        is_helper,
        with_both: with_both || all_with_both,
        text: String::new(),
    };
    // What stands before the tests is called by those of them that run with both.
    let head_with_both = content.contains(&format!("\n@{WITH_BOTH}\n"));
    let mut last = test(file.rsplit('/').next().unwrap_or(file), true, head_with_both);
    let mut with_both = false;
    for line in content.lines() {
        if let Some(rest) = line.strip_prefix(begins) {
            let name = rest.split('(').next().unwrap_or(rest).replace('_', " ");
            found.push(std::mem::replace(&mut last, test(name.trim(), false, with_both)));
            with_both = false;
        } else if line.strip_prefix('@') == Some(WITH_BOTH) {
            with_both = true;
        } else {
            last.text.push_str(line);
            last.text.push('\n');
        }
    }
    found.push(last);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        assert!(has_word("do: CreateApi\n", "CreateApi"));
        assert!(has_word("cloud.CreateApi(", "CreateApi"));
        assert!(!has_word("do: CreateApiKey", "CreateApi"));
        assert!(!has_word("ReCreateApi", "CreateApi"));
    }

    #[test]
    fn a_test_ends_where_the_next_begins() {
        let mut found = Vec::new();
        let file = "x\ndef test_a_b(c):\n    one\n@pytest.mark.both_sdks\n@other\ndef test_d():\n    two\n";
        split("f", file, PYTHON, &mut found);
        let told: Vec<_> = found.iter().map(|test| (test.name.as_str(), test.text.as_str(), test.with_both)).collect();
        assert_eq!(told, [("f", "x\n", true), ("a b", "    one\n@other\n", false), ("d", "    two\n", true)]);
    }
}
