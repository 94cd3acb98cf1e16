//! HMAC (RFC 2104) over the block functions of the hashes.
//!
//! This is where a signed call spends its time, so that two things are done that a general HMAC cannot: the text is put
//! together in the very blocks that are hashed, and nothing is copied but the two words of state that the key left
//! behind. It costs half of what the general one does; the tests hold it against that one.

use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A hash with blocks of `B` bytes.
pub(super) trait Hash<const B: usize> {
    /// The words between two blocks.
    type State: Copy;
    /// The words before the first block (FIPS 180-4, section 5.3).
    const INITIAL: Self::State;
    /// Bytes in a digest.
    const SIZE: usize;

    /// Mixes in whole blocks.
    fn compress(state: &mut Self::State, blocks: &[[u8; B]]);
    /// Writes the digest; `digest` has [`Self::SIZE`] bytes.
    fn write(state: &Self::State, digest: &mut [u8]);
    /// The plain hash of `bytes`, put at the beginning of `block`.
    fn hash(bytes: &[u8], block: &mut [u8; B]);
}

/// An HMAC after its key: the states of both hashes after their first block.
pub(super) struct Keyed<H: Hash<B>, const B: usize> {
    inner: H::State,
    outer: H::State,
}

impl<H: Hash<B>, const B: usize> Clone for Keyed<H, B> {
    fn clone(&self) -> Self {
        Self { inner: self.inner, outer: self.outer }
    }
}

impl<H: Hash<B>, const B: usize> Keyed<H, B> {
    pub(super) fn new(key: &[u8]) -> Self {
        let mut block = [0; B];
        match block.get_mut(..key.len()) {
            Some(place) => place.copy_from_slice(key),
            None => H::hash(key, &mut block),
        }
        let after = |pad: u8| {
            let mut state = H::INITIAL;
            H::compress(&mut state, &[block.map(|byte| byte ^ pad)]);
            state
        };
        Self { inner: after(0x36), outer: after(0x5c) }
    }

    /// The MAC of what `write` puts on the sheet: the first [`Hash::SIZE`] bytes.
    pub(super) fn mac(&self, write: impl FnOnce(&mut Sheet<H, B>)) -> [u8; 64] {
        let mut sheet = Sheet { state: self.inner, held: [[0; B]; SHEET], length: 0, before: B };
        write(&mut sheet);
        let mut digest = [0; 64];
        H::write(&self.wrapped(&sheet.finish()), &mut digest[..H::SIZE]);
        digest
    }

    /// The outer hash of the inner one, which fits a block with its padding (FIPS 180-4, section 5.1).
    #[inline]
    fn wrapped(&self, inner: &H::State) -> H::State {
        let mut block = [0; B];
        H::write(inner, &mut block[..H::SIZE]);
        block[H::SIZE] = 0x80;
        block[B - 8..].copy_from_slice(&((B + H::SIZE) as u64 * 8).to_be_bytes());
        let mut state = self.outer;
        H::compress(&mut state, &[block]);
        state
    }
}

/// Blocks on a sheet: the usual lines fit.
const SHEET: usize = 4;

/// Text on its way into a hash.
pub(super) struct Sheet<H: Hash<B>, const B: usize> {
    state: H::State,
    held: [[u8; B]; SHEET],
    /// Bytes that stand on the sheet; fewer than fit.
    length: usize,
    /// Bytes that were hashed before them.
    before: usize,
}

impl<H: Hash<B>, const B: usize> Sheet<H, B> {
    pub(super) fn put(&mut self, text: &[u8]) {
        self.put_with(text, |_| {});
    }

    /// Puts `text` in lower case.
    pub(super) fn put_lower(&mut self, text: &[u8]) {
        // What stands behind the text may be changed too, for it means nothing: so names are changed sixteen bytes at a
        // time, which is one step each, and most are not longer.
        self.put_with(text, |room| {
            let (sixteens, rest) = room.as_chunks_mut::<16>();
            let count = text.len().div_ceil(16);
            if count > sixteens.len() {
                rest.make_ascii_lowercase();
            }
            sixteens.iter_mut().take(count).for_each(|sixteen| sixteen.make_ascii_lowercase());
        });
    }

    /// Puts `text`, and lets `change` change the place where it stands with all that is behind it on the sheet.
    fn put_with(&mut self, mut text: &[u8], change: impl Fn(&mut [u8])) {
        loop {
            let room = &mut self.held.as_flattened_mut()[self.length..];
            if text.len() < room.len() {
                room[..text.len()].copy_from_slice(text);
                change(room);
                self.length += text.len();
                return;
            }
            let (fits, rest) = text.split_at(room.len());
            room.copy_from_slice(fits);
            change(room);
            H::compress(&mut self.state, &self.held);
            self.before += B * SHEET;
            self.length = 0;
            text = rest;
        }
    }

