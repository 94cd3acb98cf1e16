//! Certificates that the installation brings: from the files that the settings name, and one that the gateway makes for
//! itself.
//!
//! All of them are kept in the store like those that operators upload, so there is one way from a certificate to a
//! handshake, and a file that changes is a change of the configuration like any other.

mod watch;

use std::fs;
use std::path::{Path, PathBuf};

use control::Control;
use model::{CertificateId, CertificateSource};

pub(super) use watch::watch;

use super::files::{self, Readers};
use crate::failure::Failure;
use crate::settings::Settings;

/// The file in the data folder that holds the self-signed certificate, for callers who are to trust it.
const PUBLIC: &str = "certificate.pem";

/// The endings of a chain's file; that of its key is `key`.
const CHAINS: [&str; 3] = ["pem", "crt", "cer"];

/// A chain and its key, in PEM, and where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    id: CertificateId,
    chain: PathBuf,
    key: PathBuf,
}

impl Pair {
    /// Both texts.
    fn read(&self) -> Result<(String, String), Failure> {
        let read = |path: &Path| fs::read_to_string(path).map_err(|error| Failure::new(path.display(), error));
        Ok((read(&self.chain)?, read(&self.key)?))
    }

    fn failure(&self, error: impl std::fmt::Display) -> Failure {
        Failure::new(format_args!("{} with {}", self.chain.display(), self.key.display()), error)
    }
}

/// The pairs that the settings name: the default one, and those of the folder.
pub(crate) fn named(settings: &Settings) -> Result<Vec<Pair>, Failure> {
    let listen = &settings.listen;
    let mut pairs = match (&listen.tls_certificate, &listen.tls_key) {
        (Some(chain), Some(key)) => {
            let id = CertificateId::default_certificate();
            vec![Pair { id, chain: chain.0.clone(), key: key.0.clone() }]
        }
        (None, None) => Vec::new(),
        _ => return Err(Failure::usage("settings `tls_certificate` and `tls_key`: give both or neither")),
    };
    if let Some(folder) = &listen.tls_folder {
        pairs.extend(in_folder(folder)?);
    }
    Ok(pairs)
}

/// Every `NAME.pem` (or `.crt`, `.cer`) with `NAME.key` beside it. A dot in the name is a dash in the identifier.
fn in_folder(folder: &Path) -> Result<Vec<Pair>, Failure> {
    let fault = |error: std::io::Error| Failure::new(folder.display(), error);
    let mut pairs: Vec<Pair> = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let chain = entry.map_err(fault)?.path();
        let ending = chain.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if !CHAINS.contains(&ending) {
            continue;
        }
        let name = chain.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let id = CertificateId::try_from(name.replace('.', "-"))
            .map_err(|error| Failure::new(chain.display(), format_args!("its name is no identifier: {error}")))?;
        if id == CertificateId::default_certificate() || pairs.iter().any(|pair| pair.id == id) {
            return Err(Failure::new(chain.display(), format_args!("there is another certificate `{id}`")));
        }
        let key = chain.with_extension("key");
        pairs.push(Pair { id, chain, key });
    }
    pairs.sort_by(|a, b| a.id.as_str().cmp(b.id.as_str()));
    Ok(pairs)
}

/// Checks what the settings name, and keeps nothing; how many there are.
pub(crate) fn check(settings: &Settings) -> Result<usize, Failure> {
    let pairs = named(settings)?;
    for pair in &pairs {
        let (chain, key) = pair.read()?;
        sign::certificate::examine(&chain, &key).map_err(|error| pair.failure(error))?;
    }
    Ok(pairs.len())
}

/// Keeps what the settings name; makes a default certificate where they name none. What cannot be used stops the start.
/// Returns what the files were, for [`watch()`].
pub(super) async fn take_in(control: &Control, settings: &Settings) -> Result<watch::Seen, Failure> {
    let pairs = named(settings)?;
    let seen = watch::stamps(&pairs);
    for pair in &pairs {
        keep(control, pair).await?;
    }
    if !pairs.iter().any(|pair| pair.id == CertificateId::default_certificate()) {
        ensure_default(control, settings).await?;
    }
    forget_others(control, &pairs).await;
    Ok(seen)
}

async fn keep(control: &Control, pair: &Pair) -> Result<(), Failure> {
    let (chain, key) = pair.read()?;
    let kept = control.keep_certificate(pair.id.clone(), CertificateSource::File, &chain, &key).await;
    let kept = kept.map_err(|error| pair.failure(error))?;
    tracing::info!(id = %kept.id, names = ?kept.names, "certificate from a file");
    Ok(())
}

/// Makes the self-signed certificate, once: it is made again only when the installation's names have changed.
async fn ensure_default(control: &Control, settings: &Settings) -> Result<(), Failure> {
    let names = [
        format!("*.{}.{}", settings.installation.region.0, settings.installation.domain.0),
        settings.installation.domain.0.clone(),
        "localhost".to_owned(),
    ];
    let id = CertificateId::default_certificate();
    let known = control.snapshot().certificates.get(&id).cloned();
    let chain = match known {
        Some(known) if known.source == CertificateSource::SelfSigned && known.names == names => known.chain.clone(),
        _ => {
            let fault = |error: &dyn std::fmt::Display| Failure::new("self-signed certificate", error);
            let (chain, key) = net::tls::self_signed(&names).map_err(|error| fault(&error))?;
            let kept = control.keep_certificate(id, CertificateSource::SelfSigned, &chain, &key).await;
            kept.map_err(|error| fault(&error))?.chain.clone()
        }
    };
    files::replace(&settings.installation.data.join(PUBLIC), chain.as_bytes(), Readers::All)
}

/// Lets go of certificates from files that are not there any more; one that a domain uses stays.
async fn forget_others(control: &Control, pairs: &[Pair]) {
    let snapshot = control.snapshot();
    let is_gone =
        |id: &CertificateId| *id != CertificateId::default_certificate() && !pairs.iter().any(|pair| pair.id == *id);
    for certificate in snapshot.certificates.values() {
        if certificate.source == CertificateSource::File
            && is_gone(&certificate.id)
            && let Err(error) = control.forget_certificate(&certificate.id).await
        {
            tracing::warn!(id = %certificate.id, %error, "a certificate's file is gone; the certificate stays");
        }
    }
}
