//! Sealing: secrets leave this process only encrypted.
//!
//! AES-256-GCM with a fresh random nonce for each sealing. The record's kind and identifier are authenticated with it,
//! so a sealed secret cannot be moved to another record. Layout: one byte of form (1), 12 bytes of nonce, the
//! ciphertext with its tag of 16.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use zeroize::Zeroizing;

use crate::StoreError;
use crate::folder::sync_parent;

const FORM: u8 = 1;
const NONCE: usize = 12;

/// The key that secrets are sealed under.
pub(crate) struct SealKey(Aes256Gcm);

impl SealKey {
    /// Reads the key file; `None` when there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let refused = |reason: String| StoreError::SealKey { path: path.to_owned(), reason };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::file(path)(error)),
        };
        let mode = file.metadata().map_err(StoreError::file(path))?.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(refused(format!(
                "the sealing key may be read or written by others (mode {mode:04o}); only its owner may have rights: chmod 600"
            )));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(64));
        file.take(64).read_to_end(&mut bytes).map_err(StoreError::file(path))?;
        if bytes.len() != 32 {
            return Err(refused(
                "the sealing key is not 32 bytes long; put the right file back from a backup".to_owned(),
            ));
        }
        Self::from_bytes(&bytes).map(Some).ok_or_else(|| refused("the sealing key cannot be used".to_owned()))
    }

    /// Makes a key and its file, which is on the disk when this returns.
    pub(crate) fn create(path: &Path) -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; 32]);
        fill(bytes.as_mut_slice())?;
        // Written beside and then renamed: a crash leaves either a whole key or none.
        let beside = path.with_extension("key.new");
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(StoreError::file(&beside)(error)),
            _ => {}
        }
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)
            .and_then(|mut file| file.write_all(bytes.as_slice()).and_then(|()| file.sync_all()))
            .map_err(StoreError::file(&beside))?;
        fs::rename(&beside, path).map_err(StoreError::file(path))?;
        sync_parent(path)?;
        Self::from_bytes(bytes.as_slice()).ok_or_else(|| StoreError::SealKey {
            path: path.to_owned(),
            reason: "the sealing key cannot be used".to_owned(),
        })
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Aes256Gcm::new_from_slice(bytes).ok().map(Self)
    }

    /// Seals `secret` for the record `kind`/`id`.
    pub(crate) fn seal(&self, kind: &str, id: &str, secret: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE];
        fill(&mut nonce)?;
        let bound = format!("{kind}/{id}");
        let payload = Payload { msg: secret, aad: bound.as_bytes() };
        let ciphertext = self
            .0
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| StoreError::Database(format!("the secret of {kind} `{id}` could not be sealed")))?;
        let mut sealed = Vec::with_capacity(1 + NONCE + ciphertext.len());
        sealed.push(FORM);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }

    /// Unseals what [`SealKey::seal`] made for the same record; the error is for a person.
    pub(crate) fn unseal(&self, kind: &str, id: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        let (form, rest) = sealed.split_first().ok_or("its sealed secret is empty")?;
        if *form != FORM {
            return Err("its secret is sealed in a form that this version does not know");
        }
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or("its sealed secret is cut short")?;
        let bound = format!("{kind}/{id}");
        let payload = Payload { msg: ciphertext, aad: bound.as_bytes() };
        self.0
            .decrypt(&Nonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| "its secret was sealed under another key, or for another record, or is damaged")
    }
}

fn fill(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|error| StoreError::Database(format!("the system gave no random bytes: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SealKey {
        SealKey::from_bytes(&[7; 32]).unwrap()
    }

    #[test]
    fn a_sealed_secret_opens_for_its_own_record_only() {
        let sealed = key().seal("credential", "AKID1", b"hush").unwrap();
        assert_eq!(key().unseal("credential", "AKID1", &sealed).unwrap().as_slice(), b"hush");
        assert!(key().unseal("credential", "AKID2", &sealed).is_err());
        assert!(key().unseal("operator", "AKID1", &sealed).is_err());
        assert!(SealKey::from_bytes(&[8; 32]).unwrap().unseal("credential", "AKID1", &sealed).is_err());
    }

    #[test]
    fn the_same_secret_never_looks_the_same_twice() {
        assert_ne!(key().seal("credential", "a", b"hush").unwrap(), key().seal("credential", "a", b"hush").unwrap());
    }

    #[test]
    fn damage_anywhere_is_seen() {
        let sealed = key().seal("credential", "AKID1", b"hush").unwrap();
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(key().unseal("credential", "AKID1", &damaged).is_err(), "byte {at}");
        }
        for length in 0..sealed.len() {
            assert!(key().unseal("credential", "AKID1", &sealed[..length]).is_err(), "cut to {length}");
        }
    }
}
