//! The rules of custom domains.

use model::{CertificateId, MappingPath, PathMapping};

use super::*;
use crate::world::{World, certificate_id, domain_name, env, field, id};

fn world() -> World {
    let mut world = World::new();
    world.service("service-1").service("service-2").certificate("one", &["*.example.com"]);
    world
}

fn stored(id: &str) -> Option<DomainCertificate> {
    Some(DomainCertificate::Stored(certificate_id(id)))
}

fn plain(name: &str) -> NewDomain {
    NewDomain {
        name: domain_name(name),
        spelled: name.to_owned(),
        protocol: ServiceProtocol::Http,
        network: Network::Outer,
        certificate: None,
        mapping: DomainMapping::Default,
        force_https: false,
        min_tls: TlsVersion::Tls12,
        client_ca: None,
    }
}

fn secure(name: &str) -> NewDomain {
    NewDomain { protocol: ServiceProtocol::Both, certificate: stored("one"), ..plain(name) }
}

fn paths(mappings: &[(&str, &str)]) -> DomainMapping {
    let mapping = |(path, environment): &(&str, &str)| PathMapping {
        path: MappingPath::try_from(*path).unwrap(),
        environment: env(environment),
    };
    DomainMapping::Paths(mappings.iter().map(mapping).collect())
}

fn tried(world: &mut World, service: &str, new: &NewDomain) -> Result<Arc<Domain>, Refusal> {
    let policy = DomainPolicy { reserved: vec!["gw.example".to_owned()], ..DomainPolicy::default() };
    world.make(|facts| bind(facts, &id(service), new, &policy))
}

#[test]
fn a_domain_belongs_to_one_service() {
    let mut world = world();
    tried(&mut world, "service-1", &plain("a.example.com")).unwrap();
    let name = domain_name("a.example.com");
    let again = tried(&mut world, "service-1", &plain("A.example.com")).unwrap_err();
    assert_eq!(again, Refusal::DomainBound(name.clone()));
    let elsewhere = tried(&mut world, "service-2", &plain("a.example.com")).unwrap_err();
    assert_eq!(elsewhere, Refusal::DomainBoundElsewhere(name.clone()));
    tried(&mut world, "service-2", &plain("*.example.com")).unwrap();
    assert_eq!(world.snapshot.domains.len(), 2);
    let not_bound = Refusal::DomainNotBound { service: id("service-2"), domain: name.clone() };
    assert_eq!(bound(&world.facts(), &id("service-2"), &name).unwrap_err(), not_bound);
}

#[test]
fn a_service_has_at_most_five_and_none_under_the_names_that_services_have_by_themselves() {
    let mut world = world();
    for name in ["gw.example", "a.gw.example", "*.gw.example"] {
        let refused = tried(&mut world, "service-1", &plain(name)).unwrap_err();
        assert_eq!(refused, Refusal::DomainReserved(domain_name(name)));
    }
    for number in 0..5 {
        tried(&mut world, "service-1", &plain(&format!("n{number}.gw.example.com"))).unwrap();
    }
    let refused = tried(&mut world, "service-1", &plain("n5.example.com")).unwrap_err();
    assert_eq!(refused, Refusal::TooManyDomains { service: id("service-1"), limit: 5 });
}

#[test]
fn https_needs_a_certificate_that_holds_and_is_for_the_name() {
    let mut world = world();
    let name = domain_name("a.example.com");
    let without = NewDomain { certificate: None, ..secure("a.example.com") };
    assert_eq!(tried(&mut world, "service-1", &without).unwrap_err(), Refusal::CertificateRequired(name.clone()));
    let unknown = NewDomain { certificate: stored("two"), ..secure("a.example.com") };
    let refused = Refusal::CertificateNotFound(certificate_id("two"));
    assert_eq!(tried(&mut world, "service-1", &unknown).unwrap_err(), refused);
    let certificate: CertificateId = certificate_id("one");
    let other = tried(&mut world, "service-1", &secure("a.b.example.com")).unwrap_err();
    let domain = domain_name("a.b.example.com");
    assert_eq!(other, Refusal::CertificateOfOthers { certificate: certificate.clone(), domain });
    world.now = model::Timestamp::from_millis(2_600_000_000_000);
    let expired = tried(&mut world, "service-1", &secure("a.example.com")).unwrap_err();
    assert_eq!(expired, Refusal::CertificateExpired(certificate));
}

