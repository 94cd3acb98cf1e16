//! The access log of a gateway: were as many lines written as calls were answered?

use std::fs::OpenOptions;
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, Result};

/// A log file, counted and emptied now and then so that the disk does not fill.
pub(crate) struct AccessLog {
    file: PathBuf,
    lines: u64,
}

impl AccessLog {
    /// The log that a gateway appends to.
    pub(crate) fn new(file: PathBuf) -> AccessLog {
        AccessLog { file, lines: 0 }
    }

    /// Lines counted so far.
    pub(crate) fn lines(&self) -> u64 {
        self.lines
    }

    /// Counts the lines that have come and empties the file. What a gateway still holds back is counted the next time.
    pub(crate) fn collect(&mut self) -> Result<()> {
        let name = self.file.display();
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&self.file)
            .with_context(|| format!("cannot read the access log {name}"))?;
        let mut part = vec![0; 1 << 18];
        loop {
            let count = file.read(&mut part).with_context(|| format!("cannot read the access log {name}"))?;
            if count == 0 {
                break;
            }
            self.lines += part[..count].iter().filter(|byte| **byte == b'\n').count() as u64;
        }
        file.set_len(0).with_context(|| format!("cannot empty the access log {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn lines_are_counted_once_over_several_collections() {
        let path = std::env::temp_dir().join(format!("tollgate-bench-{}.log", std::process::id()));
        let mut writer = OpenOptions::new().create(true).append(true).open(&path).unwrap();
        let mut log = AccessLog::new(path.clone());
        writer.write_all(b"one\ntwo\n").unwrap();
        log.collect().unwrap();
        writer.write_all(b"three\n").unwrap();
        log.collect().unwrap();
        assert_eq!(log.lines(), 3);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
        std::fs::remove_file(path).unwrap();
    }
}
