use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};

use clap::{Args, Command, FromArgMatches};

use super::*;

fn arguments(line: &[&str]) -> CallArguments {
    let matches = CallArguments::augment_args(Command::new("call")).try_get_matches_from(line).unwrap();
    CallArguments::from_arg_matches(&matches).unwrap()
}

/// A backend that answers one request with `answer` and tells what it was sent.
fn backend(answer: &'static str) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut sent = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let read = stream.read(&mut buffer).unwrap();
            sent.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&sent).to_ascii_lowercase();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
            if body.len() >= length {
                break;
            }
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(sent).unwrap()
    });
    (address, thread)
}

const OK: &str = "HTTP/1.1 200 OK\r\nX-Seen: 1\r\nContent-Length: 2\r\n\r\nhi";

#[test]
fn a_call_carries_its_headers_body_and_a_signature_that_verifies() {
    let (address, sent) = backend(OK);
    let url = format!("http://api.example.com:{}/a?b=1", address.port());
    let resolve = address.to_string();
    let line = [
        "call",
        "-X",
        "PUT",
        "-d",
        "body",
        "-H",
        "Source: test",
        "--host",
        "other.example.com",
        "--id",
        "AKID1",
        "--secret",
        "secret",
        "--sign-header",
        "source",
        "--resolve",
        &resolve,
        &url,
    ];
    let (outgoing, signed) = prepare(&arguments(&line)).unwrap();
    let answer = exchange::send(outgoing).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"hi".as_slice()));
    assert!(answer.head().contains("HTTP/1.1 200 OK\n") && answer.head().contains("x-seen: 1\n"), "{}", answer.head());
    let sent = sent.join().unwrap();
    assert!(sent.starts_with("PUT /a?b=1 HTTP/1.1\r\n") && sent.ends_with("\r\n\r\nbody"), "{sent}");
    let value = |name: &str| {
        let mut found =
            sent.lines().filter_map(|line| line.split_once(": ")).filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let (_, value) = found.next().unwrap_or_else(|| panic!("{name} in {sent}"));
        assert!(found.next().is_none(), "{name} twice in {sent}");
        value.to_owned()
    };
    assert_eq!(value("Host"), "other.example.com");
    let authorization = value("Authorization");
    let parsed = sign::key_pair::parse(authorization.as_bytes()).unwrap();
    assert_eq!(parsed.headers.iter().collect::<Vec<_>>(), ["source", "x-date"]);
    let (source, date) = (value("Source"), value("X-Date"));
    let lines = [("source", &source), ("x-date", &date)].map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let key = sign::key_pair::Key::new(b"secret");
    assert!(key.verify(parsed.algorithm, lines.into_iter(), parsed.signature.as_bytes()));
    assert_eq!(signed.unwrap().string_to_sign(), format!("source: {source}\nx-date: {date}"));
}

#[test]
fn a_body_makes_a_post_and_no_body_a_get() {
    for (line, start) in
        [(&["call", "-d", "x"][..], "POST / "), (&["call"], "GET / "), (&["call", "-X", "POST"], "POST / ")]
    {
        let (address, sent) = backend(OK);
        let url = format!("http://{address}/");
        let line: Vec<&str> = line.iter().copied().chain([url.as_str()]).collect();
        exchange::send(prepare(&arguments(&line)).unwrap().0).unwrap();
        let sent = sent.join().unwrap();
        assert!(sent.starts_with(start), "{sent}");
        assert!(!sent.contains("Authorization"), "{sent}");
    }
}

