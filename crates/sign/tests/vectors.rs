//! Signatures that others made: published ones, and what the vendor's own packages sent (`vectors/capture.py`).

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;

use sign::key_pair::{self, Algorithm, Key};
use sign::{tc1, tc3};

const SECRET_ID: &str = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE";
const SECRET_KEY: &[u8] = b"Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";

/// A captured request.
struct Captured {
    name: String,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Captured {
    fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let mut request_line = lines.next().unwrap().split(' ');
        let method = request_line.next().unwrap().to_owned();
        let target = request_line.next().unwrap();
        let (path_part, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
            .collect();
        Self {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            method,
            path: path_part.to_owned(),
            query: query.to_owned(),
            headers,
            body: bytes[end + 4..].to_vec(),
        }
    }

    /// Every request in a folder of `vectors`.
    fn all(folder: &str) -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(folder);
        let mut all: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| Self::read(&entry.unwrap().path())).collect();
        all.sort_by(|one, next| one.name.cmp(&next.name));
        all
    }

    fn headers(&self) -> Vec<(&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
    }

    fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    fn for_tc3<'a>(&'a self, headers: &'a [(&'a str, &'a [u8])]) -> tc3::Request<'a> {
        tc3::Request { method: &self.method, path: &self.path, query: &self.query, headers, body: &self.body }
    }

    fn parameters(&self) -> Vec<(String, String)> {
        let encoded = if self.method == "GET" { self.query.as_bytes() } else { &self.body };
        form_urlencoded::parse(encoded).into_owned().collect()
    }
}

#[test]
fn the_published_key_pair_signatures_hold() {
    const DATE: (&[u8], &[u8]) = (b"date", b"Fri, 09 Oct 2015 00:00:00 GMT");
    const SOURCE: (&[u8], &[u8]) = (b"source", b"AndriodApp");
    const X_DATE: (&[u8], &[u8]) = (b"x-date", b"Mon, 19 Mar 2018 12:08:40 GMT");
    let key = Key::new(b"ZxF2whO0RhuwnVCj5JMMAuqcDcN2oPrC");
    for (lines, text, algorithm, signature) in [
        (
            [DATE, SOURCE],
            "date: Fri, 09 Oct 2015 00:00:00 GMT\nsource: AndriodApp",
            Algorithm::HmacSha1,
            "zJ1fUmiWSmSZUoqgZi+dGUJvxn0=",
        ),
        (
            [SOURCE, DATE],
            "source: AndriodApp\ndate: Fri, 09 Oct 2015 00:00:00 GMT",
            Algorithm::HmacSha1,
            "0OZHqPzYueOAHTrrEbvAgs0Iit4=",
        ),
        (
            [X_DATE, SOURCE],
            "x-date: Mon, 19 Mar 2018 12:08:40 GMT\nsource: AndriodApp",
            Algorithm::HmacSha256,
            "XstRlcp2koYtMsnM/P8Wb15aEJSwopPZ04sJVaG+LOQ=",
        ),
    ] {
        assert_eq!(key_pair::signing_string(lines.into_iter()), text.as_bytes());
        assert_eq!(key.sign(algorithm, lines.into_iter()), signature);
        assert!(key.verify(algorithm, lines.into_iter(), signature.as_bytes()));
    }
}

#[test]
fn the_header_is_made_as_the_documents_show_it() {
    let headers = [
        ("Date".to_owned(), "Fri, 09 Oct 2015 00:00:00 GMT".to_owned()),
        ("Source".to_owned(), "AndriodApp".to_owned()),
    ];
    assert_eq!(
        key_pair::authorization(
            "AKIDCgOPWjQ6BAxvHtyckhWABJVYSBj548pN",
            b"ZxF2whO0RhuwnVCj5JMMAuqcDcN2oPrC",
            Algorithm::HmacSha1,
            &headers
        ),
        r#"hmac id="AKIDCgOPWjQ6BAxvHtyckhWABJVYSBj548pN", algorithm="hmac-sha1", headers="date source", signature="zJ1fUmiWSmSZUoqgZi+dGUJvxn0=""#
    );
}

