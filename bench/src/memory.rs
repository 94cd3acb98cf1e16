//! Memory: at rest, with many APIs, and with many idle connections.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustls::{ClientConnection, StreamOwned};

use crate::lane::Lane;
use crate::machine::allow_files;
use crate::peer::{Tls, fresh, nginx_plain, nginx_protocols};
use crate::policy::Policy;
use crate::probe::{good_exchange, tls_stream};
use crate::process::Process;
use crate::report::say;
use crate::sheet::{Calls, Sheet};
use crate::tollgate::{Service, Setup, Tollgate};
use crate::trust::{Certificate, Trust};

/// Connections that are held open without a request.
const IDLE: usize = 10_000;
/// APIs in one service.
const APIS_PER_SERVICE: usize = 1000;
/// The host that nginx is asked for.
const NGINX_HOST: &str = "plain.localhost";
/// Time for memory that is only needed for a moment to be given back.
const SETTLE: Duration = Duration::from_secs(2);

/// A row of the table of memory.
pub(crate) struct Reading {
    /// What was measured.
    pub(crate) what: String,
    /// Resident memory: bytes.
    pub(crate) bytes: u64,
    /// What there is to say about it.
    pub(crate) note: String,
}

/// A Tollgate with all its APIs.
pub(crate) struct Published {
    /// The gateway, after a restart.
    pub(crate) tollgate: Tollgate,
    /// The service with plans and keys.
    pub(crate) called: Service,
    /// The service that came last.
    pub(crate) changed: Service,
    /// APIs in all.
    pub(crate) apis: usize,
}

/// Tollgate at rest, with 1,000 APIs and with `many` APIs, each as published and after a restart; the last one is returned
/// as it runs.
pub(crate) fn apis(program: &Path, out: &Path, origin: SocketAddr, many: usize) -> Result<(Vec<Reading>, Published)> {
    let folder = fresh(&out.join("tollgate-memory"))?;
    let mut tollgate = Tollgate::start(program, &folder, origin, &Setup::default())?;
    let mut readings = vec![reading("Tollgate at rest, nothing configured", &tollgate.process, String::new())?];
    let (mut services, mut start) = (0, Instant::now());
    let (mut called, mut changed) = (None, None);
    for apis in [APIS_PER_SERVICE, many] {
        while services * APIS_PER_SERVICE < apis {
            // Plans and keys come with the first service; a key cannot be made twice.
            let policy = if services == 0 { Policy::full(APIS_PER_SERVICE) } else { bare(APIS_PER_SERVICE) };
            let made = tollgate.publish(&format!("memory{services}"), &policy, origin)?;
            if services == 0 {
                called = Some(made)
            } else {
                changed = Some(made)
            }
            services += 1;
            if services % 5 == 0 {
                say(&format!("{} APIs published after {:.0?}", services * APIS_PER_SERVICE, start.elapsed()))?;
            }
        }
        let note = format!("as published; {apis} CreateApi calls and their releases took {:.0?}", start.elapsed());
        readings.push(reading(&format!("Tollgate, {apis} published APIs"), &tollgate.process, note)?);
        drop(tollgate);
        let restart = Instant::now();
        tollgate = Tollgate::start(program, &folder, origin, &Setup::default())?;
        let note = format!("after a restart, which took {:.1?}", restart.elapsed());
        readings.push(reading(&format!("Tollgate, {apis} published APIs"), &tollgate.process, note)?);
        start = Instant::now();
    }
    let (called, apis) = (called.context("no service")?, services * APIS_PER_SERVICE);
    let changed = changed.unwrap_or_else(|| called.clone());
    Ok((readings, Published { tollgate, called, changed, apis }))
}

