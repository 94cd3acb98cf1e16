//! Tags.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::refusal::Fault;

/// Most tags of one thing.
const MOST: usize = 50;

/// A tag as it stands on the wire.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Tag {
    key: String,
    value: String,
}

impl From<&model::Tag> for Tag {
    fn from(tag: &model::Tag) -> Self {
        Self { key: tag.key.clone(), value: tag.value.clone() }
    }
}

/// Tags on their way out.
pub(crate) fn written(tags: &[model::Tag]) -> Vec<Tag> {
    tags.iter().map(Tag::from).collect()
}

/// Tags on their way in: at most 50, keys of 1 to 127 characters and each once, values of at most 255 characters.
pub(crate) fn read(parameter: &str, sent: Vec<Tag>) -> Result<Vec<model::Tag>, Fault> {
    let refuse = |parameter: &str, reason: String| Fault::value(Code::InvalidTagValues, parameter, reason);
    if sent.len() > MOST {
        return Err(refuse(parameter, format!("has {} tags; at most {MOST} are allowed", sent.len())));
    }
    let mut tags: Vec<model::Tag> = Vec::with_capacity(sent.len());
    for (index, tag) in sent.into_iter().enumerate() {
        let at = |member: &str| format!("{parameter}.{index}.{member}");
        let key = tag.key.chars().count();
        if key == 0 || key > 127 {
            return Err(refuse(&at("Key"), format!("is {key} characters long; 1 to 127 are allowed")));
        }
        let value = tag.value.chars().count();
        if value > 255 {
            return Err(refuse(&at("Value"), format!("is {value} characters long; at most 255 are allowed")));
        }
        if tag.key.chars().chain(tag.value.chars()).any(char::is_control) {
            return Err(refuse(&at("Key"), "or its value holds a control character; none is allowed".to_owned()));
        }
        if tags.iter().any(|other| other.key == tag.key) {
            return Err(refuse(&at("Key"), format!("`{}` is given twice", tag.key)));
        }
        tags.push(model::Tag { key: tag.key, value: tag.value });
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.into(), value: value.into() }
    }

    #[test]
    fn tags_are_bounded_and_their_keys_differ() {
        assert_eq!(read("Tags", vec![tag("a", ""), tag("b", "x")]).unwrap().len(), 2);
        for tags in [
            vec![tag("", "x")],
            vec![tag(&"k".repeat(128), "x")],
            vec![tag("k", &"v".repeat(256))],
            vec![tag("k\n", "x")],
            vec![tag("k", "1"), tag("k", "2")],
            (0..51).map(|n| tag(&n.to_string(), "")).collect(),
        ] {
            assert_eq!(read("Tags", tags).unwrap_err().code, Code::InvalidTagValues);
        }
    }
}
