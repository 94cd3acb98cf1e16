//! How a subcommand ends when it does not end well.

use std::fmt::Display;

/// Why a subcommand ended early, and with which exit status.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Used wrongly: exit status 2. One line that names the thing.
    Usage(String),
    /// Refused or failed: exit status 1. One line that names the thing.
    Failed(String),
    /// Refused, and the user was told why already: exit status 1.
    Told,
}

impl Failure {
    /// Wrong usage.
    pub(crate) fn usage(reason: impl Display) -> Self {
        Self::Usage(one_line(&reason.to_string()))
    }

    /// Something failed; `what` names it.
    pub(crate) fn new(what: impl Display, error: impl Display) -> Self {
        Self::Failed(one_line(&format!("{what}: {error}")))
    }

    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Failed(_) | Self::Told => 1,
        }
    }

    /// The line for standard error, if there is one.
    pub(crate) fn line(&self) -> Option<&str> {
        match self {
            Self::Usage(line) | Self::Failed(line) => Some(line),
            Self::Told => None,
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new("standard output", error)
    }
}

/// `text` with its lines joined by blanks.
pub(crate) fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
