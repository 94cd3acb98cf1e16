//! The requests of a row, rendered before the clock starts and sent in a cycle.

use std::ops::Range;
use std::time::SystemTime;

use crate::signing::{KeyPair, authorization};

/// Different requests in a cycle.
pub(crate) const CYCLE: usize = 1000;

/// How far the cycle hops from API to API; without a common factor with any of the numbers of APIs measured.
const HOP: usize = 389;

/// Request bytes, one after the other.
pub(crate) struct Sheet {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

/// What the requests of a sheet differ in.
pub(crate) struct Calls<'a> {
    /// The `Host` header.
    pub(crate) host: &'a str,
    /// Numbers of the APIs that the calls are spread over.
    pub(crate) apis: Range<usize>,
    /// Keys that sign in turn; none: nothing is signed.
    pub(crate) keys: &'a [KeyPair],
    /// Header lines that all of them carry besides.
    pub(crate) lines: &'a str,
}

/// The path of an API, as configured: its literal part names it, its variable has text on both sides.
pub(crate) fn api_path(api: usize) -> String {
    format!("/api{api:04}/{{id}}/detail")
}

/// The path that an API's calls have at the origin, as configured.
pub(crate) fn origin_path(api: usize) -> String {
    format!("/origin{api:04}/{{id}}")
}

/// The path of a call.
pub(crate) fn call_path(api: usize, item: usize) -> String {
    format!("/release{}", api_path(api).replace("{id}", &item.to_string()))
}

/// The API that the request number `turn` of a cycle calls.
pub(crate) fn api_of(turn: usize, apis: usize) -> usize {
    turn * HOP % apis
}

/// The item that it asks for: a number of six digits.
pub(crate) fn item_of(turn: usize) -> usize {
    100_000 + turn
}

impl Sheet {
    /// Renders the cycle.
    pub(crate) fn render(calls: &Calls<'_>) -> Sheet {
        let date = httpdate::fmt_http_date(SystemTime::now());
        let mut sheet = Sheet { bytes: Vec::new(), ends: Vec::with_capacity(CYCLE) };
        for turn in 0..CYCLE {
            let key = (!calls.keys.is_empty()).then(|| &calls.keys[turn % calls.keys.len()]);
            let api = calls.apis.start + api_of(turn, calls.apis.len());
            sheet.bytes.extend_from_slice(request(calls.host, api, item_of(turn), key, &date, calls.lines).as_bytes());
            sheet.ends.push(sheet.bytes.len());
        }
        sheet
    }

    /// The request number `turn`, counted round and round.
    pub(crate) fn request(&self, turn: usize) -> &[u8] {
        let place = turn % self.ends.len();
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.bytes[start..self.ends[place]]
    }
}

/// One request of the kind that every row sends.
pub(crate) fn request(host: &str, api: usize, item: usize, key: Option<&KeyPair>, date: &str, lines: &str) -> String {
    let source = format!("bench-{item}");
    let signature = key.map_or_else(String::new, |key| {
        let authorization = authorization(key, date, &source);
        format!("Date: {date}\r\nSource: {source}\r\nAuthorization: {authorization}\r\n")
    });
    let path = call_path(api, item);
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench\r\nAccept: */*\r\n{lines}{signature}\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_cycle_calls_every_api_and_repeats_itself() {
        let sheet = Sheet::render(&Calls { host: "h", apis: 0..1000, keys: &[], lines: "" });
        let paths: HashSet<&[u8]> = (0..CYCLE).map(|turn| &sheet.request(turn)[..20]).collect();
        assert_eq!(paths.len(), 1000);
        assert_eq!(sheet.request(3), sheet.request(3 + CYCLE));
        assert!(sheet.request(0).starts_with(b"GET /release/api0000/100000/detail HTTP/1.1\r\n"));
        assert!(sheet.request(CYCLE - 1).ends_with(b"\r\n\r\n"));
    }

    #[test]
    fn keys_take_turns() {
        let key = |id: &str| KeyPair { id: id.to_owned(), secret: "s".to_owned() };
        let sheet = Sheet::render(&Calls { host: "h", apis: 0..1, keys: &[key("one"), key("two")], lines: "" });
        let text = |turn| String::from_utf8_lossy(sheet.request(turn)).into_owned();
        assert!(text(0).contains(r#"id="one""#) && text(1).contains(r#"id="two""#) && text(2).contains(r#"id="one""#));
    }
}
