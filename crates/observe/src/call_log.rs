//! The calls of the last days, kept for searching.
//!
//! The log's thread packs calls together and appends them to files ([`segment`]); a search unpacks them again. There is
//! no index but the times of each file and each pack of calls: looking through a million calls takes a second or two,
//! and nothing on the path of a call, and hardly anything behind it, is paid for what is seldom asked.
//!
//! # Bounds
//!
//! Files are deleted, the oldest first, when all of them together or their age exceed what is said. Of calls that come
//! too fast only so many a second are kept, with a share for those that failed; the rest is counted where it is missing
//! ([`model::LogPage::not_kept`]). A crash loses what was gathered in the last second.

mod condition;
mod keeper;
mod search;
mod segment;

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{LogPage, LogQuestion};

pub(crate) use condition::meets_all;
pub(crate) use keeper::Keeper;
pub(crate) use search::owned;
use segment::Segment;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLogBounds {
    /// Bytes of all files together; 8 MiB at least.
    pub bytes: u64,
    /// How long a call is kept.
    pub age: Duration,
    /// Calls a second that went well, and again as many that failed.
    pub per_second: u32,
}

/// The call log. Cheap to clone: all clones are the same log.
#[derive(Debug, Clone)]
pub struct CallLog {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    bounds: CallLogBounds,
    /// In the order in which they were begun.
    segments: Mutex<Vec<Segment>>,
    /// No file was ever numbered like this or higher when the log was opened.
    free_from: u64,
}

/// A cursor that is not one of this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownPlace;

impl CallLog {
    /// Opens the log in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(folder: &Path, bounds: CallLogBounds) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if let Some(number) = entry.file_name().to_str().and_then(file_number) {
                files.push((number, entry.path()));
            }
        }
        files.sort();
        let free_from = files.last().map_or(1, |(last, _)| last + 1);
        let mut segments = Vec::new();
        for (number, path) in files {
            match Segment::inspect(number, &path)? {
                Some(segment) => segments.push(segment),
                None => {
                    tracing::warn!(file = %path.display(), "no file of the call log of this version; it is left alone")
                }
            }
        }
        Ok(Self {
            shared: Arc::new(Shared { folder: folder.to_owned(), bounds, segments: Mutex::new(segments), free_from }),
        })
    }

    /// The writing end, for the log's thread.
    pub(crate) fn keeper(&self) -> io::Result<Keeper> {
        Keeper::new(Arc::clone(&self.shared))
    }

    /// Looks for calls. Blocks for up to two seconds, then says where to go on.
    ///
    /// # Errors
    /// [`UnknownPlace`]: `question.after` was not given by this log.
    pub fn search(&self, question: &LogQuestion) -> Result<LogPage, UnknownPlace> {
        let after = question.after.as_deref().map(|text| text.parse().map_err(|()| UnknownPlace)).transpose()?;
        let segments = lock(&self.shared.segments).clone();
        Ok(search::search(segments, question, after))
    }
}

fn lock(segments: &Mutex<Vec<Segment>>) -> MutexGuard<'_, Vec<Segment>> {
    segments.lock().unwrap_or_else(PoisonError::into_inner)
}

fn file_name(number: u64) -> String {
    format!("{number:010}.calls")
}

fn file_number(name: &str) -> Option<u64> {
    name.strip_suffix(".calls")?.parse().ok()
}

#[cfg(test)]
mod tests;
