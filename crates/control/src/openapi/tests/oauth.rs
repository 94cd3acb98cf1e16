//! Authorization APIs and business APIs in documents.

use model::{LoginUrl, Oauth, TokenLocation, TokenRules, UserPool};

use super::*;
use crate::world::{World, api, id};
use crate::{ChangeKind, OauthRefusal, Refusal};

const KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
const POOL: &str = "https://id.example.com/realms/shop";

fn with_part(name: &str, part: Oauth) -> ApiDefinition {
    ApiDefinition { auth: Auth::Oauth, oauth: Some(part), ..mock(name, &format!("/{name}")) }
}

fn giving(name: &str, location: TokenLocation, login: Option<&str>, pool: Option<UserPool>) -> ApiDefinition {
    let login = login.map(|url| LoginUrl::try_from(url.to_owned()).unwrap());
    let public_key = text(if pool.is_some() { POOL } else { KEY });
    with_part(name, Oauth::Authorization(TokenRules { public_key, location, login, pool }))
}

fn taking(name: &str, from: &str) -> ApiDefinition {
    with_part(name, Oauth::Business { authorization: api(from) })
}

fn pool(is_restricted: bool, token_age: u32) -> Option<UserPool> {
    Some(UserPool { application: text("shop"), is_restricted, token_age })
}

/// Every kind of part; some stand before what they name.
fn parts() -> Vec<ApiDefinition> {
    vec![
        taking("early", "api-1"),
        giving("header", TokenLocation::Header, None, None),
        giving("cookie", TokenLocation::Cookie, Some("https://login.example/?a=b"), None),
        taking("late", "api-2"),
        giving("client", TokenLocation::Header, None, pool(false, 1)),
        giving("web", TokenLocation::Cookie, Some("http://login.example"), pool(true, 604_800)),
        taking("pooled", "api-4"),
        mock("open", "/open"),
    ]
}

fn quotas() -> Quotas {
    Quotas { issuers: vec![POOL.to_owned()], pool_issuer: Some(POOL.to_owned()), ..Quotas::default() }
}

/// What a document asks for.
fn wanted(document: &str) -> Vec<(String, WantedApi)> {
    let read = super::super::read(document, Format::Yaml, &quotas()).unwrap();
    let wanted = read.wanted().unwrap_or_else(|faults| panic!("{faults:?}\n{document}"));
    wanted.into_iter().map(|(pointer, wanted)| (pointer.to_owned(), wanted.clone())).collect()
}

/// A world with an empty service.
fn world() -> World {
    let mut world = World::new();
    world.quotas = quotas();
    world.service("service-1");
    world
}

/// Brings a document into the service.
fn bring(world: &mut World, document: &str, prune: bool) -> Result<Brought, Refusal> {
    let wanted = wanted(document);
    let wanted: Vec<(&str, &WantedApi)> = wanted.iter().map(|(pointer, wanted)| (pointer.as_str(), wanted)).collect();
    let target = Target::Service(id("service-1"));
    world.make(|facts| super::super::bring::bring(facts, &target, &wanted, prune))
}

/// The document of the service, its APIs by age.
fn exported(world: &World) -> String {
    let mut apis: Vec<_> = world.tree("service-1").apis.values().collect();
    apis.sort_by_key(|api| api.created);
    write(&service(), apis.iter().map(|api| (&api.id, &*api.definition)), Format::Yaml)
}

/// An operation: its name, and its members in YAML.
fn operation(name: &str, members: &str) -> String {
    format!(
        "  /{name}:\n    get: {{operationId: {name}, {members}, \
         x-apigw-backend: {{ServiceType: MOCK, ServiceMockReturnMessage: m}}}}\n"
    )
}

fn document(operations: &[(&str, &str)]) -> String {
    let all: String = operations.iter().map(|(name, members)| operation(name, members)).collect();
    format!("openapi: 3.0.0\npaths:\n{all}")
}

fn gives() -> String {
    format!(
        "x-apigw-auth-type: OAUTH, x-apigw-api-business-type: OAUTH, \
         x-apigw-oauth-config: {{PublicKey: '{KEY}', TokenLocation: header}}"
    )
}

fn takes(from: &str) -> String {
    format!("x-apigw-auth-type: OAUTH, x-apigw-auth-relation-api: {from}")
}

#[test]
fn every_part_is_written_and_read_again() {
    for format in [Format::Json, Format::Yaml] {
        let document = written(&parts(), format);
        assert!(!document.contains("api-1"), "identifiers are those of one installation\n{document}");
        let read = super::super::read(&document, format, &quotas()).unwrap();
        for ((_, read), written) in read.wanted().unwrap().into_iter().zip(parts()) {
            let named = |id: &ApiId| parts()[usize::from(id.as_str().as_bytes()[4] - b'0')].name.to_string();
            let from = written.oauth.as_ref().and_then(Oauth::authorization).map(named);
            assert_eq!(read.authorization, from, "{}", written.name);
            let alone = if from.is_some() { ApiDefinition { oauth: None, ..written } } else { written };
            assert_eq!(read.definition, alone);
        }
    }
}

