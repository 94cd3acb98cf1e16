//! The secret half of a key pair and how to sign with it.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use sign::key_pair::{Algorithm, format_http_date};

use crate::failure::Failure;

/// How a call is signed, beside the id.
#[derive(Debug, Clone, Args)]
pub(crate) struct KeyArguments {
    /// The secret; better in the environment or a file, where other users do not see it
    #[arg(
        long,
        value_name = "SECRET",
        env = "TOLLGATE_SECRET_KEY",
        hide_env_values = true,
        conflicts_with = "secret_file"
    )]
    secret: Option<String>,
    /// A file that holds the secret; `-` is standard input; a line end is cut off
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// The MAC
    #[arg(long, value_enum, default_value = "hmac-sha1")]
    algorithm: AlgorithmName,
    /// The header that carries the date: `X-Date` is refused when it is older than 15 minutes, `Date` never
    #[arg(long, value_enum, default_value = "x-date", value_name = "HEADER")]
    date_header: DateHeader,
    /// The date, such as `Mon, 19 Mar 2018 12:08:40 GMT`; without it, now
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AlgorithmName {
    HmacSha1,
    HmacSha256,
    HmacSha384,
    HmacSha512,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DateHeader {
    Date,
    XDate,
}

impl KeyArguments {
    /// The secret, from where it was said.
    pub(super) fn secret(&self) -> Result<String, Failure> {
        if let Some(path) = &self.secret_file {
            let text = if path.as_os_str() == "-" {
                std::io::read_to_string(std::io::stdin())
            } else {
                std::fs::read_to_string(path)
            };
            let text = text.map_err(|error| Failure::new(path.display(), error))?;
            return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
        }
        match &self.secret {
            Some(secret) if !secret.is_empty() => Ok(secret.clone()),
            _ => Err(Failure::usage("give the secret: --secret-file FILE, TOLLGATE_SECRET_KEY or --secret")),
        }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        match self.algorithm {
            AlgorithmName::HmacSha1 => Algorithm::HmacSha1,
            AlgorithmName::HmacSha256 => Algorithm::HmacSha256,
            AlgorithmName::HmacSha384 => Algorithm::HmacSha384,
            AlgorithmName::HmacSha512 => Algorithm::HmacSha512,
        }
    }

    /// The date header: name and value.
    pub(super) fn date(&self) -> (String, String) {
        let name = match self.date_header {
            DateHeader::Date => "Date",
            DateHeader::XDate => "X-Date",
        };
        let now = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            format_http_date(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
        };
        (name.to_owned(), self.date.clone().unwrap_or_else(now))
    }
}
