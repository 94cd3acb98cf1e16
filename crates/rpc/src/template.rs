//! The paths of rules: `/v1/{name=shelves/*}/books:merge`.
//!
//! ```text
//! Template = "/" Segments [ ":" LITERAL ] ;
//! Segments = Segment { "/" Segment } ;
//! Segment  = "*" | "**" | LITERAL | "{" FieldPath [ "=" Segments ] "}" ;
//! ```
//! `*` is one segment of a path and `**` all that are left, so that it stands last.

use percent_encoding::percent_decode_str;

/// A path with variables.
#[derive(Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
    variables: Vec<Variable>,
    verb: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    One,
    All,
}

/// A variable: which field it is, and which of the template's parts.
#[derive(Debug)]
struct Variable {
    field: String,
    from: usize,
    to: usize,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub(crate) fn parse(raw: &str) -> Result<Self, String> {
        let path = raw.strip_prefix('/').ok_or("must begin with `/`")?;
        // A colon within the braces of a variable would be no field.
        let after_variables = path.rfind(['/', '}']).map_or(0, |at| at + 1);
        let (path, verb) = match path.get(after_variables..).and_then(|last| last.split_once(':')) {
            Some((last, verb)) => {
                if verb.is_empty() || !is_literal(verb) {
                    return Err(format!("`{verb}` after the colon is no word"));
                }
                (path.get(..after_variables + last.len()).unwrap_or_default(), Some(verb.to_owned()))
            }
            None => (path, None),
        };
        let mut template = Self { parts: Vec::new(), variables: Vec::new(), verb };
        let mut rest = path;
        loop {
            rest = match rest.strip_prefix('{') {
                Some(inner) => {
                    let (variable, after) = inner.split_once('}').ok_or("has a `{` without a `}`")?;
                    template.variable(variable)?;
                    match after.strip_prefix('/') {
                        Some(after) => after,
                        None if after.is_empty() => break,
                        None => return Err(format!("has `{after}` right behind a `}}`; a `/` is needed")),
                    }
                }
                None => match rest.split_once('/') {
                    Some((segment, after)) => {
                        template.segment(segment)?;
                        after
                    }
                    None => {
                        template.segment(rest)?;
                        break;
                    }
                },
            };
        }
        let before_last = template.parts.split_last().map_or(&[][..], |(_, before)| before);
        if before_last.contains(&Part::All) {
            return Err("has a `**` that is not its last segment".to_owned());
        }
        Ok(template)
    }

    fn variable(&mut self, raw: &str) -> Result<(), String> {
        let (field, segments) = raw.split_once('=').unwrap_or((raw, "*"));
        let is_path = field.split('.').all(|name| !name.is_empty() && name.bytes().all(is_of_name));
        if !is_path {
            return Err(format!("has `{{{raw}}}`, where `{field}` is no name of a field"));
        }
        if self.variables.iter().any(|known| known.field == field) {
            return Err(format!("has `{field}` twice"));
        }
        if segments.is_empty() {
            return Err(format!("has `{{{raw}}}`, where nothing follows the `=`"));
        }
        let from = self.parts.len();
        for segment in segments.split('/') {
            self.segment(segment)?;
        }
        self.variables.push(Variable { field: field.to_owned(), from, to: self.parts.len() });
        Ok(())
    }

    fn segment(&mut self, raw: &str) -> Result<(), String> {
        self.parts.push(match raw {
            "*" => Part::One,
            "**" => Part::All,
            // The path of the root is a template of one empty segment.
            literal if is_literal(literal) => Part::Literal(literal.to_owned()),
            other => return Err(format!("has the segment `{other}`; a word, `*`, `**` and `{{field}}` are allowed")),
        });
        Ok(())
    }

    /// The fields that are variables.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|variable| variable.field.as_str())
    }

    /// The values of the variables, in the order of [`Template::fields`]; `None` where `path`, as it was sent, is another.
    pub(crate) fn matches(&self, path: &str) -> Option<Vec<String>> {
        let mut rest = path.strip_prefix('/')?;
        if let Some(verb) = &self.verb {
            rest = rest.strip_suffix(verb.as_str())?.strip_suffix(':')?;
        }
        let mut rest = Some(rest);
        let mut found: Vec<&str> = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            if *part == Part::All {
                found.push(rest.take().unwrap_or_default());
                continue;
            }
            let left = rest?;
            let (segment, after) = left.split_once('/').map_or((left, None), |(one, after)| (one, Some(after)));
            let is_it = match part {
                Part::Literal(literal) => is_same(literal, segment),
                Part::One | Part::All => !segment.is_empty(),
            };
            if !is_it {
                return None;
            }
            found.push(segment);
            rest = after;
        }
        if rest.is_some() {
            return None;
        }
        let values = self.variables.iter().map(|variable| {
            let parts = found.get(variable.from..variable.to)?;
            percent_decode_str(&parts.join("/")).decode_utf8().ok().map(String::from)
        });
        values.collect()
    }
}

/// Whether a segment as it was sent is a literal.
fn is_same(literal: &str, segment: &str) -> bool {
    literal == segment || (segment.contains('%') && percent_decode_str(segment).eq(literal.bytes()))
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_literal(raw: &str) -> bool {
    raw.chars().all(|c| !c.is_control() && !c.is_whitespace() && !matches!(c, '*' | '{' | '}' | '/' | ':' | '?' | '#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(template: &str, path: &str) -> Option<Vec<String>> {
        Template::parse(template).unwrap().matches(path)
    }

    #[test]
    fn paths_are_matched_and_their_variables_read() {
        for (template, path, expected) in [
            ("/v1/messages/{id}", "/v1/messages/7", Some(vec!["7"])),
            ("/v1/messages/{id}", "/v1/messages/a%20b%2Fc", Some(vec!["a b/c"])),
            ("/v1/messages/{id}", "/v1/messages/", None),
            ("/v1/messages/{id}", "/v1/messages/7/8", None),
            ("/v1/messages/{id}", "/v1/message/7", None),
            ("/v1/{name=shelves/*/books/*}", "/v1/shelves/1/books/2", Some(vec!["shelves/1/books/2"])),
            ("/v1/{name=shelves/*}/{rest=**}", "/v1/shelves/1/a/b/c", Some(vec!["shelves/1", "a/b/c"])),
            ("/v1/{rest=**}", "/v1", Some(vec![""])),
            ("/v1/{rest=**}", "/v1/", Some(vec![""])),
            ("/v1/{a.b}/x/{c}", "/v1/1/x/2", Some(vec!["1", "2"])),
            ("/v1/{id}:cancel", "/v1/7:cancel", Some(vec!["7"])),
            ("/v1/{id}:cancel", "/v1/7", None),
            ("/v1/jobs:run", "/v1/jobs:run", Some(vec![])),
            ("/v1/*/x", "/v1/any/x", Some(vec![])),
            ("/", "/", Some(vec![])),
            ("/", "/a", None),
            ("/m%C3%BC", "/m%C3%BC", Some(vec![])),
            ("/mü", "/m%C3%BC", Some(vec![])),
        ] {
            let expected = expected.map(|values| values.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(values(template, path), expected, "{template} {path}");
        }
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for raw in
            ["v1", "/{a", "/{a}b", "/{a=**}/b", "/**/b", "/{}", "/{a}/{a}", "/a*", "/a:", "/{a-b}", "/{a=}", "/{a}}"]
        {
            assert!(Template::parse(raw).is_err(), "{raw}");
        }
    }
}
