//! The tables: to standard output, and into the page between its markers.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use crate::memory::Reading;
use crate::rounds::Row;

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// The row that the targets speak of.
const JUDGED: &str = "tollgate-full-1000";
/// The row of the policy in Lua.
pub(crate) const LUA: &str = "nginx-lua";
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
    /// The measured rows.
    pub(crate) rows: &'a [Row],
    /// Memory; empty when it was not asked for.
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
        self.doubts(&mut text)?;
        if !self.readings.is_empty() {
            text.push_str("\n| memory | resident | |\n|---|--:|---|\n");
            for reading in self.readings {
                writeln!(text, "| {} | {:.1} MB | {} |", reading.what, reading.bytes as f64 / 1e6, reading.note)?;
            }
        }
        Ok(text)
    }

    fn calls(&self, text: &mut String) -> Result<()> {
        text.push_str(
            "\n| gateway | CPU per call | lowest–highest | × nginx | × nginx + Lua | calls/s | p50 | p99 |\n",
        );
        text.push_str("|---|--:|--:|--:|--:|--:|--:|--:|\n");
        for row in self.rows {
            if let Some(failure) = &row.failure {
                writeln!(text, "| {} | no figure: {} | | | | | | |", row.title, one_line(failure))?;
                continue;
            }
            let (low, high) = row.range();
            let median = |pick: fn(&crate::rounds::Figure) -> f64| row.median(pick).unwrap_or(f64::NAN);
            writeln!(
                text,
                "| {} | **{:.2} µs** | {low:.2}–{high:.2} | {} | {} | {:.0} | {:.0} µs | {:.0} µs |",
                row.title,
                median(|f| f.cpu),
                times(self.against(row, row.plain)),
                times(self.against(row, LUA)),
                median(|f| f.rate),
                median(|f| f.p50),
                median(|f| f.p99),
            )?;
        }
        Ok(())
    }

    fn targets(&self, text: &mut String) -> Result<()> {
        let Some(row) = self.row(JUDGED) else { return Ok(()) };
        text.push('\n');
        for (name, other, target) in [
            ("nginx as a plain proxy", row.plain, TARGET_PLAIN),
            ("nginx with the same policy in Lua", LUA, TARGET_LUA),
        ] {
            let Some(ratio) = self.against(row, other) else { continue };
            let verdict = if ratio <= target { "met" } else { "missed" };
            writeln!(text, "- {}: {ratio:.2} × {name}; target at most {target:.2}: **{verdict}**", row.title)?;
        }
        Ok(())
    }

    /// What makes the figures less than certain.
    fn doubts(&self, text: &mut String) -> Result<()> {
        let disturbed = self.rows.iter().flat_map(|row| &row.figures).map(|f| f.disturbed).fold(0.0, f64::max);
        if disturbed > QUIET {
            writeln!(
                text,
                "- The machine was not quiet: other work took up to {:.0} % of the gateway's core.",
                disturbed * 100.0
            )?;
        }
        for row in self.rows {
            let lines = row.access_log.as_ref().map_or(row.answered, |log| log.lines());
            if (lines as f64) < row.answered as f64 * LOGGED {
                writeln!(text, "- {}: only {lines} access-log lines for {} calls.", row.title, row.answered)?;
            }
            if row.median(|f| f.spare).is_some_and(|spare| spare < SPARE) {
                writeln!(
                    text,
                    "- {}: the load side had less than {:.0} % of its time to spare, so calls/s and latency are its own limit.",
                    row.title,
                    SPARE * 100.0
                )?;
            }
        }
        Ok(())
    }

    fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name && !row.figures.is_empty())
    }

    fn against(&self, row: &Row, other: &str) -> Option<f64> {
        row.ratio(self.row(other)?)
    }
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
}
