//! Examples in documents of the code are not compiled (`doctest = false`): each would be a program of its own to link.
//! What shows how to use something is a test; a fence in a document names another language.

use crate::Finding;
use crate::tree::Text;

/// What makes a fence an example of Rust; without any word it is one too.
const RUST: [&str; 5] = ["rust", "no_run", "ignore", "should_panic", "compile_fail"];

/// Checks every source file.
pub(super) fn check(files: &[Text]) -> Vec<Finding> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &Text) -> Vec<Finding> {
    let fences = file.text.lines().enumerate().filter_map(|(index, line)| Some((index + 1, fence(line)?)));
    // Every second fence ends what the one before it began.
    fences
        .step_by(2)
        .filter(|(_, word)| word.is_empty() || RUST.contains(word))
        .map(|(line, _)| {
            Finding::fault(format!("{}:{line}", file.path), "an example that no test runs: make it a test")
        })
        .collect()
}

/// The first word behind the marks of a fence within a document of the code.
fn fence(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let document = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
    let words = document.trim_start().strip_prefix("```")?;
    words.split([',', ' ']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let file = Text { path: "a.rs".to_owned(), text: text.to_owned() };
        check_file(&file).into_iter().map(|finding| finding.place).collect()
    }

    #[test]
    fn an_example_of_rust_is_found_where_it_begins() {
        assert_eq!(faults("/// ```\n/// one();\n/// ```\n"), ["a.rs:1"]);
        assert_eq!(faults("//! Words.\n//! ```no_run\n//! two();\n//! ```\n"), ["a.rs:2"]);
        assert_eq!(faults("/// ```text\n/// ```\n    /// ```rust,ignore\n    /// ```\n"), ["a.rs:3"]);
    }

    #[test]
    fn another_language_and_a_plain_comment_are_fine() {
        assert_eq!(faults("/// ```json\n/// {}\n/// ```\n// ```\nlet fence = \"```\";\n"), Vec::<String>::new());
    }
}
