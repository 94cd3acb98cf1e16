//! The date of a signed call.

use std::cell::Cell;

use sign::key_pair::http_date;

/// Reads dates, and keeps the one that was read last: calls that were signed in one second say the same.
#[derive(Debug)]
pub struct DateReader {
    /// A date and the seconds that it spells.
    last: Cell<([u8; 29], i64)>,
}

impl Default for DateReader {
    fn default() -> Self {
        Self { last: Cell::new((*b"Thu, 01 Jan 1970 00:00:00 GMT", 0)) }
    }
}

impl DateReader {
    /// How long ago `date` was, in seconds, at `now` (seconds since the Unix epoch); negative for the future. `None` when
    /// it is no date, as [`http_date`] has it.
    pub(super) fn age(&self, date: &[u8], now: i64) -> Option<i64> {
        let date: &[u8; 29] = date.try_into().ok()?;
        let (last, mut seconds) = self.last.get();
        if last != *date {
            seconds = http_date(date)?;
            self.last.set((*date, seconds));
        }
        Some(now.saturating_sub(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_counts_from_the_date_to_now() {
        let (reader, then) = (DateReader::default(), 1_521_461_320);
        let date = b"Mon, 19 Mar 2018 12:08:40 GMT";
        assert_eq!(reader.age(date, then + 900), Some(900));
        assert_eq!(reader.age(date, then - 5), Some(-5));
        assert_eq!(reader.age(b"Mon, 19 Mar 2018 12:08:41 GMT", then), Some(-1));
        assert_eq!(reader.age(date, then), Some(0));
    }

    #[test]
    fn what_is_no_date_is_none_whatever_was_read_before() {
        let reader = DateReader::default();
        assert_eq!(reader.age(b"Thu, 01 Jan 1970 00:00:00 GMT", 5), Some(5));
        for wrong in [
            "",
            "?",
            "Fri, 01 Jan 1970 00:00:00 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT ",
            "thu, 01 Jan 1970 00:00:00 GMT",
        ] {
            assert_eq!(reader.age(wrong.as_bytes(), 5), None, "{wrong}");
        }
        assert_eq!(reader.age(b"Thu, 01 Jan 1970 00:00:00 GMT", 5), Some(5));
    }
}
