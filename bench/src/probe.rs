//! Before anything is measured: does the gateway do what its row says?

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
use rustls::{ClientConnection, StreamOwned};

use crate::lane::Lane;
use crate::origin::BODY;
use crate::policy::{Behind, Policy, load_keys, short_key, slow_key};
use crate::sheet::{Calls, origin_path, request};
use crate::signing::KeyPair;
use crate::trust::Trust;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// An answer, as text where it is text.
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

/// Sends one request on a connection of its own.
fn exchange(gateway: SocketAddr, request: &str) -> Result<Reply> {
    ask_on(TcpStream::connect(gateway)?, request)
}

fn ask_on(mut stream: TcpStream, request: &str) -> Result<Reply> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    read_reply(&mut stream)
}

/// Sends one request on `stream` and insists on the origin's answer.
pub(crate) fn good_exchange(stream: &mut (impl Read + Write), request: &[u8]) -> Result<()> {
    stream.write_all(request)?;
    let reply = read_reply(stream)?;
    ensure!(reply.status == 200 && reply.body == BODY, "status {}: {}", reply.status, reply.head);
    Ok(())
}

fn read_reply(stream: &mut impl Read) -> Result<Reply> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..at + 2]).into_owned();
            let length: usize = header(&head, "content-length").unwrap_or("0").parse().context("Content-Length")?;
            if bytes.len() >= at + 4 + length {
                let status = head.get(9..12).and_then(|code| code.parse().ok()).context("no status")?;
                return Ok(Reply { status, head, body: bytes[at + 4..at + 4 + length].to_vec() });
            }
        }
        let count = stream.read(&mut part).context("no whole answer")?;
        ensure!(count > 0, "the connection was closed in an answer: {}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&part[..count]);
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

/// A gateway without policy: the call arrives as it was sent.
pub(crate) fn plain(lane: &mut Lane, gateway: SocketAddr) -> Result<()> {
    let call = call("probe.localhost", None);
    expect(&lane.serve_while(|| exchange(gateway, &call))?, 200, "an open call")?;
    arrived(lane, "GET /release/api0000/7/detail HTTP/1.1")
}

/// A gateway in TLS, its certificate and signature checked as any client checks them: the small call comes back.
pub(crate) fn tls(lane: &mut Lane, gateway: SocketAddr, host: &str, trust: &Trust) -> Result<()> {
    let call = call(host, None);
    lane.serve_while(|| good_exchange(&mut tls_stream(gateway, trust)?, call.as_bytes())).context("a call in TLS")
}

/// A connection in TLS that blocks, its handshake done.
pub(crate) fn tls_stream(gateway: SocketAddr, trust: &Trust) -> Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut stream = StreamOwned::new(trust.begin()?, TcpStream::connect(gateway)?);
    stream.sock.set_read_timeout(Some(PATIENCE))?;
    stream.conn.complete_io(&mut stream.sock).context("no TLS handshake")?;
    trust.agreed(&stream.conn)?;
    Ok(stream)
}

/// A gateway with `policy`: the call arrives where the API sends it, with the headers due both ways, and every part of
/// the policy refuses what it should.
pub(crate) fn policy(lane: &mut Lane, gateway: SocketAddr, host: &str, policy: &Policy) -> Result<()> {
    let key = load_keys().into_iter().next().filter(|_| !policy.plans.is_empty());
    let good = lane.serve_while(|| exchange(gateway, &call(host, key.as_ref())))?;
    expect(&good, 200, "a good call")?;
    let (line, sent_along): (_, &[&str]) = match policy.behind {
        Behind::Server | Behind::Upstream => (
            format!("GET {} HTTP/1.1", origin_path(0).replace("{id}", "7")),
            &["X-Forwarded-For", "X-Real-IP", "X-Api-RequestId", "X-Client-Proto"],
        ),
        // The event tells the function what headers tell a server.
        Behind::Function => ("POST /default/bench HTTP/1.1".to_owned(), &["X-Api-RequestId", "X-Scf-Request-Id"]),
    };
    arrived(lane, &line)?;
    let sent = lane.origin().last_head();
    for name in sent_along {
        ensure!(header(&sent, name).is_some(), "the origin did not get {name}:\n{sent}");
    }
    let mut due = vec!["X-Api-RequestId", "X-Api-ID"];
    if policy.limits() {
        due.extend(["X-UsagePlan-RateLimit", "X-UsagePlan-Quota", "X-Secret-ID", "X-UsagePlan-ID"]);
    }
    for name in due {
        ensure!(header(&good.head, name).is_some(), "the caller did not get {name}:\n{}", good.head);
    }
    let lost = call(host, key.as_ref()).replace("/detail", "/nothing");
    expect(&lane.serve_while(|| exchange(gateway, &lost))?, 404, "a call to no API")?;
    if let Some(key) = &key {
        refuses(lane, gateway, host, key)?;
    }
    if policy.limits() {
        limits(lane, gateway, host)?;
    }
    Ok(())
}

