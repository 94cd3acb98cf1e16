//! `tollgate sign`: the headers that sign a call with a key pair or as an application, and the string that is signed.

mod application;
mod key;
mod signed;

use clap::Args;

use crate::failure::Failure;
use crate::terminal;

pub(crate) use application::Target;
pub(crate) use key::KeyArguments;
pub(crate) use signed::{Signed, header};

/// What `sign` takes.
#[derive(Debug, Args)]
pub(crate) struct SignArguments {
    #[command(flatten)]
    key: KeyArguments,
    /// The id of the key pair, or the key of the application
    #[arg(long, value_name = "ID")]
    id: String,
    /// A header to sign before the date, `Name: value`; may be given several times
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// Sign as an application: over the method, the path and the parameters too
    #[arg(long)]
    application: bool,
    /// With --application: where the call goes, a URL or a path with its query
    #[arg(long, value_name = "URL", requires = "application", default_value = "/")]
    url: String,
    /// With --application: the method; without it GET, or POST with a body
    #[arg(short = 'X', long = "request", value_name = "METHOD", requires = "application")]
    method: Option<String>,
    /// With --application: the body
    #[arg(short = 'd', long = "data", value_name = "DATA", requires = "application")]
    data: Option<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Prints what to send and what was signed.
pub(crate) fn run(arguments: &SignArguments) -> Result<(), Failure> {
    let headers = arguments.headers.iter().map(|text| header(text)).collect::<Result<Vec<_>, _>>()?;
    let signed = if arguments.application {
        let body = arguments.data.as_deref().map(str::as_bytes);
        let method = arguments.method.as_deref().unwrap_or(if body.is_some() { "POST" } else { "GET" });
        let target = Target { method, url: &arguments.url, headers: &headers, body };
        // `Accept` and `Content-Type` have places of their own in the string.
        let own =
            |name: &str| ["accept", "content-type", "content-md5"].iter().any(|own| name.eq_ignore_ascii_case(own));
        let lines = headers.iter().filter(|(name, _)| !own(name)).cloned().collect();
        Signed::for_application(&arguments.id, &arguments.key, lines, &target)?
    } else {
        Signed::new(&arguments.id, &arguments.key, headers)?
    };
    if arguments.json {
        let headers: serde_json::Map<_, _> =
            signed.headers().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let object = serde_json::json!({ "headers": headers, "string_to_sign": signed.string_to_sign() });
        return Ok(terminal::say(object)?);
    }
    for (name, value) in signed.headers() {
        terminal::say(format_args!("{name}: {value}"))?;
    }
    terminal::say("\nString to sign:")?;
    Ok(terminal::say(signed.string_to_sign())?)
}
