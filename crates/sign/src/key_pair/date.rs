//! The one form of date that callers sign: `Mon, 19 Mar 2018 12:08:40 GMT`.

/// Seconds since the Unix epoch that `value` spells in the form `%a, %d %b %Y %H:%M:%S GMT` (RFC 9110, IMF-fixdate),
/// without allocating; `None` for anything else: another form, another zone, a day that does not exist, a weekday that
/// is not that day's, a year outside 1970–9999, a leap second.
pub fn http_date(value: &[u8]) -> Option<i64> {
    let _ = value;
    todo!()
}

/// How long ago `value` was, in seconds, at `now` (seconds since the Unix epoch); negative for the future. `None` when
/// it is no date, as [`http_date`] has it.
pub fn http_date_age(value: &[u8], now: i64) -> Option<i64> {
    http_date(value).map(|then| now.saturating_sub(then))
}

/// `seconds` since the Unix epoch in the form that [`http_date`] reads; a moment outside 1970–9999 is moved to the
/// nearer end.
pub fn format_http_date(seconds: i64) -> String {
    let _ = seconds;
    todo!()
}
