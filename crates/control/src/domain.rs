//! Custom domains: bound to a service, changed, let go. All of it acts at once, without a release.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use model::{
    Domain, DomainCertificate, DomainMapping, DomainName, EnvironmentName, Invalid, Network, Record, ServiceId,
    ServiceProtocol, TlsVersion, Write,
};

use crate::installation::DomainPolicy;
use crate::rule::{self, Facts, Outcome};
use crate::{Actor, Control, Refusal};

/// How long a name server may take to say where a domain leads.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(5);

/// What a domain is bound with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewDomain {
    pub name: DomainName,
    /// The name as its operator wrote it.
    pub spelled: String,
    pub protocol: ServiceProtocol,
    pub network: Network,
    pub certificate: Option<DomainCertificate>,
    pub mapping: DomainMapping,
    pub force_https: bool,
    pub min_tls: TlsVersion,
    /// In PEM.
    pub client_ca: Option<String>,
}

/// What changes of a domain; `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct DomainChange {
    pub protocol: Option<ServiceProtocol>,
    pub network: Option<Network>,
    pub certificate: Option<DomainCertificate>,
    pub mapping: Option<DomainMapping>,
    pub force_https: Option<bool>,
    pub min_tls: Option<TlsVersion>,
    /// `Some(None)` asks callers for no certificate any more.
    pub client_ca: Option<Option<String>>,
}

impl Control {
    /// Binds a domain to a service.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::DomainReserved`], [`Refusal::DomainBound`],
    /// [`Refusal::DomainBoundElsewhere`], [`Refusal::DomainUnresolved`], [`Refusal::TooManyDomains`], and those of
    /// [`Control::modify_domain`].
    pub async fn bind_domain(
        &self,
        actor: &Actor,
        service: &ServiceId,
        new: NewDomain,
    ) -> Result<Arc<Domain>, Refusal> {
        let policy = &self.installation.domains;
        // Rules first: a name that may not be bound is not asked after.
        bind(
            &Facts { snapshot: &self.snapshot(), quotas: &self.quotas, now: self.clock.now() },
            service,
            &new,
            policy,
        )?;
        if !self.is_led_here(service, &new.name).await {
            let host = self.default_host(service);
            return Err(Refusal::DomainUnresolved { domain: new.name, host });
        }
        self.write(actor, "domain.bind", |facts| bind(facts, service, &new, policy)).await
    }

    /// Changes a domain. A change that changes nothing succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::DomainNotBound`], [`Refusal::CertificateRequired`],
    /// [`Refusal::CertificateNotFound`], [`Refusal::CertificateExpired`], [`Refusal::CertificateOfOthers`],
    /// [`Refusal::AcmeUnfit`], [`Refusal::HttpsNotAllowed`], [`Refusal::MappingsMissing`],
    /// [`Refusal::TooManyMappings`], [`Refusal::MappingRepeated`], [`Refusal::EnvironmentNotFound`];
    /// [`Refusal::Invalid`] for authorities that cannot be read.
    pub async fn modify_domain(
        &self,
        actor: &Actor,
        service: &ServiceId,
        name: &DomainName,
        change: DomainChange,
    ) -> Result<Arc<Domain>, Refusal> {
        let policy = &self.installation.domains;
        self.write(actor, "domain.modify", |facts| modify(facts, service, name, &change, policy)).await
    }

    /// Lets a domain go.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::DomainNotBound`].
    pub async fn unbind_domain(&self, actor: &Actor, service: &ServiceId, name: &DomainName) -> Result<(), Refusal> {
        self.write(actor, "domain.unbind", |facts| unbind(facts, service, name)).await
    }

    /// Takes the mapping to an environment from a domain.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::DomainNotBound`], [`Refusal::EnvironmentNotFound`],
    /// [`Refusal::MappingNotFound`]; [`Refusal::LastMapping`] for the only one.
    pub async fn delete_mapping(
        &self,
        actor: &Actor,
        service: &ServiceId,
        name: &DomainName,
        environment: &EnvironmentName,
    ) -> Result<(), Refusal> {
        self.write(actor, "domain.delete_mapping", |facts| delete_mapping(facts, service, name, environment)).await
    }