fn refuses(lane: &mut Lane, gateway: SocketAddr, host: &str, key: &KeyPair) -> Result<()> {
    expect(&lane.serve_while(|| exchange(gateway, &call(host, None)))?, 401, "a call without signature")?;
    let forged = KeyPair { id: key.id.clone(), secret: "not the secret".to_owned() };
    expect(&lane.serve_while(|| exchange(gateway, &call(host, Some(&forged))))?, 401, "a forged signature")?;
    let unknown = KeyPair { id: "AKIDnobody".to_owned(), secret: key.secret.clone() };
    expect(&lane.serve_while(|| exchange(gateway, &call(host, Some(&unknown))))?, 401, "an unknown key")
}

fn limits(lane: &mut Lane, gateway: SocketAddr, host: &str) -> Result<()> {
    let short = call(host, Some(&short_key()));
    expect(&lane.serve_while(|| exchange(gateway, &short))?, 200, "the only call of a quota")?;
    expect(&lane.serve_while(|| exchange(gateway, &short))?, 429, "a call beyond a quota")?;
    // Three at once cannot all fall into different seconds.
    let slow = call(host, Some(&slow_key()));
    let mut refused = 0;
    for _ in 0..3 {
        refused += usize::from(lane.serve_while(|| exchange(gateway, &slow))?.status == 429);
    }
    ensure!(refused > 0, "three calls at once all passed a rate of one per second");
    Ok(())
}

fn call(host: &str, key: Option<&KeyPair>) -> String {
    request(host, 0, 7, key, &httpdate::fmt_http_date(SystemTime::now()), "")
}

/// The first of `calls` comes back with the origin's answer; gives the head that the origin got, and the answer's.
pub(crate) fn good_call(lane: &mut Lane, gateway: SocketAddr, calls: &Calls<'_>) -> Result<(String, String)> {
    let request = first_of(calls);
    let good = lane.serve_while(|| exchange(gateway, &request))?;
    expect(&good, 200, "a good call")?;
    Ok((lane.origin().last_head(), good.head))
}

/// The first of `calls` gets `status`, sent from another address where one is given.
pub(crate) fn refused_call(
    lane: &mut Lane,
    gateway: SocketAddr,
    calls: &Calls<'_>,
    from: Option<Ipv4Addr>,
    status: u16,
) -> Result<()> {
    let request = first_of(calls);
    let ask = || match from {
        None => exchange(gateway, &request),
        Some(address) => ask_on(connect_from(address, gateway)?, &request),
    };
    expect(&lane.serve_while(ask)?, status, "a call that is not allowed")
}

fn first_of(calls: &Calls<'_>) -> String {
    let date = httpdate::fmt_http_date(SystemTime::now());
    request(calls.host, calls.apis.start, 7, calls.keys.first(), &date, calls.lines)
}

/// A connection from an address of this machine's own.
fn connect_from(address: Ipv4Addr, gateway: SocketAddr) -> Result<TcpStream> {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&socket, &SocketAddr::from((address, 0))).with_context(|| format!("cannot call from {address}"))?;
    connect(&socket, &gateway)?;
    Ok(TcpStream::from(socket))
}

fn expect(reply: &Reply, status: u16, what: &str) -> Result<()> {
    let body = String::from_utf8_lossy(&reply.body);
    ensure!(reply.status == status, "{what} got {} instead of {status}:\n{}\n{body}", reply.status, reply.head);
    ensure!(status != 200 || reply.body == BODY, "{what} got another body than the origin's: {body}");
    Ok(())
}

fn arrived(lane: &Lane, line: &str) -> Result<()> {
    let head = lane.origin().last_head();
    match head.lines().next() {
        Some(first) if first == line => Ok(()),
        first => bail!("the origin got `{}` instead of `{line}`", first.unwrap_or_default()),
    }
}
