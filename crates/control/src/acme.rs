//! Certificates that authorities issue over ACME: what is due, and what became of it. Who speaks to the authority is
//! told by this when to, and tells this what came.

use std::sync::Arc;

use model::{
    AcmeAccount, AcmeFailure, Certificate, CertificateSource, Domain, DomainCertificate, DomainName, Record, Secret,
    Snapshot, Timestamp, Write,
};

use crate::certificate::{Pair, pair, put, users};
use crate::rule::{Facts, Outcome};
use crate::write::{Deed, INSTALLATION};
use crate::{Control, Refusal, Terms, mint};

/// Longest reason that is kept of a failure, in characters.
const LONGEST_REASON: usize = 1000;

/// The certificate of a domain that gets it over ACME.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuance {
    /// The domain.
    pub domain: DomainName,
    /// What it proves its name with now; `None` before the first came.
    pub certificate: Option<Arc<Certificate>>,
    /// Why the last attempt failed; `None` when it did not.
    pub failure: Option<Arc<AcmeFailure>>,
}

impl Issuance {
    /// The certificate of `domain`; `None` for one that gets none over ACME.
    pub fn of(snapshot: &Snapshot, domain: &Domain) -> Option<Self> {
        (domain.certificate == Some(DomainCertificate::Acme)).then(|| Self {
            domain: domain.name.clone(),
            certificate: snapshot.issued(&domain.name).cloned(),
            failure: snapshot.acme_failures.get(&domain.name).cloned(),
        })
    }

    /// Those of all domains that get one.
    pub fn all(snapshot: &Snapshot) -> impl Iterator<Item = Self> {
        snapshot.domains.values().filter_map(|domain| Self::of(snapshot, domain))
    }

    /// When the authority is to be asked: at once for the first certificate, when a third of its life is left for the
    /// next, and after a failure when that says so.
    pub fn due(&self) -> Timestamp {
        match (&self.failure, &self.certificate) {
            (Some(failure), _) => failure.next,
            (None, Some(certificate)) => {
                let (begin, end) = (certificate.not_before.millis(), certificate.not_after.millis());
                Timestamp::from_millis(end.saturating_sub(end.saturating_sub(begin) / 3))
            }
            (None, None) => Timestamp::from_millis(0),
        }
    }
}

impl Control {
    /// The account with the authority of this directory; `make` gives the key of a new one where there is none yet.
    ///
    /// # Errors
    /// What `make` fails with.
    pub async fn acme_account(
        &self,
        directory: &str,
        make: impl FnOnce() -> Result<Secret, Refusal>,
    ) -> Result<Arc<AcmeAccount>, Refusal> {
        if let Some(known) = self.snapshot().acme_accounts.get(directory) {
            return Ok(Arc::clone(known));
        }
        let key = make()?;
        let deed = deed("acme_account.create");
        self.write_as(&deed, |facts| {
            if let Some(known) = facts.snapshot.acme_accounts.get(directory) {
                return Ok(Outcome::unchanged(directory, Arc::clone(known)));
            }
            let account = AcmeAccount { directory: directory.to_owned(), key: key.clone(), created: facts.now };
            let writes = vec![Write::Put(Record::AcmeAccount(account.clone()))];
            Ok(Outcome::new(directory, writes, Arc::new(account)))
        })
        .await
    }

    /// Takes in what an authority issued for `domain`, in the place of what it issued before. Both texts are PEM.
    ///
    /// # Errors
    /// [`Refusal::CertificateUnfit`]; [`Refusal::CertificateOfOthers`] for one that is not for the domain;
    /// [`Refusal::AcmeUnasked`] when the domain does not ask for it any more.
    pub async fn keep_issued(&self, domain: &DomainName, chain: &str, key: &str) -> Result<Arc<Certificate>, Refusal> {
        let pair = pair(chain, key)?;
        let deed = deed("certificate.issue");
        self.write_as(&deed, |facts| keep(facts, domain, &pair)).await
    }

