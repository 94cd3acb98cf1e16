//! `tollgate version`.

use clap::Args;
use serde_json::json;

use crate::failure::Failure;
use crate::terminal;

/// What `version` takes.
#[derive(Debug, Args)]
pub(crate) struct VersionArguments {
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

/// The version alone: `0.1.0`.
pub(crate) fn short() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// What the binary was built for: `x86_64-linux`.
pub(crate) fn target() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}

/// Prints the version.
pub(crate) fn run(arguments: &VersionArguments) -> Result<(), Failure> {
    let target = target();
    if arguments.json {
        let object = json!({ "name": "tollgate", "version": short(), "target": target, "license": "Apache-2.0" });
        return Ok(terminal::say(object)?);
    }
    Ok(terminal::say(format_args!("tollgate {} ({target})", short()))?)
}
