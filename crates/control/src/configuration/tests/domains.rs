//! Custom domains and their certificates.

use super::*;

fn pair(names: &[&str]) -> (String, String) {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

fn certificate(id: &str, names: &[&str]) -> Value {
    let (chain, key) = pair(names);
    json!({"id": id, "name": id, "chain": chain, "key": key})
}

fn shop() -> Value {
    json!({
        "certificates": [certificate("one", &["a.example.com"])],
        "services": [
            {"name": "shop", "domains": [
                {"name": "A.example.com", "protocol": "https", "certificate": {"stored": "one"}, "min_tls": "1.3",
                 "mappings": [{"path": "/v1", "environment": "release"}, {"path": "/t", "environment": "test"}]},
                {"name": "b.example.com", "protocol": "http"},
            ]},
            {"name": "other"},
        ],
    })
}

#[test]
fn they_go_in_come_out_and_change_nothing() {
    let mut world = World::new();
    let made = bring(&mut world, &shop(), false).unwrap();
    let expected = [("certificate", "one"), ("domain", "A.example.com"), ("domain", "b.example.com")];
    let names: Vec<_> = told(&made).into_iter().map(|(noun, name, _)| (noun, name)).collect();
    assert_eq!(names[..3], expected);
    assert_eq!(bring(&mut world, &shop(), true).unwrap().len(), 1, "another pair was made for the test");
    let taken = export::configuration(&world.snapshot, true);
    let open = export::configuration(&world.snapshot, false);
    assert!(
        taken.certificates[0].key.as_deref().unwrap().contains("PRIVATE KEY") && open.certificates[0].key.is_none()
    );
    assert_eq!(taken.services.iter().map(|entry| entry.domains.len()).sum::<usize>(), 2);
    let policy = DomainPolicy::default();
    for document in [&taken, &open] {
        let outcome = apply::apply(&world.facts(), &policy, document, true).unwrap();
        assert_eq!((outcome.writes, outcome.answer), (Vec::new(), Vec::new()));
    }
    let mut other = World::new();
    other.make(|facts| apply::apply(facts, &policy, &taken, false)).unwrap();
    assert_eq!(export::configuration(&other.snapshot, true), taken);
}

#[test]
fn what_differs_is_told_without_keys_and_chains() {
    let mut world = World::new();
    let mut document = shop();
    bring(&mut world, &document, false).unwrap();
    document["certificates"][0] = certificate("one", &["a.example.com"]);
    document["services"][0]["domains"][0]["mappings"] = Value::Null;
    document["services"][0]["domains"][1]["protocol"] = "both".into();
    document["services"][0]["domains"][1]["certificate"] = "acme".into();
    let wanted: Configuration = serde_json::from_value(document.clone()).unwrap();
    let refused = apply::apply(&world.facts(), &DomainPolicy::default(), &wanted, false).unwrap_err();
    assert!(matches!(refused, Refusal::InConfiguration { place, .. } if place == "/services/0/domains/1"));
    let policy = DomainPolicy { acme: true, ..DomainPolicy::default() };
    let changes = world.make(|facts| apply::apply(facts, &policy, &wanted, false)).unwrap();
    let fields: Vec<_> = changes.iter().flat_map(|change| &change.fields).map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["/chain", "/key", "/mappings", "/certificate", "/protocol"]);
    assert!(!format!("{changes:?}").contains("-----"), "{changes:?}");
    // Nothing asks for https any more, and nothing proves a name.
    document["services"][0]["domains"][1] = json!({"name": "b.example.com", "protocol": "http"});
    bring(&mut world, &document, false).unwrap();
    let domains: Vec<_> = world.snapshot.domains.values().map(|domain| domain.certificate.is_some()).collect();
    assert_eq!(domains, [true, false]);
}

