//! `tollgate call`: signs a call, sends it and prints the answer, much as curl would.

pub(crate) mod exchange;

use clap::Args;

use crate::failure::Failure;
use crate::sign::{KeyArguments, Signed, Target, header};
use crate::terminal;
use exchange::{Answer, Outgoing, TlsTrust};

/// What `call` takes.
#[derive(Debug, Args)]
pub(crate) struct CallArguments {
    /// Where to: `http://…` or `https://…`
    url: String,
    /// The method; without it GET, or POST with a body
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    method: Option<String>,
    /// A header to send, `Name: value`; may be given several times
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// The body; `@FILE` reads it from a file, `@-` from standard input
    #[arg(short = 'd', long = "data", value_name = "DATA")]
    data: Option<String>,
    /// The host to ask for, in place of the URL's
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// Connect to this address and port, whatever the URL's host resolves to
    #[arg(long, value_name = "ADDR")]
    resolve: Option<std::net::SocketAddr>,
    /// Print the status line and headers of the answer too
    #[arg(short = 'i', long = "include")]
    include: bool,
    /// Take certificates that those of this PEM file have signed, and no others
    #[arg(long, value_name = "FILE")]
    cacert: Option<std::path::PathBuf>,
    /// Take any certificate
    #[arg(short = 'k', long = "insecure")]
    insecure: bool,
    /// How long the answer may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// The id of the key pair, or the key of the application, to sign with; without it the call is not signed
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// A header of the call to sign as well, by name; may be given several times
    #[arg(long = "sign-header", value_name = "NAME")]
    signed_headers: Vec<String>,
    /// Sign as an application, whose key --id is: over the method, the path and the parameters too
    #[arg(long, requires = "id")]
    application: bool,
    #[command(flatten)]
    key: KeyArguments,
}

/// Sends the call and prints the answer. An answer of 400 or above is a failure.
pub(crate) fn run(arguments: &CallArguments) -> Result<(), Failure> {
    let (outgoing, signed) = prepare(arguments)?;
    let answer = exchange::send(outgoing)?;
    if arguments.include {
        terminal::show(answer.head().as_bytes())?;
    }
    terminal::show(&answer.body)?;
    if answer.status < 400 {
        return Ok(());
    }
    if !answer.body.ends_with(b"\n") {
        terminal::say("")?;
    }
    terminal::remark(format_args!("tollgate: the call was refused: {} {}", answer.status, answer.reason));
    if answer.status == 401 {
        for line in explain(&answer, signed.as_ref()) {
            terminal::remark(line);
        }
    }
    Err(Failure::Told)
}

fn prepare(arguments: &CallArguments) -> Result<(Outgoing, Option<Signed>), Failure> {
    let mut headers = arguments.headers.iter().map(|text| header(text)).collect::<Result<Vec<_>, _>>()?;
    if let Some(host) = &arguments.host {
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
        headers.push(header(&format!("Host: {host}"))?);
    }
    let body = arguments.data.as_deref().map(read_body).transpose()?;
    let method = arguments.method.clone().unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
    if arguments.application && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
        // It is signed, so that it must be known here.
        headers.push(("Accept".to_owned(), "*/*".to_owned()));
    }
    let signed = match &arguments.id {
        None if arguments.signed_headers.is_empty() => None,
        None => return Err(Failure::usage("--sign-header needs --id")),
        Some(id) => {
            let lines = lines_to_sign(&headers, &arguments.signed_headers)?;
            let signed = if arguments.application {
                let target = Target { method: &method, url: &arguments.url, headers: &headers, body: body.as_deref() };
                Signed::for_application(id, &arguments.key, lines, &target)?
            } else {
                Signed::new(id, &arguments.key, lines)?
            };
            for (name, value) in signed.headers() {
                if !headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                    headers.push((name.to_owned(), value.to_owned()));
                }
            }
            Some(signed)
        }
    };
    let outgoing = Outgoing {
        method,
        url: arguments.url.clone(),
        headers,
        body,
        connect_to: arguments.resolve,
        trust: match &arguments.cacert {
            _ if arguments.insecure => TlsTrust::Any,
            Some(path) => TlsTrust::file(path)?,
            None => TlsTrust::System,
        },
        timeout: std::time::Duration::from_secs(arguments.timeout),
        longest: exchange::LONGEST_ANSWER,
    };
    Ok((outgoing, signed))
}

/// The headers that are named, and a date if the user gave one, in the order in which they were given.
fn lines_to_sign(headers: &[(String, String)], names: &[String]) -> Result<Vec<(String, String)>, Failure> {
    if let Some((_, _)) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
        return Err(Failure::usage("--header Authorization and --id exclude each other"));
    }
    let is_named = |header: &str| names.iter().any(|name| name.eq_ignore_ascii_case(header));
    if let Some(missing) =
        names.iter().find(|name| !headers.iter().any(|(header, _)| header.eq_ignore_ascii_case(name)))
    {
        return Err(Failure::usage(format_args!(
            "--sign-header {missing}: the call has no such header; give it with -H"
        )));
    }
    let is_date = |name: &str| name.eq_ignore_ascii_case("date") || name.eq_ignore_ascii_case("x-date");
    Ok(headers.iter().filter(|(name, _)| is_named(name) || is_date(name)).cloned().collect())
}

fn read_body(data: &str) -> Result<Vec<u8>, Failure> {
    match data.strip_prefix('@') {
        None => Ok(data.as_bytes().to_vec()),
        Some("-") => {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes)
                .map_err(|error| Failure::new("standard input", error))?;
            Ok(bytes)
        }
        Some(path) => std::fs::read(path).map_err(|error| Failure::new(path, error)),
    }
}

/// What helps to see why a signature was refused.
fn explain(answer: &Answer, signed: Option<&Signed>) -> Vec<String> {
    let Some(signed) = signed else {
        return vec!["The call was not signed: give --id and a secret.".to_owned()];
    };
    let mut lines = vec!["What was signed (each line ends with a line feed, but not the last):".to_owned()];
    lines.extend(signed.string_to_sign().lines().map(|line| format!("    {line}")));
    let said = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    let hint = if said.contains("does not match") {
        "The gateway knows the id and computed another signature: compare the secret, and the values of the signed \
         headers as they arrive (something between may have changed them)."
    } else if said.contains("out of date") {
        "X-Date may be 15 minutes off at most: compare the clocks. A key pair may sign `Date` in its place: \
         --date-header date."
    } else if said.contains("apikey") || said.contains("cannot be verified\"") {
        "The gateway does not take this id here: the key must exist, be enabled, and be in a usage plan that is bound to \
         the environment or the API; an application must be bound to the API."
    } else {
        "The `message` above says what the gateway missed."
    };
    lines.push(hint.to_owned());
    lines
}

#[cfg(test)]
mod tests;
