//! Logs (日志): the model's call log, looked through (spec: log search).

mod condition;
mod cursor;
mod line;

use model::{LogCondition, LogPage, LogQuestion, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use self::condition::{LogQuery, conditions};
use self::cursor::Cursor;
use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::refusal::{Fault, Problem};
use crate::wire::Answer;

/// Lines of an answer: most, and where nobody says how many.
const MOST: usize = 100;
const USUAL: i64 = 20;

/// Lines that one question gives over all its answers.
const MOST_IN_ALL: usize = 10_000;

/// The longest time that may be looked through, in seconds.
const DAY: i64 = 86_400;

/// How often the log is asked for one answer: it looks for two seconds at a time, and many lines that do not fit may
/// stand before one that does.
const ROUNDS: usize = 5;

/// The vendor's clock: its own is the one of Beijing, all over the world.
const BEIJING: UtcOffset = match UtcOffset::from_hms(8, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// `DescribeLogSearch`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Search {
    start_time: String,
    end_time: String,
    service_id: String,
    filters: Option<Vec<Filter>>,
    limit: Option<i64>,
    con_text: Option<String>,
    sort: Option<String>,
    query: Option<String>,
    log_querys: Option<Vec<LogQuery>>,
}

/// What `DescribeLogSearch` answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    con_text: String,
    log_set: Vec<String>,
    total_count: usize,
}

pub(crate) async fn search(call: Call, request: Search) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let (from, to) = span(&request.start_time, &request.end_time)?;
    Filters::new(request.filters, &[])?;
    if request.query.is_some_and(|query| !query.is_empty()) {
        let reason = "is reserved by the vendor and has no grammar; LogQuerys has conditions";
        return Err(Fault::value(Code::UnsupportedParameter, "Query", reason).into());
    }
    let limit = limit(request.limit)?;
    let oldest_first = match request.sort.as_deref().filter(|sort| !sort.is_empty()) {
        None => false,
        Some(sort) => field::option(Code::InvalidParameterValue, "Sort", sort, &[("asc", true), ("desc", false)])?,
    };
    let mut all = vec![LogCondition::Service(service.to_string())];
    all.extend(conditions(request.log_querys.unwrap_or_default())?);
    let asked = LogQuestion { from, to, conditions: all, oldest_first, limit: 0, after: None };
    let cursor = match request.con_text.as_deref().filter(|text| !text.is_empty()) {
        None => Cursor::beginning(&asked),
        Some(text) => Cursor::read(text, &asked)?,
    };
    call.service(&service)?;

    let wanted = limit.min(MOST_IN_ALL.saturating_sub(cursor.given));
    let page = look(&call, asked.clone(), cursor.after.clone(), wanted).await?;
    let log_set: Vec<String> = page.calls.iter().map(|logged| line::written(&call, logged)).collect();
    let given = cursor.given + log_set.len();
    let con_text = match page.next {
        Some(next) if given < MOST_IN_ALL => cursor.moved(given, next).written(),
        _ => String::new(),
    };
    Ok(Answer::flat(Found { con_text, total_count: log_set.len(), log_set })?)
}

/// Asks the log until the answer is full, everything was looked at, or it took long.
async fn look(call: &Call, asked: LogQuestion, after: Option<String>, wanted: usize) -> Result<LogPage, Problem> {
    let switched_off = || {
        Fault::new(
            Code::UnsupportedInvalidAction,
            "This installation keeps no calls to be looked through: the setting `call_log_size` is 0.",
        )
    };
    let source = call.control.observation().calls.ok_or_else(switched_off)?;
    let mut all = LogPage { next: after, ..LogPage::default() };
    for _ in 0..ROUNDS {
        let limit = wanted - all.calls.len();
        let question = LogQuestion { limit, after: all.next.take(), ..asked.clone() };
        let page = source.search(question).await.map_err(|fault| match fault {
            control::ObservationFault::UnknownCursor => cursor::unknown(),
            control::ObservationFault::Unreadable(detail) => Fault::internal(detail),
        })?;
        all.calls.extend(page.calls);
        all.next = page.next;
        if all.next.is_none() || all.calls.len() >= wanted {
            break;
        }
    }
    Ok(all)
}

/// From the first second to the last, both whole.
fn span(start: &str, end: &str) -> Result<(Timestamp, Timestamp), Fault> {
    let (from, to) = (moment("StartTime", start)?, moment("EndTime", end)?);
    if from > to {
        let reason = format!("`{start}` is later than `EndTime`, which is `{end}`");
        return Err(Fault::value(Code::InvalidParameterValue, "StartTime", reason));
    }
    if to - from > DAY {
        let reason = format!("is more than a day before `EndTime`, which is `{end}`; at most a day is searched");
        return Err(Fault::value(Code::ClsSearchTime, "StartTime", reason));
    }
    Ok((Timestamp::from_millis(from * 1000), Timestamp::from_millis((to + 1) * 1000)))
}

/// A moment as the vendor writes it: seconds since the epoch.
fn moment(parameter: &str, raw: &str) -> Result<i64, Fault> {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    PrimitiveDateTime::parse(raw, form).map(|time| time.assume_offset(BEIJING).unix_timestamp()).map_err(|_| {
        let reason = format!("`{}` is no time; `YYYY-MM-DD hh:mm:ss` is, on Beijing's clock", raw.escape_debug());
        Fault::value(Code::InvalidParameterValue, parameter, reason)
    })
}

/// A moment on the vendor's clock.
fn on_the_vendors_clock(time: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH).to_offset(BEIJING)
}

/// The refusal's words are the vendor's own (spec: log search).
fn limit(sent: Option<i64>) -> Result<usize, Fault> {
    let limit = sent.unwrap_or(USUAL);
    match usize::try_from(limit) {
        Ok(limit) if (1..=MOST).contains(&limit) => Ok(limit),
        _ => Err(Fault::new(Code::InvalidParameterValue, format!("Param is illegal: `{limit}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_whole_seconds_of_beijings_clock_and_a_day_at_most() {
        let read = |start, end| span(start, end).map_err(|fault| fault.code);
        let at = Timestamp::from_millis;
        assert_eq!(
            read("2020-02-26 14:10:01", "2020-02-26 14:10:02"),
            Ok((at(1_582_697_401_000), at(1_582_697_403_000)))
        );
        assert!(read("2020-02-26 00:00:00", "2020-02-27 00:00:00").is_ok());
        assert_eq!(read("2020-02-26 00:00:00", "2020-02-27 00:00:01"), Err(Code::ClsSearchTime));
        assert_eq!(read("2020-02-26 00:00:01", "2020-02-26 00:00:00"), Err(Code::InvalidParameterValue));
        for raw in ["", "2020-02-26", "2020-02-26T00:00:00Z", "2020-02-30 00:00:00", "0000-00-00 00:00:00"] {
            assert_eq!(read(raw, "2020-02-26 00:00:00"), Err(Code::InvalidParameterValue), "{raw}");
        }
    }

    #[test]
    fn a_limit_that_is_too_high_is_refused_in_the_vendors_words() {
        assert_eq!(limit(Some(101)).unwrap_err().message, "Param is illegal: `101`");
        for (sent, expected) in [(None, Some(20)), (Some(1), Some(1)), (Some(100), Some(100)), (Some(0), None)] {
            assert_eq!(limit(sent).ok(), expected);
        }
    }
}
