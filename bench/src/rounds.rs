//! Rounds: every gateway measured in turn, several times, so that what the machine does meanwhile hits all alike.

use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;

use crate::access_log::AccessLog;
use crate::changes::Changes;
use crate::lane::{Lane, Pace};
use crate::load::Load;
use crate::machine::{GATEWAY_CORE, core_busy};
use crate::process::Process;
use crate::report::say;

/// Longest time that a gateway keeps a line of its access log to itself.
const LOG_DELAY: Duration = Duration::from_millis(2500);

/// One row of the table, ready to be measured.
pub(crate) struct Row {
    /// Short name, for the command line and for ratios.
    pub(crate) name: &'static str,
    /// What the table calls it.
    pub(crate) title: String,
    /// The row that it is compared with: mostly plain nginx answering the same calls.
    pub(crate) plain: &'static str,
    /// The gateway; one gateway may have several rows.
    pub(crate) process: Rc<Process>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What it is asked.
    pub(crate) load: Load,
    /// Changes of the configuration made meanwhile.
    pub(crate) changes: Option<Changes>,
    /// Where it writes a line per call, if it does.
    pub(crate) access_log: Option<Rc<AccessLog>>,
    /// Calls answered in all turns, warm-up included.
    pub(crate) answered: u64,
    /// One figure a round.
    pub(crate) figures: Vec<Figure>,
    /// Why the row has no figures: it was measured and something was wrong.
    pub(crate) failure: Option<String>,
    /// Why the row has no figures: this machine's gateway cannot do what it is about.
    pub(crate) missing: Option<String>,
}

/// What one turn amounts to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    /// CPU time per call: microseconds.
    pub(crate) cpu: f64,
    /// Calls per second.
    pub(crate) rate: f64,
    /// Median latency: microseconds.
    pub(crate) p50: f64,
    /// Latency that one call in a hundred exceeds: microseconds.
    pub(crate) p99: f64,
    /// Longest latency, up to 200 ms: microseconds.
    pub(crate) longest: f64,
    /// Share of its core that the gateway used.
    pub(crate) busy: f64,
    /// Share of that core that others used meanwhile.
    pub(crate) disturbed: f64,
    /// Share of time that the load side had to spare.
    pub(crate) spare: f64,
}

/// Measures every row `rounds` times. A row whose answers are wrong gets a failure and is left out from then on.
pub(crate) fn run(lane: &mut Lane, rows: &mut [Row], pace: Pace, rounds: usize) -> Result<()> {
    for round in 0..rounds {
        for place in 0..rows.len() {
            // Each round starts one row further, so that nobody always follows the same neighbour's noise.
            let at = (place + round) % rows.len();
            let row = &mut rows[at];
            if row.failure.is_some() || row.missing.is_some() {
                continue;
            }
            match turn(lane, row, pace) {
                Ok(figure) => {
                    say(&format!(
                        "round {} of {rounds}  {:<22} {:8.2} us/{}  {:7.0}/s  gateway busy {:3.0} %, others {:3.0} %, load side to spare {:3.0} %",
                        round + 1,
                        row.name,
                        figure.cpu,
                        row.load.unit(),
                        figure.rate,
                        figure.busy * 100.0,
                        figure.disturbed * 100.0,
                        figure.spare * 100.0,
                    ))?;
                    row.figures.push(figure);
                }
                Err(error) => {
                    say(&format!("round {} of {rounds}  {:<22} failed: {error:#}", round + 1, row.name))?;
                    row.failure = Some(format!("{error:#}"));
                    row.figures.clear();
                }
            }
        }
    }
    collect_logs(lane, rows)
}

/// Counts the last lines, which gateways hold back for a moment.
fn collect_logs(lane: &mut Lane, rows: &[Row]) -> Result<()> {
    if rows.iter().any(|row| row.access_log.is_some()) {
        lane.serve_while(|| {
            std::thread::sleep(LOG_DELAY);
            Ok(())
        })?;
    }
    Ok(())
}

fn turn(lane: &mut Lane, row: &mut Row, pace: Pace) -> Result<Figure> {
    let changing = row.changes.as_ref().map(Changes::begin);
    let turn = lane.drive(row.address, &row.load, pace, || Ok((row.process.cpu()?, core_busy(GATEWAY_CORE)?)));
    if let Some(changing) = changing {
        changing.end()?;
    }
    let turn = turn?;
    row.answered += turn.answered;
    let ((cpu_before, core_before), (cpu_after, core_after)) = turn.usage;
    let (cpu, core, wall) = (cpu_after - cpu_before, core_after - core_before, turn.wall.as_secs_f64());
    Ok(Figure {
        cpu: cpu * 1e6 / turn.requests as f64,
        rate: turn.requests as f64 / wall,
        p50: f64::from(turn.latency.quantile(0.5)),
        p99: f64::from(turn.latency.quantile(0.99)),
        longest: f64::from(turn.latency.quantile(1.0)),
        busy: cpu / wall,
        disturbed: ((core - cpu) / wall).max(0.0),
        spare: turn.spare,
    })
}

impl Row {
    /// A row without figures yet.
    pub(crate) fn new(
        (name, title, plain): (&'static str, &str, &'static str),
        process: &Rc<Process>,
        address: SocketAddr,
        load: Load,
    ) -> Row {
        Row {
            name,
            title: title.to_owned(),
            plain,
            process: Rc::clone(process),
            address,
            load,
            changes: None,
            access_log: None,
            answered: 0,
            figures: Vec::new(),
            failure: None,
            missing: None,
        }
    }

    /// Median over the rounds of what `pick` takes from a figure; `None` without figures.
    pub(crate) fn median(&self, pick: impl Fn(&Figure) -> f64) -> Option<f64> {
        median(self.figures.iter().map(pick).collect())
    }

    /// Smallest and largest CPU time per call.
    pub(crate) fn range(&self) -> (f64, f64) {
        let cpus = self.figures.iter().map(|figure| figure.cpu);
        (cpus.clone().fold(f64::INFINITY, f64::min), cpus.fold(0.0, f64::max))
    }

    /// CPU per call as a multiple of `other`'s: the median of the rounds' own ratios, so that a slow phase of the
    /// machine, which hits both in the same round, falls out.
    pub(crate) fn ratio(&self, other: &Row) -> Option<f64> {
        median(self.figures.iter().zip(&other.figures).map(|(mine, theirs)| mine.cpu / theirs.cpu).collect())
    }

    /// CPU per call beyond `other`'s, in microseconds: the median of the rounds' own differences.
    pub(crate) fn beyond(&self, other: &Row) -> Option<f64> {
        median(self.figures.iter().zip(&other.figures).map(|(mine, theirs)| mine.cpu - theirs.cpu).collect())
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_two_middles() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
