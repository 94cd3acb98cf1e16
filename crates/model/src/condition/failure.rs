//! What counts as a failure of a backend: questions about its answers, in a language like that of conditions.
//!
//! ```text
//! one    = "(" condition ")" | ( "latency_seconds" | "status_code" ) operator number
//!        | ( "func_in" | "func_not_in" ) "(" "status_code" "," "{" status *( "," status ) "}" ")"
//! status = 100 to 999
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Relation;
use super::parse::{self, Language, Reader};
use crate::Invalid;

/// What counts as a failure: parsed once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FailureCondition {
    raw: String,
    question: FailureQuestion,
}

/// What is asked of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum FailureQuestion {
    /// All of these hold.
    All(Vec<FailureQuestion>),
    /// One of these holds.
    Any(Vec<FailureQuestion>),
    /// The time from sending the request to the head of the answer, in seconds, stands so to a number.
    Latency(Relation, f64),
    /// The status stands so to a number.
    Status(Relation, f64),
    /// The status is one of these.
    Listed(Vec<u16>),
    /// The status is none of these.
    Unlisted(Vec<u16>),
}

impl FailureCondition {
    /// Longest condition, in bytes.
    pub const LONGEST: usize = 4096;

    /// The condition as it was written.
    pub fn as_str(&self) -> &str {
        &self.raw
    }

    /// True when an answer with this status, which took so long, is a failure.
    pub fn holds(&self, status: u16, latency: Duration) -> bool {
        self.question.holds(status, latency)
    }
}

impl FailureQuestion {
    fn holds(&self, status: u16, latency: Duration) -> bool {
        let stands = |relation: &Relation, value: f64, number: &f64| {
            value.partial_cmp(number).is_some_and(|order| relation.holds(order))
        };
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(status, latency)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(status, latency)),
            Self::Latency(relation, number) => stands(relation, latency.as_secs_f64(), number),
            Self::Status(relation, number) => stands(relation, status.into(), number),
            Self::Listed(listed) => listed.contains(&status),
            Self::Unlisted(listed) => !listed.contains(&status),
        }
    }
}

impl Language for FailureQuestion {
    fn all(parts: Vec<Self>) -> Self {
        Self::All(parts)
    }

    fn any(parts: Vec<Self>) -> Self {
        Self::Any(parts)
    }

    fn smallest(reader: &mut Reader<'_>) -> Result<Self, Invalid> {
        const EXPECTED: &str = "`latency_seconds`, `status_code`, `func_in`, `func_not_in` or `(`";
        if reader.take_word("func_in") {
            return statuses(reader).map(Self::Listed);
        }
        if reader.take_word("func_not_in") {
            return statuses(reader).map(Self::Unlisted);
        }
        let subject: fn(Relation, f64) -> Self = if reader.take_word("latency_seconds") {
            Self::Latency
        } else if reader.take_word("status_code") {
            Self::Status
        } else {
            return Err(reader.expected(EXPECTED));
        };
        let relation = reader.relation()?;
        let number = reader.number().ok_or_else(|| reader.expected("a number"))?;
        Ok(subject(relation, number))
    }
}

/// `(status_code,{200,201})`
fn statuses(reader: &mut Reader<'_>) -> Result<Vec<u16>, Invalid> {
    reader.need("(")?;
    if !reader.take_word("status_code") {
        return Err(reader.expected("`status_code`"));
    }
    reader.need(",")?;
    reader.need("{")?;
    let mut listed = Vec::new();
    loop {
        let at = reader.place();
        let number = reader.number().ok_or_else(|| reader.expected("a status"))?;
        let status = (100..=999).find(|status| f64::from(*status) == number);
        listed.push(status.ok_or_else(|| reader.wrong(at, "a status is a whole number from 100 to 999"))?);
        if !reader.take(",") {
            break;
        }
    }
    reader.need("}")?;
    reader.need(")")?;
    Ok(listed)
}

impl PartialEq for FailureCondition {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for FailureCondition {}

impl TryFrom<String> for FailureCondition {
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

impl From<FailureCondition> for String {
    fn from(condition: FailureCondition) -> Self {
        condition.raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Result<FailureCondition, Invalid> {
        FailureCondition::try_from(raw.to_owned())
    }

    #[test]
    fn answers_are_judged_by_time_and_status() {
        for (raw, status, millis, expected) in [
            ("latency_seconds>1 or func_not_in(status_code,{200,201,202})", 200, 1000, false),
            ("latency_seconds>1 or func_not_in(status_code,{200,201,202})", 202, 1001, true),
            ("latency_seconds>1 or func_not_in(status_code,{200,201,202})", 404, 0, true),
            ("func_in(status_code, { 500 , 502 })", 502, 0, true),
            ("FUNC_IN(Status_Code,{500})", 501, 0, false),
            ("status_code >= 500 and latency_seconds < 0.5", 503, 499, true),
            ("status_code >= 500 and latency_seconds < 0.5", 503, 500, false),
            ("status_code = 500 and (latency_seconds > 9 or status_code != 200)", 500, 0, true),
        ] {
            let condition = parse(raw).expect(raw);
            assert_eq!(condition.holds(status, Duration::from_millis(millis)), expected, "{raw} {status} {millis}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (raw, expected) in [
            ("", "at character 1: `latency_seconds`"),
            ("header.a = 1", "at character 1: `latency_seconds`"),
            ("latency_seconds", "at character 16: one of `=`"),
            ("latency_seconds > 'a'", "at character 19: a number is expected"),
            ("func_in(status_code,{200", "at character 25: `}` is expected"),
            ("func_in(status_code,{})", "at character 22: a status"),
            ("func_in(status_code,{99})", "at character 22: a status is a whole number"),
            ("func_in(status_code,{200.5})", "at character 22: a status is a whole number"),
            ("func_in(latency_seconds,{200})", "at character 9: `status_code`"),
            ("status_code = 200 and", "at character 22: `latency_seconds`"),
            ("status_code = 200 x", "at character 19: `and`"),
        ] {
            let reason = parse(raw).expect_err(raw).reason;
            assert!(reason.starts_with(expected), "{raw}: {reason}");
        }
        assert!(parse(&format!("{}status_code=1{}", "(".repeat(33), ")".repeat(33))).is_err());
        assert!(parse(&" ".repeat(5000)).is_err());
    }
}
