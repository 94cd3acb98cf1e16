//! The process as the kernel sees it, from `/proc`.

use std::fs;

use super::exposition::Exposition;

/// Appends the `process_*` families. What the kernel does not tell (no `/proc`) is left out.
pub(super) fn render(text: &mut Exposition) {
    let stat = fs::read_to_string("/proc/self/stat").ok();
    let stat = stat.as_deref().and_then(Stat::parse);
    if let Some(stat) = &stat {
        #[allow(clippy::cast_precision_loss)]
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        text.family("process_cpu_seconds_total", "counter", "User and system CPU time spent.");
        #[allow(clippy::cast_precision_loss)]
        text.seconds("", &[], stat.cpu_ticks as f64 / ticks);
        text.family("process_virtual_memory_bytes", "gauge", "Virtual memory size.");
        text.sample("", &[], stat.virtual_bytes);
        text.family("process_resident_memory_bytes", "gauge", "Resident memory size.");
        text.sample("", &[], stat.resident_pages * rustix::param::page_size() as u64);
        text.family("process_threads", "gauge", "Threads of the process.");
        text.sample("", &[], stat.threads);
        if let Some(booted) = fs::read_to_string("/proc/stat").ok().as_deref().and_then(boot_time) {
            text.family("process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.");
            #[allow(clippy::cast_precision_loss)]
            text.seconds("", &[], booted as f64 + stat.start_ticks as f64 / ticks);
        }
    }
    if let Ok(entries) = fs::read_dir("/proc/self/fd") {
        text.family("process_open_fds", "gauge", "Open file descriptors.");
        // The descriptor that reads the folder is there too.
        text.sample("", &[], (entries.count() as u64).saturating_sub(1));
    }
    if let Some(max) = fs::read_to_string("/proc/self/limits").ok().as_deref().and_then(open_files_limit) {
        text.family("process_max_fds", "gauge", "How many file descriptors may be open.");
        text.sample("", &[], max);
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    cpu_ticks: u64,
    threads: u64,
    start_ticks: u64,
    virtual_bytes: u64,
    resident_pages: u64,
}

impl Stat {
    /// proc(5): the fields behind the command's name, which may hold blanks and parentheses itself.
    fn parse(text: &str) -> Option<Self> {
        let (_, behind) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = behind.split_ascii_whitespace().collect();
        // `state` is field 3 in the manual and 0 here.
        let field = |manual: usize| fields.get(manual - 3)?.parse::<u64>().ok();
        Some(Self {
            cpu_ticks: field(14)? + field(15)?,
            threads: field(20)?,
            start_ticks: field(22)?,
            virtual_bytes: field(23)?,
            resident_pages: field(24)?,
        })
    }
}

fn boot_time(stat: &str) -> Option<u64> {
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

fn open_files_limit(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_blanks_and_parentheses_does_not_shift_the_fields() {
        let text =
            "42 (a) b (c) S 1 42 42 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 7 0 9000 1048576 256 18446744073709551615";
        let expected =
            Stat { cpu_ticks: 200, threads: 7, start_ticks: 9000, virtual_bytes: 1_048_576, resident_pages: 256 };
        assert_eq!(Stat::parse(text), Some(expected));
    }

    #[test]
    fn a_limit_is_a_number_or_left_out() {
        assert_eq!(
            open_files_limit("Max open files            1024                 4096                 files"),
            Some(1024)
        );
        assert_eq!(open_files_limit("Max open files            unlimited            unlimited            files"), None);
    }
}
