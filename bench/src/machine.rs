//! The machine: which core a thing runs on, and what stands in the report about it.

use std::process::Command;

use anyhow::{Context, Result, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setpriority_process, setrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};

/// The core of the gateway that is measured.
pub(crate) const GATEWAY_CORE: usize = 0;
/// The core of origin and callers.
pub(crate) const LOAD_CORE: usize = 1;

/// The priority of a session's processes as a whole.
const SESSION: &str = "/proc/self/autogroup";

/// Binds the calling thread, and every process it starts from now on, to one core.
pub(crate) fn stay_on(core: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).with_context(|| format!("cannot run on core {core}: the benchmark needs two cores"))
}

/// The highest priority, for this process and those it starts from now on, until it is dropped.
pub(crate) struct First {
    session: Option<String>,
}

impl First {
    /// Asks for it; only root is granted it. The report tells what others took all the same.
    pub(crate) fn ask() -> Option<First> {
        setpriority_process(None, -20).ok()?;
        // Where the kernel groups processes by session, the session's own priority is what counts between sessions.
        let session = read(SESSION).and_then(|line| Some(line.rsplit_once("nice ")?.1.to_owned()));
        let session = session.filter(|_| std::fs::write(SESSION, "-20").is_ok());
        Some(First { session })
    }
}

impl Drop for First {
    fn drop(&mut self) {
        if let Some(before) = &self.session {
            let _ = std::fs::write(SESSION, before);
        }
    }
}

/// Raises the limit of open files to `wanted`, for this process and those it starts. Only root can raise it beyond the
/// hard limit; what cannot be had is an error that says so.
pub(crate) fn allow_files(wanted: u64) -> Result<()> {
    let now = getrlimit(Resource::Nofile);
    if now.current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    let maximum = now.maximum.map(|maximum| maximum.max(wanted));
    if setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }).is_ok() {
        return Ok(());
    }
    match now.maximum {
        Some(maximum) if maximum < wanted => bail!("{wanted} open files are needed and {maximum} allowed (ulimit -Hn)"),
        _ => setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: now.maximum }).context("setrlimit"),
    }
}

/// `Linux 6.1.0, AMD EPYC, 2 cores`.
pub(crate) fn description() -> String {
    let kernel = read("/proc/sys/kernel/osrelease").unwrap_or_else(|| "unknown kernel".to_owned());
    let info = read("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let cores = std::thread::available_parallelism().map_or(0, usize::from).max(info.matches("processor\t").count());
    format!("Linux {kernel}, {}, {cores} cores", model.unwrap_or("unknown CPU"))
}

/// Seconds that one core has worked since boot, for whomever, as the kernel counts them.
pub(crate) fn core_busy(core: usize) -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/stat").context("/proc/stat")?;
    let name = format!("cpu{core} ");
    let line = stat.lines().find(|line| line.starts_with(&name)).context("/proc/stat has no line for the core")?;
    let ticks: Vec<u64> = line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal: all that is not idle or waiting.
    let busy: u64 = ticks.iter().take(8).enumerate().filter(|(at, _)| *at != 3 && *at != 4).map(|(_, t)| t).sum();
    Ok(busy as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// First line of what a program says about its version, or `None` when it cannot be started.
pub(crate) fn version(program: &str, flag: &str) -> Option<String> {
    let output = Command::new(program).arg(flag).output().ok()?;
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    Some(String::from_utf8_lossy(&text).lines().next()?.trim().to_owned())
}

fn read(path: &str) -> Option<String> {
    Some(std::fs::read_to_string(path).ok()?.trim().to_owned())
}
