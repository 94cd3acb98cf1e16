//! Times as the vendor writes them: mostly `YYYY-MM-DDThh:mm:ssZ`.

use model::Timestamp;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem as FormatItem;
use time::macros::format_description;

/// `time` in UTC, cut to whole seconds.
pub(crate) fn written(time: Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    formatted(time, format, "1970-01-01T00:00:00Z")
}

/// `time` as some of the vendor's members have it: `YYYY-MM-DD hh:mm:ss`, in UTC.
pub(crate) fn spaced(time: Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    formatted(time, format, "1970-01-01 00:00:00")
}

fn formatted(time: Timestamp, format: &[FormatItem<'_>], otherwise: &str) -> String {
    OffsetDateTime::from_unix_timestamp(time.seconds())
        .ok()
        .and_then(|moment| moment.format(format).ok())
        .unwrap_or_else(|| otherwise.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_utc_with_a_z() {
        assert_eq!(written(Timestamp::from_millis(1_582_697_401_999)), "2020-02-26T06:10:01Z");
        assert_eq!(spaced(Timestamp::from_millis(1_582_697_401_999)), "2020-02-26 06:10:01");
        assert_eq!(written(Timestamp::from_millis(i64::MAX)), "1970-01-01T00:00:00Z");
    }
}
