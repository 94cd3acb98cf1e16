//! `tollgate export`: a gateway's whole configuration as YAML.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::failure::Failure;
use crate::manage::{Gateway, GatewayArguments};
use crate::terminal;

/// What `export` takes.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// Export secrets too (of keys, applications, certificates and API documents); the audit trail is told
    #[arg(long)]
    secrets: bool,
    /// Export the APIs of this service as an OpenAPI document, in place of the whole configuration
    #[arg(long, value_name = "SERVICE", conflicts_with = "secrets")]
    openapi: Option<String>,
    /// Write to this file, which only its owner may read, in place of standard output
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    gateway: GatewayArguments,
}

/// Prints the configuration, or a service's document.
pub(crate) fn run(arguments: &ExportArguments) -> Result<(), Failure> {
    let gateway = Gateway::new(&arguments.gateway)?;
    let (method, path) = match &arguments.openapi {
        Some(service) => {
            let service: String = form_urlencoded::byte_serialize(service.as_bytes()).collect();
            ("GET", format!("/services/{service}/openapi"))
        }
        None if arguments.secrets => ("POST", "/configuration/reveal".to_owned()),
        None => ("GET", "/configuration".to_owned()),
    };
    let (mut configuration, _) = gateway.ask(method, &path, None, None)?;
    if arguments.openapi.is_none() {
        forget_nulls(&mut configuration);
    }
    let yaml = serde_yaml_ng::to_string(&configuration).map_err(|error| Failure::new("the configuration", error))?;
    let Some(path) = &arguments.output else { return Ok(terminal::show(yaml.as_bytes())?) };
    write(path, &yaml).map_err(|error| Failure::new(path.display(), error))
}

/// Writes a file that may hold secrets.
fn write(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).open(path)?.write_all(text.as_bytes())
}

/// Takes out what says nothing: a field that is null is a field that is not there.
fn forget_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(forget_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_nulls),
        _ => {}
    }
}
