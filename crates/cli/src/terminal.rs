//! What the user sees: results on standard output, faults on standard error.

use std::io::{self, Write};

/// Writes `text` and a line end to standard output. A reader that went away (`tollgate call … | head`) is no fault.
pub(crate) fn say(text: impl std::fmt::Display) -> io::Result<()> {
    show(format!("{text}\n").as_bytes())
}

/// Writes bytes as they are to standard output.
pub(crate) fn show(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes a remark to standard error. There is nobody to tell when that fails.
pub(crate) fn remark(text: impl std::fmt::Display) {
    let _nobody_to_tell = writeln!(io::stderr().lock(), "{text}");
}
