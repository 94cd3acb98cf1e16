//! Conditions: questions about a call, in the language that plugins are told them in.
//!
//! ```text
//! condition  = all *( "or" all )
//! all        = one *( "and" one )
//! one        = "(" condition ")" | "exists" "(" value ")" | "regex" "(" value "," text ")" | value operator constant
//! value      = "header." name | "query." name | "path" | "sysparam." ( "clientIp" | "httpScheme" | "clientUa" ) | "Random()"
//! operator   = "=" | "==" | "!=" | "<" | "<=" | ">" | ">="
//! constant   = text in ' or " | number | "true" | "false"
//! ```
//!
//! `and` binds closer than `or`. Words, places and functions may be written in any case, names of parameters may not. A
//! condition is parsed once; what is wrong is told with its position.

mod failure;
mod parse;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::Invalid;

pub use failure::{FailureCondition, FailureQuestion};

/// A condition that was parsed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Condition {
    raw: String,
    question: Question,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Question {
    /// All of these hold; asked in order, up to the first that does not.
    All(Vec<Question>),
    /// One of these holds; asked in order, up to the first that does.
    Any(Vec<Question>),
    /// A value stands so to a constant. It does not where the call has no such value.
    Compare(Subject, Relation, Constant),
    /// The call has such a value.
    Exists(Subject),
    /// The call has such a value, and the pattern is found in it.
    Matches(Subject, regex::Regex),
}

/// A value of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A header; the case of its name does not matter, as in HTTP.
    Header(String),
    /// A parameter of the query.
    Query(String),
    /// The path behind the environment's segment.
    Path,
    /// The caller's address.
    Address,
    /// `http` or `https`.
    Scheme,
    /// The `User-Agent`.
    Agent,
    /// A number from 0 to 1, drawn anew each time.
    Random,
}

/// How a value stands to a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Relation {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// A text; equal byte by byte.
    Text(String),
    /// A number; a value that is none stands in no relation to it.
    Number(f64),
    /// `true` or `false`, which a value says in any case.
    Flag(bool),
    /// An address, however it is written.
    Address(IpAddr),
}

impl Condition {
    /// Longest condition, in bytes.
    pub const LONGEST: usize = 4096;

    /// The condition as it was written.
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    /// What it asks.
    pub fn question(&self) -> &Question {
        &self.question
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Condition {}

impl TryFrom<String> for Condition {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        if raw.len() > Self::LONGEST {
            let reason = format!("is {} bytes long; at most {} are allowed", raw.len(), Self::LONGEST);
            return Err(Invalid::new("condition", reason));
        }
        let question = parse::question(&raw)?;
        Ok(Self { raw, question })
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.raw
    }
}

impl Relation {
    /// True when a value that stands in `order` to a constant stands in this relation to it.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }

    /// True for those that ask for the same or another value, and not for a smaller or larger one.
    fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::Unequal)
    }
}

#[cfg(test)]
mod tests;
