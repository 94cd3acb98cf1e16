//! A gateway's processes: started on their core, their CPU time and memory read, ended when dropped.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::machine::{GATEWAY_CORE, LOAD_CORE, stay_on};

/// How long a gateway may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running gateway: the process that was started and all its descendants.
pub(crate) struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Process {
    /// Starts a gateway on its core. What it writes goes to `log`.
    pub(crate) fn start(name: &str, mut command: Command, log: &Path) -> Result<Process> {
        let file = File::create(log).with_context(|| format!("cannot create {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        stay_on(GATEWAY_CORE)?;
        let child = command.spawn().with_context(|| format!("cannot start {name}"));
        stay_on(LOAD_CORE)?;
        Ok(Process { child: child?, name: name.to_owned(), log: log.to_path_buf() })
    }

    /// Waits until something accepts connections at `address`.
    pub(crate) fn wait_for(&mut self, address: SocketAddr) -> Result<()> {
        self.wait_until(&format!("accept connections at {address}"), || TcpStream::connect(address).is_ok())
    }

    /// Waits until `ready` says so; an error when the process ends before, or takes too long.
    pub(crate) fn wait_until(&mut self, what: &str, mut ready: impl FnMut() -> bool) -> Result<()> {
        let start = Instant::now();
        while !ready() {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended ({status}) before it could {what}; it wrote: {}", self.name, self.last_words());
            }
            if start.elapsed() > PATIENCE {
                bail!("{} did not {what} within {PATIENCE:?}; it wrote: {}", self.name, self.last_words());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The end of what it wrote.
    fn last_words(&self) -> String {
        let output = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = output.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }

    /// CPU time used so far, user and system, by all processes: seconds.
    pub(crate) fn cpu(&self) -> Result<f64> {
        let mut ticks = 0;
        for pid in self.pids() {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("a gateway's process is gone")?;
            // The name in parentheses may hold blanks; state is the first field behind it, utime the 12th, stime the 13th.
            let fields = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
            ticks += fields.split_whitespace().skip(11).take(2).filter_map(|f| f.parse::<u64>().ok()).sum::<u64>();
        }
        Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
    }

    /// Resident memory of all processes: bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        let mut kilobytes = 0;
        for pid in self.pids() {
            let status =
                std::fs::read_to_string(format!("/proc/{pid}/status")).context("a gateway's process is gone")?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            kilobytes += line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0);
        }
        Ok(kilobytes * 1024)
    }

    /// The process started and everything it started.
    fn pids(&self) -> Vec<u32> {
        let mut pids = vec![self.child.id()];
        let mut at = 0;
        while at < pids.len() {
            let pid = pids[at];
            let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
            pids.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
            at += 1;
        }
        pids
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGTERM first: nginx's master ends its worker only when it is asked.
        if let Some(pid) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A loopback address whose port is free at this moment.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?.local_addr()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_memory_and_is_gone_when_dropped() {
        let folder = std::env::temp_dir();
        let mut command = Command::new("sleep");
        command.arg("60");
        let process = Process::start("sleep", command, &folder.join("tollgate-bench-test.log")).unwrap();
        let pid = process.child.id();
        assert!(process.resident().unwrap() > 0);
        assert!(process.cpu().unwrap() < 1.0);
        drop(process);
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
    }
}
