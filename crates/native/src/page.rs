//! Pages of lists: by a cursor, so that what is made or deleted meanwhile neither repeats nor hides anything.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// Items on a page where nobody says how many.
const USUAL: usize = 50;

/// Which part of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// The most items that one page may hold: 1 to 500, 50 unless said otherwise.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
    /// The `next_page_token` of the page before; with the same filter and sort.
    pub(crate) page_token: Option<String>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items, in the order that was asked for.
    pub(crate) items: Vec<T>,
    /// For the page after this one; null on the last.
    #[schema(required = true)]
    pub(crate) next_page_token: Option<String>,
    /// How many items the whole list has, with this filter.
    pub(crate) total: usize,
}

/// The order of a list: the name of a field, with `-` before it for the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) field: String,
    pub(crate) down: bool,
}

impl Sort {
    /// By this field, upwards.
    pub(crate) fn by(field: &str) -> Self {
        Self { field: field.to_owned(), down: false }
    }

    /// By this field, downwards.
    pub(crate) fn down(field: &str) -> Self {
        Self { field: field.to_owned(), down: true }
    }
}

impl<'de> Deserialize<'de> for Sort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(text.strip_prefix('-').map_or_else(|| Self::by(&text), Self::down))
    }
}

/// The schema of a `sort` parameter over these fields.
pub(crate) fn orders(fields: &[&str]) -> Object {
    let both = fields.iter().flat_map(|field| [(*field).to_owned(), format!("-{field}")]);
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(both.collect::<Vec<_>>())).build()
}

/// A time as a key that sorts.
pub(crate) fn by_time(time: Timestamp) -> String {
    format!("{:020}", time.millis())
}

/// A name as a key that sorts: regardless of case.
pub(crate) fn by_name(name: &str) -> String {
    name.to_lowercase()
}

/// Where a page ended.
#[derive(Serialize, Deserialize)]
struct Cursor {
    /// The sort, so that a token is not used with another one.
    s: String,
    /// The key of the last item.
    k: String,
    /// Its identifier.
    i: String,
}

/// The page of `all` that `paging` asks for. `key` gives each item's key in this sort, and its identifier.
///
/// # Errors
/// A token that is none, or that belongs to another sort.
pub(crate) fn page<N, T>(
    paging: &Paging,
    sort: &Sort,
    all: Vec<N>,
    key: impl Fn(&N) -> (String, String),
    show: impl Fn(&N) -> T,
) -> Result<Page<T>, Problem> {
    let total = all.len();
    let mut keyed: Vec<((String, String), N)> = all.into_iter().map(|item| (key(&item), item)).collect();
    keyed.sort_by(|(a, _), (b, _)| if sort.down { b.cmp(a) } else { a.cmp(b) });
    let named = format!("{}{}", if sort.down { "-" } else { "" }, sort.field);
    let start = match &paging.page_token {
        None => 0,
        Some(token) => {
            let cursor = read(token)
                .filter(|cursor| cursor.s == named)
                .ok_or_else(|| Problem::query(vec![("page_token".to_owned(), WRONG.to_owned())]))?;
            let last = (cursor.k, cursor.i);
            keyed.partition_point(|(key, _)| if sort.down { *key >= last } else { *key <= last })
        }
    };
    let limit = paging.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(USUAL);
    let end = start.saturating_add(limit).min(keyed.len());
    let shown = &keyed[start..end];
    let next_page_token = match shown.last() {
        Some(((key, id), _)) if end < keyed.len() => Some(write(&Cursor { s: named, k: key.clone(), i: id.clone() })),
        _ => None,
    };
    Ok(Page { items: shown.iter().map(|(_, item)| show(item)).collect(), next_page_token, total })
}

const WRONG: &str = "is no token of this list in this order; leave it out for the first page";

fn write(cursor: &Cursor) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(cursor).unwrap_or_default())
}

fn read(token: &str) -> Option<Cursor> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}

/// True when one of `texts` holds `wanted`, regardless of case; or nothing is wanted.
pub(crate) fn matches(wanted: Option<&str>, texts: &[&str]) -> bool {
    wanted.is_none_or(|wanted| {
        let wanted = wanted.to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(sort: &Sort, mut between: impl FnMut(&mut Vec<u32>)) -> Vec<u32> {
        let (mut list, mut seen, mut page_token) = ((0..10).collect::<Vec<u32>>(), Vec::new(), None);
        loop {
            let paging = Paging { limit: Some(3), page_token };
            let key = |item: &u32| (format!("{:03}", item / 2), format!("{item:03}"));
            let page = page(&paging, sort, list.clone(), key, |item| *item).unwrap();
            seen.extend(page.items);
            page_token = page.next_page_token;
            if page_token.is_none() {
                return seen;
            }
            between(&mut list);
        }
    }

    #[test]
    fn pages_join_to_the_whole_list_either_way() {
        assert_eq!(walk(&Sort::by("x"), |_| {}), (0..10).collect::<Vec<_>>());
        assert_eq!(walk(&Sort::down("x"), |_| {}), (0..10).rev().collect::<Vec<_>>());
    }

    #[test]
    fn what_goes_meanwhile_hides_nothing() {
        let seen = walk(&Sort::by("x"), |list| list.retain(|item| !(1..3).contains(item)));
        assert_eq!(seen, (0..10).collect::<Vec<_>>(), "2 was the end of a page, and its place is known all the same");
    }

    #[test]
    fn a_token_of_another_order_is_refused() {
        let first = Paging { limit: Some(1), page_token: None };
        let key = |item: &u32| (item.to_string(), item.to_string());
        let token = page(&first, &Sort::by("x"), vec![1, 2], key, |item| *item).unwrap().next_page_token;
        let second = Paging { limit: Some(1), page_token: token };
        assert!(page(&second, &Sort::down("x"), vec![1, 2], key, |item| *item).is_err());
        let nonsense = Paging { limit: None, page_token: Some("nonsense".to_owned()) };
        assert!(page(&nonsense, &Sort::by("x"), vec![1, 2], key, |item| *item).is_err());
    }
}
