//! `Limit` and `Offset`: which part of a list is answered (spec: paging).

use serde::Serialize;
use serde_json::{Map, Value};

use crate::code::Code;
use crate::refusal::Fault;
use crate::wire::Answer;

/// Items in a page when the request does not say.
const DEFAULT: i64 = 20;

/// Most items in a page.
const MOST: i64 = 100;

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    offset: usize,
    limit: usize,
}

impl Page {
    /// `Limit` 1 to 100, by default 20; `Offset` 0 or more, by default 0.
    pub(crate) fn new(limit: Option<i64>, offset: Option<i64>) -> Result<Self, Fault> {
        let limit = limit.unwrap_or(DEFAULT);
        if !(1..=MOST).contains(&limit) {
            let reason = format!("{limit} is out of range; 1 to {MOST} are allowed");
            return Err(Fault::value(Code::RangeExceeded, "Limit", reason));
        }
        let offset = offset.unwrap_or(0);
        if offset < 0 {
            return Err(Fault::value(
                Code::RangeExceeded,
                "Offset",
                format!("{offset} is out of range; 0 or more is allowed"),
            ));
        }
        Ok(Self { offset: usize::try_from(offset).unwrap_or(usize::MAX), limit: limit.unsigned_abs() as usize })
    }

    /// Just this page of `items`.
    pub(crate) fn cut<T>(self, items: Vec<T>) -> impl Iterator<Item = T> {
        items.into_iter().skip(self.offset).take(self.limit)
    }

    /// `{"TotalCount": …, list_name: […]}` inside `Result`, with just this page of `items` written by `write`.
    pub(crate) fn answer<T, W: Serialize>(
        self,
        list_name: &str,
        items: Vec<T>,
        write: impl Fn(T) -> W,
    ) -> Result<Answer, Fault> {
        let total = items.len();
        Self::told(list_name, total, &self.cut(items).map(write).collect::<Vec<W>>())
    }

    /// The same with a `page` that is cut already, of a list of `total` items.
    pub(crate) fn told<W: Serialize>(list_name: &str, total: usize, page: &[W]) -> Result<Answer, Fault> {
        let page = serde_json::to_value(page).map_err(|error| Fault::internal(format!("a list: {error}")))?;
        Ok(Answer::Result(Value::Object(Map::from_iter([
            ("TotalCount".to_owned(), Value::from(total)),
            (list_name.to_owned(), page),
        ]))))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_is_a_part_of_the_list_with_the_count_of_all() {
        for (limit, offset, expected) in [
            (None, None, json!([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19])),
            (Some(2), Some(1), json!([1, 2])),
            (Some(100), Some(23), json!([23, 24])),
            (Some(1), Some(i64::MAX), json!([])),
        ] {
            let answer = Page::new(limit, offset).unwrap().answer("Set", (0..25).collect(), |n| n).unwrap();
            assert_eq!(answer, Answer::Result(json!({"TotalCount": 25, "Set": expected})));
        }
    }

    #[test]
    fn a_page_out_of_range_is_refused_by_name() {
        for (limit, offset, word) in [(Some(0), None, "Limit"), (Some(101), None, "Limit"), (None, Some(-1), "Offset")]
        {
            let refused = Page::new(limit, offset).unwrap_err();
            assert_eq!(refused.code, Code::RangeExceeded);
            assert!(refused.message.contains(word));
        }
    }
}
