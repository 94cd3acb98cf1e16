//! Custom domains, and the certificates that they prove their names with.

use std::collections::BTreeSet;

use model::{CertificateId, CertificateSource, DomainMapping, DomainName, Invalid, ServiceId};

use super::super::super::{CertificateEntry, Configuration, DomainEntry};
use super::{Draft, at, settled};
use crate::{DomainPolicy, NewDomain, Refusal, certificate, domain, mint};

/// A domain needs a certificate that is for it, and a certificate that is replaced must be for the domains that have it:
/// neither always comes first.
enum Part<'e> {
    Certificate(&'e CertificateEntry),
    Domain(&'e ServiceId, &'e DomainEntry),
}

/// What an entry is.
enum Brought {
    Certificate(CertificateId),
    Domain(DomainName),
}

/// Brings in the certificates, and the domains of these services; gives the certificates.
pub(super) fn bring_in(
    draft: &mut Draft<'_>,
    policy: &DomainPolicy,
    wanted: &Configuration,
    services: &[ServiceId],
) -> Result<Vec<CertificateId>, Refusal> {
    let mut parts: Vec<(String, Part<'_>)> = Vec::new();
    for (number, entry) in wanted.certificates.iter().enumerate() {
        parts.push((format!("/certificates/{number}"), Part::Certificate(entry)));
    }
    for (of, (entry, service)) in wanted.services.iter().zip(services).enumerate() {
        for (number, entry) in entry.domains.iter().enumerate() {
            parts.push((format!("/services/{of}/domains/{number}"), Part::Domain(service, entry)));
        }
    }
    let brought = settled(parts.len(), |number| match &parts[number].1 {
        Part::Certificate(entry) => bring_certificate(draft, entry).map(Brought::Certificate),
        Part::Domain(service, entry) => bring_domain(draft, policy, service, entry).map(Brought::Domain),
    });
    let (mut certificates, mut domains) = (Vec::new(), BTreeSet::new());
    for ((place, _), brought) in parts.into_iter().zip(brought) {
        match brought {
            Ok(Brought::Certificate(id)) => certificates.push(id),
            Ok(Brought::Domain(name)) if domains.insert(name.clone()) => {}
            Ok(Brought::Domain(_)) => return Err(at(place)(Refusal::NamedTwice { noun: "domain" })),
            Err(refusal) => return Err(at(place)(refusal)),
        }
    }
    Ok(certificates)
}

fn bring_certificate(draft: &mut Draft<'_>, entry: &CertificateEntry) -> Result<CertificateId, Refusal> {
    let CertificateEntry { id, name, chain, key } = entry;
    let mut all = draft.snapshot.certificates.values();
    let there = match id {
        Some(id) => draft.snapshot.certificates.get(id),
        None => all.find(|found| found.source == CertificateSource::Uploaded && name.as_ref() == Some(&found.name)),
    };
    if let Some(id) = there.map(|found| found.id.clone()) {
        draft.ask(|facts| certificate::settle(facts, &id, name.as_ref(), chain, key.as_deref()))?;
        return Ok(id);
    }
    let label = || id.as_ref().map(ToString::to_string).or_else(|| name.as_ref().map(ToString::to_string));
    let key = key.as_deref().ok_or_else(|| Refusal::CertificateKeyRequired(label().unwrap_or_default()))?;
    let pair = certificate::pair(chain, key)?;
    let made = draft.ask(|facts| {
        let id = id.clone().map_or_else(|| mint::certificate(facts.snapshot), Ok)?;
        certificate::put(facts, id, name.as_ref(), CertificateSource::Uploaded, &pair)
    })?;
    Ok(made.id.clone())
}

fn bring_domain(
    draft: &mut Draft<'_>,
    policy: &DomainPolicy,
    service: &ServiceId,
    entry: &DomainEntry,
) -> Result<DomainName, Refusal> {
    let entry = entry.clone();
    let name = DomainName::try_from(entry.name.as_str()).map_err(|invalid| Invalid::new("name", invalid.reason))?;
    let new = NewDomain {
        name,
        spelled: entry.name,
        protocol: entry.protocol,
        network: entry.network,
        certificate: entry.certificate,
        mapping: entry.mappings.map_or(DomainMapping::Default, DomainMapping::Paths),
        force_https: entry.force_https,
        min_tls: entry.min_tls,
        client_ca: entry.client_authorities,
    };
    draft.ask(|facts| domain::settle(facts, service, &new, policy))?;
    Ok(new.name)
}
