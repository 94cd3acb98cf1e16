//! Certificates: brought, replaced, deleted. All of it acts at once, without a release.

use std::sync::Arc;

use model::{
    Certificate, CertificateId, CertificateSource, Domain, DomainCertificate, Name, Record, Secret, Snapshot,
    Timestamp, Write,
};
use sign::certificate::{self, Examined, Unfit};

use crate::rule::{Facts, Outcome};
use crate::write::{Deed, INSTALLATION};
use crate::{Actor, Control, Refusal, Terms, mint};

/// What a certificate is made from. Both texts are PEM.
pub struct NewCertificate {
    /// The identifier that was chosen; `None` lets the gateway choose.
    pub id: Option<CertificateId>,
    /// Its name; `None` is its first host name.
    pub name: Option<Name>,
    /// The chain, leaf first.
    pub chain: String,
    /// The private key of the leaf.
    pub key: String,
}

/// A chain and key that were read and belong together.
pub(crate) struct Pair {
    examined: Examined,
    key: Secret,
}

impl Control {
    /// Takes a certificate in.
    ///
    /// # Errors
    /// [`Refusal::CertificateUnfit`], [`Refusal::CertificateExists`]; [`Refusal::CertificateExpired`] for one that does
    /// not hold now.
    pub async fn create_certificate(&self, actor: &Actor, new: NewCertificate) -> Result<Arc<Certificate>, Refusal> {
        let pair = pair(&new.chain, &new.key)?;
        self.write(actor, "certificate.create", |facts| {
            let id = match &new.id {
                Some(id) if facts.snapshot.certificates.contains_key(id) => {
                    return Err(Refusal::CertificateExists(id.clone()));
                }
                Some(id) => id.clone(),
                None => mint::certificate(facts.snapshot)?,
            };
            put(facts, id, new.name.as_ref(), CertificateSource::Uploaded, &pair)
        })
        .await
    }

    /// Puts a new chain and key in the place of the old ones: whatever uses the certificate shows the new one to the
    /// next handshake.
    ///
    /// # Errors
    /// [`Refusal::CertificateNotFound`], [`Refusal::CertificateUnfit`], [`Refusal::CertificateExpired`];
    /// [`Refusal::CertificateKept`] for one that no operator brought; [`Refusal::CertificateOfOthers`] when it is not
    /// for a domain that uses it.
    pub async fn replace_certificate(
        &self,
        actor: &Actor,
        id: &CertificateId,
        chain: &str,
        key: &str,
    ) -> Result<Arc<Certificate>, Refusal> {
        let pair = pair(chain, key)?;
        self.write(actor, "certificate.replace", |facts| {
            let old = uploaded(facts.snapshot, id)?;
            put(facts, id.clone(), Some(&old.name), CertificateSource::Uploaded, &pair)
        })
        .await
    }

    /// Deletes a certificate that no domain uses.
    ///
    /// # Errors
    /// [`Refusal::CertificateNotFound`], [`Refusal::CertificateKept`], [`Refusal::CertificateInUse`].
    pub async fn delete_certificate(&self, actor: &Actor, id: &CertificateId) -> Result<(), Refusal> {
        self.write(actor, "certificate.delete", |facts| delete(facts, id)).await
    }

    /// Takes in what the installation itself brings: from a file, or made for itself. The same certificate again changes
    /// nothing.
    ///
    /// # Errors
    /// [`Refusal::CertificateUnfit`]; [`Refusal::CertificateExists`] when a certificate of another source has this
    /// identifier; [`Refusal::CertificateOfOthers`] when it is not for a domain that uses it.
    pub async fn keep_certificate(
        &self,
        id: CertificateId,
        source: CertificateSource,
        chain: &str,
        key: &str,
    ) -> Result<Arc<Certificate>, Refusal> {
        let pair = pair(chain, key)?;
        let deed =
            Deed { actor: INSTALLATION, origin: origin(&source), action: "certificate.keep", terms: Terms::default() };
        self.write_as(&deed, |facts| match facts.snapshot.certificates.get(&id) {
            Some(old) if !may_follow(&id, &old.source, &source) => Err(Refusal::CertificateExists(id.clone())),
            Some(old) if is_same(old, &pair, &source) => Ok(Outcome::unchanged(&id, Arc::clone(old))),
            _ => put(facts, id.clone(), None, source.clone(), &pair),
        })
        .await
    }

    /// Lets go of a certificate that the installation brought and brings no longer.
    ///
    /// # Errors
    /// [`Refusal::CertificateNotFound`], [`Refusal::CertificateInUse`].
    pub async fn forget_certificate(&self, id: &CertificateId) -> Result<(), Refusal> {
        let deed = Deed { actor: INSTALLATION, origin: "files", action: "certificate.forget", terms: Terms::default() };
        self.write_as(&deed, |facts| remove(facts, id)).await
    }
}

fn origin(source: &CertificateSource) -> &'static str {
    match source {
        CertificateSource::Uploaded => "upload",
        CertificateSource::File => "files",
        CertificateSource::SelfSigned => "first start",
        CertificateSource::Acme(_) => "acme",
    }
}

