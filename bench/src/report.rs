//! The tables: to standard output, and into the page between its markers.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result};

use crate::changes::Changes;
use crate::memory::Reading;
use crate::rounds::{Figure, Row};

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// The row that the targets speak of.
const JUDGED: &str = "tollgate-full-1000";
/// The row of the policy in Lua.
pub(crate) const LUA: &str = "nginx-lua";
/// The row of plain nginx that also writes an access log.
pub(crate) const LOGGED_PLAIN: &str = "nginx-logged";
/// At most this multiple of plain nginx.
const TARGET_PLAIN: f64 = 0.95;
/// At most this multiple of nginx with Lua.
const TARGET_LUA: f64 = 0.52;
/// Share of the gateway's core that others may use before the report says so.
const QUIET: f64 = 0.03;
/// Share of time the load side should have to spare.
const SPARE: f64 = 0.05;

/// Share of the calls that must be found in an access log.
const LOGGED: f64 = 0.99;

/// Everything a report is made of.
pub(crate) struct Report<'a> {
    /// Lines about date, machine and versions.
    pub(crate) facts: Vec<String>,
    /// What was measured.
    pub(crate) tables: Tables<'a>,
}

/// The tables; one whose rows were not asked for is empty.
pub(crate) struct Tables<'a> {
    /// Small calls over plain HTTP/1.1.
    pub(crate) calls: &'a [Row],
    /// Other protocols.
    pub(crate) protocols: &'a [Row],
    /// Calls with and without plugins.
    pub(crate) plugins: &'a [Row],
    /// Calls with and without changes.
    pub(crate) changes: &'a [Row],
    /// Memory.
    pub(crate) readings: &'a [Reading],
}

/// Writes one line to standard output.
pub(crate) fn say(line: &str) -> Result<()> {
    writeln!(std::io::stdout().lock(), "{line}").context("cannot write to standard output")
}