    /// True when `domain` leads to an address that the service's own host name leads to, as a CNAME makes it; also when
    /// the settings do not ask for that. A wildcard is asked after by a name under it.
    pub async fn is_led_here(&self, service: &ServiceId, domain: &DomainName) -> bool {
        if !self.installation.domains.check_resolution {
            return true;
        }
        let name = match domain.wildcard() {
            Some(above) => format!("tollgate-check.{above}"),
            None => domain.to_string(),
        };
        let own = self.default_host(service);
        let (ours, led_to) = tokio::join!(addresses(&own), addresses(&name));
        !ours.is_disjoint(&led_to)
    }

    /// [`Self::is_led_here`] of each of `domains`, all asked after at the same time.
    pub async fn are_led_here<'d>(
        self: &Arc<Self>,
        service: &ServiceId,
        domains: impl IntoIterator<Item = &'d DomainName>,
    ) -> Vec<bool> {
        let asked: Vec<_> = domains
            .into_iter()
            .map(|domain| {
                let (control, service, domain) = (Arc::clone(self), service.clone(), domain.clone());
                tokio::spawn(async move { control.is_led_here(&service, &domain).await })
            })
            .collect();
        let mut found = Vec::with_capacity(asked.len());
        for one in asked {
            found.push(one.await.unwrap_or(false));
        }
        found
    }
}

async fn addresses(host: &str) -> HashSet<IpAddr> {
    match tokio::time::timeout(LOOKUP_TIMEOUT, tokio::net::lookup_host((host, 443))).await {
        Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
        _ => HashSet::new(),
    }
}

fn bind(
    facts: &Facts<'_>,
    service: &ServiceId,
    new: &NewDomain,
    policy: &DomainPolicy,
) -> Result<Outcome<Arc<Domain>>, Refusal> {
    let tree = facts.tree(service)?;
    let name = &new.name;
    let is_reserved = |suffix: &String| {
        name.as_str().strip_suffix(suffix.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    if policy.reserved.iter().any(is_reserved) {
        return Err(Refusal::DomainReserved(name.clone()));
    }
    match facts.snapshot.domains.get(name) {
        Some(known) if known.service == *service => return Err(Refusal::DomainBound(name.clone())),
        Some(_) => return Err(Refusal::DomainBoundElsewhere(name.clone())),
        None => {}
    }
    let limit = facts.quotas.domains_per_service;
    if tree.domains.len() >= limit {
        return Err(Refusal::TooManyDomains { service: service.clone(), limit });
    }
    let domain = Domain {
        name: name.clone(),
        spelled: new.spelled.clone(),
        service: service.clone(),
        protocol: new.protocol,
        network: new.network,
        certificate: new.certificate.clone(),
        mapping: new.mapping.clone(),
        force_https: new.force_https,
        min_tls: new.min_tls,
        client_ca: new.client_ca.clone(),
        created: facts.now,
        modified: facts.now,
    };
    check(facts, &domain, policy)?;
    Ok(put(domain))
}

/// Binds a domain, or makes one that the service has what `new` says.
pub(crate) fn settle(
    facts: &Facts<'_>,
    service: &ServiceId,
    new: &NewDomain,
    policy: &DomainPolicy,
) -> Result<Outcome<Arc<Domain>>, Refusal> {
    let Some(old) = facts.tree(service)?.domains.get(&new.name) else { return bind(facts, service, new, policy) };
    let NewDomain { name: _, spelled: _, protocol, network, certificate, mapping, force_https, min_tls, client_ca } =
        new.clone();
    let mut domain =
        Domain { protocol, network, certificate, mapping, force_https, min_tls, client_ca, ..Domain::clone(old) };
    if domain == **old {
        return Ok(Outcome::unchanged(&new.name, Arc::clone(old)));
    }
    check(facts, &domain, policy)?;
    domain.modified = facts.now;
    Ok(put(domain))
}

pub(crate) fn unbind(facts: &Facts<'_>, service: &ServiceId, name: &DomainName) -> Result<Outcome<()>, Refusal> {
    let domain = bound(facts, service, name)?;
    Ok(Outcome::new(name, vec![Write::Remove(Record::Domain((**domain).clone()))], ()))
}

fn modify(
    facts: &Facts<'_>,
    service: &ServiceId,
    name: &DomainName,
    change: &DomainChange,
    policy: &DomainPolicy,
) -> Result<Outcome<Arc<Domain>>, Refusal> {
    let old = bound(facts, service, name)?;
    let mut domain = Domain::clone(old);
    let DomainChange { protocol, network, certificate, mapping, force_https, min_tls, client_ca } = change.clone();
    domain.protocol = protocol.unwrap_or(domain.protocol);
    domain.network = network.unwrap_or(domain.network);
    domain.certificate = certificate.or(domain.certificate);
    domain.mapping = mapping.unwrap_or(domain.mapping);
    domain.force_https = force_https.unwrap_or(domain.force_https);
    domain.min_tls = min_tls.unwrap_or(domain.min_tls);
    domain.client_ca = client_ca.unwrap_or(domain.client_ca);
    check(facts, &domain, policy)?;
    if domain == **old {
        return Ok(Outcome::unchanged(name, Arc::clone(old)));
    }
    domain.modified = facts.now;
    Ok(put(domain))
}

fn delete_mapping(
    facts: &Facts<'_>,
    service: &ServiceId,
    name: &DomainName,
    environment: &EnvironmentName,
) -> Result<Outcome<()>, Refusal> {
    let old = bound(facts, service, name)?;
    rule::known(environment)?;
    let paths = old.mapping.paths();
    if !paths.iter().any(|mapping| mapping.environment == *environment) {
        return Err(Refusal::MappingNotFound { domain: name.clone(), environment: environment.clone() });
    }
    if paths.len() == 1 {
        return Err(Refusal::LastMapping(name.clone()));
    }
    let left = paths.iter().filter(|mapping| mapping.environment != *environment).cloned().collect();
    let changed = Domain { mapping: DomainMapping::Paths(left), modified: facts.now, ..Domain::clone(old) };
    Ok(Outcome::new(name, vec![Write::Put(Record::Domain(changed))], ()))
}

fn put(domain: Domain) -> Outcome<Arc<Domain>> {
    let writes = vec![Write::Put(Record::Domain(domain.clone()))];
    Outcome::new(domain.name.clone(), writes, Arc::new(domain))
}

/// The domain of this service.
fn bound<'a>(facts: &Facts<'a>, service: &ServiceId, name: &DomainName) -> Result<&'a Arc<Domain>, Refusal> {
    let tree = facts.tree(service)?;
    tree.domains.get(name).ok_or_else(|| Refusal::DomainNotBound { service: service.clone(), domain: name.clone() })
}

