//! What the command line says.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::changes::{CHANGING, STILL};
use crate::lane::Pace;

/// Measures Tollgate beside nginx and haproxy: CPU time per call, and memory.
#[derive(Parser, Debug)]
#[command(name = "bench")]
pub(crate) struct Options {
    /// Seconds that count in each turn
    #[arg(long, default_value_t = 0.6)]
    seconds: f64,
    /// Seconds before them
    #[arg(long, default_value_t = 0.2)]
    warm: f64,
    /// How many turns every gateway gets; those of other protocols and of plugins about half as many
    #[arg(long, default_value_t = 33, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
    /// Requests in flight; small calls over HTTP/1.1 have a kept connection each
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// Measure only these rows; `tollgate*` is every row whose name begins so, `*-http2` every one that ends so
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The `tollgate` to measure
    #[arg(long, default_value = "target/release/tollgate")]
    pub(crate) tollgate: PathBuf,
    /// Add a row for another build of it, without a profile: the full pipeline with 1,000 APIs
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) unguided: Option<PathBuf>,
    /// Add a row for this program, the bare engine: it gets two addresses, to listen on and to send to
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) with_bare: Option<PathBuf>,
    /// Leave memory out, and with it the rows about changes unless `--only` names them
    #[arg(long)]
    pub(crate) no_memory: bool,
    /// APIs in the largest reading of memory
    #[arg(long, default_value_t = 50_000)]
    pub(crate) memory_apis: usize,
    /// Where gateways keep their files while they run
    #[arg(long, default_value = "bench/out")]
    pub(crate) out: PathBuf,
    /// The page that gets the tables, between its markers; without it they are only printed
    #[arg(long)]
    pub(crate) page: Option<PathBuf>,
}

impl Options {
    /// How each turn is driven.
    pub(crate) fn pace(&self) -> Pace {
        Pace {
            connections: usize::from(self.connections),
            rate: None,
            warm: Duration::from_secs_f64(self.warm.clamp(0.0, 60.0)),
            time: Duration::from_secs_f64(self.seconds.clamp(0.1, 600.0)),
        }
    }

    /// Turns of every gateway in the first table.
    pub(crate) fn rounds(&self) -> usize {
        usize::from(self.rounds)
    }

    /// Turns of every gateway elsewhere: about half as many, so that the whole stays short.
    pub(crate) fn fewer_rounds(&self) -> usize {
        self.rounds().div_ceil(2)
    }

    /// Whether a row was asked for.
    pub(crate) fn wants(&self, row: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|pattern| fits(pattern, row))
    }

    /// Whether a row about changes was asked for; they need all the APIs, as memory does.
    pub(crate) fn wants_changes(&self) -> bool {
        let named = !self.only.is_empty() || !self.no_memory;
        named && [STILL, CHANGING].iter().any(|row| self.wants(row))
    }

    /// Whether any row of Tollgate was asked for.
    pub(crate) fn wants_tollgate(&self) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name.starts_with("tollgate"))
    }
}

fn fits(pattern: &str, row: &str) -> bool {
    match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
        (Some(start), _) => row.starts_with(start),
        (None, Some(end)) => row.ends_with(end),
        (None, None) => row == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_picked_by_name_beginning_or_end() {
        for (pattern, row, expected) in [
            ("nginx", "nginx", true),
            ("nginx", "nginx-lua", false),
            ("nginx*", "nginx-lua", true),
            ("*-http2", "nginx-http2", true),
            ("*-http2", "nginx-tls", false),
            ("*", "nginx", true),
        ] {
            assert_eq!(fits(pattern, row), expected, "{pattern} {row}");
        }
    }
}
