//! Changes of the configuration while calls go on: two rows of the same gateway with all its APIs, one of which is changed
//! meanwhile.

use std::rc::Rc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::load::Load;
use crate::management::Management;
use crate::memory::Published;
use crate::options::Options;
use crate::policy::load_keys;
use crate::rounds::Row;
use crate::sheet::{Calls, Sheet};

/// The row without changes.
pub(crate) const STILL: &str = "tollgate-still";
/// The row with one change a second.
pub(crate) const CHANGING: &str = "tollgate-changing";
/// Calls a second: some of what the gateway could do, so that latency is the gateway's and not a queue's.
pub(crate) const RATE: u32 = 5000;
/// The shortest turn: changes come meanwhile.
pub(crate) const TURN: Duration = Duration::from_secs(2);
/// Most turns of a row: they are long.
pub(crate) const TURNS: usize = 5;
/// From one change to the next.
const EVERY: Duration = Duration::from_secs(1);

/// Who changes an API and releases its service again, over and over.
pub(crate) struct Changes {
    changer: Arc<Mutex<Changer>>,
}

struct Changer {
    management: Management,
    /// The API as it is, with its id.
    api: Value,
    took: Vec<Duration>,
}

/// Changes that are being made.
pub(crate) struct Changing {
    stop: Sender<()>,
    thread: JoinHandle<Result<()>>,
}

/// The two rows, as far as they were asked for. Calls go to the first of the services, changes to the last.
pub(crate) fn rows(published: Published, options: &Options) -> Result<Vec<Row>> {
    let Published { tollgate, called, changed, apis } = published;
    let keys = load_keys();
    let calls = Calls { host: &called.host, apis: 0..apis.min(1000), keys: &keys, lines: "" };
    let load = || Load::Calls(Sheet::render(&calls));
    let process = Rc::new(tollgate.process);
    let mut rows = Vec::new();
    if options.wants(STILL) {
        let title = format!("Tollgate, {apis} APIs, no change");
        rows.push(Row::new((STILL, &title, STILL), &process, tollgate.address, load()));
    }
    if options.wants(CHANGING) {
        let title = format!("Tollgate, {apis} APIs, one change a second");
        let mut row = Row::new((CHANGING, &title, STILL), &process, tollgate.address, load());
        row.changes = Some(Changes::prepare(tollgate.management, &changed.id)?);
        rows.push(row);
    }
    Ok(rows)
}

impl Changes {
    /// Picks the API of `service` that will change.
    fn prepare(mut management: Management, service: &str) -> Result<Changes> {
        let listed = management.act("DescribeApisStatus", &json!({ "ServiceId": service, "Limit": 1 }))?;
        let id = &listed["Result"]["ApiIdStatusSet"][0]["ApiId"];
        let mut found = management.act("DescribeApi", &json!({ "ServiceId": service, "ApiId": id }))?;
        let mut api = json!({ "ServiceId": service, "ApiId": id });
        for name in [
            "ApiName",
            "ApiType",
            "AuthType",
            "Protocol",
            "EnableCORS",
            "RequestConfig",
            "RequestParameters",
            "ServiceType",
            "ServiceConfig",
            "ServiceParameters",
        ] {
            api[name] = found["Result"][name].take();
        }
        let changer = Changer { management, api, took: Vec::new() };
        Ok(Changes { changer: Arc::new(Mutex::new(changer)) })
    }

    /// Begins to change.
    pub(crate) fn begin(&self) -> Changing {
        let (stop, stopped) = channel();
        let changer = Arc::clone(&self.changer);
        let thread = std::thread::spawn(move || {
            let mut changer = changer.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                let start = Instant::now();
                changer.change()?;
                match stopped.recv_timeout(EVERY.saturating_sub(start.elapsed())) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
            }
        });
        Changing { stop, thread }
    }

    /// How many changes were made, and what they took from the first request to the last answer: median and longest.
    pub(crate) fn took(&self) -> Option<(usize, Duration, Duration)> {
        let mut took = self.changer.lock().unwrap_or_else(PoisonError::into_inner).took.clone();
        took.sort();
        Some((took.len(), *took.get(took.len() / 2)?, *took.last()?))
    }
}

impl Changer {
    /// Gives the API another timeout, and releases its service.
    fn change(&mut self) -> Result<()> {
        let start = Instant::now();
        self.api["ServiceTimeout"] = json!(15 + self.took.len() % 10);
        self.management.act("ModifyApi", &self.api)?;
        let release = json!({
            "ServiceId": self.api["ServiceId"], "EnvironmentName": "release", "ReleaseDesc": "benchmark",
        });
        self.management.act("ReleaseService", &release)?;
        self.took.push(start.elapsed());
        Ok(())
    }
}

impl Changing {
    /// Waits for the change that is being made; an error when one was refused.
    pub(crate) fn end(self) -> Result<()> {
        // Who has stopped because of an error listens no more.
        let _ = self.stop.send(());
        match self.thread.join() {
            Ok(result) => result.context("a change failed"),
            Err(_) => bail!("the changes panicked"),
        }
    }
}