/// What must be true of every domain.
fn check(facts: &Facts<'_>, domain: &Domain, policy: &DomainPolicy) -> Result<(), Refusal> {
    let allows_https = domain.protocol != ServiceProtocol::Http;
    if domain.force_https && !allows_https {
        return Err(Refusal::HttpsNotAllowed(domain.name.clone()));
    }
    match &domain.certificate {
        None if allows_https => return Err(Refusal::CertificateRequired(domain.name.clone())),
        None => {}
        Some(DomainCertificate::Acme) => match (policy.acme, domain.name.wildcard()) {
            (true, None) => {}
            (is_on, _) => return Err(Refusal::AcmeUnfit { domain: domain.name.clone(), is_on }),
        },
        Some(DomainCertificate::Stored(id)) => {
            let known = facts.snapshot.certificates.get(id).ok_or_else(|| Refusal::CertificateNotFound(id.clone()))?;
            if !known.covers(&domain.name) {
                return Err(Refusal::CertificateOfOthers { certificate: id.clone(), domain: domain.name.clone() });
            }
            if allows_https && !known.holds(facts.now) {
                return Err(Refusal::CertificateExpired(id.clone()));
            }
        }
    }
    if let Some(bundle) = &domain.client_ca {
        sign::certificate::authorities(bundle)
            .map_err(|unfit| Invalid::new("client authorities", unfit.to_string()))?;
    }
    let DomainMapping::Paths(paths) = &domain.mapping else { return Ok(()) };
    if paths.is_empty() {
        return Err(Refusal::MappingsMissing);
    }
    if paths.len() > DomainMapping::MOST {
        return Err(Refusal::TooManyMappings { limit: DomainMapping::MOST });
    }
    let (mut seen_paths, mut seen_environments) = (BTreeSet::new(), BTreeSet::new());
    for mapping in paths {
        rule::known(&mapping.environment)?;
        if !seen_paths.insert(&mapping.path) {
            return Err(Refusal::MappingRepeated(mapping.path.as_str().to_owned()));
        }
        if !seen_environments.insert(&mapping.environment) {
            return Err(Refusal::MappingRepeated(mapping.environment.to_string()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
