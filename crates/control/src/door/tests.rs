//! The door, with an operator in a real store. What the signatures themselves cover is tested in `sign`.

use model::{Name, Role, Secret};
use store::Store;
use tempfile::TempDir;

use super::*;
use crate::{Installation, Quotas, UsageCounts};

const SECRET: &str = "the-secret-of-the-operator";
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const SECONDS: i64 = 1_700_000_000;
const BODY: &[u8] = br#"{"Limit":1}"#;

struct Uncounted;

impl UsageCounts for Uncounted {
    fn used(&self, _: &model::UsagePlanId) -> u64 {
        0
    }
}

/// A door with one operator, whose key is `AKIDone`.
async fn door() -> (Door, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), None).await.unwrap();
    let installation = Installation {
        app_id: 1,
        region: "gz".to_owned(),
        domain: "localhost".to_owned(),
        push_url: "http://push.localhost".to_owned(),
        domains: crate::DomainPolicy::default(),
    };
    let control = Control::new(store, installation, Quotas::default(), Arc::new(Uncounted));
    let name = Name::try_from("ann").unwrap();
    let key = Secret::try_from(SECRET.to_owned()).unwrap();
    control.first_operator(name, "long enough", "AKIDone", key).await.unwrap();
    (Door::new(control, "apigateway"), folder)
}

type Tamper = fn(&mut Vec<(String, Vec<u8>)>);

/// A request in the header scheme, signed as told.
struct ByHeader {
    id: &'static str,
    secret: &'static str,
    scope: &'static str,
    timestamp: String,
    /// Changes the signed request on its way.
    tamper: Tamper,
    body: &'static [u8],
}

impl ByHeader {
    fn new() -> Self {
        Self {
            id: "AKIDone",
            secret: SECRET,
            scope: "apigateway",
            timestamp: SECONDS.to_string(),
            tamper: |_| {},
            body: BODY,
        }
    }

    fn at(timestamp: i64) -> Self {
        Self { timestamp: timestamp.to_string(), ..Self::new() }
    }

    fn knock(&self, door: &Door) -> Result<Actor, DoorRefusal> {
        let mut headers = vec![
            ("Host".to_owned(), b"127.0.0.1:9000".to_vec()),
            ("Content-Type".to_owned(), b"application/json".to_vec()),
            ("X-TC-Timestamp".to_owned(), self.timestamp.clone().into_bytes()),
        ];
        let signed = view(&headers);
        let request = tc3::Request { method: "POST", path: "/", query: "", headers: &signed, body: BODY };
        let authorization = tc3::sign(&request, self.id, self.secret.as_bytes(), self.scope).unwrap();
        headers.push(("Authorization".to_owned(), authorization.into_bytes()));
        (self.tamper)(&mut headers);
        let headers = view(&headers);
        let request = SignedRequest {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: self.body,
            origin: "test 1",
        };
        door.verify(&request, NOW)
    }
}

fn view(headers: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
}

/// A request in the older scheme: these parameters and their signature with `secret`, in a query or a form.
fn knock_with_parameters(
    door: &Door,
    method: &str,
    parameters: &[(&str, &str)],
    secret: &str,
) -> Result<Actor, DoorRefusal> {
    let mut parameters: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request = tc1::Request { method, host: "127.0.0.1:9000", path: "/", parameters: &parameters };
    if let Ok(signature) = tc1::sign(&request, secret.as_bytes()) {
        parameters.push(("Signature".to_owned(), signature));
    }
    knock_encoded(door, method, &form_urlencoded::Serializer::new(String::new()).extend_pairs(&parameters).finish())
}

fn knock_encoded(door: &Door, method: &str, encoded: &str) -> Result<Actor, DoorRefusal> {
    let headers: [(&str, &[u8]); 2] =
        [("host", b"127.0.0.1:9000"), ("content-type", b"application/x-www-form-urlencoded; charset=utf-8")];
    let (query, body) = if method == "GET" { (encoded, &b""[..]) } else { ("", encoded.as_bytes()) };
    door.verify(&SignedRequest { method, path: "/", query, headers: &headers, body, origin: "test 1" }, NOW)
}

