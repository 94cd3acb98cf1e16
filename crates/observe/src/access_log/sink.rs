//! Where lines end up.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often a failing log complains in the process's own log.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Sink {
    to: To,
    complained: Option<Instant>,
}

#[derive(Debug)]
enum To {
    Stdout,
    File { path: PathBuf, file: File },
}

impl Sink {
    pub(super) fn stdout() -> Self {
        Self { to: To::Stdout, complained: None }
    }

    pub(super) fn file(path: PathBuf) -> io::Result<Self> {
        let file = open(&path)?;
        Ok(Self { to: To::File { path, file }, complained: None })
    }

    /// True when all of `lines` is written.
    pub(super) fn write(&mut self, lines: &[u8]) -> bool {
        let written = match &mut self.to {
            To::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(lines).and_then(|()| stdout.flush())
            }
            To::File { file, .. } => file.write_all(lines),
        };
        match written {
            Ok(()) => true,
            Err(error) => {
                self.complain("cannot be written", &error);
                false
            }
        }
    }

    /// A file that cannot be opened anew stays as it is.
    pub(super) fn reopen(&mut self) {
        if let To::File { path, file } = &mut self.to {
            match open(path) {
                Ok(fresh) => *file = fresh,
                Err(error) => self.complain("cannot be opened anew; the old file is written on", &error),
            }
        }
    }

    fn complain(&mut self, what: &str, error: &io::Error) {
        if self.complained.is_none_or(|last| last.elapsed() >= COMPLAIN_EVERY) {
            self.complained = Some(Instant::now());
            let name = match &self.to {
                To::Stdout => "standard output".into(),
                To::File { path, .. } => path.display().to_string(),
            };
            tracing::warn!(log = name, %error, "the access log {what}");
        }
    }
}

/// A fresh file is for its owner and group: it tells who called what.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o640).open(path)
}
