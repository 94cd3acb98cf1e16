//! A running gateway, spoken to through its native API: what `export` and `apply` have in common.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use crate::call::exchange::{self, Answer, Outgoing, TlsTrust};
use crate::failure::Failure;
use crate::terminal;

/// How long an answer may take: a whole configuration is checked and stored meanwhile.
const PATIENCE: Duration = Duration::from_secs(120);

/// Which gateway, and who asks.
#[derive(Debug, Args)]
pub(crate) struct GatewayArguments {
    /// The management address, `http://…` or `https://…`; without it that of the gateway that runs on the data folder
    #[arg(long, value_name = "URL")]
    admin: Option<String>,
    /// The data folder: tells the address, and the access key unless TOLLGATE_OPERATOR_SECRET_ID and
    /// TOLLGATE_OPERATOR_SECRET_KEY are set
    #[arg(long, value_name = "DIR", default_value = "./data")]
    data: PathBuf,
    /// Take certificates that those of this PEM file have signed, and no others
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
}

/// A gateway that can be asked.
pub(crate) struct Gateway {
    base: String,
    authorization: String,
    trust: TlsTrust,
}

#[derive(Deserialize)]
struct Addresses {
    admin: String,
}

#[derive(Deserialize)]
struct Pair {
    secret_id: String,
    secret_key: String,
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let fault = |error: &dyn std::fmt::Display| Failure::new(path.display(), error);
    let bytes = std::fs::read(path).map_err(|error| fault(&error))?;
    serde_json::from_slice(&bytes).map_err(|error| fault(&error))
}

/// The pair of the environment; none when neither half is there.
fn pair_of_environment() -> Result<Option<Pair>, Failure> {
    const HALVES: [&str; 2] = ["TOLLGATE_OPERATOR_SECRET_ID", "TOLLGATE_OPERATOR_SECRET_KEY"];
    match HALVES.map(|name| std::env::var(name).ok().filter(|value| !value.is_empty())) {
        [Some(secret_id), Some(secret_key)] => Ok(Some(Pair { secret_id, secret_key })),
        [None, None] => Ok(None),
        _ => Err(Failure::usage(format_args!("{} and {} are set together or not at all", HALVES[0], HALVES[1]))),
    }
}

impl Gateway {
    /// The gateway that is meant.
    pub(crate) fn new(arguments: &GatewayArguments) -> Result<Self, Failure> {
        let base = match &arguments.admin {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", read::<Addresses>(&arguments.data.join("addresses.json"))?.admin),
        };
        let pair = match pair_of_environment()? {
            Some(pair) => pair,
            None => read::<Pair>(&arguments.data.join("operator.json"))?,
        };
        let trust = match &arguments.cacert {
            Some(path) => TlsTrust::file(path)?,
            None => TlsTrust::System,
        };
        Ok(Self { base, authorization: format!("Bearer {}:{}", pair.secret_id, pair.secret_key), trust })
    }

    /// Asks, and gives the answer's body with its mark. A refusal is told line by line.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        mark: Option<&str>,
    ) -> Result<(Value, Option<String>), Failure> {
        let mut headers = vec![
            ("Authorization".to_owned(), self.authorization.clone()),
            ("Accept".to_owned(), "application/json".to_owned()),
        ];
        headers.extend(mark.map(|mark| ("If-Match".to_owned(), mark.to_owned())));
        headers.extend(body.map(|_| ("Content-Type".to_owned(), "application/json".to_owned())));
        let url = format!("{}/api/v1{path}", self.base);
        let answer = exchange::send(Outgoing {
            method: method.to_owned(),
            url: url.clone(),
            headers,
            body: body.map(|body| body.to_string().into_bytes()),
            connect_to: None,
            trust: self.trust.clone(),
            timeout: PATIENCE,
            longest: exchange::LONGEST_ANSWER,
        })?;
        if answer.status >= 400 {
            return Err(refused(&answer));
        }
        let mark = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("etag"));
        let mark = mark.map(|(_, value)| value.clone());
        let value = serde_json::from_slice(&answer.body).map_err(|error| Failure::new(url, error))?;
        Ok((value, mark))
    }
}

/// Tells what was refused where.
fn refused(answer: &Answer) -> Failure {
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let detail = problem["detail"].as_str().unwrap_or(&answer.reason);
    terminal::remark(format_args!("tollgate: refused ({}): {detail}", answer.status));
    let errors = problem["errors"].as_array().into_iter().flatten();
    for error in errors.filter(|_| problem["errors"].as_array().is_some_and(|all| all.len() > 1)) {
        let place = error["pointer"].as_str().or_else(|| error["parameter"].as_str()).unwrap_or_default();
        terminal::remark(format_args!("  {place}: {}", error["message"].as_str().unwrap_or_default()));
    }
    Failure::Told
}