/// Whether the signature in a request for an API holds, by what a gateway does with it.
fn holds(request: &Captured) -> bool {
    let parsed = key_pair::parse(request.header("authorization").unwrap()).unwrap();
    assert_eq!(parsed.id, SECRET_ID);
    assert_eq!(key_pair::http_date(request.header("date").unwrap()), Some(1_551_113_065));
    let lines: Option<Vec<_>> =
        parsed.headers.iter().map(|name| Some((name.as_bytes(), request.header(name)?))).collect();
    lines.is_some_and(|lines| {
        Key::new(SECRET_KEY).verify(parsed.algorithm, lines.into_iter(), parsed.signature.as_bytes())
    })
}

#[test]
fn what_the_vendors_package_sends_to_an_api_is_accepted() {
    let all = Captured::all("key_pair");
    assert_eq!(all.len(), 3);
    for mut request in all {
        if request.name.contains(".refused") {
            assert!(!holds(&request), "{}", request.name);
            continue;
        }
        assert!(holds(&request), "{}", request.name);
        let date = request.headers.iter_mut().find(|(name, _)| name == "Date").unwrap();
        date.1 = b"Mon, 25 Feb 2019 16:44:26 GMT".to_vec();
        let parsed = key_pair::parse(request.header("authorization").unwrap()).unwrap();
        let lines = parsed.headers.iter().map(|name| (name.as_bytes(), request.header(name).unwrap()));
        assert!(!Key::new(SECRET_KEY).verify(parsed.algorithm, lines, parsed.signature.as_bytes()));
    }
}

#[test]
fn what_the_vendors_sdk_signs_with_tc3_is_accepted() {
    let all = Captured::all("tc3");
    assert_eq!(all.len(), 8);
    for captured in &all {
        let headers = captured.headers();
        let request = captured.for_tc3(&headers);
        let parsed = tc3::parse(captured.header("authorization").unwrap()).unwrap();
        assert_eq!((parsed.secret_id, parsed.service), (SECRET_ID, "apigateway"));
        assert_eq!(tc3::timestamp(&request), Ok(1_551_113_065));
        assert_eq!(tc3::verify(&request, &parsed, SECRET_KEY), Ok(()), "{}", captured.name);
        let refused = tc3::verify(&request, &parsed, b"another key");
        assert!(matches!(refused, Err(tc3::Refusal::Mismatch { .. })), "{}", captured.name);
        // Our own signature of the same request is the same, to the letter.
        let ours = tc3::sign(&request, SECRET_ID, SECRET_KEY, "apigateway").unwrap();
        assert_eq!(ours.as_bytes(), captured.header("authorization").unwrap(), "{}", captured.name);
    }
}

/// The vendor's SDK for Node takes the first label of the host for the service, and signs the host without its port.
#[test]
fn what_the_sdk_for_node_signs_is_accepted() {
    let all = Captured::all("node");
    assert_eq!(all.len(), 6);
    for captured in &all {
        let headers = captured.headers();
        if captured.name.starts_with("tc3") {
            let request = captured.for_tc3(&headers);
            let parsed = tc3::parse(captured.header("authorization").unwrap()).unwrap();
            assert_eq!((parsed.secret_id, parsed.service), (SECRET_ID, "127"));
            assert_eq!(tc3::verify(&request, &parsed, SECRET_KEY), Ok(()), "{}", captured.name);
            let elsewhere: Vec<_> = headers
                .iter()
                .map(|(name, value)| (*name, if *name == "Host" { &b"127.0.0.2:19080"[..] } else { value }))
                .collect();
            let refused = tc3::verify(&captured.for_tc3(&elsewhere), &parsed, SECRET_KEY);
            assert!(matches!(refused, Err(tc3::Refusal::Mismatch { .. })), "{}", captured.name);
        } else {
            let parameters = captured.parameters();
            let host = std::str::from_utf8(captured.header("host").unwrap()).unwrap();
            let request = tc1::Request { method: &captured.method, host, path: "/", parameters: &parameters };
            assert_eq!(tc1::verify(&request, SECRET_KEY), Ok(()), "{}", captured.name);
        }
    }
}

