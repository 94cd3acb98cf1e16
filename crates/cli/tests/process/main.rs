//! The real binary as a process: what it says, how it ends, what it leaves behind.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod serve;
mod usage;

use std::process::{Command, Output};

/// A command line of `tollgate`, without settings from this process's environment.
fn tollgate(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TOLLGATE_")) {
        command.env_remove(name);
    }
    // Away from a `tollgate.toml` that somebody may have here.
    command.args(words).current_dir(std::env::temp_dir());
    command
}

/// Exit status, standard output, standard error.
fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}
