//! What the command line says.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::lane::Pace;

/// Measures Tollgate beside nginx and haproxy: CPU time per call, and memory.
#[derive(Parser, Debug)]
#[command(name = "bench")]
pub(crate) struct Options {
    /// Seconds that count in each turn
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Seconds before them
    #[arg(long, default_value_t = 0.5)]
    warm: f64,
    /// How many turns every gateway gets
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u8).range(1..))]
    pub(crate) rounds: u8,
    /// Keep-alive connections, one request in flight on each
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    connections: u16,
    /// Measure only these rows; `tollgate*` is every row whose name begins so
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The `tollgate` to measure
    #[arg(long, default_value = "target/release/tollgate")]
    pub(crate) tollgate: PathBuf,
    /// Add a row for this program, the bare engine: it gets two addresses, to listen on and to send to
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) with_bare: Option<PathBuf>,
    /// Leave memory out
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
            warm: Duration::from_secs_f64(self.warm.clamp(0.0, 60.0)),
            time: Duration::from_secs_f64(self.seconds.clamp(0.1, 600.0)),
        }
    }

    /// Whether a row was asked for.
    pub(crate) fn wants(&self, row: &str) -> bool {
        self.only.is_empty()
            || self.only.iter().any(|name| name.strip_suffix('*').map_or(row == name, |start| row.starts_with(start)))
    }

    /// Whether any row of Tollgate was asked for.
    pub(crate) fn wants_tollgate(&self) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name.starts_with("tollgate"))
    }
}