#[test]
fn a_request_that_was_changed_after_tc3_signed_it_is_refused() {
    for captured in &Captured::all("tc3") {
        let headers = captured.headers();
        let request = captured.for_tc3(&headers);
        let parsed = tc3::parse(captured.header("authorization").unwrap()).unwrap();
        let unsigned = captured.name.contains("unsigned");
        let altered = [captured.body.as_slice(), b" "].concat();
        let verdict = tc3::verify(&tc3::Request { body: &altered, ..request }, &parsed, SECRET_KEY);
        assert_eq!(verdict.is_ok(), unsigned, "{}: only an unsigned body may change", captured.name);

        for changed in ["content-type", "host", "x-tc-timestamp"] {
            let mut headers = captured.headers();
            let value = if changed == "x-tc-timestamp" { &b"1551113066"[..] } else { b"text/other" };
            headers.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(changed)).unwrap().1 = value;
            let verdict = tc3::verify(&captured.for_tc3(&headers), &parsed, SECRET_KEY);
            assert!(matches!(verdict, Err(tc3::Refusal::Mismatch { .. })), "{}: {changed}", captured.name);
        }
        for query in ["Limit=11", "", "x"] {
            let verdict = tc3::verify(&tc3::Request { query, ..request }, &parsed, SECRET_KEY);
            let same = query == request.query || request.method == "POST";
            assert_eq!(verdict.is_ok(), same, "{}: {query}", captured.name);
        }
        let elsewhere = tc3::Request { path: "/other", ..request };
        assert!(tc3::verify(&elsewhere, &parsed, SECRET_KEY).is_err());
    }
}

/// The example that the vendor's page on the signature works out, without its authorization.
const DOCUMENTED: [(&str, &[u8]); 4] = [
    ("Content-Type", b"application/json; charset=utf-8"),
    ("Host", b"cvm.tencentcloudapi.com"),
    ("X-TC-Action", b"DescribeInstances"),
    ("X-TC-Timestamp", b"1551113065"),
];

fn documented() -> tc3::Request<'static> {
    let body = br#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
    tc3::Request { method: "POST", path: "/", query: "", headers: &DOCUMENTED, body }
}

#[test]
fn the_signature_that_the_tc3_documents_work_out_is_accepted() {
    let value = "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, \
                 SignedHeaders=content-type;host, \
                 Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168";
    let parsed = tc3::parse(value.as_bytes()).unwrap();
    assert_eq!(tc3::verify(&documented(), &parsed, SECRET_KEY), Ok(()));
    assert_eq!(tc3::sign(&documented(), SECRET_ID, SECRET_KEY, "cvm").as_deref(), Ok(value));
    assert_eq!(
        tc3::string_to_sign(&documented(), &parsed).unwrap(),
        "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n\
         5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
    );
}

#[test]
fn the_string_that_the_tc3_documents_sign_with_a_third_header_is_the_same() {
    // The page does not tell the key that it signed this one with.
    let parsed = tc3::Authorization {
        secret_id: SECRET_ID,
        date: "2019-02-25",
        service: "cvm",
        signed_headers: "content-type;host;x-tc-action",
        signature: "",
    };
    assert_eq!(
        tc3::canonical_request(&documented(), parsed.signed_headers).unwrap(),
        "POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:cvm.tencentcloudapi.com\n\
         x-tc-action:describeinstances\n\ncontent-type;host;x-tc-action\n\
         35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
    );
    assert_eq!(
        tc3::string_to_sign(&documented(), &parsed).unwrap(),
        "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n\
         7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
    );
}

