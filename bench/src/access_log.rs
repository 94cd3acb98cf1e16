//! The access log of a gateway: were as many lines written as calls were answered?
//!
//! It goes through a pipe, as it does from a container to a collector. In a file it would be the machine that is
//! measured: a virtual machine's host gives it memory when it is first written to, and charges a fresh page of a growing
//! file to the gateway with several microseconds.

use std::cell::{Cell, RefCell};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};

/// What the pipe holds at most: bytes. A gateway hands over some hundred lines at once.
const HOLDS: usize = 1 << 20;

/// The reading end of a gateway's log.
pub(crate) struct AccessLog {
    pipe: File,
    name: String,
    part: RefCell<Vec<u8>>,
    lines: Cell<u64>,
}

impl AccessLog {
    /// Makes a pipe at `path` for a gateway to open and append to.
    pub(crate) fn open(path: &Path) -> Result<AccessLog> {
        let name = path.display().to_string();
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)
            .with_context(|| format!("cannot make the pipe {name}"))?;
        let pipe = OpenOptions::new()
            .read(true)
            .custom_flags(OFlags::NONBLOCK.bits() as i32)
            .open(path)
            .with_context(|| format!("cannot open the pipe {name}"))?;
        rustix::pipe::fcntl_setpipe_size(&pipe, HOLDS).with_context(|| format!("cannot widen the pipe {name}"))?;
        Ok(AccessLog { pipe, name, part: RefCell::new(vec![0; 1 << 16]), lines: Cell::new(0) })
    }

    /// Lines counted so far.
    pub(crate) fn lines(&self) -> u64 {
        self.lines.get()
    }

    /// Counts the lines that have come, until nothing is left.
    pub(crate) fn collect(&self) -> Result<()> {
        let mut part = self.part.borrow_mut();
        loop {
            match (&self.pipe).read(&mut part) {
                Ok(0) => return Ok(()),
                Ok(count) => {
                    let lines = part[..count].iter().filter(|byte| **byte == b'\n').count();
                    self.lines.set(self.lines.get() + lines as u64);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => bail!("cannot read the access log {}: {error}", self.name),
            }
        }
    }
}

impl AsFd for AccessLog {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn lines_are_counted_once_over_several_collections() {
        let path = std::env::temp_dir().join(format!("tollgate-bench-{}.log", std::process::id()));
        let log = AccessLog::open(&path).unwrap();
        let mut writer = OpenOptions::new().append(true).open(&path).unwrap();
        writer.write_all(b"one\ntwo\n").unwrap();
        log.collect().unwrap();
        writer.write_all(b"three\n").unwrap();
        log.collect().unwrap();
        assert_eq!(log.lines(), 3);
        std::fs::remove_file(path).unwrap();
    }
}
