//! A secret, made ready for checking signatures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::KeyInit;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::mac::{Hash, Keyed, Sheet};
use super::written::is_written;

/// The MAC of a key pair signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Algorithm {
    HmacSha1,
    HmacSha256,
    HmacSha384,
    HmacSha512,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 4] = [Self::HmacSha1, Self::HmacSha256, Self::HmacSha384, Self::HmacSha512];

    /// The algorithm's name on the wire: `hmac-sha1`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "hmac-sha1",
            Self::HmacSha256 => "hmac-sha256",
            Self::HmacSha384 => "hmac-sha384",
            Self::HmacSha512 => "hmac-sha512",
        }
    }

    /// The algorithm that has this name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        // Nearly everybody writes it as it is documented.
        let is_it = |algorithm: &Self| algorithm.as_str() == name || algorithm.as_str().eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(is_it)
    }
}

/// A secret with the keyed states of the four algorithms, so that a check hashes nothing but the lines.
///
/// Made once, when a plan is built; less than half a kilobyte. It prints as `Key(…)`.
#[derive(Clone)]
pub struct Key {
    sha1: Keyed<Sha1, 64>,
    sha256: Keyed<Sha256, 64>,
    sha384: Keyed<Sha384, 128>,
    sha512: Keyed<Sha512, 128>,
}

impl Key {
    /// Prepares `secret`: any bytes, any length.
    pub fn new(secret: &[u8]) -> Self {
        Self {
            sha1: Keyed::new(secret),
            sha256: Keyed::new(secret),
            sha384: Keyed::new(secret),
            sha512: Keyed::new(secret),
        }
    }

    /// True when `signature_base64` is the signature of `lines`: pairs of a header's name (any case) and its value.
    ///
    /// Nothing is allocated, and the comparison takes the same time wherever the two differ.
    pub fn verify<'h>(
        &self,
        algorithm: Algorithm,
        lines: impl Iterator<Item = (&'h [u8], &'h [u8])>,
        signature_base64: &[u8],
    ) -> bool {
        let (digest, size) = self.mac(algorithm, lines);
        is_written(signature_base64, &digest, size)
    }

    /// [`Key::verify`] for a text that is signed as it is.
    pub fn verify_text(&self, algorithm: Algorithm, text: &[u8], signature_base64: &[u8]) -> bool {
        let (digest, size) = self.mac_of_text(algorithm, text);
        is_written(signature_base64, &digest, size)
    }

    /// The signature of a text that is signed as it is, in Base64.
    pub fn sign_text(&self, algorithm: Algorithm, text: &[u8]) -> String {
        let (digest, size) = self.mac_of_text(algorithm, text);
        BASE64.encode(&digest[..size])
    }

    fn mac_of_text(&self, algorithm: Algorithm, text: &[u8]) -> ([u8; 64], usize) {
        match algorithm {
            Algorithm::HmacSha1 => (self.sha1.mac(|sheet| sheet.put(text)), 20),
            Algorithm::HmacSha256 => (self.sha256.mac(|sheet| sheet.put(text)), 32),
            Algorithm::HmacSha384 => (self.sha384.mac(|sheet| sheet.put(text)), 48),
            Algorithm::HmacSha512 => (self.sha512.mac(|sheet| sheet.put(text)), 64),
        }
    }

    /// The signature of `lines`, in Base64.
    pub fn sign<'h>(&self, algorithm: Algorithm, lines: impl Iterator<Item = (&'h [u8], &'h [u8])>) -> String {
        let (digest, size) = self.mac(algorithm, lines);
        BASE64.encode(&digest[..size])
    }

    /// The MAC of `lines`, and how many of its bytes count.
    fn mac<'h>(&self, algorithm: Algorithm, lines: impl Iterator<Item = (&'h [u8], &'h [u8])>) -> ([u8; 64], usize) {
        match algorithm {
            Algorithm::HmacSha1 => (self.sha1.mac(|sheet| write(sheet, lines)), 20),
            Algorithm::HmacSha256 => (self.sha256.mac(|sheet| write(sheet, lines)), 32),
            Algorithm::HmacSha384 => (self.sha384.mac(|sheet| write(sheet, lines)), 48),
            Algorithm::HmacSha512 => (self.sha512.mac(|sheet| write(sheet, lines)), 64),
        }
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The state of an HMAC after its key.
pub(crate) fn keyed<M: KeyInit>(secret: &[u8]) -> M {
    match M::new_from_slice(secret) {
        Ok(mac) => mac,
        Err(_) => unreachable!("an HMAC takes a key of any length (RFC 2104)"),
    }
}