#[test]
fn each_way_in_which_tc3_does_not_hold_has_its_own_answer() {
    use tc3::Refusal;
    let value = tc3::sign(
        &tc3::Request { method: "POST", path: "/", query: "", headers: &BASE, body: b"{}" },
        "AKID1",
        b"key",
        "apigateway",
    )
    .unwrap();
    const BASE: [(&str, &[u8]); 3] =
        [("content-type", b"application/json"), ("Host", b"a.example"), ("X-Tc-Timestamp", b"1551113065")];
    let verdict = |headers: &[(&str, &[u8])]| {
        let request = tc3::Request { method: "POST", path: "/", query: "", headers, body: b"{}" };
        tc3::verify(&request, &tc3::parse(value.as_bytes()).unwrap(), b"key")
    };
    assert_eq!(verdict(&BASE), Ok(()));
    assert_eq!(verdict(&BASE[..2]), Err(Refusal::TimestampMissing));
    assert_eq!(verdict(&BASE[1..]), Err(Refusal::HeaderMissing("content-type".into())));
    let twice = [BASE[0], BASE[1], BASE[2], ("HOST", b"b.example")];
    assert_eq!(verdict(&twice), Err(Refusal::HeaderRepeated("host".into())));
    for bad in ["", "x", "-1", "+1551113065", "1551113065.0", "0x10", "9999999999999", "253402300800"] {
        let headers = [BASE[0], BASE[1], ("X-TC-Timestamp", bad.as_bytes())];
        assert_eq!(verdict(&headers), Err(Refusal::TimestampInvalid(bad.into())), "{bad}");
    }
    let next_day = [BASE[0], BASE[1], ("X-TC-Timestamp", &b"1551139200"[..])];
    assert_eq!(
        verdict(&next_day),
        Err(Refusal::DateMismatch { credential: "2019-02-25".into(), timestamp: "2019-02-26".into() })
    );
}

#[test]
fn values_are_accepted_in_lower_case_and_as_they_were_sent() {
    const LOWER: &str = "c40a7a342185dd161bede6fce755c2f4183c713d4600571367bc5da962e12202";
    const AS_SENT: &str = "63f893dd9d2bc9d2f598fb08fe64272ae2ea3ccb392dbbbe62edc5502fed22ba";
    // Worked out with a hash calculator of another make (Python's hmac and hashlib).
    let headers: [(&str, &[u8]); 3] = [
        ("Content-Type", b"Application/JSON; Charset=UTF-8"),
        ("Host", b"A.Example:80"),
        ("X-TC-Timestamp", b"1551113065"),
    ];
    let request = tc3::Request { method: "POST", path: "/", query: "", headers: &headers, body: b"{}" };
    for signature in [LOWER, AS_SENT] {
        let value = format!(
            "TC3-HMAC-SHA256 Credential=AKID1/2019-02-25/apigateway/tc3_request, SignedHeaders=content-type;host, Signature={signature}"
        );
        assert_eq!(tc3::verify(&request, &tc3::parse(value.as_bytes()).unwrap(), b"key"), Ok(()));
    }
}

#[test]
fn what_the_vendors_sdk_signs_the_old_way_is_accepted() {
    let all = Captured::all("tc1");
    assert_eq!(all.len(), 8);
    for captured in &all {
        let host = str::from_utf8(captured.header("host").unwrap()).unwrap();
        let parameters = captured.parameters();
        let of = tc1::Request { method: &captured.method, host, path: &captured.path, parameters: &parameters };
        assert_eq!(tc1::verify(&of, SECRET_KEY), Ok(()), "{}", captured.name);
        let signature = parameters.iter().find(|(name, _)| name == "Signature").unwrap().1.clone();
        assert_eq!(tc1::sign(&of, SECRET_KEY), Ok(signature), "{}", captured.name);
        for index in 0..parameters.len() {
            let mut changed = parameters.clone();
            changed[index].1.push('0');
            let verdict = tc1::verify(&tc1::Request { parameters: &changed, ..of }, SECRET_KEY);
            assert!(verdict.is_err(), "{}: {:?}", captured.name, changed[index]);
        }
    }
}
