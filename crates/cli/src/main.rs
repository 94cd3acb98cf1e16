//! The `tollgate` command: one binary for the gateway and for the people who run and call it.
//!
//! `serve` runs the gateway; `sign` and `call` stand in a caller's place; `export` and `apply` take the
//! configuration of a running gateway out and bring one in (`manage` speaks to it); `check` looks at settings and stored
//! configuration without changing anything; `backup` and `restore` copy the store. Exit status 0 means done, 1 refused or
//! failed, 2 wrong usage; a fault is one line on standard error that names the thing.
//!
//! Reading order: `command` (the subcommands), `settings` (what an administrator says), `serve` (the only place that
//! wires everything), then the others.

mod apply;
mod backup;
mod call;
mod check;
mod command;
mod export;
mod failure;
mod import;
mod manage;
mod serve;
mod settings;
mod sign;
mod stored;
mod terminal;
mod version;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Every TLS user in the process takes the same provider; it can only be set already by ourselves.
    let _already_set = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match command::run(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(line) = failure.line() {
                terminal::remark(format_args!("tollgate: {line}"));
            }
            ExitCode::from(failure.status())
        }
    }
}
