//! The `bench` command: Tollgate beside nginx and haproxy on one machine, in one run.
//!
//! Reading order: `field`, `protocols` and `plugins` start the gateways, `probe` makes sure that they do what their rows say, `rounds`
//! measures them turn about with `lane` (origin and callers in one spinning loop), each in the manner of its `load`;
//! `memory` weighs them, `changes` changes one of 50,000 APIs under load, `report` writes it down.

mod access_log;
mod answer;
mod blocks;
mod callers;
mod changes;
mod field;
mod lane;
mod large;
mod latency;
mod load;
mod machine;
mod management;
mod memory;
mod options;
mod origin;
mod peer;
mod plugins;
mod policy;
mod poll;
mod probe;
mod process;
mod protocols;
mod report;
mod rounds;
mod sheet;
mod signing;
mod tally;
mod tollgate;
mod trust;
mod wire;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

use crate::lane::{Lane, Pace};
use crate::options::Options;
use crate::report::{Report, Tables, say};
use crate::rounds::Row;

fn main() -> Result<ExitCode> {
    let mut options = Options::parse();
    std::fs::create_dir_all(&options.out).with_context(|| format!("cannot create {}", options.out.display()))?;
    // nginx takes relative paths from its own prefix.
    options.out = options.out.canonicalize()?;
    machine::stay_on(machine::LOAD_CORE)?;
    let first = machine::First::ask();
    let mut lane = Lane::open()?;
    let mut rows = field::line_up(&mut lane, &options)?;
    rounds::run(&mut lane, &mut rows, options.pace(), options.rounds())?;
    let mut protocols = protocols::line_up(&mut lane, &options)?;
    rounds::run(&mut lane, &mut protocols, options.pace(), options.fewer_rounds())?;
    let mut plugins = plugins::line_up(&mut lane, &options)?;
    rounds::run(&mut lane, &mut plugins, options.pace(), options.fewer_rounds())?;
    let (readings, changes) = at_rest_and_changed(&mut lane, &options)?;
    let tables =
        Tables { calls: &rows, protocols: &protocols, plugins: &plugins, changes: &changes, readings: &readings };
    let text = Report { facts: facts(&options, first.is_some()), tables }.text()?;
    say(&format!("\n{text}"))?;
    if let Some(page) = &options.page {
        report::write(page, &text)?;
    }
    let failed = [rows, protocols, plugins, changes].iter().flatten().any(|row| row.failure.is_some());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Memory, and the rows of the gateway that has all the APIs.
fn at_rest_and_changed(lane: &mut Lane, options: &Options) -> Result<(Vec<memory::Reading>, Vec<Row>)> {
    let (mut readings, mut changes) = (Vec::new(), Vec::new());
    let weighed = !options.no_memory && options.wants_tollgate();
    if weighed || options.wants_changes() {
        let origin = lane.origin().address();
        let (found, published) = memory::apis(&options.tollgate, &options.out, origin, options.memory_apis)?;
        if weighed {
            readings = found;
        }
        changes = changes::rows(published, options)?;
        let pace = options.pace();
        let pace = Pace { rate: Some(changes::RATE), time: pace.time.max(changes::TURN), ..pace };
        rounds::run(lane, &mut changes, pace, options.fewer_rounds().min(changes::TURNS))?;
    }
    if !options.no_memory {
        let program = options.wants_tollgate().then_some(options.tollgate.as_path());
        readings.extend(memory::idle(lane, program, &options.out)?);
    }
    Ok((readings, changes))
}

fn facts(options: &Options, first: bool) -> Vec<String> {
    let day = time::OffsetDateTime::now_utc().date();
    let own = version(&options.tollgate.display().to_string(), "version");
    let pace = options.pace();
    vec![
        format!("{day}; {}", machine::description()),
        format!("{own}; {}; {}", version("nginx", "-v"), version("haproxy", "-v")),
        format!(
            "{} calls in flight, {} rounds ({} beyond the first table) of {:.1} s each after {:.1} s of warm-up, {}",
            pace.connections,
            options.rounds(),
            options.fewer_rounds(),
            pace.time.as_secs_f64(),
            pace.warm.as_secs_f64(),
            if first { "highest priority" } else { "ordinary priority" }
        ),
    ]
}

fn version(program: &str, flag: &str) -> String {
    machine::version(program, flag).unwrap_or_else(|| format!("{program}: not there"))
}
