//! Lists that take no more memory than what is in them.
//!
//! A list that grows as it is read has room for four elements from the first one on. Most lists of a definition hold one or
//! two, and there may be a hundred thousand definitions.

use serde::{Deserialize, Deserializer};

/// Reads a list; for `#[serde(deserialize_with = "exact::list")]`.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let mut list = Vec::deserialize(deserializer)?;
    list.shrink_to_fit();
    Ok(list)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_list_has_no_room_to_spare() {
        let list: Vec<u64> = super::list(&mut serde_json::Deserializer::from_str("[1]")).unwrap();
        assert_eq!((list.as_slice(), list.capacity()), (&[1][..], 1));
    }
}