#[test]
fn a_certificate_is_taken_from_the_file_or_not_at_all_unless_any_will_do() {
    let _already_set = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let (chain, key) = net::tls::self_signed(&["localhost".to_owned()]).unwrap();
    let key = sign::certificate::line::read(&sign::certificate::line::of_pem(&key).unwrap()).unwrap();
    let certificate = net::tls::certified(&chain, key).unwrap();
    let tickets = net::tls::Tickets::new().unwrap();
    let front = net::tls::Front { certificate, only_tls13: false, client_authorities: None, tickets: &tickets };
    let config = front.config().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, chain).unwrap();
    for (flags, is_taken) in [(&[][..], false), (&["--cacert", file.to_str().unwrap()], true), (&["-k"], true)] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let config = std::sync::Arc::clone(&config);
        let backend = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut tls = rustls::StreamOwned::new(rustls::ServerConnection::new(config).unwrap(), stream);
            let mut buffer = [0; 4096];
            // A caller that does not take the certificate leaves in the handshake.
            if tls.read(&mut buffer).is_ok_and(|read| read > 0) {
                tls.write_all(OK.as_bytes()).unwrap();
            }
        });
        let (url, resolve) = (format!("https://localhost:{}/", address.port()), address.to_string());
        let line: Vec<&str> = ["call", "--resolve", &resolve, &url].iter().chain(flags).copied().collect();
        let answer = exchange::send(prepare(&arguments(&line)).unwrap().0);
        backend.join().unwrap();
        match answer {
            Ok(answer) => assert!(is_taken && answer.status == 200, "{flags:?}"),
            Err(failure) => {
                assert!(!is_taken && failure.line().unwrap().contains("certificate"), "{flags:?}: {failure:?}")
            }
        }
    }
    std::fs::write(&file, "no certificate").unwrap();
    assert_eq!(
        prepare(&arguments(&["call", "--cacert", file.to_str().unwrap(), "https://x/"])).unwrap_err().status(),
        1
    );
}

#[test]
fn an_answer_of_400_and_above_is_a_failure_that_the_user_was_told() {
    let (address, sent) = backend("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    let failure = run(&arguments(&["call", &format!("http://{address}/")])).unwrap_err();
    assert_eq!((failure.status(), failure.line()), (1, None));
    sent.join().unwrap();
}

#[test]
fn nobody_there_is_named_in_one_line() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}/");
    let failure = run(&arguments(&["call", &url])).unwrap_err();
    assert_eq!(failure.status(), 1);
    assert!(failure.line().unwrap().starts_with(&url), "{failure:?}");
}

#[test]
fn what_cannot_be_sent_is_wrong_usage() {
    for line in [
        &["call", "ftp://x/"][..],
        &["call", "/path"],
        &["call", "-H", "no header", "http://x/"],
        &["call", "--sign-header", "source", "http://x/"],
        &["call", "--id", "a", "--secret", "b", "--sign-header", "source", "http://x/"],
        &["call", "--id", "a", "--secret", "b", "-H", "Authorization: c", "http://x/"],
    ] {
        assert_eq!(run(&arguments(line)).unwrap_err().status(), 2, "{line:?}");
    }
}

#[test]
fn a_refused_signature_is_explained() {
    let line = ["call", "--id", "AKID1", "--secret", "s", "--date", "Mon, 19 Mar 2018 12:08:40 GMT", "http://x/"];
    let (_, signed) = prepare(&arguments(&line)).unwrap();
    for (message, hint) in [
        ("HMAC signature does not match", "another signature"),
        ("HMAC signature cannot be verified, the x-date header is out of date for HMAC Authentication", "15 minutes"),
        ("HMAC signature cannot be verified", "must exist, be enabled"),
        ("HMAC signature cannot be verified, a valid source header is required", "what the gateway missed"),
    ] {
        let answer = Answer {
            version: "HTTP/1.1".to_owned(),
            status: 401,
            reason: "Unauthorized".to_owned(),
            headers: Vec::new(),
            body: format!("{{\"message\":\"{message}\"}}").into_bytes(),
        };
        let told = explain(&answer, signed.as_ref()).join("\n");
        assert!(told.contains("    x-date: Mon, 19 Mar 2018 12:08:40 GMT") && told.contains(hint), "{told}");
        assert!(explain(&answer, None)[0].contains("not signed"));
    }
}
