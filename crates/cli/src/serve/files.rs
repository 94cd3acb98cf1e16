//! Files in the data folder that other programs read: each is whole or not there.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Its owner alone.
    Owner,
    /// Everybody who may enter the folder.
    All,
}

/// Makes the data folder, for its owner alone, if it is not there.
pub(super) fn make_folder(folder: &Path) -> Result<(), Failure> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Failure::new(format_args!("data folder {}", folder.display()), error))
}

/// Puts `bytes` in place of `path` in one step.
pub(super) fn replace(path: &Path, bytes: &[u8], readers: Readers) -> Result<(), Failure> {
    let draft = draft_of(path);
    write(&draft, bytes, readers)?;
    rename(&draft, path)
}

/// The file that `path` is written to before it is renamed.
pub(super) fn draft_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// Writes a file anew, and to the disk.
pub(super) fn write(path: &Path, bytes: &[u8], readers: Readers) -> Result<(), Failure> {
    forget(path)?;
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::All => 0o644,
    };
    let written = fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| Failure::new(path.display(), error))
}

/// Renames a file, and makes that durable.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), Failure> {
    let renamed = fs::rename(from, to).and_then(|()| match to.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    });
    renamed.map_err(|error| Failure::new(to.display(), error))
}

/// Removes a file, if it is there.
pub(super) fn forget(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::new(path.display(), error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_replaced_file_is_whole_and_has_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("operator.json");
        for (text, readers, mode) in [("one", Readers::All, 0o644), ("2", Readers::Owner, 0o600)] {
            replace(&path, text.as_bytes(), readers).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            let found = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            // The process's umask may take away from it, never add.
            assert_eq!(found & !mode, 0, "{found:o}");
            assert_eq!(found & 0o600, 0o600);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_data_folder_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("a/data");
        make_folder(&data).unwrap();
        make_folder(&data).unwrap();
        assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o077, 0);
        fs::write(folder.path().join("file"), "").unwrap();
        let fault = make_folder(&folder.path().join("file")).unwrap_err();
        assert!(fault.line().unwrap().starts_with("data folder "), "{fault:?}");
    }
}
