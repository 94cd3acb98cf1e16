//! Passwords of operators: argon2id, in PHC form.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use model::Invalid;

use crate::Refusal;

/// Shortest and longest password, in bytes.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=256;

/// The hash that an operator record keeps of `password`.
pub(crate) fn hash(password: &str, salt: &[u8; 16]) -> Result<String, Refusal> {
    if !LENGTH.contains(&password.len()) {
        let (least, most) = (LENGTH.start(), LENGTH.end());
        let reason = format!("is {} bytes long; {least} to {most} are allowed", password.len());
        return Err(Invalid::new("password", reason).into());
    }
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|fault| Refusal::Store(format!("the password could not be hashed: {fault}")))
}

/// True when `password` is the one that `hash` (argon2id, PHC form) was made from. A hash that cannot be read fits no
/// password.
///
/// Takes tens of milliseconds of CPU and 19 MiB of memory on purpose: call it on a thread that may block.
pub fn verify_password(password: &str, hash: &str) -> bool {
    // A longer one was never set; hashing it would only cost time.
    password.len() <= *LENGTH.end()
        && PasswordHash::new(hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Takes as long as [`verify_password`] does: for a name that nobody has, so that the time does not tell.
pub(crate) fn pretend(password: &str) {
    if password.len() <= *LENGTH.end() {
        let _nobodys = Argon2::default().hash_password_with_salt(password.as_bytes(), &[0; 16]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let kept = hash("correct horse", &[7; 16]).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$"), "{kept}");
        assert!(verify_password("correct horse", &kept));
        assert!(!verify_password("correct horsf", &kept));
        assert!(!verify_password("", &kept));
    }

    #[test]
    fn one_password_has_another_hash_under_another_salt() {
        assert_ne!(hash("correct horse", &[7; 16]), hash("correct horse", &[8; 16]));
    }

    #[test]
    fn what_is_no_hash_fits_no_password() {
        for broken in ["", "correct horse", "$argon2id$", "$argon2id$v=19$m=1,t=1,p=1$x$y"] {
            assert!(!verify_password("correct horse", broken), "{broken}");
        }
    }

    #[test]
    fn a_short_or_endless_password_is_refused_with_what_is_allowed() {
        for password in ["1234567".to_owned(), "x".repeat(257)] {
            let Err(Refusal::Invalid(refused)) = hash(&password, &[0; 16]) else { panic!("{password}") };
            assert_eq!(refused.field, "password");
            assert!(refused.reason.contains("8 to 256"), "{refused}");
        }
    }
}