/// The default certificate may come from a file today and be made by the gateway tomorrow; any other stays what it is.
fn may_follow(id: &CertificateId, old: &CertificateSource, new: &CertificateSource) -> bool {
    let of_ours =
        |source: &CertificateSource| matches!(source, CertificateSource::File | CertificateSource::SelfSigned);
    old == new || (*id == CertificateId::default_certificate() && of_ours(old) && of_ours(new))
}

fn is_same(old: &Certificate, pair: &Pair, source: &CertificateSource) -> bool {
    old.chain == pair.examined.chain && old.key == pair.key && old.source == *source
}

pub(crate) fn pair(chain: &str, key: &str) -> Result<Pair, Refusal> {
    let examined = certificate::examine(chain, key)?;
    let line = certificate::line::of_pem(key).ok_or(Unfit::Key)?;
    Ok(Pair { examined, key: Secret::kept(line.to_string())? })
}

fn uploaded<'s>(snapshot: &'s Snapshot, id: &CertificateId) -> Result<&'s Arc<Certificate>, Refusal> {
    let known = snapshot.certificates.get(id).ok_or_else(|| Refusal::CertificateNotFound(id.clone()))?;
    if known.source == CertificateSource::Uploaded { Ok(known) } else { Err(Refusal::CertificateKept(id.clone())) }
}

pub(crate) fn put(
    facts: &Facts<'_>,
    id: CertificateId,
    name: Option<&Name>,
    source: CertificateSource,
    pair: &Pair,
) -> Result<Outcome<Arc<Certificate>>, Refusal> {
    let known = facts.snapshot.certificates.get(&id);
    let Examined { chain, names, subject, issuer, fingerprint, not_before, not_after } = pair.examined.clone();
    let fallback = || Name::try_from(names.first().map_or("certificate", |name| name.get(..128).unwrap_or(name)));
    let certificate = Certificate {
        id: id.clone(),
        name: name.cloned().map_or_else(fallback, Ok)?,
        source,
        chain,
        key: pair.key.clone(),
        names: names.clone(),
        subject,
        issuer,
        fingerprint,
        not_before: Timestamp::from_millis(not_before.saturating_mul(1000)),
        not_after: Timestamp::from_millis(not_after.saturating_mul(1000)),
        created: known.map_or(facts.now, |known| known.created),
        modified: facts.now,
    };
    if certificate.source == CertificateSource::Uploaded && !certificate.holds(facts.now) {
        return Err(Refusal::CertificateExpired(id));
    }
    if let Some(domain) = users(facts.snapshot, &id).find(|domain| !certificate.covers(&domain.name)) {
        return Err(Refusal::CertificateOfOthers { certificate: id.clone(), domain: domain.name.clone() });
    }
    Ok(Outcome::new(id, vec![Write::Put(Record::Certificate(certificate.clone()))], Arc::new(certificate)))
}

/// Makes a certificate that an operator brought what is said of it. Without a key it keeps its own, and its chain with it.
pub(crate) fn settle(
    facts: &Facts<'_>,
    id: &CertificateId,
    name: Option<&Name>,
    chain: &str,
    key: Option<&str>,
) -> Result<Outcome<Arc<Certificate>>, Refusal> {
    let old = uploaded(facts.snapshot, id)?;
    let name = name.unwrap_or(&old.name);
    if key.is_none() && chain.trim() != old.chain.trim() {
        return Err(Refusal::CertificateKeyRequired(id.to_string()));
    }
    if key.is_none() && *name == old.name {
        return Ok(Outcome::unchanged(id, Arc::clone(old)));
    }
    let pair = match key {
        Some(key) => pair(chain, key)?,
        None => pair(&old.chain, &certificate::line::to_pem(old.key.expose()).ok_or(Unfit::Key)?)?,
    };
    if pair.examined.chain == old.chain && pair.key == old.key && *name == old.name {
        return Ok(Outcome::unchanged(id, Arc::clone(old)));
    }
    put(facts, id.clone(), Some(name), CertificateSource::Uploaded, &pair)
}

/// Deletes what an operator brought.
pub(crate) fn delete(facts: &Facts<'_>, id: &CertificateId) -> Result<Outcome<()>, Refusal> {
    uploaded(facts.snapshot, id)?;
    remove(facts, id)
}

fn remove(facts: &Facts<'_>, id: &CertificateId) -> Result<Outcome<()>, Refusal> {
    let known = facts.snapshot.certificates.get(id).ok_or_else(|| Refusal::CertificateNotFound(id.clone()))?;
    let domains: Vec<_> = users(facts.snapshot, id).map(|domain| domain.name.clone()).collect();
    if !domains.is_empty() {
        return Err(Refusal::CertificateInUse { certificate: id.clone(), domains });
    }
    Ok(Outcome::new(id, vec![Write::Remove(Record::Certificate((**known).clone()))], ()))
}

/// The domains that prove their names with this certificate.
pub(crate) fn users<'s>(snapshot: &'s Snapshot, id: &'s CertificateId) -> impl Iterator<Item = &'s Arc<Domain>> {
    snapshot
        .domains
        .values()
        .filter(move |domain| matches!(&domain.certificate, Some(DomainCertificate::Stored(used)) if used == id))
}

#[cfg(test)]
mod tests;
