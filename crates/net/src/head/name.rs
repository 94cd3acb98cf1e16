//! Names of fields, which are the same whatever the case of their letters.

/// A name's first and last eight bytes, in small letters. They tell names of one length and of at most sixteen bytes apart,
/// so that nearly every comparison is one of two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Folded {
    first: u64,
    last: u64,
}

/// Names that are longer have bytes between the first eight and the last.
const TOLD_BY_ENDS: usize = 16;

impl Folded {
    #[inline]
    pub(crate) const fn of(name: &[u8]) -> Folded {
        match (name.first_chunk(), name.last_chunk()) {
            (Some(first), Some(last)) => {
                Folded { first: lower(u64::from_le_bytes(*first)), last: lower(u64::from_le_bytes(*last)) }
            }
            _ => Folded { first: lower(word(name)), last: 0 },
        }
    }
}

/// True when two names of which the folded ends are the same have the same bytes between these, whatever their case.
#[inline]
pub(super) fn is_same_between(a: &[u8], b: &[u8]) -> bool {
    let between = |name: &[u8]| 8..name.len() - 8;
    a.len() <= TOLD_BY_ENDS
        || (a.len() == b.len()
            && a.get(between(a)).zip(b.get(between(b))).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b)))
}

/// Fewer than eight bytes as a word; words of one length are the same when the bytes are.
#[inline]
const fn word(name: &[u8]) -> u64 {
    match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => u32::from_le_bytes(*first) as u64 | (u32::from_le_bytes(*last) as u64) << 32,
        _ => match name {
            [a] => *a as u64,
            [a, b] => *a as u64 | (*b as u64) << 8,
            [a, b, c] => *a as u64 | (*b as u64) << 8 | (*c as u64) << 16,
            _ => 0,
        },
    }
}

/// Eight bytes, ASCII capitals among them made small; all others as they are.
#[inline]
const fn lower(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let low = word & (ONES * 0x7f);
    // The high bit of each byte: at least `A`, above `Z`, beyond ASCII.
    let (from_a, above_z) = (low + ONES * (0x80 - b'A' as u64), low + ONES * (0x7f - b'Z' as u64));
    let capital = (from_a & !above_z) & !word & (ONES * 0x80);
    word | capital >> 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_same(a: &[u8], b: &[u8]) -> bool {
        a.len() == b.len() && Folded::of(a) == Folded::of(b) && is_same_between(a, b)
    }

    proptest! {
        #[test]
        fn names_are_compared_as_the_library_does(
            a in proptest::collection::vec(any::<u8>(), 0..40),
            at in any::<proptest::sample::Index>(),
            other in any::<u8>(),
            flip in any::<u64>(),
        ) {
            // The same letters in any case, and then one byte that may be another.
            let mut b = a.clone();
            for (index, byte) in b.iter_mut().enumerate() {
                if flip >> (index % 64) & 1 == 1 {
                    *byte = if byte.is_ascii_lowercase() { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
                }
            }
            prop_assert!(is_same(&a, &b));
            if !b.is_empty() {
                let at = at.index(b.len());
                b[at] = other;
                prop_assert_eq!(is_same(&a, &b), a.eq_ignore_ascii_case(&b));
                b[at] = a[at] ^ 0x20;
                prop_assert_eq!(is_same(&a, &b), a.eq_ignore_ascii_case(&b));
                b.pop();
                prop_assert!(!is_same(&a, &b));
            }
        }
    }
}
