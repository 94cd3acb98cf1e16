//! A digest as it stands on the wire: in Base64.
//!
//! What a caller sent is compared as text, without being decoded: there is one text for a digest, with its padding and
//! nothing in the bits that are left over (RFC 4648, section 3.5), so that both ways accept the same. It takes as long
//! for one digest as for another.

use subtle::ConstantTimeEq as _;

/// True when `given` is the Base64 of the first `size` bytes of `digest`, behind which zeros stand. It takes the same
/// time wherever the two differ.
pub(super) fn is_written(given: &[u8], digest: &[u8; 64], size: usize) -> bool {
    let length = size.div_ceil(3) * 4;
    let characters = characters(digest, size, length);
    let (ours, theirs) = (characters.as_chunks().0, given.as_chunks().0);
    // Without leaving early: each four characters are looked at, and a text of this length has no others.
    let differences = ours
        .iter()
        .zip(theirs)
        .fold(0, |differences, (ours, theirs)| differences | (u32::from_ne_bytes(*ours) ^ u32::from_ne_bytes(*theirs)));
    given.len() == length && differences.ct_eq(&0).into()
}

/// The text: so many characters, and something behind them.
#[inline]
fn characters(digest: &[u8; 64], size: usize, length: usize) -> [u8; 96] {
    // Zeros to the end of the last six bytes.
    let mut bytes = [0; 66];
    bytes[..64].copy_from_slice(digest);
    let mut characters = [0; 96];
    let (sixes, eights) = (bytes.as_chunks().0, characters.as_chunks_mut().0);
    for (six, eight) in sixes.iter().zip(eights).take(length.div_ceil(8)) {
        *eight = sextets(*six);
    }
    for part in characters.as_chunks_mut::<16>().0.iter_mut().take(length.div_ceil(16)) {
        *part = part.map(character);
    }
    // A sign for each byte that the last three lack.
    if !size.is_multiple_of(3) {
        characters[length - 1] = b'=';
    }
    if size % 3 == 1 {
        characters[length - 2] = b'=';
    }
    characters
}

/// Six bytes as eight times six bits.
#[inline]
fn sextets([a, b, c, d, e, f]: [u8; 6]) -> [u8; 8] {
    // Halves move apart, and halves of these, until each has a byte.
    let whole = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    let halves = (whole & 0xffff_ff00_0000) << 8 | whole & 0xff_ffff;
    let quarters = (halves & 0x00ff_f000_00ff_f000) << 4 | halves & 0x0000_0fff_0000_0fff;
    let eighths = (quarters & 0x0fc0_0fc0_0fc0_0fc0) << 2 | quarters & 0x003f_003f_003f_003f;
    eighths.to_be_bytes()
}

/// The character of six bits. It is computed: which place of a table was looked at could be told from outside.
#[inline]
fn character(sextet: u8) -> u8 {
    let from = |least: u8, step: u8| if sextet >= least { step } else { 0 };
    // The steps lead from one range of characters to the next: `A`, `a`, `0`, `+` and `/`.
    (sextet + b'A')
        .wrapping_add(from(26, b'a' - b'Z' - 1))
        .wrapping_sub(from(52, b'z' - b'0' + 1))
        .wrapping_sub(from(62, b'9' - b'+' + 1))
        .wrapping_add(from(63, b'/' - b'+' - 1))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_character_is_written() {
        let bytes: Vec<u8> = (0..=255).collect();
        for part in bytes.chunks(64) {
            let digest = part.try_into().unwrap();
            assert!(is_written(BASE64.encode(part).as_bytes(), digest, 64));
        }
        let alphabet: Vec<u8> = (0..64).map(character).collect();
        assert_eq!(alphabet, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_what_a_strict_decoder_makes_the_digest_of(
            bytes in proptest::collection::vec(any::<u8>(), 0..=64),
            damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..2),
            cut in 0..3_usize,
            added in "[A=]{0,3}",
        ) {
            let mut digest = [0; 64];
            digest[..bytes.len()].copy_from_slice(&bytes);
            let mut given = BASE64.encode(&bytes).into_bytes();
            prop_assert!(is_written(&given, &digest, bytes.len()));
            for (at, byte) in damage.into_iter().filter(|_| !bytes.is_empty()) {
                let at = at.index(given.len());
                given[at] = byte;
            }
            given.truncate(given.len().saturating_sub(cut));
            given.extend_from_slice(added.as_bytes());
            let decoded = BASE64.decode(&given);
            prop_assert_eq!(is_written(&given, &digest, bytes.len()), decoded.is_ok_and(|decoded| decoded == bytes));
        }
    }
}
