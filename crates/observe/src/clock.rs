//! Seconds of a clock that people may set.

use crate::access_log::Figures;

/// Calls come this much after one another at the most, in seconds, and in any order: each worker hands over its own, as
/// they end. What lies further back is not late.
const LATE: i64 = 5;

/// The second in which a call ended.
pub(crate) fn second_of(call: &Figures) -> i64 {
    call.end().div_euclid(1000)
}

/// Whether a call of second `now` begins a second anew, where that of the calls before it was `last`. It does, too, when
/// the clock was set back: otherwise nothing would begin until the clock is again where it was.
pub(crate) fn is_new_second(now: i64, last: i64) -> bool {
    now > last || now < last.saturating_sub(LATE)
}
