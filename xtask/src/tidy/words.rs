//! Words that must not stand in source: a wish without an owner is nobody's.

use crate::Finding;
use crate::tree::Text;

/// Marks of unfinished work. `TODO(name)` has an owner and may stand for a while.
const MARKS: [&str; 4] = ["TODO", "FIXME", "XXX", "HACK"];

/// Checks every source file but this one, which must spell the words out.
pub(super) fn check(files: &[Text]) -> Vec<Finding> {
    files.iter().filter(|file| file.path != "xtask/src/tidy/words.rs").flat_map(check_file).collect()
}

fn check_file(file: &Text) -> Vec<Finding> {
    let lines = file.text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let mark = MARKS.into_iter().find(|mark| has_mark(line, mark))?;
            Some(Finding::fault(format!("{}:{}", file.path, index + 1), format!("`{mark}` without an owner")))
        })
        .collect()
}

/// True when `mark` stands as a word of its own, with no `(owner)` behind it.
fn has_mark(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let before = line[..at].chars().next_back();
        let after = &line[at + mark.len()..];
        let is_alone = !before.is_some_and(is_word) && !after.chars().next().is_some_and(is_word);
        let has_owner = after.strip_prefix('(').is_some_and(|rest| rest.find(')').is_some_and(|end| end > 0));
        is_alone && !has_owner
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_a_word_without_an_owner() {
        for line in ["// TODO: later", "# FIXME", "// a TODO", "TODO() x", "// XXX!"] {
            assert!(MARKS.iter().any(|mark| has_mark(line, mark)), "{line}");
        }
        for line in ["// TODO(ann): later", "MYTODO", "TODOS", "XXX_YYY", "id-XXXX", "// to do"] {
            assert!(!MARKS.iter().any(|mark| has_mark(line, mark)), "{line}");
        }
    }
}
