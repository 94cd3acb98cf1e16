//! The rows of other protocols: TLS, HTTP/2, large bodies and WebSockets, Tollgate beside nginx.

use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Context, Result};

use crate::blocks::Blocks;
use crate::callers::handshake::Kind;
use crate::callers::large::Way;
use crate::callers::socket::UPGRADE;
use crate::lane::Lane;
use crate::large::LARGE;
use crate::load::Load;
use crate::options::Options;
use crate::peer::{self, Tls, fresh};
use crate::policy::Policy;
use crate::probe;
use crate::process::Process;
use crate::report::say;
use crate::rounds::Row;
use crate::sheet::{Calls, Sheet};
use crate::tollgate::{Setup, Tollgate};
use crate::trust::Certificate;

/// What a pair of rows is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Tls,
    Handshake,
    Resumed,
    Http2,
    Download,
    Upload,
    Messages,
}

/// A pair of rows: names of nginx's and Tollgate's, and what both do.
const PAIRS: [(Manner, &str, &str, &str); 7] = [
    (Manner::Tls, "nginx-tls", "tollgate-tls", "calls in TLS, connections kept"),
    (Manner::Handshake, "nginx-handshake", "tollgate-handshake", "TLS handshakes, full"),
    (Manner::Resumed, "nginx-resumed", "tollgate-resumed", "TLS handshakes, resumed"),
    (Manner::Http2, "nginx-http2", "tollgate-http2", "calls over HTTP/2 in TLS"),
    (Manner::Download, "nginx-download", "tollgate-download", "answers of 1 MiB"),
    (Manner::Upload, "nginx-upload", "tollgate-upload", "requests of 1 MiB"),
    (Manner::Messages, "nginx-websocket", "tollgate-websocket", "WebSocket messages of 100 bytes and their echoes"),
];

/// A gateway that takes part.
struct Contender {
    title: &'static str,
    process: Rc<Process>,
    http: SocketAddr,
    https: SocketAddr,
    host: String,
    /// What it can do in TLS.
    tls: Tls,
}

/// Starts and probes both gateways, as far as rows of theirs were asked for; one process of each has all its rows.
pub(crate) fn line_up(lane: &mut Lane, options: &Options) -> Result<Vec<Row>> {
    let wants_nginx = PAIRS.iter().any(|(_, nginx, _, _)| options.wants(nginx));
    let wants_tollgate = PAIRS.iter().any(|(_, _, tollgate, _)| options.wants(tollgate));
    if !wants_nginx && !wants_tollgate {
        return Ok(Vec::new());
    }
    let certificate = Certificate::make(&options.out.join("certificate"))?;
    let nginx = wants_nginx.then(|| nginx(lane, options, &certificate)).transpose().context("nginx")?;
    let tollgate = wants_tollgate.then(|| tollgate(lane, options, &certificate)).transpose().context("Tollgate")?;
    let mut rows = Vec::new();
    for (manner, nginx_name, tollgate_name, what) in PAIRS {
        for (name, contender) in [(nginx_name, &nginx), (tollgate_name, &tollgate)] {
            if let Some(contender) = contender.as_ref().filter(|_| options.wants(name)) {
                rows.push(contender.row((name, nginx_name), manner, what, &certificate)?);
            }
        }
    }
    Ok(rows)
}

fn nginx(lane: &mut Lane, options: &Options, certificate: &Certificate) -> Result<Contender> {
    let (peer, https, tls) = peer::nginx_protocols(&options.out, lane.origin().address(), certificate)?;
    let host = "plain.localhost".to_owned();
    probe::plain(lane, peer.address)?;
    if tls != Tls::None {
        probe::tls(lane, https, &host, &certificate.trust(&host, "http/1.1", true)?)?;
    }
    Ok(Contender { title: "nginx", process: Rc::new(peer.process), http: peer.address, https, host, tls })
}

fn tollgate(lane: &mut Lane, options: &Options, certificate: &Certificate) -> Result<Contender> {
    let folder = fresh(&options.out.join("tollgate-protocols"))?;
    let origin = lane.origin().address();
    let setup = Setup { certificate: Some(certificate), access_log: None };
    let mut tollgate = Tollgate::start(&options.tollgate, &folder, origin, &setup)?;
    let host = tollgate.publish_protocols(origin)?.host;
    probe::policy(lane, tollgate.address, &host, &Policy::open())?;
    probe::tls(lane, tollgate.https, &host, &certificate.trust(&host, "http/1.1", true)?)?;
    say("the protocols' gateways: configured and probed")?;
    Ok(Contender {
        title: "Tollgate",
        process: Rc::new(tollgate.process),
        http: tollgate.address,
        https: tollgate.https,
        host,
        tls: Tls::WithHttp2,
    })
}

impl Contender {
    fn row(
        &self,
        (name, plain): (&'static str, &'static str),
        manner: Manner,
        what: &str,
        certificate: &Certificate,
    ) -> Result<Row> {
        let address = match manner {
            Manner::Tls | Manner::Handshake | Manner::Resumed | Manner::Http2 => self.https,
            Manner::Download | Manner::Upload | Manner::Messages => self.http,
        };
        let load = self.load(manner, certificate)?;
        let mut row = Row::new((name, &format!("{}, {what}", self.title), plain), &self.process, address, load);
        row.missing = match (manner, self.tls) {
            (Manner::Tls | Manner::Handshake | Manner::Resumed | Manner::Http2, Tls::None) => {
                Some("this nginx has no http_ssl_module".to_owned())
            }
            (Manner::Http2, Tls::WithoutHttp2) => Some("this nginx has no http_v2_module".to_owned()),
            _ => None,
        };
        Ok(row)
    }

    fn load(&self, manner: Manner, certificate: &Certificate) -> Result<Load> {
        let host = self.host.as_str();
        let head = |method: &str, path: &str, more: &str| {
            let common = format!("Host: {host}\r\nUser-Agent: bench\r\nAccept: */*");
            format!("{method} /release/{path} HTTP/1.1\r\n{common}\r\n{more}\r\n").into_bytes()
        };
        let trust = |protocol| certificate.trust(host, protocol, false);
        Ok(match manner {
            Manner::Tls => {
                let sheet = Sheet::render(&Calls { host, apis: 0..1, keys: &[], lines: "" });
                Load::TlsCalls(sheet, trust("http/1.1")?)
            }
            Manner::Handshake => Load::Handshakes(trust("http/1.1")?, Kind::Full),
            Manner::Resumed => Load::Handshakes(trust("http/1.1")?, Kind::Resumed),
            Manner::Http2 => Load::Http2(Blocks::render(host, 1), trust("h2")?),
            Manner::Download => Load::Large(head("GET", "large", ""), Way::Down),
            Manner::Upload => {
                let length = format!("Content-Type: application/octet-stream\r\nContent-Length: {LARGE}\r\n");
                Load::Large(head("POST", "upload", &length), Way::Up)
            }
            Manner::Messages => Load::Messages(head("GET", "socket", UPGRADE)),
        })
    }
}