impl Report<'_> {
    /// The report as Markdown.
    pub(crate) fn text(&self) -> Result<String> {
        let mut text = String::new();
        for fact in &self.facts {
            writeln!(text, "- {fact}")?;
        }
        self.calls(&mut text)?;
        self.targets(&mut text)?;
        self.protocols(&mut text)?;
        self.plugins(&mut text)?;
        self.changes(&mut text)?;
        self.doubts(&mut text)?;
        if !self.tables.readings.is_empty() {
            text.push_str("\n| memory | resident | |\n|---|--:|---|\n");
            for reading in self.tables.readings {
                writeln!(text, "| {} | {:.1} MB | {} |", reading.what, reading.bytes as f64 / 1e6, reading.note)?;
            }
        }
        Ok(text)
    }

    fn calls(&self, text: &mut String) -> Result<()> {
        let columns =
            ["gateway", "CPU per call", "lowest–highest", "× nginx", "× nginx + Lua", "calls/s", "p50", "p99"];
        table(text, &columns, self.tables.calls, |row| {
            let (low, high) = row.range();
            vec![
                format!("**{:.2} µs**", median(row, |f| f.cpu)),
                format!("{low:.2}–{high:.2}"),
                times(self.against(row, row.plain)),
                times(self.against(row, LUA)),
                format!("{:.0}", median(row, |f| f.rate)),
                format!("{:.0} µs", median(row, |f| f.p50)),
                format!("{:.0} µs", median(row, |f| f.p99)),
            ]
        })
    }

    fn protocols(&self, text: &mut String) -> Result<()> {
        let columns = [
            "other protocols",
            "one",
            "CPU for one",
            "lowest–highest",
            "× nginx",
            "in a second of CPU",
            "in a second",
            "p50",
            "p99",
        ];
        table(text, &columns, self.tables.protocols, |row| {
            let (low, high) = row.range();
            vec![
                row.load.unit().to_owned(),
                format!("**{:.2} µs**", median(row, |f| f.cpu)),
                format!("{low:.2}–{high:.2}"),
                times(self.against(row, row.plain)),
                format!("{:.0}", 1e6 / median(row, |f| f.cpu)),
                format!("{:.0}", median(row, |f| f.rate)),
                format!("{:.0} µs", median(row, |f| f.p50)),
                format!("{:.0} µs", median(row, |f| f.p99)),
            ]
        })
    }

    fn plugins(&self, text: &mut String) -> Result<()> {
        let columns = ["plugins", "CPU per call", "lowest–highest", "more", "× no plugin", "calls/s", "p50", "p99"];
        table(text, &columns, self.tables.plugins, |row| {
            let (low, high) = row.range();
            let more = self.row(row.plain).filter(|plain| plain.name != row.name).and_then(|plain| row.beyond(plain));
            vec![
                format!("**{:.2} µs**", median(row, |f| f.cpu)),
                format!("{low:.2}–{high:.2}"),
                more.map_or_else(|| "–".to_owned(), |more| format!("{more:+.2} µs")),
                times(self.against(row, row.plain)),
                format!("{:.0}", median(row, |f| f.rate)),
                format!("{:.0} µs", median(row, |f| f.p50)),
                format!("{:.0} µs", median(row, |f| f.p99)),
            ]
        })
    }

    fn changes(&self, text: &mut String) -> Result<()> {
        let columns = ["changes", "CPU per call", "lowest–highest", "× no change", "calls/s", "p50", "p99", "longest"];
        table(text, &columns, self.tables.changes, |row| {
            let (low, high) = row.range();
            vec![
                format!("**{:.2} µs**", median(row, |f| f.cpu)),
                format!("{low:.2}–{high:.2}"),
                times(self.against(row, row.plain)),
                format!("{:.0}", median(row, |f| f.rate)),
                format!("{:.0} µs", median(row, |f| f.p50)),
                format!("{:.0} µs", median(row, |f| f.p99)),
                format!("{:.0} µs", median(row, |f| f.longest)),
            ]
        })?;
        for row in self.tables.changes {
            if let Some((count, median, longest)) = row.changes.as_ref().and_then(Changes::took) {
                writeln!(
                    text,
                    "\n- {count} changes, from request to answer: median {median:.1?}, longest {longest:.1?}."
                )?;
            }
        }
        Ok(())
    }

    fn targets(&self, text: &mut String) -> Result<()> {
        let Some(row) = self.row(JUDGED) else { return Ok(()) };
        let mut judged = Vec::new();
        for (name, other, target) in [
            ("nginx as a plain proxy", row.plain, Some(TARGET_PLAIN)),
            ("nginx as a plain proxy with an access log", LOGGED_PLAIN, None),
            ("nginx with the same policy in Lua", LUA, Some(TARGET_LUA)),
        ] {
            let Some(ratio) = self.against(row, other) else { continue };
            let verdict = target.map_or_else(String::new, |target| {
                let word = if ratio <= target { "met" } else { "missed" };
                format!("; target at most {target:.2}: **{word}**")
            });
            judged.push(format!("{}: {ratio:.2} × {name}{verdict}", row.title));
        }
        list(text, &judged)
    }

    /// What makes the figures less than certain.
    fn doubts(&self, text: &mut String) -> Result<()> {
        let mut doubts = Vec::new();
        let disturbed = self.rows().flat_map(|row| &row.figures).map(|f| f.disturbed).fold(0.0, f64::max);
        if disturbed > QUIET {
            let share = disturbed * 100.0;
            doubts
                .push(format!("The machine was not quiet: other work took up to {share:.0} % of the gateway's core."));
        }
        for row in self.rows() {
            if let Some(log) = &row.access_log {
                // Rows of one gateway share its log.
                let writes_there =
                    |other: &&Row| other.access_log.as_ref().is_some_and(|shared| Rc::ptr_eq(shared, log));
                let answered: u64 = self.rows().filter(writes_there).map(|row| row.answered).sum();
                let lines = log.lines();
                if (lines as f64) < answered as f64 * LOGGED {
                    doubts.push(format!("{}: only {lines} access-log lines for {answered} calls.", row.title));
                }
            }
            if row.median(|f| f.spare).is_some_and(|spare| spare < SPARE) {
                doubts.push(format!(
                    "{}: the load side had less than {:.0} % of its time to spare, so what is done in a second and latency are its own limit.",
                    row.title,
                    SPARE * 100.0
                ));
            }
        }
        list(text, &doubts)
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        let Tables { calls, protocols, plugins, changes, .. } = &self.tables;
        calls.iter().chain(*protocols).chain(*plugins).chain(*changes)
    }

    fn row(&self, name: &str) -> Option<&Row> {
        self.rows().find(|row| row.name == name && !row.figures.is_empty())
    }

    fn against(&self, row: &Row, other: &str) -> Option<f64> {
        row.ratio(self.row(other)?)
    }
}

