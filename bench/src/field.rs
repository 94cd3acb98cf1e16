//! The field: which gateways take part, started, probed, and each with the calls of its rows.

use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result};

use crate::lane::Lane;
use crate::load::Load;
use crate::options::Options;
use crate::peer::{self, LUA_HOST, Peer, fresh};
use crate::policy::{Behind, Policy, load_keys};
use crate::probe;
use crate::report::{LOGGED_PLAIN, LUA, say};
use crate::rounds::Row;
use crate::sheet::{Calls, Sheet};
use crate::tollgate::{Setup, Tollgate};

/// Plain nginx answering open calls.
const PLAIN_OPEN: &str = "nginx";
/// Plain nginx answering signed calls, which are longer.
const PLAIN_SIGNED: &str = "nginx-signed";
/// APIs of the full pipeline.
const MANY: usize = 1000;

/// A Tollgate row: its names, policy, and whether it writes an access log.
struct Own {
    name: &'static str,
    title: &'static str,
    policy: Policy,
    access_log: bool,
}

/// Starts and probes everything that was asked for. A peer that cannot be started or does not do what it should is an
/// error: a table without it would say less than it seems to.
pub(crate) fn line_up(lane: &mut Lane, options: &Options) -> Result<Vec<Row>> {
    let origin = lane.origin().address();
    let out = options.out.as_path();
    let mut rows = Vec::new();
    if options.wants(PLAIN_OPEN) || options.wants(PLAIN_SIGNED) {
        let peer = peer::nginx_plain(out, origin)?;
        probe::plain(lane, peer.address).context("nginx")?;
        let process = Rc::new(peer.process);
        let keys = load_keys();
        for (name, title, keys) in [
            (PLAIN_OPEN, "nginx, plain proxy, open calls", &[][..]),
            (PLAIN_SIGNED, "nginx, plain proxy, signed calls", &keys[..]),
        ] {
            if options.wants(name) {
                let calls = Calls { host: "plain.localhost", apis: 0..MANY, keys, lines: "" };
                rows.push(Row::new((name, title, name), &process, peer.address, small(&calls)));
            }
        }
    }
    if options.wants(LOGGED_PLAIN) {
        rows.push(logged_row(lane, out)?);
    }
    if options.wants("haproxy") {
        plain_row(lane, &mut rows, "haproxy", "haproxy, plain proxy, open calls", peer::haproxy(out, origin)?)?;
    }
    if let Some(program) = &options.with_bare {
        plain_row(lane, &mut rows, "bare", "Tollgate's engine alone, open calls", peer::bare(program, out, origin)?)?;
    }
    if options.wants(LUA) {
        rows.push(lua_row(lane, out)?);
    }
    for own in own() {
        if options.wants(own.name) {
            rows.push(tollgate_row(lane, &options.tollgate, out, own)?);
        }
    }
    if let Some(program) = &options.unguided {
        let title = "Tollgate built without a profile, full pipeline, 1,000 APIs";
        let own = Own { name: "unguided-full-1000", title, policy: Policy::full(MANY), access_log: true };
        rows.push(tollgate_row(lane, program, out, own)?);
    }
    Ok(rows)
}

fn own() -> [Own; 6] {
    let own = |name, title, policy, access_log| Own { name, title, policy, access_log };
    [
        own("tollgate-open", "Tollgate, open API", Policy::open(), false),
        own("tollgate-key", "Tollgate, key-pair API", Policy::key_pair(), false),
        own("tollgate-upstream", "Tollgate, open API, upstream with 4 nodes", Policy::before(Behind::Upstream), false),
        own("tollgate-function", "Tollgate, open API, event function", Policy::before(Behind::Function), false),
        own("tollgate-full-1", "Tollgate, full pipeline, 1 API", Policy::full(1), true),
        own("tollgate-full-1000", "Tollgate, full pipeline, 1,000 APIs", Policy::full(MANY), true),
    ]
}

fn logged_row(lane: &mut Lane, out: &Path) -> Result<Row> {
    let log = lane.read_log(&fresh(&out.join(LOGGED_PLAIN))?.join("access.log"))?;
    let peer = peer::nginx_logged(out, lane.origin().address())?;
    probe::plain(lane, peer.address).context("nginx with an access log")?;
    let calls = Calls { host: "plain.localhost", apis: 0..MANY, keys: &load_keys(), lines: "" };
    let title = "nginx, plain proxy with an access log, signed calls";
    let mut row = Row::new((LOGGED_PLAIN, title, PLAIN_SIGNED), &Rc::new(peer.process), peer.address, small(&calls));
    row.access_log = Some(log);
    Ok(row)
}

fn lua_row(lane: &mut Lane, out: &Path) -> Result<Row> {
    let policy = Policy::full(MANY);
    let log = lane.read_log(&fresh(&out.join("nginx-policy"))?.join("access.log"))?;
    let peer = peer::nginx_policy(out, lane.origin().address(), &policy)?;
    probe::policy(lane, peer.address, LUA_HOST, &policy).context("nginx with Lua")?;
    let calls = Calls { host: LUA_HOST, apis: 0..MANY, keys: &load_keys(), lines: "" };
    let title = "nginx, the full pipeline's policy in Lua, 1,000 APIs";
    let mut row = Row::new((LUA, title, PLAIN_SIGNED), &Rc::new(peer.process), peer.address, small(&calls));
    row.access_log = Some(log);
    Ok(row)
}

fn tollgate_row(lane: &mut Lane, program: &Path, out: &Path, own: Own) -> Result<Row> {
    let folder = fresh(&out.join(own.name))?;
    let log_file = own.access_log.then(|| folder.join("access.log"));
    let log = log_file.as_deref().map(|path| lane.read_log(path)).transpose()?;
    let origin = lane.origin().address();
    let setup = Setup { access_log: log_file.as_deref(), certificate: None };
    let mut tollgate = Tollgate::start(program, &folder, origin, &setup)?;
    let host = tollgate.publish("bench", &own.policy, origin).context(own.name)?.host;
    probe::policy(lane, tollgate.address, &host, &own.policy).context(own.name)?;
    say(&format!("{}: configured and probed", own.name))?;
    let keys = if own.policy.plans.is_empty() { Vec::new() } else { load_keys() };
    let plain = if keys.is_empty() { PLAIN_OPEN } else { PLAIN_SIGNED };
    let calls = Calls { host: &host, apis: 0..own.policy.apis, keys: &keys, lines: "" };
    let mut row = Row::new((own.name, own.title, plain), &Rc::new(tollgate.process), tollgate.address, small(&calls));
    row.access_log = log;
    Ok(row)
}

fn plain_row(lane: &mut Lane, rows: &mut Vec<Row>, name: &'static str, title: &str, peer: Peer) -> Result<()> {
    probe::plain(lane, peer.address).context(name)?;
    let calls = Calls { host: "plain.localhost", apis: 0..MANY, keys: &[], lines: "" };
    rows.push(Row::new((name, title, PLAIN_OPEN), &Rc::new(peer.process), peer.address, small(&calls)));
    Ok(())
}

/// The small call over plain HTTP/1.1.
pub(crate) fn small(calls: &Calls<'_>) -> Load {
    Load::Calls(Sheet::render(calls))
}