/// Writes the lines down, joined by line feeds.
fn write<'h, H: Hash<B>, const B: usize>(sheet: &mut Sheet<H, B>, lines: impl Iterator<Item = (&'h [u8], &'h [u8])>) {
    for (index, (name, value)) in lines.enumerate() {
        if index > 0 {
            sheet.put(b"\n");
        }
        sheet.put_lower(name);
        sheet.put(b": ");
        sheet.put(value);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use hmac::{Hmac, Mac};
    use proptest::prelude::*;

    use super::super::signing_string;
    use super::*;

    type Line<'h> = (&'h [u8], &'h [u8]);

    const DATE: Line<'_> = (b"X-Date", b"Mon, 19 Mar 2018 12:08:40 GMT");
    const SOURCE: Line<'_> = (b"Source", b"AndriodApp");

    /// The plain way to the same digest.
    fn plainly(algorithm: Algorithm, secret: &[u8], text: &[u8]) -> String {
        fn digest<M: KeyInit + Mac>(secret: &[u8], text: &[u8]) -> String {
            let mut mac: M = keyed(secret);
            mac.update(text);
            BASE64.encode(mac.finalize().into_bytes())
        }
        match algorithm {
            Algorithm::HmacSha1 => digest::<Hmac<Sha1>>(secret, text),
            Algorithm::HmacSha256 => digest::<Hmac<Sha256>>(secret, text),
            Algorithm::HmacSha384 => digest::<Hmac<Sha384>>(secret, text),
            Algorithm::HmacSha512 => digest::<Hmac<Sha512>>(secret, text),
        }
    }

    #[test]
    fn a_signature_holds_for_its_own_lines_key_and_algorithm_only() {
        let key = Key::new(b"secret");
        for algorithm in Algorithm::ALL {
            let signature = key.sign(algorithm, [DATE, SOURCE].into_iter());
            let holds = |key: &Key, algorithm, lines: &[Line<'_>]| {
                key.verify(algorithm, lines.iter().copied(), signature.as_bytes())
            };
            assert!(holds(&key, algorithm, &[DATE, SOURCE]));
            assert!(!holds(&key, algorithm, &[SOURCE, DATE]));
            assert!(!holds(&key, algorithm, &[DATE]));
            assert!(!holds(&key, algorithm, &[DATE, (b"source", b"androidapp")]));
            assert!(!holds(&key, algorithm, &[]));
            assert!(!holds(&Key::new(b"secreT"), algorithm, &[DATE, SOURCE]));
            for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
                assert!(!holds(&key, other, &[DATE, SOURCE]));
            }
        }
    }

    #[test]
    fn the_case_of_a_headers_name_does_not_matter() {
        let key = Key::new(b"secret");
        let signature = key.sign(Algorithm::HmacSha1, [(&b"x-date"[..], DATE.1)].into_iter());
        assert!(key.verify(Algorithm::HmacSha1, [(&b"X-DATE"[..], DATE.1)].into_iter(), signature.as_bytes()));
    }

    #[test]
    fn what_is_no_canonical_base64_of_the_digest_is_refused() {
        let key = Key::new(b"secret");
        let signature = key.sign(Algorithm::HmacSha1, [DATE].into_iter());
        let refused = |given: &str| !key.verify(Algorithm::HmacSha1, [DATE].into_iter(), given.as_bytes());
        assert!(!refused(&signature));
        assert!(refused(""));
        assert!(refused("===="));
        assert!(refused("not base64 at all!"));
        assert!(refused(signature.trim_end_matches('=')));
        assert!(refused(&format!("{signature}=")));
        assert!(refused(&format!(" {signature}")));
        assert!(refused(&signature[..4]), "a beginning is not enough");
        assert!(refused(&"A".repeat(10_000)));
        for at in 0..signature.len() {
            let mut bytes = signature.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(!key.verify(Algorithm::HmacSha1, [DATE].into_iter(), &bytes), "character {at}");
        }
    }

    #[test]
    fn a_key_does_not_show_its_secret() {
        assert_eq!(format!("{:?}", Key::new(b"secret")), "Key(…)");
    }

    proptest! {
        #[test]
        fn lines_of_any_length_are_signed_as_the_string_that_people_see(
            secret in proptest::collection::vec(any::<u8>(), 0..200),
            lines in proptest::collection::vec(
                ("[A-Za-z-]{0,300}", proptest::collection::vec(any::<u8>(), 0..600)), 0..6,
            ),
        ) {
            let lines = || lines.iter().map(|(name, value)| (name.as_bytes(), value.as_slice()));
            let key = Key::new(&secret);
            for algorithm in Algorithm::ALL {
                let signature = plainly(algorithm, &secret, &signing_string(lines()));
                prop_assert_eq!(key.sign(algorithm, lines()), signature.as_str());
                prop_assert!(key.verify(algorithm, lines(), signature.as_bytes()));
            }
        }
    }

    #[test]
    #[ignore = "a measurement; run with --release --nocapture"]
    fn how_long_a_check_takes() {
        /// The best of many rounds: what other programs on the machine do is no part of it.
        fn nanoseconds(mut once: impl FnMut()) -> u128 {
            const CALLS: u32 = 10_000;
            let round = |_| {
                let begun = Instant::now();
                (0..CALLS).for_each(|_| once());
                begun.elapsed().as_nanos() / u128::from(CALLS)
            };
            (0..200).map(round).min().unwrap()
        }
        let key = Key::new(b"ZxF2whO0RhuwnVCj5JMMAuqcDcN2oPrC");
        for algorithm in Algorithm::ALL {
            let signature = key.sign(algorithm, [DATE, SOURCE].into_iter());
            let check = nanoseconds(|| {
                let lines = std::hint::black_box([DATE, SOURCE]);
                assert!(key.verify(algorithm, lines.into_iter(), signature.as_bytes()));
            });
            println!("{}: verify {check} ns", algorithm.as_str());
        }
        let headers = [("x-date".into(), String::new()), ("source".into(), String::new())];
        let id = "AKIDCgOPWjQ6BAxvHtyckhWABJVYSBj548pN";
        let value = super::super::authorization(id, b"secret", Algorithm::HmacSha1, &headers);
        let parse = nanoseconds(|| {
            let parsed = super::super::parse(std::hint::black_box(value.as_bytes()));
            assert!(std::hint::black_box(parsed).is_ok());
        });
        let date = nanoseconds(|| assert!(super::super::http_date(std::hint::black_box(DATE.1)).is_some()));
        println!("parse {parse} ns, http_date {date} ns; a key is {} bytes", size_of::<Key>());
    }
}