#[test]
fn calls_are_sent_to_https_only_where_it_is_answered() {
    let mut world = world();
    let forced = NewDomain { force_https: true, ..plain("a.example.com") };
    let refused = Refusal::HttpsNotAllowed(domain_name("a.example.com"));
    assert_eq!(tried(&mut world, "service-1", &forced).unwrap_err(), refused);
    tried(&mut world, "service-1", &NewDomain { force_https: true, ..secure("a.example.com") }).unwrap();
    let to_http = DomainChange { protocol: Some(ServiceProtocol::Http), ..DomainChange::default() };
    let (service, name, policy) = (id("service-1"), domain_name("a.example.com"), DomainPolicy::default());
    assert_eq!(modify(&world.facts(), &service, &name, &to_http, &policy).unwrap_err(), refused);
    let same = DomainChange { force_https: Some(true), ..DomainChange::default() };
    assert_eq!(modify(&world.facts(), &service, &name, &same, &policy).unwrap().writes, []);
}

#[test]
fn acme_is_for_plain_names_and_only_where_the_settings_name_a_directory() {
    let mut world = world();
    let acme = |name| NewDomain { certificate: Some(DomainCertificate::Acme), ..secure(name) };
    let refused = tried(&mut world, "service-1", &acme("a.example.com")).unwrap_err();
    assert_eq!(refused, Refusal::AcmeUnfit { domain: domain_name("a.example.com"), is_on: false });
    let policy = DomainPolicy { acme: true, ..DomainPolicy::default() };
    let wild = bind(&world.facts(), &id("service-1"), &acme("*.example.com"), &policy).unwrap_err();
    assert_eq!(wild, Refusal::AcmeUnfit { domain: domain_name("*.example.com"), is_on: true });
    assert!(bind(&world.facts(), &id("service-1"), &acme("a.example.com"), &policy).is_ok());
}

#[test]
fn mappings_have_each_path_and_environment_once() {
    let mut world = world();
    let mut with = |mapping| tried(&mut world, "service-1", &NewDomain { mapping, ..plain("a.example.com") });
    assert_eq!(with(paths(&[])).unwrap_err(), Refusal::MappingsMissing);
    let four = paths(&[("/a", "test"), ("/b", "prepub"), ("/c", "release"), ("/d", "test")]);
    assert_eq!(with(four).unwrap_err(), Refusal::TooManyMappings { limit: 3 });
    let path = with(paths(&[("/a", "test"), ("/a", "release")])).unwrap_err();
    assert_eq!(path, Refusal::MappingRepeated("/a".to_owned()));
    let environment = with(paths(&[("/a", "test"), ("/b", "test")])).unwrap_err();
    assert_eq!(environment, Refusal::MappingRepeated("test".to_owned()));
    let moon = with(paths(&[("/a", "moon")])).unwrap_err();
    assert_eq!(moon, Refusal::EnvironmentNotFound(env("moon")));
    with(paths(&[("/", "release"), ("/t", "test"), ("/p", "prepub")])).unwrap();
}

#[test]
fn mappings_are_deleted_but_the_last() {
    let mut world = world();
    let mapping = paths(&[("/", "release"), ("/t", "test")]);
    tried(&mut world, "service-1", &NewDomain { mapping, ..plain("a.example.com") }).unwrap();
    tried(&mut world, "service-1", &plain("b.example.com")).unwrap();
    let name = domain_name("a.example.com");
    let mut delete = |name: &str, environment| {
        world.make(|facts| delete_mapping(facts, &id("service-1"), &domain_name(name), &env(environment)))
    };
    let missing = |name: &str| {
        let (domain, environment) = (domain_name(name), env("prepub"));
        Refusal::MappingNotFound { domain, environment }
    };
    assert_eq!(delete("a.example.com", "prepub").unwrap_err(), missing("a.example.com"));
    assert_eq!(delete("b.example.com", "prepub").unwrap_err(), missing("b.example.com"));
    delete("a.example.com", "release").unwrap();
    assert_eq!(delete("a.example.com", "test").unwrap_err(), Refusal::LastMapping(name.clone()));
    assert_eq!(world.snapshot.domains[&name].mapping, paths(&[("/t", "test")]));
}

#[test]
fn authorities_must_be_readable() {
    let mut world = world();
    let unfit = NewDomain { client_ca: Some("none".to_owned()), ..secure("a.example.com") };
    assert_eq!(field(tried(&mut world, "service-1", &unfit)), "client authorities");
}