    /// Keeps why an attempt failed. `wait` says from the number of attempts that failed in a row how long to wait until
    /// the next, in milliseconds.
    ///
    /// # Errors
    /// [`Refusal::AcmeUnasked`] when the domain does not ask for a certificate any more.
    pub async fn note_acme_failure(
        &self,
        domain: &DomainName,
        reason: &str,
        wait: impl Fn(u32) -> i64,
    ) -> Result<Arc<AcmeFailure>, Refusal> {
        let deed = deed("acme_failure.note");
        self.write_as(&deed, |facts| note(facts, domain, reason, &wait)).await
    }

    /// Lets go of what was issued for domains, and noted of them, that do not ask for it any more. A certificate that
    /// another domain was given by its identifier stays.
    ///
    /// # Errors
    /// Those of the store alone.
    pub async fn forget_unasked(&self) -> Result<(), Refusal> {
        if unasked(&self.snapshot()).is_empty() {
            return Ok(());
        }
        let deed = deed("certificate.forget");
        self.write_as(&deed, |facts| Ok(Outcome::new("acme", unasked(facts.snapshot), ()))).await
    }
}

fn keep(facts: &Facts<'_>, domain: &DomainName, pair: &Pair) -> Result<Outcome<Arc<Certificate>>, Refusal> {
    asked(facts, domain)?;
    let id = match facts.snapshot.issued(domain) {
        Some(known) => known.id.clone(),
        None => mint::certificate(facts.snapshot)?,
    };
    let mut outcome = put(facts, id, None, CertificateSource::Acme(domain.clone()), pair)?;
    if !outcome.answer.covers(domain) {
        let certificate = outcome.answer.id.clone();
        return Err(Refusal::CertificateOfOthers { certificate, domain: domain.clone() });
    }
    if let Some(failure) = facts.snapshot.acme_failures.get(domain) {
        outcome.writes.push(Write::Remove(Record::AcmeFailure((**failure).clone())));
    }
    Ok(outcome)
}

fn note(
    facts: &Facts<'_>,
    domain: &DomainName,
    reason: &str,
    wait: &impl Fn(u32) -> i64,
) -> Result<Outcome<Arc<AcmeFailure>>, Refusal> {
    asked(facts, domain)?;
    let attempts = facts.snapshot.acme_failures.get(domain).map_or(0, |known| known.attempts).saturating_add(1);
    let failure = AcmeFailure {
        domain: domain.clone(),
        attempts,
        reason: reason.chars().take(LONGEST_REASON).collect(),
        at: facts.now,
        next: Timestamp::from_millis(facts.now.millis().saturating_add(wait(attempts))),
    };
    let writes = vec![Write::Put(Record::AcmeFailure(failure.clone()))];
    Ok(Outcome::new(domain, writes, Arc::new(failure)))
}

/// Refuses a domain that does not ask for a certificate over ACME.
fn asked(facts: &Facts<'_>, domain: &DomainName) -> Result<(), Refusal> {
    match facts.snapshot.domains.get(domain) {
        Some(known) if is_asking(known) => Ok(()),
        _ => Err(Refusal::AcmeUnasked(domain.clone())),
    }
}

/// What the installation does by itself.
fn deed(action: &'static str) -> Deed<'static> {
    Deed { actor: INSTALLATION, origin: "acme", action, terms: Terms::default() }
}

fn is_asking(domain: &Domain) -> bool {
    domain.certificate == Some(DomainCertificate::Acme)
}

fn unasked(snapshot: &Snapshot) -> Vec<Write> {
    let is_asked = |name: &DomainName| snapshot.domains.get(name).is_some_and(|domain| is_asking(domain));
    let certificates = snapshot.certificates.values().filter(|certificate| match &certificate.source {
        CertificateSource::Acme(name) => !is_asked(name) && users(snapshot, &certificate.id).next().is_none(),
        _ => false,
    });
    let failures = snapshot.acme_failures.values().filter(|failure| !is_asked(&failure.domain));
    certificates
        .map(|certificate| Write::Remove(Record::Certificate((**certificate).clone())))
        .chain(failures.map(|failure| Write::Remove(Record::AcmeFailure((**failure).clone()))))
        .collect()
}

#[cfg(test)]
mod tests;