/// A table with one line a row; `cells` makes what stands behind its title. A table without rows is not written.
fn table(text: &mut String, columns: &[&str], rows: &[Row], cells: impl Fn(&Row) -> Vec<String>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let numbers = "|--:".repeat(columns.len() - 1);
    writeln!(text, "\n| {} |\n|---{numbers}|", columns.join(" | "))?;
    for row in rows {
        let none = match (&row.failure, &row.missing) {
            (Some(failure), _) => Some(format!("no figure: {}", one_line(failure))),
            (None, Some(missing)) => Some(format!("not measured: {}", one_line(missing))),
            (None, None) => None,
        };
        let cells = none.map_or_else(|| cells(row), |none| vec![none]);
        let empty = " |".repeat(columns.len() - 1 - cells.len());
        writeln!(text, "| {} | {} |{empty}", row.title, cells.join(" | "))?;
    }
    Ok(())
}

/// A list below a table; nothing when there is nothing to say.
fn list(text: &mut String, lines: &[String]) -> Result<()> {
    if !lines.is_empty() {
        text.push('\n');
    }
    for line in lines {
        writeln!(text, "- {line}")?;
    }
    Ok(())
}

fn median(row: &Row, pick: fn(&Figure) -> f64) -> f64 {
    row.median(pick).unwrap_or(f64::NAN)
}

fn times(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"))
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(160).collect::<String>().replace('|', "\\|")
}

/// Puts `text` between the markers of `page`.
pub(crate) fn write(page: &Path, text: &str) -> Result<()> {
    let old = fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    let new = replaced(&old, text).with_context(|| format!("{} has no {BEGIN} … {END}", page.display()))?;
    fs::write(page, new).with_context(|| format!("cannot write {}", page.display()))
}

fn replaced(page: &str, text: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{}\n{END}{after}", text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_markers_is_replaced() {
        let page = format!("above\n{BEGIN}\nold\n{END}\nbelow\n");
        assert_eq!(replaced(&page, "new\n"), Some(format!("above\n{BEGIN}\nnew\n{END}\nbelow\n")));
        assert_eq!(replaced("no markers", "new"), None);
    }

    #[test]
    fn a_row_that_cannot_be_measured_says_why() {
        let log = std::env::temp_dir().join(format!("tollgate-bench-report-{}.log", std::process::id()));
        let mut command = std::process::Command::new("sleep");
        command.arg("60");
        let process = std::rc::Rc::new(crate::process::Process::start("sleep", command, &log).unwrap());
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], 1));
        let load = crate::load::Load::Messages(Vec::new());
        let mut row = Row::new(("nginx-http2", "nginx, HTTP/2", "nginx-http2"), &process, address, load);
        row.missing = Some("this nginx has no http_v2_module".to_owned());
        let mut text = String::new();
        table(&mut text, &["what", "CPU", "p99"], &[row], |_| unreachable!()).unwrap();
        let line = "| nginx, HTTP/2 | not measured: this nginx has no http_v2_module | |";
        assert_eq!(text, format!("\n| what | CPU | p99 |\n|---|--:|--:|\n{line}\n"));
        std::fs::remove_file(log).unwrap();
    }
}
