//! Memory: at rest, with many APIs, and with many idle connections.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::lane::Lane;
use crate::machine::allow_files;
use crate::peer::{fresh, nginx_plain};
use crate::policy::Policy;
use crate::probe::good_exchange;
use crate::process::Process;
use crate::report::say;
use crate::sheet::{Calls, Sheet};
use crate::tollgate::Tollgate;

/// Connections that are held open without a request.
const IDLE: usize = 10_000;
/// APIs in one service.
const APIS_PER_SERVICE: usize = 1000;
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

/// Tollgate at rest, with 1,000 APIs and with `many` APIs, each as published and after a restart.
pub(crate) fn apis(program: &Path, out: &Path, origin: SocketAddr, many: usize) -> Result<Vec<Reading>> {
    let folder = fresh(&out.join("tollgate-memory"))?;
    let mut tollgate = Tollgate::start(program, &folder, None)?;
    let mut readings = vec![reading("Tollgate at rest, nothing configured", &tollgate.process, String::new())?];
    let (mut services, mut start) = (0, Instant::now());
    for apis in [APIS_PER_SERVICE, many] {
        while services * APIS_PER_SERVICE < apis {
            // Plans and keys come with the first service; a key cannot be made twice.
            let policy = if services == 0 { Policy::full(APIS_PER_SERVICE) } else { bare(APIS_PER_SERVICE) };
            tollgate.publish(&format!("memory{services}"), &policy, origin)?;
            services += 1;
            if services % 5 == 0 {
                say(&format!("{} APIs published after {:.0?}", services * APIS_PER_SERVICE, start.elapsed()))?;
            }
        }
        let note = format!("as published; {apis} CreateApi calls and their releases took {:.0?}", start.elapsed());
        readings.push(reading(&format!("Tollgate, {apis} published APIs"), &tollgate.process, note)?);
        drop(tollgate);
        let restart = Instant::now();
        tollgate = Tollgate::start(program, &folder, None)?;
        let note = format!("after a restart, which took {:.1?}", restart.elapsed());
        readings.push(reading(&format!("Tollgate, {apis} published APIs"), &tollgate.process, note)?);
        start = Instant::now();
    }
    Ok(readings)
}

/// Tollgate and plain nginx before and after 10,000 connections that were used once and now rest.
pub(crate) fn idle(lane: &mut Lane, program: Option<&Path>, out: &Path) -> Result<Vec<Reading>> {
    allow_files(IDLE as u64 + 2000)?;
    let origin = lane.origin().address();
    let mut readings = Vec::new();
    if let Some(program) = program {
        let folder = fresh(&out.join("tollgate-idle"))?;
        let mut tollgate = Tollgate::start(program, &folder, None)?;
        let host = tollgate.publish("idle", &Policy::open(), origin)?;
        readings.push(hold(lane, "Tollgate", &tollgate.process, tollgate.address, &host)?);
    }
    let nginx = nginx_plain(out, origin)?;
    readings.push(hold(lane, "nginx", &nginx.process, nginx.address, "idle.localhost")?);
    Ok(readings)
}

fn hold(lane: &mut Lane, name: &str, process: &Process, gateway: SocketAddr, host: &str) -> Result<Reading> {
    let sheet = Sheet::render(&Calls { host, apis: 1, keys: &[] });
    // One call first: what a gateway sets up for its first backend connection is not the connections' memory.
    let first = lane.serve_while(|| connect(gateway, &sheet, 1))?;
    let before = process.resident()?;
    let held = lane.serve_while(|| connect(gateway, &sheet, IDLE))?;
    let mut reading = reading(&format!("{name}, {IDLE} idle keep-alive connections"), process, String::new())?;
    let each = reading.bytes.saturating_sub(before) as f64 / IDLE as f64;
    reading.note = format!("{:.1} MB before, so {each:.0} bytes a connection", before as f64 / 1e6);
    drop((first, held));
    Ok(reading)
}

fn connect(gateway: SocketAddr, sheet: &Sheet, count: usize) -> Result<Vec<TcpStream>> {
    let mut held = Vec::with_capacity(count);
    for turn in 0..count {
        let mut stream = TcpStream::connect(gateway).with_context(|| format!("connection {turn}"))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        good_exchange(&mut stream, sheet.request(turn)).with_context(|| format!("call {turn}"))?;
        held.push(stream);
    }
    Ok(held)
}

fn bare(apis: usize) -> Policy {
    Policy { apis, plans: Vec::new() }
}

fn reading(what: &str, process: &Process, note: String) -> Result<Reading> {
    std::thread::sleep(SETTLE);
    let bytes = process.resident()?;
    say(&format!("{what}: {:.1} MB {note}", bytes as f64 / 1e6))?;
    Ok(Reading { what: what.to_owned(), bytes, note })
}
