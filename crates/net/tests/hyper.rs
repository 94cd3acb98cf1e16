//! The head parser against hyper's: whatever this engine takes, hyper takes too and understands in the same way; whatever hyper refuses,
//! this engine refuses. (The reverse does not hold: this engine is the stricter one.)
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use net::{Framing, Limits, Request};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What a head means, as far as both say it.
#[derive(Debug, PartialEq, Eq)]
struct Meaning {
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, Vec<u8>)>,
    length: Option<u64>,
}

/// `None`: refused.
fn ours(head: &[u8]) -> Option<Meaning> {
    let (request, consumed) = Request::parse(head, &Limits::default()).ok()??;
    assert_eq!(consumed, head.len());
    Some(Meaning {
        method: request.method().into(),
        path: request.path().into(),
        query: request.query().map(Into::into),
        headers: request.headers().map(|(name, value)| (name.to_ascii_lowercase(), value.into())).collect(),
        length: match request.body() {
            Framing::None => Some(0),
            Framing::Length(length) => Some(length),
            Framing::Chunked => None,
        },
    })
}

fn hypers(head: &[u8]) -> Option<Meaning> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let (mut near, far) = tokio::io::duplex(64 * 1024);
        near.write_all(head).await.unwrap();
        near.shutdown().await.unwrap();
        let seen = Rc::new(RefCell::new(None));
        let noting = Rc::clone(&seen);
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
            for (name, value) in request.headers() {
                headers.push((name.as_str().into(), value.as_bytes().into()));
            }
            use hyper::body::Body;
            *noting.borrow_mut() = Some(Meaning {
                method: request.method().as_str().into(),
                path: request.uri().path().into(),
                query: request.uri().query().map(Into::into),
                headers,
                length: request.body().size_hint().exact(),
            });
            async { Ok::<_, Infallible>(hyper::Response::new(String::new())) }
        });
        let _ = http1::Builder::new().half_close(true).serve_connection(TokioIo::new(far), service).await;
        let mut answer = Vec::new();
        let _ = near.read_to_end(&mut answer).await;
        seen.take()
    })
}

/// hyper groups headers by name; the order within a name is the same.
fn sorted(mut meaning: Meaning) -> Meaning {
    meaning.headers.sort_by(|one, other| one.0.cmp(&other.0));
    meaning
}

fn agrees(head: &[u8]) {
    if let Some(ours) = ours(head) {
        let hypers = hypers(head).unwrap_or_else(|| panic!("hyper refuses {}", head.escape_ascii()));
        assert_eq!(sorted(ours), sorted(hypers), "{}", head.escape_ascii());
    }
}

fn token() -> impl Strategy<Value = String> {
    "[A-Za-z0-9!$&'*+.^_`|~-]{1,12}"
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![8 => 0x20_u8..0x7f, 1 => Just(b'\t'), 1 => 0x80_u8..=0xff], 0..30)
}

/// Heads that follow the grammar.
fn well_formed() -> impl Strategy<Value = Vec<u8>> {
    let method = prop_oneof![4 => Just("GET".to_owned()), 2 => Just("POST".to_owned()), 1 => token()];
    // Paths as http::Uri takes them.
    let target = "/[A-Za-z0-9/._~%!$&'()*+,;=:@-]{0,30}(\\?[A-Za-z0-9/._~%!$&'()*+,;=:@?-]{0,30})?";
    let framing = prop_oneof![
        Just(String::new()),
        (0_u64..1_000_000).prop_map(|length| format!("Content-Length: {length}\r\n")),
        Just("Transfer-Encoding: chunked\r\n".to_owned()),
    ];
    let header =
        (token(), value(), "[ \t]{0,2}", "[ \t]{0,2}").prop_filter("framing and Host come apart", |(name, ..)| {
            !["host", "content-length", "transfer-encoding", "connection", "upgrade", "expect"]
                .contains(&name.to_ascii_lowercase().as_str())
        });
    (method, target, framing, proptest::collection::vec(header, 0..12)).prop_filter_map(
        "CONNECT is refused",
        |(method, target, framing, headers)| {
            if method == "CONNECT" {
                return None;
            }
            let mut head = format!("{method} {target} HTTP/1.1\r\nHost: a.example\r\n{framing}").into_bytes();
            for (name, value, before, after) in headers {
                head.extend_from_slice(name.as_bytes());
                head.push(b':');
                head.extend_from_slice(before.as_bytes());
                head.extend_from_slice(value.trim_ascii());
                head.extend_from_slice(after.as_bytes());
                head.extend_from_slice(b"\r\n");
            }
            head.extend_from_slice(b"\r\n");
            Some(head)
        },
    )
}

/// What a byte of a head is replaced by.
const DAMAGE: &[&[u8]] = &[
    b"",
    b"\n",
    b"\r",
    b" ",
    b"\0",
    b"\t",
    b":",
    b"\r\n",
    b"\r\n ",
    b"\x7f",
    b"\xc3",
    b"#",
    b"\r\nTransfer-Encoding: chunked\r\n",
    b"\r\nContent-Length: 3\r\n",
    b"\r\nHost: b\r\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn both_take_a_well_formed_head_for_the_same(head in well_formed()) {
        prop_assert!(ours(&head).is_some(), "refused: {}", head.escape_ascii());
        agrees(&head);
    }

    #[test]
    fn nothing_that_hyper_refuses_is_taken(
        head in well_formed(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), prop::sample::select(DAMAGE)), 1..4),
    ) {
        let mut head = head;
        for (place, bytes) in damage {
            let at = place.index(head.len() - 4);
            head.splice(at..at + 1, bytes.iter().copied());
        }
        // Damage may end the head early; only a head that ends where the bytes end is compared.
        let whole = matches!(Request::parse(&head, &Limits::default()), Ok(Some((_, consumed))) if consumed == head.len());
        if whole {
            agrees(&head);
        }
    }
}
