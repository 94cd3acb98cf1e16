//! The large body: 1 MiB that differs at every place.

use std::sync::OnceLock;

/// Its length: bytes.
pub(crate) const LARGE: usize = 1 << 20;

/// The body: numbers of four bytes, so that a part that is lost or sent twice is noticed.
pub(crate) fn body() -> &'static [u8] {
    static BODY: OnceLock<Vec<u8>> = OnceLock::new();
    BODY.get_or_init(|| (0..(LARGE / 4) as u32).flat_map(u32::to_be_bytes).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_is_as_long_as_it_says_and_nowhere_the_same() {
        assert_eq!(body().len(), LARGE);
        assert_eq!(body()[4096..4100], 1024_u32.to_be_bytes());
    }
}
