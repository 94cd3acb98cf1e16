//! Texts in YAML, which JSON is a part of.

use serde::de::Error as _;
use serde_json::Value;

/// Brackets that may be open at once. The reader of YAML goes over all that are open at every word, so a text of brackets
/// alone would keep it busy for minutes; what is nested half as deep is refused by it anyway.
const DEEPEST: usize = 256;

/// What a text in YAML says.
///
/// JSON is read as such: its escapes of letters beyond U+FFFF, which are two together, are none of YAML's.
///
/// # Errors
/// The text is neither, as the reader of YAML tells it; or more than 256 brackets are open at once.
pub fn parse(text: &str) -> Result<Value, serde_yaml_ng::Error> {
    if text.trim_start().starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    if is_deep(text) {
        return Err(serde_yaml_ng::Error::custom(format!("more than {DEEPEST} brackets are open at once")));
    }
    serde_yaml_ng::from_str(text)
}

/// True when more brackets are open at once than any document has; those in texts count too.
fn is_deep(text: &str) -> bool {
    let mut open = 0_usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > DEEPEST
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_are_read() {
        for text in [r#"{"a": ["\ud83e\udd86"]}"#, "a: ['\u{1f986}']", "{a: ['\u{1f986}']}", r#"{"a": ["\U0001F986"]}"#]
        {
            assert_eq!(parse(text).unwrap(), json!({"a": ["\u{1f986}"]}), "{text}");
        }
        assert_eq!(parse("[1, 2]").unwrap(), json!([1, 2]));
        assert!(parse("{a: ").is_err());
    }

    #[test]
    fn what_is_nested_without_end_is_refused_at_once() {
        for text in ["[", "{a: ", "- [", "{\"a\":["] {
            let told = parse(&text.repeat(1_000_000)).unwrap_err().to_string();
            assert!(told.contains("256 brackets"), "{told}");
        }
        assert_eq!(parse(&("[".repeat(100) + &"]".repeat(100))).unwrap().as_array().map(Vec::len), Some(1));
    }
}
