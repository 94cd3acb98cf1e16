//! No merge was left half done.

use crate::Finding;
use crate::tree::Text;

/// What git writes around the two sides of a conflict. Split, so that this file holds none of them itself.
const MARKS: [&str; 2] = [concat!("<<<<", "<<< "), concat!(">>>>", ">>> ")];

/// Checks that no line begins with a mark of a conflict: a compiler would see it in code, and nobody in a document.
pub(super) fn check(texts: &[Text]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for text in texts {
        for (number, line) in (1..).zip(text.text.lines()) {
            if MARKS.iter().any(|mark| line.starts_with(mark)) {
                findings.push(Finding::fault(format!("{}:{number}", text.path), "the mark of a conflict".to_owned()));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_at_the_beginning_of_a_line_is_found() {
        let lines = format!("one\n{}HEAD\ntwo\n", MARKS[0]);
        let page = |text: String| Text { path: "docs/page.md".into(), text };
        assert_eq!(check(&[page(lines)]).len(), 1);
        assert!(check(&[page("a heading\n=======\n".into())]).is_empty());
    }
}
