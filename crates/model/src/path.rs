//! The path that an API answers at.
//!
//! Four written forms, in the order in which they are tried when a call comes in:
//!
//! | written | form | matches |
//! |---|---|---|
//! | `=/user` | [`PathForm::Exact`] | just `/user` |
//! | `^~/user` | [`PathForm::Prefix`] | everything that begins with `/user` |
//! | `/user/{id}`, `/user/.*` | [`PathForm::Template`], [`PathForm::Regex`] | see below |
//! | `/user` | [`PathForm::Plain`] | `/user` itself and everything that begins with it; the longest wins |
//!
//! In a template each variable is greedy, takes at least one character and may cross slashes: `/{a}/{b}` on `/x/y/z`
//! gives `a = x/y`, `b = z`. A template matches the whole path. A regular expression is anchored at its beginning only.

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// A frontend path, parsed. It is stored as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FrontendPath {
    raw: String,
    form: PathForm,
}

/// What a written path means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PathForm {
    /// `=/user`: this path only; the text is without the mark.
    Exact(String),
    /// `^~/user`: this prefix, before templates and regular expressions; the text is without the mark.
    Prefix(String),
    /// A path with variables and no other special sign.
    Template(Vec<Piece>),
    /// A regular expression; `{name}` in it stands for `(.+)`.
    Regex {
        /// The expression, anchored at the beginning; variable `i` is the group named `v{i}`.
        pattern: String,
        /// The variables' names in order.
        variables: Vec<String>,
    },
    /// `/user`: this path, or a prefix of the call's path.
    Plain(String),
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece {
    /// These bytes.
    Literal(String),
    /// One character or more, as many as the rest allows.
    Variable(String),
}

/// Signs that make a path a regular expression.
const REGEX_SIGNS: &[char] = &['*', '?', '[', ']', '|', '\\', '(', ')', '^'];

impl FrontendPath {
    /// Longest path, in bytes.
    pub const MAX: usize = 1024;

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    /// What it means.
    pub fn form(&self) -> &PathForm {
        &self.form
    }

    /// The names of its variables, in order of appearance.
    pub fn variables(&self) -> Vec<&str> {
        match &self.form {
            PathForm::Template(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Variable(name) => Some(name.as_str()),
                    Piece::Literal(_) => None,
                })
                .collect(),
            PathForm::Regex { variables, .. } => variables.iter().map(String::as_str).collect(),
            PathForm::Exact(_) | PathForm::Prefix(_) | PathForm::Plain(_) => Vec::new(),
        }
    }
}

impl TryFrom<String> for FrontendPath {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let form = parse(&raw)?;
        Ok(Self { raw, form })
    }
}

impl TryFrom<&str> for FrontendPath {
    type Error = Invalid;

    fn try_from(raw: &str) -> Result<Self, Invalid> {
        Self::try_from(raw.to_owned())
    }
}

impl From<FrontendPath> for String {
    fn from(path: FrontendPath) -> Self {
        path.raw
    }
}

impl std::fmt::Display for FrontendPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.raw)
    }
}

fn refuse(reason: impl Into<String>) -> Invalid {
    Invalid::new("path", reason)
}

fn parse(raw: &str) -> Result<PathForm, Invalid> {
    if raw.len() > FrontendPath::MAX {
        return Err(refuse(format!("is {} bytes long; at most {} are allowed", raw.len(), FrontendPath::MAX)));
    }
    let (mark, path) = if let Some(rest) = raw.strip_prefix("^~") {
        ("^~", rest)
    } else if let Some(rest) = raw.strip_prefix('=') {
        ("=", rest)
    } else {
        ("", raw)
    };
    if !path.starts_with('/') {
        return Err(refuse("must begin with `/`, `=/` or `^~/`"));
    }
    if let Some(bad) = path.chars().find(|c| !is_allowed(*c)) {
        return Err(refuse(format!(
            "holds {bad:?}; letters, digits, `{{name}}` and the signs $-_.+!*'(),/%~:@;=&?[]|\\^ are allowed"
        )));
    }
    let pieces = pieces(path)?;
    let has_variables = pieces.iter().any(|piece| matches!(piece, Piece::Variable(_)));
    let has_signs = pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) if text.contains(REGEX_SIGNS)));
    match mark {
        "=" | "^~" if has_variables || has_signs => Err(refuse(format!(
            "a path that begins with `{mark}` may hold neither a variable nor a regular expression"
        ))),
        "=" => Ok(PathForm::Exact(path.to_owned())),
        "^~" => Ok(PathForm::Prefix(path.to_owned())),
        _ if has_signs => regex(&pieces),
        _ if has_variables => Ok(PathForm::Template(pieces)),
        _ => Ok(PathForm::Plain(path.to_owned())),
    }
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || "{}$-_.+!*'(),/%~:@;=&?[]|\\^".contains(c)
}

