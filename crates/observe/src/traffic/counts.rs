//! What is counted of some calls.

use serde::{Deserialize, Serialize};

use model::TrafficCounts;

use super::histogram::Histogram;
use super::recent::Recent;

/// The counts of some calls, as they are added up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) calls: u64,
    classes: [u64; 5],
    refused: u64,
    backend_errors: u64,
    backend_404: u64,
    backend_502: u64,
    bytes_in: u64,
    bytes_out: u64,
    duration: Histogram,
    backend: Histogram,
    /// Few kinds: a list is quicker than a table.
    refusals: Vec<(Box<str>, u64)>,
}

impl Counts {
    /// Adds what was counted of some calls but for their refusals.
    pub(super) fn add(&mut self, recent: &Recent) {
        self.calls += u64::from(recent.calls);
        for (sum, count) in self.classes.iter_mut().zip(recent.classes) {
            *sum += u64::from(count);
        }
        self.backend_errors += u64::from(recent.backend_errors);
        self.backend_404 += u64::from(recent.backend_404);
        self.backend_502 += u64::from(recent.backend_502);
        self.bytes_in = self.bytes_in.saturating_add(recent.bytes_in);
        self.bytes_out = self.bytes_out.saturating_add(recent.bytes_out);
        self.duration.add(recent.duration_us, recent.buckets.iter().map(|[calls, _]| *calls));
        self.backend.add(recent.backend_us, recent.buckets.iter().map(|[_, turns]| *turns));
    }

    /// Counts that a call was refused.
    pub(super) fn count_refusal(&mut self, reason: &str) {
        self.refused += 1;
        self.refuse(reason, 1);
    }

    pub(super) fn absorb(&mut self, other: &Self) {
        self.calls += other.calls;
        for (sum, count) in self.classes.iter_mut().zip(other.classes) {
            *sum += count;
        }
        self.refused += other.refused;
        self.backend_errors += other.backend_errors;
        self.backend_404 += other.backend_404;
        self.backend_502 += other.backend_502;
        self.bytes_in = self.bytes_in.saturating_add(other.bytes_in);
        self.bytes_out = self.bytes_out.saturating_add(other.bytes_out);
        self.duration.absorb(&other.duration);
        self.backend.absorb(&other.backend);
        for (reason, count) in &other.refusals {
            self.refuse(reason, *count);
        }
    }

    fn refuse(&mut self, reason: &str, by: u64) {
        match self.refusals.iter_mut().find(|(known, _)| **known == *reason) {
            Some((_, count)) => *count += by,
            None => self.refusals.push((reason.into(), by)),
        }
    }

    /// The counts as they are told.
    pub(super) fn told(&self) -> TrafficCounts {
        let mut refusals: Vec<_> = self.refusals.iter().map(|(reason, count)| (reason.to_string(), *count)).collect();
        refusals.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
        TrafficCounts {
            calls: self.calls,
            classes: self.classes,
            refused: self.refused,
            refusals,
            backend_calls: self.backend.count(),
            backend_errors: self.backend_errors,
            backend_404: self.backend_404,
            backend_502: self.backend_502,
            bytes_in: self.bytes_in,
            bytes_out: self.bytes_out,
            duration: self.duration.latency(),
            backend: self.backend.latency(),
        }
    }
}