    /// Adds the padding and hashes the rest (FIPS 180-4, section 5.1).
    fn finish(&mut self) -> H::State {
        let bits = (self.before + self.length) as u64 * 8;
        let end = self.length;
        self.held.as_flattened_mut()[end] = 0x80;
        // The bits are counted in an eighth of a block; our counts fit its last eight bytes.
        let mut blocks = (end + 1 + B / 8).div_ceil(B);
        let mut from = end + 1;
        if blocks > SHEET {
            self.held.as_flattened_mut()[from..].fill(0);
            H::compress(&mut self.state, &self.held);
            (blocks, from) = (1, 0);
        }
        let (zeros, count) = self.held[..blocks].as_flattened_mut().split_at_mut(blocks * B - 8);
        zeros[from..].fill(0);
        count.copy_from_slice(&bits.to_be_bytes());
        H::compress(&mut self.state, &self.held[..blocks]);
        self.state
    }
}

macro_rules! hash {
    ($hash:ty, $block:literal, $word:ty, $words:literal, $size:literal, $compress:path, $initial:expr) => {
        impl Hash<$block> for $hash {
            type State = [$word; $words];
            const INITIAL: Self::State = $initial;
            const SIZE: usize = $size;

            fn compress(state: &mut Self::State, blocks: &[[u8; $block]]) {
                $compress(state, blocks);
            }

            #[inline]
            fn write(state: &Self::State, digest: &mut [u8]) {
                for (place, word) in digest.chunks_exact_mut(size_of::<$word>()).zip(state) {
                    place.copy_from_slice(&word.to_be_bytes());
                }
            }

            fn hash(bytes: &[u8], block: &mut [u8; $block]) {
                block[..$size].copy_from_slice(&<$hash>::digest(bytes));
            }
        }
    };
}

hash!(
    Sha1,
    64,
    u32,
    5,
    20,
    sha1::block_api::compress,
    [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]
);
hash!(
    Sha256,
    64,
    u32,
    8,
    32,
    sha2::block_api::compress256,
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19]
);
hash!(
    Sha384,
    128,
    u64,
    8,
    48,
    sha2::block_api::compress512,
    [
        0xcbbb_9d5d_c105_9ed8,
        0x629a_292a_367c_d507,
        0x9159_015a_3070_dd17,
        0x152f_ecd8_f70e_5939,
        0x6733_2667_ffc0_0b31,
        0x8eb4_4a87_6858_1511,
        0xdb0c_2e0d_64f9_8fa7,
        0x47b5_481d_befa_4fa4
    ]
);
hash!(
    Sha512,
    128,
    u64,
    8,
    64,
    sha2::block_api::compress512,
    [
        0x6a09_e667_f3bc_c908,
        0xbb67_ae85_84ca_a73b,
        0x3c6e_f372_fe94_f82b,
        0xa54f_f53a_5f1d_36f1,
        0x510e_527f_ade6_82d1,
        0x9b05_688c_2b3e_6c1f,
        0x1f83_d9ab_fb41_bd6b,
        0x5be0_cd19_137e_2179
    ]
);

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};

    use super::*;

    /// Holds both against each other for texts of every length up to three sheets, put down in unequal parts, and keys
    /// around the size of a block.
    fn agrees<H: Hash<B>, M: KeyInit + Mac, const B: usize>() {
        let text: Vec<u8> = (0..=255).cycle().take(3 * SHEET * B + 2).collect();
        for key_length in [0, 1, B - 1, B, B + 1, 3 * B] {
            let key = &text[..key_length];
            let keyed = Keyed::<H, B>::new(key);
            for length in 0..text.len() {
                let (head, tail) = text[..length].split_at(length / 3);
                let ours = keyed.mac(|sheet| {
                    sheet.put(head);
                    sheet.put_lower(tail);
                });
                let mut theirs = M::new_from_slice(key).unwrap();
                theirs.update(head);
                theirs.update(&tail.to_ascii_lowercase());
                assert_eq!(ours[..H::SIZE], *theirs.finalize().into_bytes(), "key {key_length}, text {length}");
            }
        }
    }

    #[test]
    fn it_agrees_with_the_general_one_for_sha1() {
        agrees::<Sha1, Hmac<Sha1>, 64>();
    }

    #[test]
    fn it_agrees_with_the_general_one_for_sha256() {
        agrees::<Sha256, Hmac<Sha256>, 64>();
    }

    #[test]
    fn it_agrees_with_the_general_one_for_sha384() {
        agrees::<Sha384, Hmac<Sha384>, 128>();
    }

    #[test]
    fn it_agrees_with_the_general_one_for_sha512() {
        agrees::<Sha512, Hmac<Sha512>, 128>();
    }
}
