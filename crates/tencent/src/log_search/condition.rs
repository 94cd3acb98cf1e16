//! `LogQuerys`: what lines must meet, parsed once into the model's conditions.

use std::net::{IpAddr, SocketAddr};

use model::{Comparison, LogCondition};
use serde::Deserialize;

use crate::code::Code;
use crate::refusal::Fault;

/// Most conditions of a question.
const MOST: usize = 20;

/// Longest value, in bytes.
const LONGEST: usize = 1024;

/// The structure `LogQuery`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct LogQuery {
    name: String,
    operator: String,
    value: String,
}

/// A field of the line that can be asked for, with the operators that it has.
#[derive(Clone, Copy)]
enum Field {
    RequestId,
    Api,
    Caller,
    Backend,
    Message,
    Status,
    Duration,
}

const FIELDS: [(&str, Field, &[&str]); 7] = [
    ("req_id", Field::RequestId, &["="]),
    ("api_id", Field::Api, &["="]),
    ("cip", Field::Caller, &["="]),
    ("uip", Field::Backend, &[":"]),
    ("err_msg", Field::Message, &[":"]),
    ("rsp_st", Field::Status, &["=", "!=", ":", ">", "<"]),
    ("req_t", Field::Duration, &[">=", "<="]),
];

/// All of them must hold.
pub(super) fn conditions(sent: Vec<LogQuery>) -> Result<Vec<LogCondition>, Fault> {
    if sent.len() > MOST {
        let reason = format!("has {} items; at most {MOST} are allowed", sent.len());
        return Err(Fault::value(Code::TooManyItems, "LogQuerys", reason));
    }
    sent.into_iter().enumerate().map(|(index, query)| condition(index, query)).collect()
}

fn condition(index: usize, LogQuery { name, operator, value }: LogQuery) -> Result<LogCondition, Fault> {
    let refuse = |member: &str, reason: String| {
        Fault::value(Code::InvalidParameterValue, &format!("LogQuerys.{index}.{member}"), reason)
    };
    let Some((_, field, operators)) = FIELDS.iter().find(|(known, ..)| *known == name) else {
        let known: Vec<&str> = FIELDS.iter().map(|(known, ..)| *known).collect();
        return Err(refuse("Name", format!("`{}` is not one of {}", name.escape_debug(), known.join(", "))));
    };
    if !operators.contains(&operator.as_str()) {
        let told = operators.join(", ");
        return Err(refuse("Operator", format!("`{}` is no operator of {name}; {told} is", operator.escape_debug())));
    }
    if value.is_empty() || value.len() > LONGEST {
        return Err(refuse("Value", format!("is {} bytes long; 1 to {LONGEST} are allowed", value.len())));
    }
    let no = |what: &str| refuse("Value", format!("`{}` is no {what}", value.escape_debug()));
    Ok(match field {
        Field::RequestId => LogCondition::RequestId(value),
        Field::Api => LogCondition::Api(value),
        Field::Caller => match (value.parse::<IpAddr>(), value.parse::<SocketAddr>()) {
            (Ok(ip), _) => LogCondition::PeerIp(ip),
            (_, Ok(peer)) => LogCondition::Peer(peer),
            _ => return Err(no("IP address")),
        },
        Field::Backend => LogCondition::BackendHolds(value),
        Field::Message => LogCondition::MessageHolds(value),
        Field::Status if operator == ":" => LogCondition::StatusHolds(value),
        Field::Status => {
            let status = value.parse().map_err(|_| no("status; a whole number is"))?;
            LogCondition::Status(comparison(&operator), status)
        }
        Field::Duration => {
            let us = micros(&value).ok_or_else(|| no("number of seconds; `0.25` is"))?;
            LogCondition::Duration(comparison(&operator), us)
        }
    })
}

/// What an operator of a number means. The tables above let no other through.
fn comparison(operator: &str) -> Comparison {
    match operator {
        "!=" => Comparison::NotEqual,
        ">" => Comparison::Greater,
        "<" => Comparison::Less,
        ">=" => Comparison::GreaterOrEqual,
        "<=" => Comparison::LessOrEqual,
        _ => Comparison::Equal,
    }
}

/// Seconds with up to six decimals, as microseconds.
fn micros(raw: &str) -> Option<u64> {
    let (whole, part) = raw.split_once('.').unwrap_or((raw, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 6 || raw.ends_with('.') || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let micros: u64 = format!("{part:0<6}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, operator: &str, value: &str) -> Result<LogCondition, String> {
        let query = LogQuery { name: name.into(), operator: operator.into(), value: value.into() };
        conditions(vec![query]).map(|mut all| all.remove(0)).map_err(|fault| fault.message)
    }

    #[test]
    fn every_documented_pair_of_field_and_operator_is_a_condition() {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        for (name, operator, value, expected) in [
            ("req_id", "=", "r-1", LogCondition::RequestId("r-1".into())),
            ("api_id", "=", "api-1", LogCondition::Api("api-1".into())),
            ("cip", "=", "10.0.0.1", LogCondition::PeerIp("10.0.0.1".parse().unwrap())),
            ("cip", "=", "10.0.0.1:80", LogCondition::Peer("10.0.0.1:80".parse().unwrap())),
            ("uip", ":", "10.0", LogCondition::BackendHolds("10.0".into())),
            ("err_msg", ":", "HMAC", LogCondition::MessageHolds("HMAC".into())),
            ("rsp_st", "=", "200", LogCondition::Status(Equal, 200)),
            ("rsp_st", "!=", "200", LogCondition::Status(NotEqual, 200)),
            ("rsp_st", ":", "4", LogCondition::StatusHolds("4".into())),
            ("rsp_st", ">", "499", LogCondition::Status(Greater, 499)),
            ("rsp_st", "<", "300", LogCondition::Status(Less, 300)),
            ("req_t", ">=", "0.25", LogCondition::Duration(GreaterOrEqual, 250_000)),
            ("req_t", "<=", "3", LogCondition::Duration(LessOrEqual, 3_000_000)),
        ] {
            assert_eq!(read(name, operator, value), Ok(expected), "{name} {operator} {value}");
        }
    }

    #[test]
    fn what_is_none_is_refused_at_its_place() {
        for (name, operator, value, place) in [
            ("colour", "=", "red", "LogQuerys.0.Name"),
            ("req_id", ":", "r", "LogQuerys.0.Operator"),
            ("rsp_st", ">=", "200", "LogQuerys.0.Operator"),
            ("req_t", "=", "1", "LogQuerys.0.Operator"),
            ("cip", "=", "localhost", "LogQuerys.0.Value"),
            ("rsp_st", "=", "ok", "LogQuerys.0.Value"),
            ("rsp_st", "=", "-1", "LogQuerys.0.Value"),
            ("req_t", ">=", "1s", "LogQuerys.0.Value"),
            ("req_t", ">=", "1.", "LogQuerys.0.Value"),
            ("req_t", ">=", "+1", "LogQuerys.0.Value"),
            ("req_t", ">=", "99999999999999999999", "LogQuerys.0.Value"),
            ("req_id", "=", "", "LogQuerys.0.Value"),
        ] {
            let refused = read(name, operator, value).expect_err(value);
            assert!(refused.contains(&format!("`{place}`")), "{name} {operator} {value}: {refused}");
        }
    }
}