/// Tollgate and plain nginx before and after 10,000 connections that were used once and now rest: plain ones, and then in
/// TLS.
pub(crate) fn idle(lane: &mut Lane, program: Option<&Path>, out: &Path) -> Result<Vec<Reading>> {
    allow_files(IDLE as u64 + 2000)?;
    let origin = lane.origin().address();
    let certificate = Certificate::make(&out.join("certificate"))?;
    let mut readings = Vec::new();
    if let Some(program) = program {
        let start = |name: &str, setup: &Setup<'_>| -> Result<(Tollgate, String)> {
            let mut tollgate = Tollgate::start(program, &fresh(&out.join(name))?, origin, setup)?;
            let host = tollgate.publish("idle", &Policy::open(), origin)?.host;
            Ok((tollgate, host))
        };
        let (tollgate, host) = start("tollgate-idle", &Setup::default())?;
        readings.push(hold(lane, "Tollgate", &tollgate.process, &host, &Plain(tollgate.address))?);
        drop(tollgate);
        let setup = Setup { certificate: Some(&certificate), access_log: None };
        let (tollgate, host) = start("tollgate-idle-tls", &setup)?;
        let opener = InTls(tollgate.https, certificate.trust(&host, "http/1.1", false)?);
        readings.push(hold(lane, "Tollgate", &tollgate.process, &host, &opener)?);
    }
    let nginx = nginx_plain(out, origin)?;
    readings.push(hold(lane, "nginx", &nginx.process, NGINX_HOST, &Plain(nginx.address))?);
    drop(nginx);
    let (nginx, https, tls) = nginx_protocols(out, origin, &certificate)?;
    if tls != Tls::None {
        let opener = InTls(https, certificate.trust(NGINX_HOST, "http/1.1", false)?);
        readings.push(hold(lane, "nginx", &nginx.process, NGINX_HOST, &opener)?);
    }
    Ok(readings)
}

/// Who opens the connections that are held.
trait Opener: Sync {
    /// A connection that stays open until it is dropped.
    type Held: Read + Write + Send;

    /// What such connections are called.
    const KIND: &str;

    /// Opens one.
    fn open(&self) -> Result<Self::Held>;
}

/// Plain connections to this address.
struct Plain(SocketAddr);

/// Connections in TLS to this address.
struct InTls(SocketAddr, Trust);

impl Opener for Plain {
    type Held = TcpStream;
    const KIND: &str = "keep-alive connections";

    fn open(&self) -> Result<TcpStream> {
        let stream = TcpStream::connect(self.0)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        Ok(stream)
    }
}

impl Opener for InTls {
    type Held = StreamOwned<ClientConnection, TcpStream>;
    const KIND: &str = "keep-alive connections in TLS";

    fn open(&self) -> Result<Self::Held> {
        tls_stream(self.0, &self.1)
    }
}

fn hold(lane: &mut Lane, name: &str, process: &Process, host: &str, opener: &impl Opener) -> Result<Reading> {
    let sheet = Sheet::render(&Calls { host, apis: 0..1, keys: &[], lines: "" });
    // One call first: what a gateway sets up for its first backend connection is not the connections' memory.
    let first = lane.serve_while(|| connect(opener, &sheet, 1))?;
    let before = process.resident()?;
    let held = lane.serve_while(|| connect(opener, &sheet, IDLE))?;
    let mut reading = reading(&format!("{name}, {IDLE} idle {}", kind_of(opener)), process, String::new())?;
    let each = reading.bytes.saturating_sub(before) as f64 / IDLE as f64;
    reading.note = format!("{:.1} MB before, so {each:.0} bytes a connection", before as f64 / 1e6);
    drop((first, held));
    Ok(reading)
}

fn kind_of<O: Opener>(_: &O) -> &'static str {
    O::KIND
}

fn connect<O: Opener>(opener: &O, sheet: &Sheet, count: usize) -> Result<Vec<O::Held>> {
    let mut held = Vec::with_capacity(count);
    for turn in 0..count {
        let mut stream = opener.open().with_context(|| format!("connection {turn}"))?;
        good_exchange(&mut stream, sheet.request(turn)).with_context(|| format!("call {turn}"))?;
        held.push(stream);
    }
    Ok(held)
}

fn bare(apis: usize) -> Policy {
    Policy { apis, ..Policy::open() }
}

fn reading(what: &str, process: &Process, note: String) -> Result<Reading> {
    std::thread::sleep(SETTLE);
    let bytes = process.resident()?;
    say(&format!("{what}: {:.1} MB {note}", bytes as f64 / 1e6))?;
    Ok(Reading { what: what.to_owned(), bytes, note })
}
