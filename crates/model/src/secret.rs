//! A value that must never be shown by accident.

use zeroize::Zeroizing;

use crate::Invalid;

/// A secret text: printable ASCII; from outside at most 256 bytes.
///
/// It is wiped when dropped, prints as `…`, and has no serialised form: whoever stores it seals it first, and whoever
/// shows it calls [`Secret::expose`], which is easy to search for.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True for the value that stands before a stored secret was unsealed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Longest secret that the product keeps for itself, in bytes: a private key of any usual size.
    pub const LONGEST_KEPT: usize = 32 * 1024;

    /// A secret that comes from the product itself, such as one that was unsealed: printable ASCII of at most
    /// [`Self::LONGEST_KEPT`] bytes.
    ///
    /// # Errors
    /// [`Invalid`] for any other text.
    pub fn kept(raw: String) -> Result<Self, Invalid> {
        Self::checked(raw, Self::LONGEST_KEPT)
    }

    fn checked(raw: String, longest: usize) -> Result<Self, Invalid> {
        let raw = Zeroizing::new(raw);
        if raw.is_empty() || raw.len() > longest {
            return Err(Invalid::new("secret", format!("is {} bytes long; 1 to {longest} are allowed", raw.len())));
        }
        if !raw.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Invalid::new("secret", "holds a blank or a character outside printable ASCII"));
        }
        Ok(Self(raw))
    }

    /// A new secret of 40 letters and digits from 40 random bytes.
    pub fn mint(entropy: &[u8; 40]) -> Self {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789Xy";
        Self(Zeroizing::new(entropy.iter().map(|b| char::from(ALPHABET[usize::from(b & 63)])).collect()))
    }
}

impl TryFrom<String> for Secret {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        Self::checked(raw, 256)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}