fn pieces(path: &str) -> Result<Vec<Piece>, Invalid> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut rest = path;
    while let Some(open) = rest.find(['{', '}']) {
        if rest[open..].starts_with('}') {
            return Err(refuse("holds a `}` without a `{`"));
        }
        if open > 0 {
            pieces.push(Piece::Literal(rest[..open].to_owned()));
        } else if matches!(pieces.last(), Some(Piece::Variable(_))) {
            return Err(refuse("holds two variables side by side; put a fixed text between them"));
        }
        let inside = &rest[open + 1..];
        let close = inside.find('}').ok_or_else(|| refuse("holds a `{` without a `}`"))?;
        let name = &inside[..close];
        let well_formed = !name.is_empty()
            && name.len() <= 64
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        if !well_formed {
            return Err(refuse(format!(
                "`{{{name}}}` is no variable: 1 to 64 letters, digits, `_`, `-` and `.` are allowed"
            )));
        }
        if names.contains(&name) {
            return Err(refuse(format!("names the variable `{name}` twice")));
        }
        names.push(name);
        pieces.push(Piece::Variable(name.to_owned()));
        rest = &inside[close + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    pieces.shrink_to_fit();
    Ok(pieces)
}

fn regex(pieces: &[Piece]) -> Result<PathForm, Invalid> {
    let mut pattern = String::from("^(?:");
    let mut variables = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => pattern.push_str(text),
            Piece::Variable(name) => {
                pattern.push_str(&format!("(?P<v{}>.+)", variables.len()));
                variables.push(name.clone());
            }
        }
    }
    pattern.push(')');
    regex::RegexBuilder::new(&pattern)
        .size_limit(256 * 1024)
        .build()
        .map_err(|error| refuse(format!("is not a regular expression that can be served: {error}")))?;
    Ok(PathForm::Regex { pattern, variables })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(raw: &str) -> PathForm {
        FrontendPath::try_from(raw).unwrap().form().clone()
    }

    #[test]
    fn the_four_forms_are_told_apart() {
        assert_eq!(form("=/user"), PathForm::Exact("/user".into()));
        assert_eq!(form("^~/user"), PathForm::Prefix("/user".into()));
        assert_eq!(form("/user"), PathForm::Plain("/user".into()));
        assert_eq!(
            form("/user/{id}"),
            PathForm::Template(vec![Piece::Literal("/user/".into()), Piece::Variable("id".into())])
        );
        assert!(matches!(form("/user/.*"), PathForm::Regex { .. }));
    }

    #[test]
    fn what_cannot_be_served_is_refused_with_a_reason() {
        for raw in ["user", "", "=user", "^~/a/{b}", "/a/{", "/a/}", "/{a}{b}", "/{a}/{a}", "/a b", "/(", "/{}", "/é"]
        {
            let refused = FrontendPath::try_from(raw).expect_err(raw);
            assert_eq!(refused.field, "path");
        }
    }

    #[test]
    fn a_variable_in_a_regular_expression_is_a_group() {
        let PathForm::Regex { pattern, variables } = form("/v[0-9]/{x-id}") else { panic!() };
        assert_eq!(pattern, "^(?:/v[0-9]/(?P<v0>.+))");
        assert_eq!(variables, ["x-id"]);
    }
}
