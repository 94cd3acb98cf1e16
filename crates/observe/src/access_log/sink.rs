//! Where lines end up.

use std::fs::{File, OpenOptions, rename};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::Rotation;

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
    File(LineFile),
}

/// The file of the lines.
#[derive(Debug)]
struct LineFile {
    path: PathBuf,
    file: File,
    /// How long it is, in bytes, as far as we wrote it.
    length: u64,
    /// Since when there is this file.
    born: SystemTime,
    rotation: Rotation,
}

impl Sink {
    pub(super) fn stdout() -> Self {
        Self { to: To::Stdout, complained: None }
    }

    pub(super) fn file(path: PathBuf, rotation: Rotation) -> io::Result<Self> {
        Ok(Self { to: To::File(LineFile::open(path, rotation)?), complained: None })
    }

    /// True when all of `lines` is written.
    pub(super) fn write(&mut self, lines: &[u8]) -> bool {
        if let To::File(lined) = &mut self.to
            && lined.is_due(lines.len() as u64)
            && let Err(error) = lined.rotate()
        {
            self.complain("cannot be rotated; the old file is written on", &error);
        }
        let written = match &mut self.to {
            To::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(lines).and_then(|()| stdout.flush())
            }
            To::File(lined) => lined.file.write_all(lines).inspect(|()| lined.length += lines.len() as u64),
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
        if let To::File(lined) = &mut self.to {
            match LineFile::open(lined.path.clone(), lined.rotation) {
                Ok(fresh) => *lined = fresh,
                Err(error) => self.complain("cannot be opened anew; the old file is written on", &error),
            }
        }
    }

    fn complain(&mut self, what: &str, error: &io::Error) {
        if self.complained.is_none_or(|last| last.elapsed() >= COMPLAIN_EVERY) {
            self.complained = Some(Instant::now());
            let name = match &self.to {
                To::Stdout => "standard output".into(),
                To::File(lined) => lined.path.display().to_string(),
            };
            tracing::warn!(log = name, %error, "the access log {what}");
        }
    }
}

impl LineFile {
    /// A fresh file is for its owner and group: it tells who called what.
    fn open(path: PathBuf, rotation: Rotation) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).mode(0o640).open(&path)?;
        let told = file.metadata()?;
        // Not every file system knows when a file was made.
        let born = told.created().unwrap_or_else(|_| SystemTime::now());
        Ok(Self { path, file, length: if told.is_file() { told.len() } else { 0 }, born, rotation })
    }

    /// Whether `more` bytes belong into a fresh file.
    fn is_due(&self, more: u64) -> bool {
        let is_full = self.rotation.size.is_some_and(|size| self.length.saturating_add(more) > size);
        let is_old = self.rotation.age.is_some_and(|age| self.born.elapsed().is_ok_and(|elapsed| elapsed >= age));
        self.length > 0 && (is_full || is_old)
    }

    /// Makes this file the youngest of the old ones; the oldest goes.
    fn rotate(&mut self) -> io::Result<()> {
        for number in (1..self.rotation.keep).rev() {
            match rename(old(&self.path, number), old(&self.path, number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        rename(&self.path, old(&self.path, 1))?;
        *self = Self::open(self.path.clone(), self.rotation)?;
        Ok(())
    }
}

/// `access.log.1`, the youngest, and so on.
fn old(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_full_file_gives_way_and_so_many_old_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        let rotation = Rotation { size: Some(4), age: None, keep: 2 };
        let mut sink = Sink::file(path.clone(), rotation).unwrap();
        for line in ["a\n", "b\n", "c\n", "d\n", "longer than that\n", "e\n"] {
            assert!(sink.write(line.as_bytes()));
        }
        let read = |path: &Path| fs::read_to_string(path).unwrap();
        assert_eq!(read(&path), "e\n");
        assert_eq!(read(&old(&path, 1)), "longer than that\n", "lines are never cut");
        assert_eq!(read(&old(&path, 2)), "c\nd\n");
        assert!(!old(&path, 3).exists());
        drop(sink);
        let mut sink = Sink::file(path.clone(), rotation).unwrap();
        assert!(sink.write(b"fgh\n"));
        assert_eq!(read(&old(&path, 1)), "e\n", "what was there counts");
    }

    #[test]
    fn an_old_file_gives_way_when_the_next_line_comes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        let rotation = Rotation { size: None, age: Some(Duration::ZERO), keep: 1 };
        let mut sink = Sink::file(path.clone(), rotation).unwrap();
        assert!(sink.write(b"a\n"), "an empty file stays");
        assert!(!old(&path, 1).exists());
        assert!(sink.write(b"b\n"));
        assert_eq!(fs::read_to_string(old(&path, 1)).unwrap(), "a\n");
    }

    #[test]
    fn a_file_that_cannot_be_moved_is_written_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.log");
        fs::create_dir(old(&path, 1)).unwrap();
        fs::write(old(&path, 1).join("x"), "").unwrap();
        let mut sink = Sink::file(path.clone(), Rotation { size: Some(1), age: None, keep: 1 }).unwrap();
        assert!(sink.write(b"a\n") && sink.write(b"b\n"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\nb\n");
    }
}
