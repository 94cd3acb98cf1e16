//! Domains and certificates become [`Hosts`]; only what changed is compiled.

use std::collections::HashMap;
use std::sync::Arc;

use model::{
    Certificate, CertificateId, Domain, DomainCertificate, DomainMapping, DomainName, EnvironmentName, ServiceProtocol,
    Snapshot, TlsVersion,
};
use net::tls::{self, Tickets};
use rustls::ServerConfig;
use rustls::sign::CertifiedKey;

use crate::plan::Plan;
use crate::plan::hosts::{DomainPlan, Hosts, MappingPlan};

/// Makes the hosts of plans.
#[derive(Default)]
pub(super) struct HostsCompiler {
    /// What sessions are resumed with, whatever certificate they began under; `None` until it is needed.
    tickets: Option<Tickets>,
    certified: HashMap<CertificateId, (Arc<Certificate>, Option<Arc<CertifiedKey>>)>,
    domains: HashMap<DomainName, Compiled>,
    default_tls: Option<(Arc<Certificate>, Option<Arc<ServerConfig>>)>,
}

/// A domain with what it was compiled from.
struct Compiled {
    domain: Arc<Domain>,
    certificate: Option<Arc<Certificate>>,
    /// Tickets for callers who showed a certificate that these authorities signed.
    own_tickets: Option<Tickets>,
    plan: Arc<DomainPlan>,
}

impl HostsCompiler {
    pub(super) fn compile(&mut self, before: &Plan, snapshot: &Snapshot) -> Arc<Hosts> {
        if Arc::ptr_eq(&before.snapshot.domains, &snapshot.domains)
            && Arc::ptr_eq(&before.snapshot.certificates, &snapshot.certificates)
        {
            return Arc::clone(&before.hosts);
        }
        self.certified
            .retain(|id, (known, _)| snapshot.certificates.get(id).is_some_and(|current| Arc::ptr_eq(current, known)));
        let mut hosts = Hosts { default_tls: self.default_tls(snapshot), ..Hosts::default() };
        let mut before = std::mem::take(&mut self.domains);
        for (name, domain) in snapshot.domains.iter() {
            let compiled = self.domain(snapshot, domain, before.remove(name));
            let plan = Arc::clone(&compiled.plan);
            match name.wildcard() {
                Some(above) => hosts.below.insert(above.into(), plan),
                None => hosts.exact.insert(name.as_str().into(), plan),
            };
            self.domains.insert(name.clone(), compiled);
        }
        Arc::new(hosts)
    }

    fn default_tls(&mut self, snapshot: &Snapshot) -> Option<Arc<ServerConfig>> {
        let certificate = snapshot.certificates.get(&CertificateId::default_certificate())?;
        if let Some((known, config)) = &self.default_tls
            && Arc::ptr_eq(known, certificate)
        {
            return config.clone();
        }
        let config = self.certified(certificate).and_then(|certified| {
            let tickets = self.tickets()?;
            let front =
                tls::Front { certificate: certified, only_tls13: false, client_authorities: None, tickets: &tickets };
            told("the default certificate", front.config())
        });
        self.default_tls = Some((Arc::clone(certificate), config.clone()));
        config
    }

    fn domain(&mut self, snapshot: &Snapshot, domain: &Arc<Domain>, old: Option<Compiled>) -> Compiled {
        let certificate = certificate_of(snapshot, domain).cloned();
        let old = match old {
            Some(old) if Arc::ptr_eq(&old.domain, domain) && is_same(&old.certificate, &certificate) => return old,
            old => old,
        };
        let own_tickets = match old {
            Some(Compiled { domain: was, own_tickets, .. }) if was.client_ca == domain.client_ca => own_tickets,
            _ if domain.client_ca.is_some() => told(domain.name.as_str(), Tickets::new()),
            _ => None,
        };
        let plan = Arc::new(self.plan(domain, certificate.as_ref(), own_tickets.as_ref()));
        Compiled { domain: Arc::clone(domain), certificate, own_tickets, plan }
    }

    fn plan(&mut self, domain: &Domain, certificate: Option<&Arc<Certificate>>, own: Option<&Tickets>) -> DomainPlan {
        let tls = certificate.and_then(|certificate| {
            let certificate = self.certified(certificate)?;
            let shared = if domain.client_ca.is_none() { self.tickets() } else { None };
            let front = tls::Front {
                certificate,
                only_tls13: domain.min_tls == TlsVersion::Tls13,
                client_authorities: domain.client_ca.as_deref(),
                tickets: own.or(shared.as_ref())?,
            };
            told(domain.name.as_str(), front.config())
        });
        DomainPlan {
            service: domain.service.as_str().into(),
            allows_http: domain.protocol != ServiceProtocol::Https,
            allows_https: domain.protocol != ServiceProtocol::Http,
            force_https: domain.force_https,
            mappings: mappings(&domain.mapping),
            tls,
            only_tls13: domain.min_tls == TlsVersion::Tls13,
            asks_certificate: domain.client_ca.is_some(),
        }
    }

    fn certified(&mut self, certificate: &Arc<Certificate>) -> Option<Arc<CertifiedKey>> {
        let made = || {
            let key = sign::certificate::line::read(certificate.key.expose());
            let certified = key.ok_or_else(|| std::io::Error::other("its key cannot be read"));
            told(certificate.id.as_str(), certified.and_then(|key| tls::certified(&certificate.chain, key)))
        };
        let entry = self.certified.entry(certificate.id.clone());
        entry.or_insert_with(|| (Arc::clone(certificate), made())).1.clone()
    }

    fn tickets(&mut self) -> Option<Tickets> {
        if self.tickets.is_none() {
            self.tickets = told("session tickets", Tickets::new());
        }
        self.tickets.clone()
    }
}

/// What `of` cannot be is logged; its handshakes are answered with the default certificate.
fn told<T>(of: &str, made: std::io::Result<T>) -> Option<T> {
    made.inspect_err(|error| tracing::error!(of, %error, "TLS cannot be set up")).ok()
}

/// What the domain proves its name with now: one that comes over ACME may not be there yet.
fn certificate_of<'s>(snapshot: &'s Snapshot, domain: &Domain) -> Option<&'s Arc<Certificate>> {
    match domain.certificate.as_ref()? {
        DomainCertificate::Stored(id) => snapshot.certificates.get(id),
        DomainCertificate::Acme => snapshot.issued(&domain.name),
    }
}

fn is_same(one: &Option<Arc<Certificate>>, other: &Option<Arc<Certificate>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

fn mappings(mapping: &DomainMapping) -> Option<Box<[MappingPlan]>> {
    let DomainMapping::Paths(paths) = mapping else { return None };
    let place =
        |environment: &EnvironmentName| EnvironmentName::NAMES.iter().position(|name| *name == environment.as_str());
    let mut mappings: Vec<MappingPlan> = paths
        .iter()
        .filter_map(|mapping| {
            Some(MappingPlan { path: mapping.path.as_str().into(), environment: place(&mapping.environment)? })
        })
        .collect();
    mappings.sort_by_key(|mapping| std::cmp::Reverse(mapping.path.len()));
    Some(mappings.into())
}
