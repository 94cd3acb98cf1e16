//! `ConText`: where an answer ended, for the next one of the same question.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::LogQuestion;

use crate::code::Code;
use crate::refusal::Fault;

/// A place in the answers to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Which question: a place in the answers to another means nothing.
    question: u32,
    /// Lines that were given so far.
    pub(super) given: usize,
    /// Where the log goes on; none is its beginning.
    pub(super) after: Option<String>,
}

impl Cursor {
    /// The place before the first line.
    pub(super) fn beginning(question: &LogQuestion) -> Self {
        Self { question: told_apart(question), given: 0, after: None }
    }

    /// The place as it is sent back.
    pub(super) fn read(raw: &str, question: &LogQuestion) -> Result<Self, Fault> {
        let decoded = STANDARD.decode(raw).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let cursor = decoded.as_deref().and_then(parsed).ok_or_else(unknown)?;
        if cursor.question == told_apart(question) { Ok(cursor) } else { Err(unknown()) }
    }

    /// A later place in the answers to the same question.
    pub(super) fn moved(&self, given: usize, after: String) -> Self {
        Self { given, after: Some(after), ..*self }
    }

    /// The place as it is told.
    pub(super) fn written(&self) -> String {
        let after = self.after.as_deref().unwrap_or_default();
        STANDARD.encode(format!("context-{:08x}-{}-{after}", self.question, self.given))
    }
}

fn parsed(text: &str) -> Option<Cursor> {
    let mut parts = text.strip_prefix("context-")?.splitn(3, '-');
    let question = u32::from_str_radix(parts.next()?, 16).ok()?;
    let given = parts.next()?.parse().ok()?;
    let after = parts.next().filter(|after| !after.is_empty())?.to_owned();
    Some(Cursor { question, given, after: Some(after) })
}

/// The refusal of a place that is none.
pub(super) fn unknown() -> Fault {
    let reason = "is not one that an answer to this question gave; leave it out for the first lines";
    Fault::value(Code::InvalidParameterValue, "ConText", reason)
}

/// A number that is another for another question: its FNV-1a hash.
fn told_apart(question: &LogQuestion) -> u32 {
    let LogQuestion { from, to, conditions, oldest_first, limit: _, after: _ } = question;
    let text = format!("{from:?} {to:?} {oldest_first} {conditions:?}");
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use model::{LogCondition, Timestamp};

    use super::*;

    fn question(api: &str) -> LogQuestion {
        LogQuestion {
            from: Timestamp::from_millis(0),
            to: Timestamp::from_millis(1),
            conditions: vec![LogCondition::Api(api.to_owned())],
            oldest_first: false,
            limit: 1,
            after: None,
        }
    }

    #[test]
    fn a_place_comes_back_as_it_was_told_and_only_to_its_question() {
        let place = Cursor { given: 40, after: Some("1-2f-3".to_owned()), ..Cursor::beginning(&question("a")) };
        assert_eq!(Cursor::read(&place.written(), &question("a")), Ok(place.clone()));
        let other_page = LogQuestion { limit: 7, ..question("a") };
        assert_eq!(Cursor::read(&place.written(), &other_page), Ok(place.clone()));
        let foreign = Cursor::read(&place.written(), &question("b"));
        assert_eq!(foreign.map_err(|fault| fault.code), Err(Code::InvalidParameterValue));
        for raw in ["x", "Y29udGV4dC0=", "Y29udGV4dC0xLTItMw", ""] {
            assert!(Cursor::read(raw, &question("a")).is_err(), "{raw}");
        }
    }
}
