//! The process's own log: lines on standard error.

use std::io::IsTerminal;

use crate::settings::ProcessSettings;
use crate::settings::value::LogFormat;

/// Starts logging. A second start in one process changes nothing.
pub(super) fn start(settings: &ProcessSettings) {
    let log = tracing_subscriber::fmt()
        .with_env_filter(settings.log.filter())
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let _already_started = match settings.log_format {
        LogFormat::Json => log.json().flatten_event(true).try_init(),
        LogFormat::Plain => log.try_init(),
    };
    // A panic is a line like any other, not a page in the middle of the lines.
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text =
            payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let place = panic.location().map(ToString::to_string);
        let thread = std::thread::current().name().map(str::to_owned);
        tracing::error!(place, thread, "panic: {}", text.unwrap_or("without words"));
    }));
}
