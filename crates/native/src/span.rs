//! A range of time, as query parameters have it.

use model::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::moment::Moment;
use crate::problem::Problem;

/// What is asked for where nobody says when.
const USUAL_MILLIS: i64 = 60 * 60 * 1000;

/// From when to when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Span {
    /// From this time on: RFC 3339. An hour before `to` unless said otherwise.
    pub(crate) from: Option<Moment>,
    /// Until before this time: RFC 3339. Now unless said otherwise.
    pub(crate) to: Option<Moment>,
}

impl Span {
    /// Both ends.
    ///
    /// # Errors
    /// The end is not after the beginning.
    pub(crate) fn ends(&self, now: Timestamp) -> Result<(Timestamp, Timestamp), Problem> {
        let to = self.to.map_or(now, |to| to.0);
        let usual = Timestamp::from_millis(to.millis().saturating_sub(USUAL_MILLIS));
        let from = self.from.map_or(usual, |from| from.0);
        if from >= to {
            let reason = format!("is {}; a time before `to`, which is {}, is allowed", Moment(from), Moment(to));
            return Err(Problem::query(vec![("from".to_owned(), reason)]));
        }
        Ok((from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_the_last_hour_unless_said_otherwise() {
        let at = |millis| Timestamp::from_millis(millis);
        let span = |from: Option<i64>, to: Option<i64>| Span {
            from: from.map(|millis| Moment(at(millis))),
            to: to.map(|millis| Moment(at(millis))),
        };
        let now = at(USUAL_MILLIS * 5);
        assert_eq!(span(None, None).ends(now).unwrap(), (at(USUAL_MILLIS * 4), now));
        assert_eq!(span(None, Some(USUAL_MILLIS)).ends(now).unwrap(), (at(0), at(USUAL_MILLIS)));
        assert_eq!(span(Some(1), Some(2)).ends(now).unwrap(), (at(1), at(2)));
        assert!(span(Some(2), Some(2)).ends(now).is_err());
        assert!(span(Some(USUAL_MILLIS * 6), None).ends(now).is_err());
    }
}