#[tokio::test]
async fn the_operator_who_signed_is_let_in_with_name_role_and_origin() {
    let (door, _folder) = door().await;
    let actor = ByHeader::new().knock(&door).unwrap();
    assert_eq!((actor.name.as_str(), actor.role, actor.origin.as_str()), ("ann", Role::Admin, "test 1"));
    assert!(door.control.snapshot().operators.contains_key(&actor.operator));
}

#[tokio::test]
async fn the_clocks_may_be_five_minutes_apart_and_not_a_second_more() {
    let (door, _folder) = door().await;
    for off in [-300, 300] {
        assert!(ByHeader::at(SECONDS + off).knock(&door).is_ok(), "{off}");
    }
    for off in [-301, 301] {
        let expired = DoorRefusal::Expired { timestamp: SECONDS + off, now: SECONDS, allowed: 300 };
        assert_eq!(ByHeader::at(SECONDS + off).knock(&door), Err(expired), "{off}");
    }
    let far = DoorRefusal::Expired { timestamp: i64::MIN, now: SECONDS, allowed: 300 };
    assert_eq!(timely(i64::MIN, NOW), Err(far), "no overflow");
}

#[tokio::test]
async fn each_way_to_fail_is_told_apart() {
    let (door, _folder) = door().await;
    let unknown = ByHeader { id: "AKIDtwo", ..ByHeader::new() };
    assert_eq!(unknown.knock(&door), Err(DoorRefusal::UnknownId("AKIDtwo".to_owned())));

    let elsewhere = ByHeader { scope: "cvm", ..ByHeader::new() };
    let wrong = DoorRefusal::WrongScope { found: "cvm".to_owned(), expected: "apigateway".to_owned() };
    assert_eq!(elsewhere.knock(&door), Err(wrong));

    let by_host = ByHeader { scope: "127", ..ByHeader::new() };
    assert!(by_host.knock(&door).is_ok(), "the first label of the host is the service's name for the SDK of Node");

    let unsigned = ByHeader { tamper: |headers| drop(headers.pop()), ..ByHeader::new() };
    assert_eq!(unsigned.knock(&door), Err(DoorRefusal::Missing));

    let cases: [(&str, Tamper); 5] = [
        ("another scheme", |headers| headers[3].1 = b"Bearer token".to_vec()),
        ("an empty header", |headers| headers[3].1.clear()),
        ("two signatures", |headers| headers.push(headers[3].clone())),
        ("no time", |headers| drop(headers.remove(2))),
        ("a time that is none", |headers| headers[2].1 = b"soon".to_vec()),
    ];
    for (case, tamper) in cases {
        let refused = ByHeader { tamper, ..ByHeader::new() }.knock(&door);
        assert!(matches!(refused, Err(DoorRefusal::Malformed(_))), "{case}: {refused:?}");
    }
}

