//! The data folder: where the files are, and the lock that keeps a second process out.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::StoreError;

/// The files of one store, with absolute paths; the locks are held as long as this lives.
pub(crate) struct Folder {
    pub(crate) database: PathBuf,
    pub(crate) seal_key: PathBuf,
    _locks: Vec<File>,
}

impl Folder {
    /// Makes the folder if it is not there (readable by its owner alone), finds the files and takes the locks.
    pub(crate) fn open(folder: &Path, url: Option<&str>) -> Result<Self, StoreError> {
        let folder = made(folder)?;
        let mut locks = vec![lock(&folder.join("tollgate.lock"))?];
        let database = match url {
            None => folder.join("tollgate.db"),
            Some(url) => {
                let database = place(url)?;
                if database.parent() != Some(folder.as_path()) {
                    // Two data folders may name the same database.
                    let mut name = OsString::from(database.file_name().unwrap_or_default());
                    name.push(".lock");
                    locks.push(lock(&database.with_file_name(name))?);
                }
                database
            }
        };
        // SQLite gives its other files the rights of this one.
        let mut options = OpenOptions::new();
        options.create(true).append(true).mode(0o600).open(&database).map_err(StoreError::file(&database))?;
        Ok(Self { database, seal_key: folder.join("seal.key"), _locks: locks })
    }
}

impl Folder {
    /// Finds the files without making or locking any; `None` when there is no database.
    pub(crate) fn peek(folder: &Path, url: Option<&str>) -> Result<Option<Self>, StoreError> {
        let database = match url {
            None => folder.join("tollgate.db"),
            Some(url) => place(url)?,
        };
        let is_there = database.try_exists().map_err(StoreError::file(&database))?;
        Ok(is_there.then(|| Self { database, seal_key: folder.join("seal.key"), _locks: Vec::new() }))
    }
}

/// The folder's absolute path, after making it.
fn made(folder: &Path) -> Result<PathBuf, StoreError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder).map_err(StoreError::file(folder))?;
    fs::canonicalize(folder).map_err(StoreError::file(folder))
}

/// The absolute path in `sqlite:PATH` or `sqlite://PATH`; the folder that it names must be there.
fn place(url: &str) -> Result<PathBuf, StoreError> {
    let unknown =
        || StoreError::Address(url.split_inclusive(':').next().unwrap_or_default().chars().take(32).collect());
    let path = url.strip_prefix("sqlite:").ok_or_else(unknown)?;
    let path = Path::new(path.strip_prefix("//").unwrap_or(path));
    let (Some(name), Some(parent)) = (path.file_name(), path.parent()) else { return Err(unknown()) };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    Ok(fs::canonicalize(parent).map_err(StoreError::file(parent))?.join(name))
}

/// Takes the lock file at `path`. The system gives it back when the process ends, however it ends.
fn lock(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true).mode(0o600);
    let mut file = options.open(path).map_err(StoreError::file(path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let by = file.read_to_string(&mut holder).ok().and_then(|_| holder.trim().parse().ok());
            return Err(StoreError::InUse { path: path.to_owned(), by });
        }
        Err(TryLockError::Error(error)) => return Err(StoreError::file(path)(error)),
    }
    // For people: whose lock it is.
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(StoreError::file(path))?;
    Ok(file)
}

/// Puts a new entry of the folder that holds `path` on the disk.
pub(crate) fn sync_parent(path: &Path) -> Result<(), StoreError> {
    let parent = path.parent().unwrap_or(path);
    File::open(parent).and_then(|folder| folder.sync_all()).map_err(StoreError::file(parent))
}