#[test]
fn domains_and_certificates_change_hands_in_one_document() {
    let mut world = World::new();
    let mut document = shop();

    document["certificates"] = json!([document["certificates"][0], certificate("two", &["c.example.com"])]);
    bring(&mut world, &document, false).unwrap();
    // Each certificate is for the other's domain now, and one of the domains leads to another service.
    document["certificates"] = json!([certificate("one", &["c.example.com"]), certificate("two", &["a.example.com"])]);
    let mut moved = document["services"][0]["domains"][0].take();
    moved["certificate"] = json!({"stored": "two"});
    document["services"][0]["domains"] =
        json!([{"name": "c.example.com", "protocol": "https", "certificate": {"stored": "one"}}]);
    document["services"][1]["domains"] = json!([moved]);
    bring(&mut world, &document, true).unwrap();
    let taken = export::configuration(&world.snapshot, false);
    let of = |name: &str| {
        let entry = taken.services.iter().find(|entry| entry.name.as_str() == name).unwrap();
        entry.domains.iter().map(|domain| domain.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!((of("shop"), of("other")), (vec!["c.example.com".to_owned()], vec!["A.example.com".to_owned()]));
    let changes = bring(&mut world, &json!({}), true).unwrap();
    assert!(told(&changes).contains(&("certificate", "two", ChangeKind::Removed)), "{changes:?}");
    assert_eq!(export::configuration(&world.snapshot, true), Configuration::default());
}

#[test]
fn what_the_installation_brings_is_not_carried() {
    let mut world = World::new();
    let (chain, key) = pair(&["a.example.com"]);
    let pair = crate::certificate::pair(&chain, &key).unwrap();
    let id = crate::world::certificate_id("file");
    world.make(|facts| crate::certificate::put(facts, id, None, model::CertificateSource::File, &pair)).unwrap();
    assert_eq!(export::configuration(&world.snapshot, true), Configuration::default());
    bring(&mut world, &json!({}), true).unwrap();
    assert_eq!(world.snapshot.certificates.len(), 1, "it is not pruned");
    let named = json!({"services": [{"name": "shop", "domains": [
        {"name": "a.example.com", "protocol": "https", "certificate": {"stored": "file"}},
    ]}]});
    bring(&mut world, &named, false).unwrap();
    let taken = json!({"certificates": [{"id": "file", "chain": chain, "key": key}]});
    assert!(bring(&mut world, &taken, false).is_err(), "it is changed where it comes from");
}

#[test]
fn a_refusal_says_where() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut document = shop();
        change(&mut document);
        match bring(&mut World::new(), &document, false).unwrap_err() {
            Refusal::InConfiguration { place, .. } => place,
            other => panic!("{other:?}"),
        }
    };
    let of_domain = |name: &'static str, value: Value| {
        move |document: &mut Value| document["services"][0]["domains"][0][name] = value.clone()
    };
    let (first, second) = ("/services/0/domains/0", "/services/0/domains/1");
    assert_eq!(refused(&of_domain("name", "localhost".into())), first);
    assert_eq!(refused(&of_domain("name", "c.example.com".into())), first, "the certificate is another's");
    assert_eq!(refused(&of_domain("name", "b.example.com".into())), first);
    assert_eq!(refused(&of_domain("certificate", json!({"stored": "two"}))), first);
    assert_eq!(refused(&of_domain("certificate", Value::Null)), first);
    assert_eq!(refused(&of_domain("mappings", json!([]))), first);
    assert_eq!(refused(&of_domain("client_authorities", "none".into())), first);
    assert_eq!(refused(&|document| document["services"][0]["domains"][1]["force_https"] = true.into()), second);
    let twice = refused(&|document| document["services"][0]["domains"][1]["name"] = "a.example.com".into());
    assert_eq!(twice, second);
    assert_eq!(refused(&|document| document["certificates"][0]["key"] = Value::Null), "/certificates/0");
    assert_eq!(refused(&|document| document["certificates"][0]["chain"] = "x".into()), "/certificates/0");
    let elsewhere = json!({"name": "b.example.com", "protocol": "http"});
    assert_eq!(refused(&|document| document["services"][1]["domains"] = json!([elsewhere])), "/services/1/domains/0");
}
