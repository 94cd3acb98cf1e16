//! The rules of certificates that authorities issue.

use model::{DomainMapping, Network, ServiceProtocol, TlsVersion};

use super::*;
use crate::world::{World, certificate_id, domain_name, id};

const DAY: i64 = 24 * 3600 * 1000;

fn made(names: &[&str]) -> Pair {
    let made = rcgen::generate_simple_self_signed(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    pair(&made.cert.pem(), &made.signing_key.serialize_pem()).unwrap()
}

/// A world with the domain `a.example`, which asks for its certificate.
fn world() -> World {
    let mut world = World::new();
    world.service("service-1");
    ask(&mut world, Some(DomainCertificate::Acme));
    world
}

fn ask(world: &mut World, certificate: Option<DomainCertificate>) {
    let now = world.now;
    world.put(Record::Domain(Domain {
        name: domain_name("a.example"),
        spelled: "a.example".to_owned(),
        service: id("service-1"),
        protocol: ServiceProtocol::Both,
        network: Network::Outer,
        certificate,
        mapping: DomainMapping::Default,
        force_https: false,
        min_tls: TlsVersion::Tls12,
        client_ca: None,
        created: now,
        modified: now,
    }));
}

fn issuance(world: &World) -> Issuance {
    let all: Vec<_> = Issuance::all(&world.snapshot).collect();
    assert_eq!(all.len(), 1);
    all.into_iter().next().unwrap()
}

fn name() -> DomainName {
    domain_name("a.example")
}

#[test]
fn the_first_certificate_is_due_at_once_and_the_next_with_a_third_of_its_life_left() {
    let mut world = world();
    assert_eq!(issuance(&world).due(), Timestamp::from_millis(0));
    let first = world.make(|facts| keep(facts, &name(), &made(&["a.example"]))).unwrap();
    assert_eq!(first.source, CertificateSource::Acme(name()));
    let (begin, end) = (first.not_before.millis(), first.not_after.millis());
    let due = issuance(&world).due().millis();
    assert!(due > begin && (end - due - (end - begin) / 3).abs() <= 1, "{begin} {due} {end}");
    let second = world.make(|facts| keep(facts, &name(), &made(&["a.example"]))).unwrap();
    assert_eq!(second.id, first.id, "it takes the place of the one before");
    assert!(second.fingerprint != first.fingerprint && world.snapshot.certificates.len() == 1);
}

#[test]
fn a_failure_is_kept_with_when_to_try_again_until_a_certificate_comes() {
    let mut world = world();
    for attempts in 1..=3 {
        let long = "no ".repeat(1000);
        let kept = world.make(|facts| note(facts, &name(), &long, &|n| i64::from(n) * DAY)).unwrap();
        assert_eq!((kept.attempts, kept.reason.len()), (attempts, LONGEST_REASON));
        assert_eq!(issuance(&world).due().millis(), kept.at.millis() + i64::from(attempts) * DAY);
    }
    world.make(|facts| keep(facts, &name(), &made(&["a.example"]))).unwrap();
    assert_eq!(issuance(&world).failure, None);
}

#[test]
fn what_was_not_asked_for_is_not_kept() {
    let mut world = world();
    let other = world.make(|facts| keep(facts, &name(), &made(&["b.example"]))).unwrap_err();
    assert!(matches!(other, Refusal::CertificateOfOthers { .. }), "{other}");
    ask(&mut world, None);
    let unasked = Refusal::AcmeUnasked(name());
    assert_eq!(world.make(|facts| keep(facts, &name(), &made(&["a.example"]))).unwrap_err(), unasked);
    assert_eq!(world.make(|facts| note(facts, &name(), "no", &|_| DAY)).unwrap_err(), unasked);
    assert_eq!(Issuance::all(&world.snapshot).count(), 0);
}

#[test]
fn a_domain_that_asks_no_more_lets_its_certificate_go_unless_another_was_given_it() {
    let mut world = world();
    let kept = world.make(|facts| keep(facts, &name(), &made(&["a.example"]))).unwrap();
    world.make(|facts| note(facts, &name(), "no", &|_| DAY)).unwrap();
    assert_eq!(unasked(&world.snapshot), []);
    ask(&mut world, Some(DomainCertificate::Stored(kept.id.clone())));
    let failure = world.snapshot.acme_failures[&name()].clone();
    assert_eq!(unasked(&world.snapshot), [Write::Remove(Record::AcmeFailure((*failure).clone()))]);
    ask(&mut world, Some(DomainCertificate::Stored(certificate_id("other"))));
    assert_eq!(unasked(&world.snapshot).len(), 2);
}
