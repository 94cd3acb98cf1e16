//! What is drawn from the system's randomness: identifiers, pairs, passwords, version names.

use model::{AccessKeyId, Secret};

use crate::Refusal;

/// A fresh key pair: `AKID` and 36 letters and digits, with a secret of 40.
///
/// # Errors
/// [`Refusal::Store`] when the system has no randomness to give.
pub fn pair() -> Result<(AccessKeyId, Secret), Refusal> {
    todo!()
}

/// A fresh password: 24 letters and digits.
///
/// # Errors
/// [`Refusal::Store`] when the system has no randomness to give.
pub fn password() -> Result<String, Refusal> {
    todo!()
}
