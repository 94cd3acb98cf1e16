//! Text becomes a question.

use std::net::IpAddr;

use super::{Constant, Question, Relation, Subject};
use crate::Invalid;

/// A language of questions: they are joined with `and`, `or` and parentheses in all of them.
pub(super) trait Language: Sized {
    /// All of these hold.
    fn all(parts: Vec<Self>) -> Self;

    /// One of these holds.
    fn any(parts: Vec<Self>) -> Self;

    /// The smallest question that is next.
    fn smallest(reader: &mut Reader<'_>) -> Result<Self, Invalid>;
}

/// Deepest parentheses.
const DEEPEST: usize = 32;

/// Largest program that a pattern may become, in bytes.
const LARGEST_PATTERN: usize = 256 * 1024;

/// Reads all of `text`.
pub(super) fn question<Q: Language>(text: &str) -> Result<Q, Invalid> {
    let mut reader = Reader { text, at: 0 };
    let question = reader.any(0)?;
    reader.skip_blanks();
    if reader.rest().is_empty() { Ok(question) } else { Err(reader.expected("`and`, `or` or the end")) }
}

pub(super) struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Where what is next begins.
    pub(super) fn place(&mut self) -> usize {
        self.skip_blanks();
        self.at
    }

    /// What was found at this place, in place of what was expected.
    pub(super) fn expected(&self, what: &str) -> Invalid {
        let found: String = match word(self.rest()) {
            "" => self.rest().chars().take(1).collect(),
            word => word.chars().take(32).collect(),
        };
        let found = if found.is_empty() { "the end".to_owned() } else { format!("`{}`", found.escape_debug()) };
        self.wrong(self.at, &format!("{what} is expected, {found} was found"))
    }

    pub(super) fn wrong(&self, at: usize, reason: &str) -> Invalid {
        let position = self.text.get(..at).unwrap_or("").chars().count() + 1;
        Invalid::new("condition", format!("at character {position}: {reason}"))
    }

    /// Takes `symbol`, if it is next.
    pub(super) fn take(&mut self, symbol: &str) -> bool {
        self.skip_blanks();
        let is_next = self.rest().starts_with(symbol);
        self.at += if is_next { symbol.len() } else { 0 };
        is_next
    }

    /// Takes `wanted` as a whole word in any case, if it is next.
    pub(super) fn take_word(&mut self, wanted: &str) -> bool {
        self.skip_blanks();
        let next = word(self.rest());
        let is_next = next.eq_ignore_ascii_case(wanted);
        self.at += if is_next { next.len() } else { 0 };
        is_next
    }

    pub(super) fn need(&mut self, symbol: &str) -> Result<(), Invalid> {
        if self.take(symbol) { Ok(()) } else { Err(self.expected(&format!("`{symbol}`"))) }
    }

    fn any<Q: Language>(&mut self, depth: usize) -> Result<Q, Invalid> {
        let mut parts = vec![self.all(depth)?];
        while self.take_word("or") {
            parts.push(self.all(depth)?);
        }
        Ok(joined(parts, Q::any))
    }

    fn all<Q: Language>(&mut self, depth: usize) -> Result<Q, Invalid> {
        let mut parts = vec![self.one(depth)?];
        while self.take_word("and") {
            parts.push(self.one(depth)?);
        }
        Ok(joined(parts, Q::all))
    }

    fn one<Q: Language>(&mut self, depth: usize) -> Result<Q, Invalid> {
        self.skip_blanks();
        let start = self.at;
        if self.take("(") {
            if depth == DEEPEST {
                return Err(self.wrong(start, &format!("parentheses are more than {DEEPEST} deep")));
            }
            let inner = self.any(depth + 1)?;
            self.need(")")?;
            return Ok(inner);
        }
        Q::smallest(self)
    }

    /// A value that a call may lack.
    fn parameter(&mut self) -> Result<Subject, Invalid> {
        self.skip_blanks();
        let start = self.at;
        match self.subject()? {
            Subject::Random => Err(self.wrong(start, "a parameter is expected, `Random()` was found")),
            subject => Ok(subject),
        }
    }

    fn subject(&mut self) -> Result<Subject, Invalid> {
        const EXPECTED: &str =
            "`header.NAME`, `query.NAME`, `path`, `sysparam.NAME`, `Random()`, `exists`, `regex` or `(`";
        self.skip_blanks();
        let start = self.at;
        let next = word(self.rest());
        let (place, name) = match next.split_once('.') {
            Some((place, name)) => (place, Some(name)),
            None => (next, None),
        };
        let subject = match (place.to_ascii_lowercase().as_str(), name) {
            ("header", Some(name)) if !name.is_empty() => Subject::Header(name.to_owned()),
            ("query", Some(name)) if !name.is_empty() => Subject::Query(name.to_owned()),
            ("header" | "query", _) => {
                self.at += next.trim_end_matches('.').len();
                return Err(self.expected("`.` and the name of a parameter"));
            }
            ("path", None) => Subject::Path,
            ("sysparam", Some(name)) => match name.to_ascii_lowercase().as_str() {
                "clientip" => Subject::Address,
                "httpscheme" => Subject::Scheme,
                "clientua" => Subject::Agent,
                _ => {
                    self.at += place.len() + 1;
                    return Err(self.expected("`clientIp`, `httpScheme` or `clientUa`"));
                }
            },
            ("random", None) => {
                self.at += next.len();
                self.need("(")?;
                self.need(")")?;
                return Ok(Subject::Random);
            }
            _ => return Err(self.expected(EXPECTED)),
        };
        self.at = start + next.len();
        Ok(subject)
    }

