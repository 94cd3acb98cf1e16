//! The one form of date that callers sign: `Mon, 19 Mar 2018 12:08:40 GMT`.

use std::time::{Duration, UNIX_EPOCH};

/// The last second of the year 9999.
const LATEST: u64 = 253_402_300_799;

/// The epoch was a Thursday.
const WEEKDAYS: [&[u8; 3]; 7] = [b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue", b"Wed"];

const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// Seconds since the Unix epoch that `value` spells in the form `%a, %d %b %Y %H:%M:%S GMT` (RFC 9110, IMF-fixdate),
/// without allocating; `None` for anything else: another form, another zone, a day that does not exist, a weekday that
/// is not that day's, a year outside 1970–9999, a leap second.
pub fn http_date(value: &[u8]) -> Option<i64> {
    let value: &[u8; 29] = value.try_into().ok()?;
    let separators = [(3, b','), (4, b' '), (7, b' '), (11, b' '), (16, b' '), (19, b':'), (22, b':'), (25, b' ')];
    if separators.iter().any(|(at, byte)| value[*at] != *byte) || value[26..] != *b"GMT" {
        return None;
    }
    let weekday = WEEKDAYS.iter().position(|name| value[..3] == **name)? as i64;
    let month = MONTHS.iter().position(|name| value[8..11] == **name)? as i64 + 1;
    let (day, year) = (number(&value[5..7])?, number(&value[12..16])?);
    let (hour, minute, second) = (number(&value[17..19])?, number(&value[20..22])?, number(&value[23..25])?);
    if year < 1970 || day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_since_epoch(year, month, day);
    (days % 7 == weekday).then_some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// `seconds` since the Unix epoch in the form that [`http_date`] reads; a moment outside 1970–9999 is moved to the
/// nearer end.
pub fn format_http_date(seconds: i64) -> String {
    let seconds = u64::try_from(seconds).unwrap_or(0).min(LATEST);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// The day of a moment in UTC as `YYYY-MM-DD`; `seconds` since the Unix epoch, bounds as [`format_http_date`].
pub(crate) fn date_of(seconds: i64) -> String {
    let written = format_http_date(seconds);
    let month = MONTHS.iter().position(|name| written.as_bytes()[8..11] == **name).unwrap_or_default() + 1;
    format!("{}-{month:02}-{}", &written[12..16], &written[5..7])
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date not before it, in the Gregorian calendar.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March, so that the leap day is a year's last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_moments_are_read() {
        assert_eq!(http_date(b"Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(http_date(b"Mon, 19 Mar 2018 12:08:40 GMT"), Some(1_521_461_320));
        assert_eq!(http_date(b"Tue, 29 Feb 2000 23:59:59 GMT"), Some(951_868_799));
        assert_eq!(http_date(b"Fri, 31 Dec 9999 23:59:59 GMT"), Some(LATEST as i64));
    }

    #[test]
    fn anything_else_is_refused() {
        for value in [
            "",
            "now",
            "Mon, 19 Mar 2018 12:08:40 UTC",
            "Mon, 19 Mar 2018 12:08:40 GMT ",
            " Mon, 19 Mar 2018 12:08:40 GMT",
            "Mon, 19 Mar 2018 12:08:40 gmt",
            "mon, 19 Mar 2018 12:08:40 GMT",
            "Tue, 19 Mar 2018 12:08:40 GMT",
            "Mon, 19 mar 2018 12:08:40 GMT",
            "Mon, 9 Mar 2018 12:08:40 GMT",
            "Thu, 29 Feb 2018 12:08:40 GMT",
            "Mon, 31 Apr 2018 12:08:40 GMT",
            "Mon, 19 Mar 2018 24:08:40 GMT",
            "Mon, 19 Mar 2018 12:60:40 GMT",
            "Mon, 19 Mar 2018 12:08:60 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
            "Mon, 19 Mar +018 12:08:40 GMT",
            "Monday, 19-Mar-18 12:08:40 GMT",
            "Mon Mar 19 12:08:40 2018",
            "2018-03-19T12:08:40Z",
            "Mon, 19 Mar 2018 12:08:40 GMTMon, 19 Mar 2018 12:08:40 GMT",
        ] {
            assert_eq!(http_date(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn moments_without_a_written_form_are_moved_to_the_nearer_end() {
        assert_eq!(format_http_date(-1), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(format_http_date(i64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    #[test]
    fn a_day_is_written_with_leading_zeros() {
        assert_eq!(date_of(0), "1970-01-01");
        assert_eq!(date_of(1_521_461_320), "2018-03-19");
        assert_eq!(date_of(951_868_799), "2000-02-29");
        assert_eq!(date_of(951_868_800), "2000-03-01");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn every_second_is_written_and_read(seconds in 0..=LATEST as i64) {
            prop_assert_eq!(http_date(format_http_date(seconds).as_bytes()), Some(seconds));
        }

        #[test]
        fn we_agree_with_a_known_reader_on_damaged_dates(
            seconds in 0..=LATEST as i64,
            damage in proptest::collection::vec((0..29_usize, proptest::sample::select(&b"0123459 :,GMTJanFebSunMon\xc3"[..])), 0..3),
        ) {
            let mut value = format_http_date(seconds).into_bytes();
            for (at, byte) in damage {
                value[at] = byte;
            }
            let text = String::from_utf8_lossy(&value);
            // The other reader takes blanks off the ends.
            prop_assume!(text.trim() == text);
            let theirs = httpdate::parse_http_date(&text)
                .ok()
                .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
                .map(|since| since.as_secs() as i64);
            prop_assert_eq!(http_date(&value), theirs, "{}", text);
        }
    }
}
