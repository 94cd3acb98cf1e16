//! How the health of nodes is known.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::parameter::{check_name, check_value};
use crate::{Invalid, Location};

/// How the health of an upstream's nodes is known: by asking them (active), by how calls end (passive), or both.
///
/// A node is ejected when one of the three thresholds is met by failures without a success between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HealthCheck {
    /// The gateway asks the nodes itself.
    pub active: bool,
    /// The gateway watches how calls end.
    pub passive: bool,
    /// Answers that are successes.
    pub healthy: Statuses,
    /// Answers that are failures; any other status is neither.
    pub unhealthy: Statuses,
    /// Connections refused, reset or broken off, in a row; 0 is never.
    pub tcp_failures: Threshold,
    /// Answers that did not come in time, in a row; 0 is never.
    pub timeouts: Threshold,
    /// Answers with an unhealthy status, in a row; 0 is never.
    pub http_failures: Threshold,
    /// What active checks ask for.
    pub path: ProbePath,
    /// How long an active check may take: 1–3600 seconds.
    pub timeout: u32,
    /// The time between two active checks of a node: 1–3600 seconds.
    pub interval: u32,
    /// Header lines of active checks.
    pub headers: Vec<(String, String)>,
    /// Without active checks: the time after which an ejected node gets calls again, in seconds up to 86,400; 0 with
    /// active checks only, where the checks alone decide.
    pub restore_after: u32,
}

impl HealthCheck {
    /// Most header lines of an active check.
    pub const MOST_HEADERS: usize = 20;

    /// Refuses members that are out of range or contradict each other.
    pub fn check(&self) -> Result<(), Invalid> {
        for (field, seconds) in [("health check timeout", self.timeout), ("health check interval", self.interval)] {
            if !(1..=3600).contains(&seconds) {
                return Err(Invalid::new(field, format!("{seconds} is out of range; 1 to 3600 seconds are allowed")));
            }
        }
        if self.restore_after > 86_400 {
            let reason = format!("{} is out of range; 0 to 86400 seconds are allowed", self.restore_after);
            return Err(Invalid::new("unhealthy timeout", reason));
        }
        if self.passive && !self.active && self.restore_after == 0 {
            return Err(Invalid::new(
                "unhealthy timeout",
                "must be above 0 without active checks: an ejected node would never return",
            ));
        }
        if self.headers.len() > Self::MOST_HEADERS {
            let reason = format!("{} are given; at most {} are allowed", self.headers.len(), Self::MOST_HEADERS);
            return Err(Invalid::new("health check headers", reason));
        }
        for (name, value) in &self.headers {
            check_name(name, Location::Header)?;
            check_value(value, Location::Header)?;
            const OWNED: [&str; 5] = ["host", "connection", "content-length", "transfer-encoding", "upgrade"];
            if OWNED.iter().any(|owned| name.eq_ignore_ascii_case(owned)) {
                return Err(Invalid::new("health check headers", format!("`{name}` is written by the gateway itself")));
            }
        }
        Ok(())
    }
}

/// A set of HTTP statuses: 1 to 100 of 100–599.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeSet<u16>", into = "BTreeSet<u16>")]
pub struct Statuses(BTreeSet<u16>);

impl Statuses {
    /// True when `status` is in the set.
    pub fn contains(&self, status: u16) -> bool {
        self.0.contains(&status)
    }

    /// The statuses, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = u16> {
        self.0.iter().copied()
    }
}

impl TryFrom<BTreeSet<u16>> for Statuses {
    type Error = Invalid;

    fn try_from(statuses: BTreeSet<u16>) -> Result<Self, Invalid> {
        if statuses.is_empty() || statuses.len() > 100 {
            return Err(Invalid::new("statuses", format!("{} are given; 1 to 100 are allowed", statuses.len())));
        }
        match statuses.iter().find(|status| !(100..=599).contains(*status)) {
            Some(status) => Err(Invalid::new("statuses", format!("{status} is no status; 100 to 599 are allowed"))),
            None => Ok(Self(statuses)),
        }
    }
}

impl From<Statuses> for BTreeSet<u16> {
    fn from(statuses: Statuses) -> Self {
        statuses.0
    }
}

/// Failures in a row that eject a node: 1–254, and 0 is never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Threshold(u8);

