//! Marks of nouns as HTTP has them: `ETag` and `If-Match`.

use control::terms::Noun;
use http::{HeaderMap, HeaderValue, header};
use model::Snapshot;

use crate::problem::{Kind, Problem};

/// The `ETag` of a noun; `None` when it is not there.
pub(crate) fn of(noun: &Noun, snapshot: &Snapshot) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("\"{}\"", noun.mark(snapshot)?)).ok()
}

/// What `If-Match` says: `Ok(None)` for `*`.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(crate) fn wanted(headers: &HeaderMap) -> Result<Option<Vec<String>>, Problem> {
    let mut marks = Vec::new();
    let mut values = headers.get_all(header::IF_MATCH).iter().peekable();
    if values.peek().is_none() {
        let what = "send the noun's `ETag` in `If-Match`, or `If-Match: *` to change whatever is there";
        return Err(Problem::new(Kind::PreconditionRequired, what));
    }
    for value in values {
        let unreadable = || Problem::new(Kind::Malformed, "`If-Match`: quoted marks with commas between, or `*`");
        let text = value.to_str().map_err(|_| unreadable())?;
        for part in text.split(',').map(str::trim) {
            if part == "*" {
                return Ok(None);
            }
            let mark = part.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            match mark {
                Some(mark) => marks.push(mark.to_owned()),
                // A weak mark never matches (RFC 9110, 13.1.1).
                None if part.starts_with("W/\"") => {}
                None => return Err(unreadable()),
            }
        }
    }
    Ok(Some(marks))
}
