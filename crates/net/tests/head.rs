//! Request heads, raw bytes in: what is refused and why, and what a good one means.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use net::{Framing, HeadFault, Limits, Request, Version};

fn parse(head: &[u8]) -> Result<Option<(Request, usize)>, HeadFault> {
    Request::parse(head, &Limits::default())
}

fn good(head: &str) -> Request {
    match parse(head.as_bytes()) {
        Ok(Some((request, consumed))) => {
            assert_eq!(consumed, head.len(), "{head:?}");
            request
        }
        other => panic!("{head:?}: {other:?}"),
    }
}

/// A request whose header lines are these.
fn with(lines: &str) -> String {
    format!("POST / HTTP/1.1\r\n{lines}\r\n")
}

#[test]
fn every_ambiguous_or_malformed_head_is_refused_for_its_own_reason() {
    use HeadFault::*;
    #[rustfmt::skip]
    let cases: &[(&[u8], HeadFault)] = &[
        // The request line.
        (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b" GET / HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET /a\x7fb HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET /\x1b HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", BareLineBreak),
        (b"GET / HTTP/1.1\tx\r\nHost: a\r\n\r\n", BareLineBreak),
        (b"GET / http/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET / HTTP/1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET / HTTQ/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET /\r\n\r\n", RequestLine),
        (b"GET\r\n\r\n", RequestLine),
        (b"G\xc3\x84T / HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"\0", RequestLine),
        // The target.
        (b"GET a HTTP/1.1\r\nHost: a\r\n\r\n", Target),
        (b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", Target),
        (b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", Target),
        (b"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", Target),
        (b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", RequestLine),
        (b"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", Target),
        (b"GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n", Target),
        (b"GET http://u@a/b HTTP/1.1\r\nHost: a\r\n\r\n", Target),
        (b"GET http://a:x/b HTTP/1.1\r\nHost: a\r\n\r\n", Target),
        (b"GET //a?b HTTP/2.0\r\nHost: a\r\n\r\n", Version),
        // Line breaks.
        (b"GET / HTTP/1.1\nHost: a\r\n\r\n", BareLineBreak),
        (b"GET / HTTP/1.1\r\nHost: a\n\r\n", BareLineBreak),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\n", BareLineBreak),
        (b"GET / HTTP/1.1\r\nA:\nHost: a\r\n\r\n", BareLineBreak),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n", BareLineBreak),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\rX", BareLineBreak),
        (b"GET / HTTP/1.1\r\rHost: a\r\n\r\n", BareLineBreak),
        // Folding, names and values.
        (b"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", Folding),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\tc\r\n\r\n", Folding),
        (b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", Folding),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", HeaderName),
        (b"GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", HeaderName),
        (b"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", HeaderName),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA B: c\r\n\r\n", HeaderName),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA\x01: c\r\n\r\n", HeaderName),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA\xc3\xa4: c\r\n\r\n", HeaderName),
        (b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", HeaderName),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA\r\n\r\n", HeaderName),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n", HeaderValue),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA: b\x08c\r\n\r\n", HeaderValue),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA: b\x7f\r\n\r\n", HeaderValue),
        // Host.
        (b"GET / HTTP/1.1\r\n\r\n", MissingHost),
        (b"GET http://a/ HTTP/1.1\r\n\r\n", MissingHost),
        (b"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", RepeatedHost),
        (b"GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", RepeatedHost),
        (b"GET / HTTP/1.0\r\nHost: a\r\nHOST: b\r\n\r\n", RepeatedHost),
        (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: a\tb\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: \xc3\xa4\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: :80\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", Host),
        (b"GET / HTTP/1.1\r\nHost: []\r\n\r\n", Host),
        // Methods and versions.
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", Connect),
        (b"GET / HTTP/1.2\r\nHost: a\r\n\r\n", Version),
        (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", Version),
        (b"GET / HTTP/0.9\r\nHost: a\r\n\r\n", Version),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Version),
    ];
    for (head, fault) in cases {
        let label = head.escape_ascii();
        match parse(head) {
            Err(found) => assert_eq!(found, *fault, "{label}"),
            Ok(found) => panic!("{label}: {found:?}"),
        }
    }
}

#[test]
fn ambiguous_framing_is_refused() {
    use HeadFault::*;
    #[rustfmt::skip]
    let cases: &[(&str, HeadFault)] = &[
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", LengthAndEncoding),
        ("transfer-encoding: chunked\r\ncontent-length: 0\r\n", LengthAndEncoding),
        ("Content-Length: 5\r\nContent-Length: 5\r\n", RepeatedLength),
        ("Content-Length: 5\r\nX: y\r\ncontent-length: 6\r\n", RepeatedLength),
        ("Content-Length: 5, 5\r\n", Length),
        ("Content-Length: +5\r\n", Length),
        ("Content-Length: -5\r\n", Length),
        ("Content-Length: 0x5\r\n", Length),
        ("Content-Length: 5 5\r\n", Length),
        ("Content-Length: 5.0\r\n", Length),
        ("Content-Length: five\r\n", Length),
        ("Content-Length:\r\n", Length),
        ("Content-Length: 9223372036854775808\r\n", Length),
        ("Content-Length: 18446744073709551616\r\n", Length),
        ("Content-Length: 00000000000000000005\r\n", Length),
        ("Transfer-Encoding: gzip\r\n", Encoding),
        ("Transfer-Encoding: gzip, chunked\r\n", Encoding),
        ("Transfer-Encoding: chunked, gzip\r\n", Encoding),
        ("Transfer-Encoding: chunked, chunked\r\n", Encoding),
        ("Transfer-Encoding: chunked;q=1\r\n", Encoding),
        ("Transfer-Encoding: xchunked\r\n", Encoding),
        ("Transfer-Encoding: \"chunked\"\r\n", Encoding),
        ("Transfer-Encoding: \x0bchunked\r\n", HeaderValue),
        ("Transfer-Encoding: identity\r\n", Encoding),
        ("Transfer-Encoding:\r\n", Encoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", Encoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", Encoding),
    ];
    for (lines, fault) in cases {
        let head = with(&format!("Host: a\r\n{lines}"));
        assert_eq!(parse(head.as_bytes()).map(|_| ()), Err(*fault), "{lines:?}");
    }
    let old = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(parse(old.as_bytes()).map(|_| ()), Err(EncodingOnHttp10));
}

#[test]
fn every_fault_has_a_status_of_its_kind() {
    use HeadFault::*;
    let all = [
        (RequestLine, 400),
        (Target, 400),
        (BareLineBreak, 400),
        (Folding, 400),
        (HeaderName, 400),
        (HeaderValue, 400),
        (LengthAndEncoding, 400),
        (Length, 400),
        (RepeatedLength, 400),
        (EncodingOnHttp10, 400),
        (Encoding, 400),
        (MissingHost, 400),
        (RepeatedHost, 400),
        (Host, 400),
        (Connect, 405),
        (Timeout, 408),
        (TargetTooLong, 414),
        (TooLarge, 431),
        (TooManyHeaders, 431),
        (Version, 505),
    ];
    for (fault, status) in all {
        assert_eq!(fault.status(), status, "{fault:?}");
    }
}

#[test]
fn sizes_and_counts_are_bounded() {
    let limits = Limits { target_bytes: 100, head_bytes: 1000, header_count: 5, ..Limits::default() };
    let target = |length: usize| format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(length - 1));
    let headers = |count: usize| format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "A: b\r\n".repeat(count - 1));
    let head = |length: usize| format!("GET / HTTP/1.1\r\nHost: a\r\nA: {}\r\n\r\n", "x".repeat(length - 32));
    for (text, fault) in [
        (target(100), None),
        (target(101), Some(HeadFault::TargetTooLong)),
        (headers(5), None),
        (headers(6), Some(HeadFault::TooManyHeaders)),
        (headers(150), Some(HeadFault::TooManyHeaders)),
        (head(1000), None),
        (head(1001), Some(HeadFault::TooLarge)),
        // Not all there, and too long already.
        ("x".repeat(999), Some(HeadFault::TargetTooLong)),
        (format!("GET /{}", "x".repeat(200)), Some(HeadFault::TargetTooLong)),
        (head(2000)[..1000].to_owned(), Some(HeadFault::TooLarge)),
        (head(1000)[..999].to_owned(), None),
    ] {
        assert_eq!(Request::parse(text.as_bytes(), &limits).map(|_| ()).err(), fault, "{text:?}");
    }
    let most = Limits { header_count: 10_000, ..Limits::default() };
    assert!(Request::parse(headers(256).as_bytes(), &most).is_ok());
    assert_eq!(Request::parse(headers(257).as_bytes(), &most).map(|_| ()), Err(HeadFault::TooManyHeaders));
}

