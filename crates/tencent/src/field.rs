//! Single values as the vendor limits them, parsed into the model's types (spec: identifiers and names).

use model::{EnvironmentName, Invalid, Name, Text};

use crate::code::Code;
use crate::refusal::Fault;

/// Most items of a list of identifiers.
const MOST_IDS: usize = 100;

/// Longest name of a service, plan or key.
const LONGEST_NAME: usize = 50;

/// An identifier.
pub(crate) fn id<T: TryFrom<String, Error = Invalid>>(parameter: &str, raw: String) -> Result<T, Fault> {
    T::try_from(raw).map_err(|invalid| Fault::invalid(Code::FormatError, parameter, &invalid))
}

/// A list of 1 to 100 identifiers.
pub(crate) fn ids<T: TryFrom<String, Error = Invalid>>(parameter: &str, raw: Vec<String>) -> Result<Vec<T>, Fault> {
    if raw.is_empty() {
        return Err(Fault::value(Code::InvalidParameterValue, parameter, "is empty; at least one item is needed"));
    }
    if raw.len() > MOST_IDS {
        let reason = format!("has {} items; at most {MOST_IDS} are allowed", raw.len());
        return Err(Fault::value(Code::TooManyItems, parameter, reason));
    }
    raw.into_iter().enumerate().map(|(index, raw)| id(&format!("{parameter}.{index}"), raw)).collect()
}

/// `test`, `prepub` or `release`.
pub(crate) fn environment(parameter: &str, raw: &str) -> Result<EnvironmentName, Fault> {
    EnvironmentName::all().into_iter().find(|environment| environment.as_str() == raw).ok_or_else(|| {
        let reason = format!("`{}` is no environment; test, prepub and release are", raw.escape_debug());
        Fault::value(Code::InvalidEnv, parameter, reason)
    })
}

/// A list of environments, each once, in the order of [`EnvironmentName::all`].
pub(crate) fn environments(parameter: &str, raw: &[String]) -> Result<Vec<EnvironmentName>, Fault> {
    if raw.is_empty() {
        return Err(Fault::value(Code::InvalidEnv, parameter, "is empty; at least one environment is needed"));
    }
    let mut named = Vec::new();
    for (index, raw) in raw.iter().enumerate() {
        named.push(environment(&format!("{parameter}.{index}"), raw)?);
    }
    Ok(EnvironmentName::all().into_iter().filter(|environment| named.contains(environment)).collect())
}

/// The name of a service, usage plan or key: 1 to 50 letters, digits and underscores.
pub(crate) fn short_name(parameter: &str, raw: String) -> Result<Name, Fault> {
    let refuse = |reason: String| Fault::value(Code::FormatError, parameter, reason);
    let length = raw.chars().count();
    if length == 0 || length > LONGEST_NAME {
        return Err(refuse(format!("is {length} characters long; 1 to {LONGEST_NAME} are allowed")));
    }
    if let Some(bad) = raw.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '_')) {
        return Err(refuse(format!("holds {bad:?}; letters a-z and A-Z, digits and `_` are allowed")));
    }
    Name::try_from(raw).map_err(|invalid| Fault::invalid(Code::FormatError, parameter, &invalid))
}

/// A region, in its full form or its short one; which one does not matter, for one gateway plays them all.
pub(crate) fn region(parameter: &str, raw: &str) -> Result<(), Fault> {
    let fits = (1..=64).contains(&raw.len()) && raw.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits {
        return Ok(());
    }
    let reason = "is no region; 1 to 64 letters, digits and `-` are, such as `ap-guangzhou`";
    Err(Fault::value(Code::FormatError, parameter, reason))
}

/// A name of any signs, at most `longest` of them.
pub(crate) fn text_name(parameter: &str, raw: String, longest: usize) -> Result<Name, Fault> {
    let length = raw.chars().count();
    if length > longest {
        let reason = format!("is {length} characters long; 1 to {longest} are allowed");
        return Err(Fault::value(Code::FormatError, parameter, reason));
    }
    Name::try_from(raw).map_err(|invalid| Fault::invalid(Code::FormatError, parameter, &invalid))
}

/// A free text of any length that the model takes; none is the empty one.
pub(crate) fn text(parameter: &str, raw: Option<String>) -> Result<Text, Fault> {
    Text::try_from(raw.unwrap_or_default()).map_err(|invalid| Fault::invalid(Code::FormatError, parameter, &invalid))
}

/// A free text of at most `longest` characters.
pub(crate) fn short_text(parameter: &str, raw: Option<String>, longest: usize) -> Result<Text, Fault> {
    let length = raw.as_deref().map_or(0, |raw| raw.chars().count());
    if length > longest {
        let reason = format!("is {length} characters long; at most {longest} are allowed");
        return Err(Fault::value(Code::FormatError, parameter, reason));
    }
    text(parameter, raw)
}

/// One of a closed set of words; the answer is what the word stands for.
pub(crate) fn option<T: Copy>(code: Code, parameter: &str, raw: &str, options: &[(&str, T)]) -> Result<T, Fault> {
    options.iter().find(|(word, _)| *word == raw).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<&str> = options.iter().map(|(word, _)| *word).collect();
        let reason = format!("`{}` is not one of {}", raw.escape_debug(), words.join(", "));
        Fault::value(code, parameter, reason)
    })
}

#[cfg(test)]
mod tests {
    use model::ServiceId;

    use super::*;

    #[test]
    fn names_keep_to_the_vendors_letters() {
        assert!(short_name("ServiceName", "a".repeat(50)).is_ok());
        for raw in ["", "a-b", "a b", "é", &"a".repeat(51)] {
            let refused = short_name("ServiceName", raw.to_owned()).expect_err(raw);
            assert_eq!(refused.code, Code::FormatError);
            assert!(refused.message.contains("`ServiceName`"));
        }
    }

    #[test]
    fn environments_are_a_closed_set() {
        let names = ["release".to_owned(), "test".to_owned(), "test".to_owned()];
        let found = environments("EnvironmentNames", &names).unwrap();
        assert_eq!(found.iter().map(EnvironmentName::as_str).collect::<Vec<_>>(), ["test", "release"]);
        assert_eq!(environment("Environment", "prod").unwrap_err().code, Code::InvalidEnv);
        assert_eq!(environments("EnvironmentNames", &[]).unwrap_err().code, Code::InvalidEnv);
    }

    #[test]
    fn lists_of_identifiers_are_bounded_and_name_the_bad_item() {
        assert_eq!(ids::<ServiceId>("Ids", vec!["a".into(); 101]).unwrap_err().code, Code::TooManyItems);
        assert_eq!(ids::<ServiceId>("Ids", vec![]).unwrap_err().code, Code::InvalidParameterValue);
        let refused = ids::<ServiceId>("Ids", vec!["a".into(), "b c".into()]).unwrap_err();
        assert!(refused.message.contains("`Ids.1`"), "{}", refused.message);
    }
}
