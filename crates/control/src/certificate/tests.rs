//! The rules of certificates.

use super::*;
use crate::world::{World, certificate_id, domain_name, name};

fn made(names: &[&str]) -> Pair {
    let made = rcgen::generate_simple_self_signed(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    pair(&made.cert.pem(), &made.signing_key.serialize_pem()).unwrap()
}

fn upload(facts: &Facts<'_>, id: &str, pair: &Pair) -> Result<Outcome<Arc<Certificate>>, Refusal> {
    put(facts, certificate_id(id), None, CertificateSource::Uploaded, pair)
}

#[test]
fn a_certificate_is_kept_with_what_it_says() {
    let mut world = World::new();
    let pair = made(&["a.example", "*.b.example"]);
    let kept = world.make(|facts| upload(facts, "one", &pair)).unwrap();
    assert_eq!(kept.names, ["a.example", "*.b.example"]);
    assert_eq!(kept.name, name("a.example"), "its first host name, where no other is given");
    assert!(kept.holds(world.now) && kept.key.expose().starts_with("pkcs8:"));
    assert!(kept.covers(&domain_name("x.b.example")) && !kept.covers(&domain_name("x.y.b.example")));
    assert!(kept.covers(&domain_name("*.b.example")) && !kept.covers(&domain_name("b.example")));
}

#[test]
fn a_certificate_that_is_replaced_must_still_be_for_its_domains() {
    let mut world = World::new();
    world.make(|facts| upload(facts, "one", &made(&["a.example"]))).unwrap();
    world.service("service-1").domain("service-1", "a.example", Some("one"));
    let other = world.make(|facts| upload(facts, "one", &made(&["b.example"])));
    let (certificate, domain) = (certificate_id("one"), domain_name("a.example"));
    assert_eq!(other.unwrap_err(), Refusal::CertificateOfOthers { certificate, domain });
    let first = world.now;
    let next = world.make(|facts| upload(facts, "one", &made(&["a.example", "b.example"]))).unwrap();
    assert!(next.created < first && next.modified == first);
}

#[test]
fn a_certificate_in_use_stays() {
    let mut world = World::new();
    world.make(|facts| upload(facts, "one", &made(&["a.example"]))).unwrap();
    world.service("service-1").domain("service-1", "a.example", Some("one"));
    let refused = world.make(|facts| remove(facts, &certificate_id("one"))).unwrap_err();
    let domains = vec![domain_name("a.example")];
    assert_eq!(refused, Refusal::CertificateInUse { certificate: certificate_id("one"), domains });
    world.domain("service-1", "a.example", None);
    world.make(|facts| remove(facts, &certificate_id("one"))).unwrap();
    assert!(world.snapshot.certificates.is_empty());
    let gone = Refusal::CertificateNotFound(certificate_id("one"));
    assert_eq!(world.make(|facts| remove(facts, &certificate_id("one"))).unwrap_err(), gone);
}

#[test]
fn what_no_operator_brought_no_operator_changes() {
    let mut world = World::new();
    let pair = made(&["a.example"]);
    world.make(|facts| put(facts, certificate_id("one"), None, CertificateSource::File, &pair)).unwrap();
    let kept = Refusal::CertificateKept(certificate_id("one"));
    assert_eq!(uploaded(&world.snapshot, &certificate_id("one")).unwrap_err(), kept);
    let acme = CertificateSource::Acme(domain_name("a.example"));
    for (id, old, new, may) in [
        ("default", CertificateSource::SelfSigned, CertificateSource::File, true),
        ("default", CertificateSource::File, CertificateSource::SelfSigned, true),
        ("default", CertificateSource::Uploaded, CertificateSource::File, false),
        ("one", CertificateSource::File, CertificateSource::File, true),
        ("one", CertificateSource::Uploaded, CertificateSource::File, false),
        ("one", acme, CertificateSource::File, false),
    ] {
        assert_eq!(may_follow(&certificate_id(id), &old, &new), may, "{id}: {old:?}, then {new:?}");
    }
}

#[test]
fn an_upload_must_hold_now_and_a_pair_must_belong_together() {
    let mut params = rcgen::CertificateParams::new(["a.example".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let old = pair(&params.self_signed(&key).unwrap().pem(), &key.serialize_pem()).unwrap();
    let refused = World::new().make(|facts| upload(facts, "one", &old)).unwrap_err();
    assert_eq!(refused, Refusal::CertificateExpired(certificate_id("one")));
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let refused = pair(&params.self_signed(&key).unwrap().pem(), &other).err().unwrap();
    assert_eq!(refused, Refusal::CertificateUnfit(Unfit::KeyOfAnother));
}
