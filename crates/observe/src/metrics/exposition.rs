//! The Prometheus text format, version 0.0.4.

use std::fmt::{Display, Write};

use super::histogram::{BOUNDS_SECONDS, FoldedHistogram};

/// A page of metrics in the making: a family, then its samples.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    text: String,
    name: &'static str,
}

impl Exposition {
    /// Begins a family: what follows belongs to it.
    pub(super) fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.name = name;
        self.put(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    /// A sample of whole numbers. `suffix` is appended to the family's name.
    pub(super) fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], value: u64) {
        self.line(suffix, labels, value);
    }

    /// A sample in seconds.
    pub(super) fn seconds(&mut self, suffix: &str, labels: &[(&str, &str)], value: f64) {
        self.line(suffix, labels, value);
    }

    /// A histogram with cumulative buckets. One that saw nothing is left out.
    pub(super) fn histogram(&mut self, labels: &[(&str, &str); 2], histogram: &FoldedHistogram) {
        let count = histogram.count();
        if count == 0 {
            return;
        }
        let [first, second] = *labels;
        let mut below = 0;
        for (bucket, le) in histogram.buckets.iter().zip(BOUNDS_SECONDS.iter().chain(&["+Inf"])) {
            below += bucket;
            self.line("_bucket", &[first, second, ("le", le)], below);
        }
        #[allow(clippy::cast_precision_loss)]
        self.line("_sum", labels, histogram.sum_us as f64 / 1e6);
        self.line("_count", labels, count);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn line(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let name = self.name;
        self.put(format_args!("{name}{suffix}"));
        for (index, (label, text)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            self.put(format_args!("{before}{label}=\"{}\"", Escaped(text)));
        }
        let after = if labels.is_empty() { "" } else { "}" };
        self.put(format_args!("{after} {value}\n"));
    }

    fn put(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing to a `String` cannot fail.
        let _written = self.text.write_fmt(arguments);
    }
}

/// A label's value with `\`, `"` and line ends escaped.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_values_are_escaped() {
        let mut text = Exposition::default();
        text.family("a_total", "counter", "A.");
        text.sample("", &[("b", "x\"\\\ny")], 7);
        assert_eq!(text.finish(), "# HELP a_total A.\n# TYPE a_total counter\na_total{b=\"x\\\"\\\\\\ny\"} 7\n");
    }
}