#[test]
fn a_document_makes_the_same_service_again() {
    let document = written(&parts(), Format::Yaml);
    let mut world = world();
    let brought = bring(&mut world, &document, false).unwrap();
    assert_eq!(brought.changes.len(), parts().len());
    assert_eq!(exported(&world), document, "ages and names are the same");
    for prune in [false, true] {
        assert_eq!(bring(&mut world, &document, prune).unwrap().changes, []);
    }
    let of =
        |name: &str| world.tree("service-1").apis.values().find(|api| api.definition.name.as_str() == name).unwrap();
    assert_eq!(of("early").definition.oauth.as_ref().unwrap().authorization(), Some(&of("header").id));
    assert_eq!(of("early").revision, 1, "each is made once");
}

#[test]
fn parts_change_in_whatever_order_they_can() {
    let mut world = world();
    bring(&mut world, &document(&[("a", &gives()), ("b", &takes("a")), ("c", &takes("a"))]), false).unwrap();
    // What gave takes, and what took gives.
    bring(&mut world, &document(&[("a", &takes("b")), ("b", &gives()), ("c", &takes("b"))]), false).unwrap();
    let tree = world.tree("service-1");
    let of = |name: &str| tree.apis.values().find(|api| api.definition.name.as_str() == name).unwrap();
    for name in ["a", "c"] {
        assert_eq!(of(name).definition.oauth.as_ref().unwrap().authorization(), Some(&of("b").id), "{name}");
    }
    // Another gives, and what gave goes.
    let brought = bring(&mut world, &document(&[("d", &gives()), ("c", &takes("d"))]), true).unwrap();
    let told: Vec<_> = brought.changes.iter().map(|change| (change.name.as_str(), change.kind)).collect();
    assert_eq!(told.len(), 4, "{told:?}");
    for expected in [("a", ChangeKind::Removed), ("b", ChangeKind::Removed), ("c", ChangeKind::Changed)] {
        assert!(told.contains(&expected), "{told:?}");
    }
    let changed = brought.changes.iter().find(|change| change.name == "c").unwrap();
    assert_eq!(changed.fields[0].field, "/oauth/business/authorization");
}

#[test]
fn an_authorization_api_of_the_service_may_be_named() {
    let mut world = world();
    let given = bring(&mut world, &document(&[("a", &gives())]), false).unwrap();
    for (name, from) in [("b", "a"), ("c", given.apis[0].as_str())] {
        bring(&mut world, &document(&[(name, &takes(from))]), false).unwrap();
    }
    let refused = bring(&mut world, &document(&[("b", &takes("a"))]), true).unwrap_err();
    assert_eq!(placed(refused).unwrap().pointer, "/paths/~1b/get/x-apigw-auth-relation-api", "it would go");
    let nowhere = bring(&mut world, &document(&[("b", &takes("nowhere"))]), false).unwrap_err();
    let told = placed(nowhere).unwrap();
    assert_eq!(told.pointer, "/paths/~1b/get/x-apigw-auth-relation-api");
    assert!(told.reason.contains("nowhere"), "{told}");
    let itself = document(&[("b", &takes("b"))]);
    assert!(bring(&mut world, &itself, false).is_err(), "it gives no tokens");
}

#[test]
fn apis_that_are_made_each_by_itself_find_their_authorization_api_too() {
    let world = world();
    let wanted: Vec<WantedApi> =
        wanted(&document(&[("early", &takes("gives")), ("gives", &gives()), ("lost", &takes("nowhere"))]))
            .into_iter()
            .map(|(_, wanted)| wanted)
            .collect();
    let made = super::super::bring::create(&world.facts(), &id("service-1"), &wanted).unwrap().answer;
    let [Ok(early), Ok(gives), Err(lost)] = made.as_slice() else { panic!("{made:?}") };
    assert_eq!(early.definition.oauth.as_ref().unwrap().authorization(), Some(&gives.id));
    assert!(early.created < gives.created, "as they stand in the document");
    assert_eq!(*lost, OauthRefusal::NobodyGives("nowhere".to_owned()).into());
}

#[test]
fn a_pool_is_that_of_the_installation_where_none_is_named() {
    let of_pool = "x-apigw-auth-type: EIAM, x-apigw-api-business-type: OAUTH, \
                   x-apigw-eiam-config: {EIAMAppType: Web, EIAMAuthType: Authorization, EIAMAppId: shop}";
    let (_, wanted) = wanted(&document(&[("a", of_pool)])).remove(0);
    let Some(Oauth::Authorization(rules)) = wanted.definition.oauth else { panic!("{wanted:?}") };
    assert_eq!((rules.public_key.as_str(), rules.location), (POOL, TokenLocation::Cookie));
    assert_eq!(rules.pool, pool(true, 7200));
    let faults = read(&document(&[("a", of_pool)]), Format::Yaml).unwrap().wanted().unwrap_err();
    assert_eq!(faults[0].pointer, "/paths/~1a/get/x-apigw-oauth-config/PublicKey");
    assert!(faults[0].reason.contains("pool_issuer"), "{faults:?}");
}

