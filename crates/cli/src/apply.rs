//! `tollgate apply`: brings a configuration in, after telling what that changes.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use crate::failure::Failure;
use crate::manage::{Gateway, GatewayArguments};
use crate::terminal;

/// What `apply` takes.
#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    /// The configuration, as YAML or JSON; `-` reads standard input
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    file: PathBuf,
    /// Delete what the file does not name
    #[arg(long)]
    prune: bool,
    /// Tell what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    gateway: GatewayArguments,
}

/// Tells what changes, and changes it if nobody else was faster.
pub(crate) fn run(arguments: &ApplyArguments) -> Result<(), Failure> {
    let wanted = read(arguments)?;
    let gateway = Gateway::new(&arguments.gateway)?;
    let (_, mark) = gateway.ask("GET", "/configuration", None, None)?;
    let path = format!("/configuration?prune={}", arguments.prune);
    let (told, _) = gateway.ask("PUT", &format!("{path}&dry_run=true"), Some(&wanted), mark.as_deref())?;
    let changes = told["changes"].as_array().cloned().unwrap_or_default();
    if changes.is_empty() {
        return Ok(terminal::say("nothing changes")?);
    }
    for change in &changes {
        tell(change)?;
    }
    if arguments.dry_run {
        return Ok(terminal::say(format_args!("{} would change; nothing was changed", counted(changes.len())))?);
    }
    gateway.ask("PUT", &path, Some(&wanted), mark.as_deref())?;
    Ok(terminal::say(format_args!("{} changed", counted(changes.len())))?)
}

pub(crate) fn counted(count: usize) -> String {
    if count == 1 { "1 thing".to_owned() } else { format!("{count} things") }
}

/// What stands in a file, or in standard input for `-`.
pub(crate) fn text_of(file: &Path) -> Result<String, Failure> {
    if file.as_os_str() != "-" {
        return std::fs::read_to_string(file).map_err(|error| Failure::new(file.display(), error));
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| Failure::new("standard input", error))?;
    Ok(text)
}

fn read(arguments: &ApplyArguments) -> Result<Value, Failure> {
    control::yaml::parse(&text_of(&arguments.file)?).map_err(|error| Failure::new(arguments.file.display(), error))
}

/// A line for what changes, and one for each field.
pub(crate) fn tell(change: &Value) -> Result<(), Failure> {
    let text = |field: &str| change[field].as_str().unwrap_or_default().to_owned();
    let sign = match change["change"].as_str() {
        Some("added") => '+',
        Some("removed") => '-',
        _ => '~',
    };
    terminal::say(format_args!("{sign} {} {} ({})", text("noun"), text("name"), text("id")))?;
    for field in change["fields"].as_array().into_iter().flatten() {
        let place = field["field"].as_str().unwrap_or_default();
        terminal::say(format_args!("    {place}: {} -> {}", field["before"], field["after"]))?;
    }
    Ok(())
}
