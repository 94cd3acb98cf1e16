//! The shape of a room: one noun a file, files that can be read at one sitting, no attic.

use crate::Finding;
use crate::tree::Text;

/// Lines without tests above which a file is remarked upon, and above which it is refused.
const LONG: usize = 400;
const TOO_LONG: usize = 600;

/// Names that say nothing about what is inside.
const NAMELESS: [&str; 8] = ["common", "util", "utils", "helper", "helpers", "misc", "shared", "lib_utils"];

/// Checks every Rust file.
pub(super) fn check(files: &[Text]) -> Vec<Finding> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &Text) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut fault = |what: String| findings.push(Finding::fault(&file.path, what));
    if file.name() == "mod.rs" {
        fault("is `x/mod.rs`; write `x.rs` beside `x/`".to_owned());
    }
    let parts = file.path.split('/').map(|part| part.strip_suffix(".rs").unwrap_or(part));
    for part in parts.filter(|part| NAMELESS.contains(part)) {
        fault(format!("`{part}` names no idea"));
    }
    let is_door = ["/src/lib.rs", "/src/main.rs"].iter().any(|door| file.path.ends_with(door));
    if is_door && !file.text.starts_with("//!") {
        fault("is a crate's door and begins without a `//!` page".to_owned());
    }
    let lines = lines_without_tests(file);
    if lines > TOO_LONG {
        fault(format!("has {lines} lines without tests; at most {TOO_LONG}, better {LONG}"));
    } else if lines > LONG {
        findings.push(Finding::remark(&file.path, format!("has {lines} lines without tests; better {LONG}")));
    }
    findings
}

/// Tests stand at a file's end, or in a file of their own.
fn lines_without_tests(file: &Text) -> usize {
    let is_test = file.name() == "tests.rs" || file.path.contains("/tests/");
    if is_test { 0 } else { file.text.lines().take_while(|line| *line != "#[cfg(test)]").count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_one(path: &str, text: &str) -> Vec<String> {
        check(&[Text { path: path.to_owned(), text: text.to_owned() }]).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_plain_room_is_fine() {
        assert_eq!(check_one("crates/net/src/head.rs", "fn f() {}\n"), [""; 0]);
        assert_eq!(check_one("crates/net/src/lib.rs", "//! Bytes.\n"), [""; 0]);
    }

    #[test]
    fn what_is_out_of_shape_is_found() {
        let long = "x\n".repeat(TOO_LONG + 1);
        let rather_long = "x\n".repeat(LONG + 1);
        for (path, text, found) in [
            ("crates/net/src/head/mod.rs", "", "fault: crates/net/src/head/mod.rs: is `x/mod.rs`"),
            ("crates/net/src/util.rs", "", "`util` names no idea"),
            ("crates/net/src/helpers/head.rs", "", "`helpers` names no idea"),
            ("crates/net/src/lib.rs", "mod head;", "begins without a `//!` page"),
            ("crates/net/src/head.rs", &long, "fault: crates/net/src/head.rs: has 601 lines"),
            ("crates/net/src/head.rs", &rather_long, "remark: crates/net/src/head.rs: has 401 lines"),
        ] {
            let findings = check_one(path, text);
            assert!(findings.len() == 1 && findings[0].contains(found), "{path}: {findings:?}");
        }
    }

    #[test]
    fn tests_do_not_count_as_length() {
        let text = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}\n", "    // x\n".repeat(TOO_LONG));
        assert_eq!(check_one("crates/net/src/head.rs", &text), [""; 0]);
        assert_eq!(check_one("crates/net/src/head/tests.rs", &"x\n".repeat(TOO_LONG + 1)), [""; 0]);
    }
}