#[test]
fn what_is_wrong_with_a_part_is_told_at_its_place() {
    let gives = "x-apigw-auth-type: OAUTH, x-apigw-api-business-type: OAUTH";
    let pool = "x-apigw-auth-type: EIAM, x-apigw-api-business-type: OAUTH";
    let config = |members: &str| format!("{gives}, x-apigw-oauth-config: {{{members}}}");
    let key = format!("PublicKey: '{KEY}'");
    let eiam = |members: &str| format!("{pool}, x-apigw-eiam-config: {{{members}}}");
    let web = "EIAMAppType: Web, EIAMAuthType: Authorization, EIAMAppId: shop";
    for (members, place, told) in [
        ("x-apigw-api-business-type: HOBBY".to_owned(), "x-apigw-api-business-type", "NORMAL, OAUTH"),
        ("x-apigw-api-business-type: OAUTH".to_owned(), "x-apigw-api-business-type", "x-apigw-auth-type"),
        ("x-apigw-auth-type: OAUTH".to_owned(), "x-apigw-auth-relation-api", "operationId"),
        ("x-apigw-auth-type: EIAM, x-apigw-auth-relation-api: ''".to_owned(), "x-apigw-auth-relation-api", "needed"),
        ("x-apigw-auth-type: OAUTH, x-apigw-auth-relation-api: 3".to_owned(), "x-apigw-auth-relation-api", "a number"),
        ("x-apigw-auth-relation-api: a".to_owned(), "x-apigw-auth-relation-api", "belongs to"),
        ("x-apigw-auth-type: APP, x-apigw-oauth-config: {}".to_owned(), "x-apigw-oauth-config", "belongs to"),
        (format!("{}, x-apigw-eiam-config: {{}}", takes("a")), "x-apigw-eiam-config", "belongs to"),
        (format!("{gives}, x-apigw-auth-relation-api: a"), "x-apigw-auth-relation-api", "NORMAL"),
        (format!("{gives}, x-apigw-eiam-config: {{}}"), "x-apigw-eiam-config", "EIAM"),
        (gives.to_owned(), "x-apigw-oauth-config/PublicKey", "needed"),
        (config("PublicKey: {}"), "x-apigw-oauth-config/PublicKey", "string"),
        (config("Publickey: x"), "x-apigw-oauth-config/Publickey", "unknown field"),
        (config("PublicKey: '{}', TokenLocation: Header"), "x-apigw-oauth-config/PublicKey", "holds a key"),
        (config("PublicKey: 'https://other', TokenLocation: Header"), "x-apigw-oauth-config/PublicKey", "no issuer"),
        (config(&key), "x-apigw-oauth-config/TokenLocation", "Header, Cookie"),
        (config(&format!("{key}, TokenLocation: Body")), "x-apigw-oauth-config/TokenLocation", "`Body`"),
        (config(&format!("{key}, LoginRedirectUrl: 'ftp://x'")), "x-apigw-oauth-config/LoginRedirectUrl", "http"),
        (pool.to_owned(), "x-apigw-eiam-config/EIAMAppType", "Client, Web"),
        (eiam("EIAMAppType: Phone"), "x-apigw-eiam-config/EIAMAppType", "Phone"),
        (eiam("EIAMAppType: Web, EIAMAuthType: All"), "x-apigw-eiam-config/EIAMAuthType", "AuthenticationOnly"),
        (eiam("EIAMAppType: Web, EIAMAuthType: Authorization"), "x-apigw-eiam-config/EIAMAppId", "needed"),
        (eiam(&format!("{web}, TokenTimeout: 0")), "x-apigw-eiam-config/TokenTimeout", "604800"),
        (eiam(&format!("{web}, TokenTimeout: -1")), "x-apigw-eiam-config/TokenTimeout", "u32"),
        (
            format!("{}, x-apigw-oauth-config: {{TokenLocation: Header}}", eiam(web)),
            "x-apigw-oauth-config/TokenLocation",
            "EIAMAppType",
        ),
    ] {
        let document = document(&[("a", &members)]);
        let faults = super::super::read(&document, Format::Yaml, &quotas()).unwrap().wanted().unwrap_err();
        let pointer = format!("/paths/~1a/get/{place}");
        let is_it = |fault: &Fault| fault.pointer == pointer && fault.reason.contains(told);
        assert!(faults.iter().any(is_it), "{members}\n{faults:?}");
    }
}