impl Threshold {
    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// True when so many failures in a row are enough.
    pub const fn is_met(self, failures: u32) -> bool {
        self.0 > 0 && failures >= self.0 as u32
    }
}

impl TryFrom<u32> for Threshold {
    type Error = Invalid;

    fn try_from(failures: u32) -> Result<Self, Invalid> {
        match u8::try_from(failures) {
            Ok(small) if small < 255 => Ok(Self(small)),
            _ => Err(Invalid::new("threshold", format!("{failures} is out of range; 0 to 254 are allowed"))),
        }
    }
}

impl From<Threshold> for u32 {
    fn from(threshold: Threshold) -> Self {
        threshold.0.into()
    }
}

/// A request target of a check: a path, perhaps with a query; at most 1024 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProbePath(String);

impl ProbePath {
    /// The target as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ProbePath {
    /// `/`.
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl TryFrom<String> for ProbePath {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        let refuse = |reason: &str| Err(Invalid::new("health check path", reason.to_owned()));
        if raw.len() > 1024 {
            return refuse("is longer than 1024 bytes");
        }
        if !raw.starts_with('/') {
            return refuse("must begin with `/`");
        }
        if raw.bytes().any(|b| !b.is_ascii_graphic() || b"\"<>\\^`{|}#".contains(&b)) {
            return refuse("holds a character that no URL has; escape it as %XX");
        }
        Ok(Self(raw))
    }
}

impl From<ProbePath> for String {
    fn from(path: ProbePath) -> Self {
        path.0
    }
}

/// What is known of a node's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NodeHealth {
    /// Nothing checks it.
    Unchecked,
    /// It is checked, and no check or call has ended yet.
    Unknown,
    /// It gets its share of calls.
    Healthy,
    /// It is ejected.
    Unhealthy,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(active: bool, passive: bool, restore_after: u32) -> HealthCheck {
        HealthCheck {
            active,
            passive,
            healthy: Statuses::try_from(BTreeSet::from([200])).unwrap(),
            unhealthy: Statuses::try_from(BTreeSet::from([500])).unwrap(),
            tcp_failures: Threshold::try_from(5).unwrap(),
            timeouts: Threshold::try_from(5).unwrap(),
            http_failures: Threshold::try_from(3).unwrap(),
            path: ProbePath::default(),
            timeout: 5,
            interval: 5,
            headers: Vec::new(),
            restore_after,
        }
    }

    #[test]
    fn a_node_that_only_calls_can_eject_must_be_able_to_return() {
        assert!(checks(false, true, 0).check().is_err());
        for (active, passive, restore_after) in [(false, true, 1), (true, true, 0), (true, false, 0), (false, false, 0)]
        {
            assert_eq!(checks(active, passive, restore_after).check(), Ok(()));
        }
    }

    #[test]
    fn checks_out_of_range_are_refused_by_name() {
        let refused = |change: fn(&mut HealthCheck)| {
            let mut check = checks(true, true, 30);
            change(&mut check);
            check.check().unwrap_err().field
        };
        assert_eq!(refused(|c| c.timeout = 0), "health check timeout");
        assert_eq!(refused(|c| c.interval = 3601), "health check interval");
        assert_eq!(refused(|c| c.restore_after = 86_401), "unhealthy timeout");
        assert_eq!(refused(|c| c.headers = vec![("Host".into(), "a".into())]), "health check headers");
        assert_eq!(refused(|c| c.headers = vec![("X".into(), String::new()); 21]), "health check headers");
    }

    #[test]
    fn a_threshold_of_0_is_never_met() {
        assert!(!Threshold::try_from(0).unwrap().is_met(1000));
        assert!(Threshold::try_from(3).unwrap().is_met(3));
        assert!(!Threshold::try_from(3).unwrap().is_met(2));
        assert!(Threshold::try_from(255).is_err());
    }

    #[test]
    fn a_probe_asks_for_a_path() {
        for raw in ["/", "/health?deep=1", "/%20"] {
            assert!(ProbePath::try_from(raw.to_owned()).is_ok(), "{raw}");
        }
        for raw in ["", "health", "/a b", "/a\r\nX: y", "/#"] {
            assert!(ProbePath::try_from(raw.to_owned()).is_err(), "{raw:?}");
        }
    }
}
