//! What the process is told from outside.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// The signals that mean something.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    user: Signal,
}

impl Signals {
    /// From now on these signals do nothing by themselves.
    pub(super) fn listen() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|error| Failure::new("signals", error));
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hangup: listen(SignalKind::hangup())?,
            user: listen(SignalKind::user_defined1())?,
        })
    }

    /// Waits for the signal to end, and calls `reopen` for each SIGHUP and SIGUSR1 before that.
    pub(super) async fn end(&mut self, reopen: impl Fn()) -> &'static str {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return "SIGTERM",
                _ = self.interrupt.recv() => return "SIGINT",
                _ = self.hangup.recv() => reopen(),
                _ = self.user.recv() => reopen(),
            }
        }
    }
}

/// A second signal to end does not wait for anything.
pub(super) fn exit_on_next(mut signals: Signals) {
    tokio::spawn(async move {
        let signal = signals.end(|| {}).await;
        tracing::warn!(signal, "told a second time: exiting at once");
        std::process::exit(1);
    });
}