#[test]
fn a_head_cut_anywhere_is_not_there_yet() {
    let head = "\r\nPOST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nX:\r\n\r\n";
    for end in 0..head.len() {
        assert!(matches!(parse(&head.as_bytes()[..end]), Ok(None)), "{:?}", &head[..end]);
    }
    good(head);
}

#[test]
fn the_parts_of_a_target_are_found() {
    for (target, path, query, host) in [
        ("/", "/", None, "a:80"),
        ("/a/b", "/a/b", None, "a:80"),
        ("/?", "/", Some(""), "a:80"),
        ("/a?b=c?d", "/a", Some("b=c?d"), "a:80"),
        ("//x//", "//x//", None, "a:80"),
        ("/%2e%2E/\\|\"{}", "/%2e%2E/\\|\"{}", None, "a:80"),
        ("http://Other/a?b", "/a", Some("b"), "Other"),
        ("HTTPS://other:1", "/", None, "other:1"),
        ("http://other?q", "/", Some("q"), "other"),
        ("http://[::1]:8/x", "/x", None, "[::1]:8"),
    ] {
        let request = good(&format!("OPTIONS {target} HTTP/1.1\r\nHost: a:80\r\n\r\n"));
        assert_eq!((request.path(), request.query(), request.host()), (path, query, host), "{target}");
        let whole = query.map_or(path.to_owned(), |query| format!("{path}?{query}"));
        assert_eq!(request.target(), whole);
    }
    let request = good("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!((request.target(), request.path(), request.query()), ("*", "*", None));
}

#[test]
fn hosts_of_every_form_are_taken_as_sent() {
    for host in ["a", "A.example", "a:8080", "a:", "127.0.0.1", "[::1]", "[fe80::1]:80", "x_y.example", "a%20b"] {
        assert_eq!(good(&with(&format!("Host:  {host} \r\n"))).host(), host);
    }
    assert_eq!(good("GET / HTTP/1.0\r\n\r\n").host(), "");
}

#[test]
fn the_body_is_as_the_head_says() {
    for (lines, framing) in [
        ("", Framing::None),
        ("Content-Length: 0\r\n", Framing::Length(0)),
        ("Content-Length:\t007 \r\n", Framing::Length(7)),
        ("Content-Length: 9223372036854775807\r\n", Framing::Length(i64::MAX as u64)),
        ("TRANSFER-ENCODING: ChunkeD\t\r\n", Framing::Chunked),
    ] {
        assert_eq!(good(&with(&format!("Host: a\r\n{lines}"))).body(), framing, "{lines:?}");
    }
}

#[test]
fn headers_are_found_in_any_case_and_listed_as_sent() {
    let request = good(&with("Host: a\r\nX-One: 1\r\nx-one:2 \r\nX-TWO:\r\nBytes: \u{e4}\u{e4}\r\nTab: a\tb\r\n"));
    assert_eq!(request.version(), Version::Http11);
    assert_eq!(request.header("X-ONE"), Some(&b"1"[..]));
    assert_eq!(request.header_values("x-one").collect::<Vec<_>>(), [b"1", b"2"]);
    assert_eq!(request.header("x-two"), Some(&b""[..]));
    assert_eq!(request.header("tab"), Some(&b"a\tb"[..]));
    assert_eq!(request.header("x"), None);
    assert_eq!(request.header_count(), 6);
    let names: Vec<_> = request.headers().map(|(name, _)| name).collect();
    assert_eq!(names, ["Host", "X-One", "x-one", "X-TWO", "Bytes", "Tab"]);
    let mut out = Vec::new();
    request.copy_headers(&mut out, |name, value| name == b"x-one" && value == b"2");
    assert_eq!(String::from_utf8(out).unwrap(), "X-One: 1\r\nX-TWO: \r\nBytes: \u{e4}\u{e4}\r\nTab: a\tb\r\n");
}

#[test]
fn connection_decides_what_else_is_said_to_this_hop() {
    let request = good(&with(
        "Host: a\r\nX-A: 1\r\nConnection: close, x-a,,Authorization ,upgrade\r\nAuthorization: b\r\nUpgrade: websocket\r\nX-B: 2\r\n",
    ));
    assert_eq!(request.wants_upgrade(), Some("websocket"));
    let mut out = Vec::new();
    request.copy_headers(&mut out, |_, _| false);
    assert_eq!(out, b"X-B: 2\r\n");
    // The gateway itself still sees what was sent.
    assert_eq!(request.header("authorization"), Some(&b"b"[..]));
    assert_eq!(good(&with("Host: a\r\nUpgrade: websocket\r\n")).wants_upgrade(), None);
    assert_eq!(good("GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n").wants_upgrade(), None);
}

#[test]
fn an_expectation_counts_only_with_a_body_to_wait_for() {
    let body = "Content-Length: 1\r\n";
    for (lines, expects) in [
        (format!("Expect: 100-Continue\r\n{body}"), true),
        ("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n".to_owned(), true),
        (format!("Expect: something\r\n{body}"), false),
        ("Expect: 100-continue\r\n".to_owned(), false),
        ("Expect: 100-continue\r\nContent-Length: 0\r\n".to_owned(), false),
    ] {
        assert_eq!(good(&with(&format!("Host: a\r\n{lines}"))).expects_continue(), expects, "{lines:?}");
    }
    assert!(!good(&format!("POST / HTTP/1.0\r\nExpect: 100-continue\r\n{body}\r\n")).expects_continue());
}