    pub(super) fn relation(&mut self) -> Result<Relation, Invalid> {
        for (symbol, relation) in [
            ("==", Relation::Equal),
            ("=", Relation::Equal),
            ("!=", Relation::Unequal),
            ("<=", Relation::LessOrEqual),
            (">=", Relation::GreaterOrEqual),
            ("<", Relation::Less),
            (">", Relation::Greater),
        ] {
            if self.take(symbol) {
                return Ok(relation);
            }
        }
        Err(self.expected("one of `=`, `==`, `!=`, `<`, `<=`, `>`, `>=`"))
    }

    /// The constant, which must be of a sort that the value can have and the relation can be asked of.
    fn constant(&mut self, subject: Subject, relation: Relation) -> Result<Question, Invalid> {
        self.skip_blanks();
        let at = self.at;
        let constant = match self.quoted()? {
            Some(text) => Constant::Text(text),
            None => self.bare()?,
        };
        let constant = match (&subject, constant) {
            (Subject::Path, Constant::Text(text)) if text.starts_with('/') => Constant::Text(text),
            (Subject::Path, _) => {
                return Err(self.wrong(at, "a path in quotation marks, which begins with `/`, is expected"));
            }
            (Subject::Address, Constant::Text(text)) => match text.parse::<IpAddr>() {
                Ok(address) => Constant::Address(address),
                Err(_) => return Err(self.wrong(at, "an address in quotation marks is expected")),
            },
            (Subject::Address, _) => return Err(self.wrong(at, "an address in quotation marks is expected")),
            (Subject::Scheme, Constant::Text(text)) if matches!(text.as_str(), "http" | "https") => {
                Constant::Text(text)
            }
            (Subject::Scheme, _) => return Err(self.wrong(at, "'http' or 'https' is expected")),
            (Subject::Random, Constant::Number(number)) => Constant::Number(number),
            (Subject::Random, _) => return Err(self.wrong(at, "a number is expected")),
            (_, constant) => constant,
        };
        if !matches!(constant, Constant::Number(_)) && !relation.is_equality() {
            return Err(self.wrong(at, "a number is expected; only numbers are smaller or larger"));
        }
        Ok(Question::Compare(subject, relation, constant))
    }

    /// A text in quotation marks, if one is next.
    fn quoted(&mut self) -> Result<Option<String>, Invalid> {
        self.skip_blanks();
        let Some(mark) = self.rest().chars().next().filter(|c| matches!(c, '\'' | '"')) else { return Ok(None) };
        let start = self.at;
        let inner = self.rest().get(1..).unwrap_or("");
        match inner.find(mark) {
            Some(length) => {
                self.at += length + 2;
                Ok(inner.get(..length).map(str::to_owned))
            }
            None => Err(self.wrong(start, &format!("the text has no end; {mark} is expected"))),
        }
    }

    fn bare(&mut self) -> Result<Constant, Invalid> {
        const EXPECTED: &str = "a text in quotation marks, a number, `true` or `false`";
        if self.take_word("true") {
            return Ok(Constant::Flag(true));
        }
        if self.take_word("false") {
            return Ok(Constant::Flag(false));
        }
        self.number().map(Constant::Number).ok_or_else(|| self.expected(EXPECTED))
    }

    /// A number, if one is next.
    pub(super) fn number(&mut self) -> Option<f64> {
        self.skip_blanks();
        let next = word(self.rest());
        let digits = next.strip_prefix('-').unwrap_or(next);
        let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.ends_with(|c: char| c.is_ascii_digit())
            && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let number = next.parse::<f64>().ok().filter(|number| is_number && number.is_finite())?;
        self.at += next.len();
        Some(number)
    }

    /// A pattern in quotation marks.
    fn pattern(&mut self) -> Result<regex::Regex, Invalid> {
        self.skip_blanks();
        let at = self.at;
        let pattern = self.quoted()?.ok_or_else(|| self.expected("a text in quotation marks"))?;
        let built = regex::RegexBuilder::new(&pattern).size_limit(LARGEST_PATTERN).build();
        built.map_err(|error| {
            let error = error.to_string();
            let line = error.lines().next_back().unwrap_or("").trim_start_matches("error: ");
            self.wrong(at, &format!("the pattern is no regular expression: {line}"))
        })
    }
}

impl Language for Question {
    fn all(parts: Vec<Self>) -> Self {
        Self::All(parts)
    }

    fn any(parts: Vec<Self>) -> Self {
        Self::Any(parts)
    }

    fn smallest(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        if reader.take_word("exists") {
            reader.need("(")?;
            let subject = reader.parameter()?;
            reader.need(")")?;
            return Ok(Self::Exists(subject));
        }
        if reader.take_word("regex") {
            reader.need("(")?;
            let subject = reader.parameter()?;
            reader.need(",")?;
            let pattern = reader.pattern()?;
            reader.need(")")?;
            return Ok(Self::Matches(subject, pattern));
        }
        let subject = reader.subject()?;
        let relation = reader.relation()?;
        reader.constant(subject, relation)
    }
}

/// The letters, digits, dots, hyphens and underscores at the front.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

fn joined<Q>(mut parts: Vec<Q>, join: fn(Vec<Q>) -> Q) -> Q {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            join(parts)
        }
    }
}
