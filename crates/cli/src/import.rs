//! `tollgate import`: brings an OpenAPI document into a service, after telling what that changes.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::apply::{counted, tell};
use crate::failure::Failure;
use crate::manage::{Gateway, GatewayArguments};
use crate::terminal;

/// What `import` takes.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The document: OpenAPI 3.0 or 3.1 or Swagger 2.0, as YAML or JSON; `-` reads standard input
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    file: PathBuf,
    /// The identifier of the service that it is brought into
    #[arg(long, value_name = "SERVICE", required_unless_present = "new", conflicts_with = "new")]
    service: Option<String>,
    /// Make a service of this name for it
    #[arg(long, value_name = "NAME")]
    new: Option<String>,
    /// Delete APIs of the service that the document does not name
    #[arg(long, conflicts_with = "new")]
    prune: bool,
    /// Tell what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    gateway: GatewayArguments,
}

/// Tells what changes, and changes it.
pub(crate) fn run(arguments: &ImportArguments) -> Result<(), Failure> {
    let document = crate::apply::text_of(&arguments.file)?;
    let gateway = Gateway::new(&arguments.gateway)?;
    let escaped = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let path = match (&arguments.service, &arguments.new) {
        (Some(service), _) => format!("/services/{}/import?prune={}", escaped(service), arguments.prune),
        (None, Some(name)) => format!("/services/import?name={}", escaped(name)),
        (None, None) => return Err(Failure::usage("name a service with --service, or a new one with --new")),
    };
    let body = json!({"document": document, "format": "yaml"});
    let path = if arguments.dry_run { format!("{path}&dry_run=true") } else { path };
    let (told, _) = gateway.ask("POST", &path, Some(&body), None)?;
    let text = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
    for warning in told["warnings"].as_array().into_iter().flatten() {
        terminal::remark(format_args!("tollgate: {}: {}", text(warning, "pointer"), text(warning, "message")));
    }
    let changes = told["changes"].as_array().cloned().unwrap_or_default();
    if changes.is_empty() {
        return Ok(terminal::say("nothing changes")?);
    }
    for change in &changes {
        tell(change)?;
    }
    let count = counted(changes.len());
    let outcome = if arguments.dry_run { "would change; nothing was changed" } else { "changed; nothing is released" };
    Ok(terminal::say(format_args!("{count} {outcome}"))?)
}
