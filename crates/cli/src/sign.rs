//! `tollgate sign`: the headers that sign a call with a key pair, and the string that is signed.

mod key;
mod signed;

use clap::Args;

use crate::failure::Failure;
use crate::terminal;

pub(crate) use key::KeyArguments;
pub(crate) use signed::{Signed, header};

/// What `sign` takes.
#[derive(Debug, Args)]
pub(crate) struct SignArguments {
    #[command(flatten)]
    key: KeyArguments,
    /// The id of the key pair
    #[arg(long, value_name = "ID")]
    id: String,
    /// A header to sign before the date, `Name: value`; may be given several times
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Prints what to send and what was signed.
pub(crate) fn run(arguments: &SignArguments) -> Result<(), Failure> {
    let headers = arguments.headers.iter().map(|text| header(text)).collect::<Result<Vec<_>, _>>()?;
    let signed = Signed::new(&arguments.id, &arguments.key, headers)?;
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