#[tokio::test]
async fn a_mismatch_keeps_what_was_signed_for_the_log_and_answers_nothing_of_it() {
    let (door, _folder) = door().await;
    let cases = [
        ("another secret", ByHeader { secret: "another-secret", ..ByHeader::new() }),
        ("another body", ByHeader { body: br#"{"Limit":2}"#, ..ByHeader::new() }),
        ("another host", ByHeader { tamper: |headers| headers[0].1 = b"evil".to_vec(), ..ByHeader::new() }),
    ];
    for (case, request) in cases {
        let refused = request.knock(&door).expect_err(case);
        let DoorRefusal::Mismatch { id, canonical_request, string_to_sign } = &refused else {
            panic!("{case}: {refused:?}")
        };
        assert_eq!(id, "AKIDone", "{case}");
        assert!(canonical_request.as_deref().is_some_and(|text| text.starts_with("POST\n/\n")), "{case}");
        assert!(string_to_sign.starts_with("TC3-HMAC-SHA256\n1700000000\n"), "{case}: {string_to_sign}");
        assert_eq!(refused.to_string(), "the signature does not match", "{case}");
        assert!(!format!("{refused:?}").contains(SECRET), "{case}");
    }
}

#[tokio::test]
async fn the_older_scheme_is_let_in_by_query_and_by_form() {
    let (door, _folder) = door().await;
    let now = SECONDS.to_string();
    for method in ["GET", "POST"] {
        for algorithm in [None, Some("HmacSHA1"), Some("HmacSHA256")] {
            let mut parameters = vec![
                ("Action", "DescribeServicesStatus"),
                ("SecretId", "AKIDone"),
                ("Timestamp", now.as_str()),
                ("Nonce", "17"),
                ("Filters.0.Values.0", "a b+c&d=é"),
            ];
            parameters.extend(algorithm.map(|algorithm| ("SignatureMethod", algorithm)));
            let actor = knock_with_parameters(&door, method, &parameters, SECRET);
            assert_eq!(actor.unwrap_or_else(|refused| panic!("{method} {algorithm:?}: {refused:?}")).name, "ann");
        }
    }
}

#[tokio::test]
async fn the_older_scheme_tells_each_failure_apart() {
    let (door, _folder) = door().await;
    let now = SECONDS.to_string();
    let late = (SECONDS - 301).to_string();
    let knock = |id: &str, timestamp: &str, secret: &str| {
        knock_with_parameters(&door, "POST", &[("SecretId", id), ("Timestamp", timestamp)], secret)
    };
    assert_eq!(knock("AKIDtwo", &now, SECRET), Err(DoorRefusal::UnknownId("AKIDtwo".to_owned())));
    assert!(matches!(knock("AKIDone", &late, SECRET), Err(DoorRefusal::Expired { .. })));
    assert!(matches!(knock("AKIDone", "soon", SECRET), Err(DoorRefusal::Malformed(_))));
    let Err(DoorRefusal::Mismatch { id, canonical_request, string_to_sign }) = knock("AKIDone", &now, "another") else {
        panic!("let in")
    };
    assert_eq!((id.as_str(), canonical_request), ("AKIDone", None));
    assert!(string_to_sign.starts_with("POST127.0.0.1:9000/?"), "{string_to_sign}");

    let method = [("SecretId", "AKIDone"), ("Timestamp", now.as_str()), ("SignatureMethod", "MD5"), ("Signature", "x")];
    assert!(matches!(knock_with_parameters(&door, "GET", &method, SECRET), Err(DoorRefusal::Malformed(_))));
    for (case, encoded, method, missing) in [
        ("no parameters", String::new(), "GET", true),
        ("no signature", format!("SecretId=AKIDone&Timestamp={now}"), "POST", true),
        ("another method", format!("SecretId=AKIDone&Timestamp={now}&Signature=x"), "PUT", true),
        ("no id", format!("Timestamp={now}&Signature=x"), "GET", false),
        ("no time", "SecretId=AKIDone&Signature=x".to_owned(), "GET", false),
        ("two ids", format!("SecretId=AKIDone&SecretId=AKIDtwo&Timestamp={now}&Signature=x"), "GET", false),
        ("two times", format!("SecretId=AKIDone&Timestamp={now}&Timestamp=1&Signature=x"), "GET", false),
        ("two signatures", format!("SecretId=AKIDone&Timestamp={now}&Signature=x&Signature=y"), "GET", false),
    ] {
        let refused = knock_encoded(&door, method, &encoded).expect_err(case);
        assert_eq!(refused == DoorRefusal::Missing, missing, "{case}: {refused:?}");
        assert!(missing || matches!(refused, DoorRefusal::Malformed(_)), "{case}: {refused:?}");
    }
}

#[tokio::test]
async fn parameters_of_a_body_that_is_no_form_are_not_looked_at() {
    let (door, _folder) = door().await;
    let headers: [(&str, &[u8]); 2] = [("host", b"127.0.0.1:9000"), ("content-type", b"application/json")];
    let body = b"SecretId=AKIDone&Timestamp=1700000000&Signature=x";
    let request = SignedRequest { method: "POST", path: "/", query: "", headers: &headers, body, origin: "test 1" };
    assert_eq!(door.verify(&request, NOW), Err(DoorRefusal::Missing));
}
