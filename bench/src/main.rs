//! The `bench` command: Tollgate beside nginx and haproxy on one machine, in one run.
//!
//! Reading order: `field` starts the gateways, `probe` makes sure that they do what their rows say, `rounds` measures
//! them turn about with `lane` (origin and callers in one spinning loop), `memory` weighs them, `report` writes it down.

mod access_log;
mod answer;
mod callers;
mod field;
mod lane;
mod latency;
mod machine;
mod management;
mod memory;
mod options;
mod origin;
mod peer;
mod policy;
mod poll;
mod probe;
mod process;
mod report;
mod rounds;
mod sheet;
mod signing;
mod tollgate;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use crate::lane::Lane;
use crate::options::Options;
use crate::report::{Report, say};

fn main() -> Result<ExitCode> {
    let mut options = Options::parse();
    std::fs::create_dir_all(&options.out).with_context(|| format!("cannot create {}", options.out.display()))?;
    // nginx takes relative paths from its own prefix.
    options.out = options.out.canonicalize()?;
    machine::stay_on(machine::LOAD_CORE)?;
    let first = machine::First::ask();
    let mut lane = Lane::open()?;
    let mut rows = field::line_up(&mut lane, &options)?;
    rounds::run(&mut lane, &mut rows, options.pace(), usize::from(options.rounds))?;
    let readings = if options.no_memory { Vec::new() } else { weigh(&mut lane, &options)? };
    let text = Report { facts: facts(&options, first.is_some()), rows: &rows, readings: &readings }.text()?;
    say(&format!("\n{text}"))?;
    if let Some(page) = &options.page {
        report::write(page, &text)?;
    }
    Ok(if rows.iter().any(|row| row.failure.is_some()) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn weigh(lane: &mut Lane, options: &Options) -> Result<Vec<memory::Reading>> {
    let tollgate = options.wants_tollgate().then_some(options.tollgate.as_path());
    let mut readings = match tollgate {
        Some(program) => memory::apis(program, &options.out, lane.origin().address(), options.memory_apis)?,
        None => Vec::new(),
    };
    readings.extend(memory::idle(lane, tollgate, &options.out)?);
    Ok(readings)
}

fn facts(options: &Options, first: bool) -> Vec<String> {
    let day = time::OffsetDateTime::now_utc().date();
    let own = version(&options.tollgate.display().to_string(), "version");
    let pace = options.pace();
    vec![
        format!("{day}; {}", machine::description()),
        format!("{own}; {}; {}", version("nginx", "-v"), version("haproxy", "-v")),
        format!(
            "{} connections, {} rounds of {:.1} s each after {:.1} s of warm-up, {}",
            pace.connections,
            options.rounds,
            pace.time.as_secs_f64(),
            pace.warm.as_secs_f64(),
            if first { "highest priority" } else { "ordinary priority" }
        ),
    ]
}

fn version(program: &str, flag: &str) -> String {
    machine::version(program, flag).unwrap_or_else(|| format!("{program}: not there"))
}
