//! A document brought in: one rule after the other on a draft.

mod parts;
mod told;

use model::{Snapshot, Write};

use super::{Configuration, ConfigurationChange};
use crate::rule::{Facts, Outcome};
use crate::{Quotas, Refusal};

/// The configuration as it would be after what was decided so far.
pub(super) struct Draft<'f> {
    pub(super) snapshot: Snapshot,
    pub(super) writes: Vec<Write>,
    quotas: &'f Quotas,
    now: model::Timestamp,
}

impl Draft<'_> {
    /// Asks a rule, and takes what it says.
    pub(super) fn ask<T>(
        &mut self,
        rule: impl FnOnce(&Facts<'_>) -> Result<Outcome<T>, Refusal>,
    ) -> Result<T, Refusal> {
        let Outcome { writes, answer, .. } =
            rule(&Facts { snapshot: &self.snapshot, quotas: self.quotas, now: self.now })?;
        for write in writes {
            self.snapshot.apply(write.clone())?;
            self.writes.push(write);
        }
        Ok(answer)
    }
}

/// A refusal with the place in the document that it is about.
pub(super) fn at(place: String) -> impl FnOnce(Refusal) -> Refusal {
    move |refusal| match refusal {
        // The inner place is known better already.
        Refusal::InConfiguration { .. } => refusal,
        other => Refusal::InConfiguration { place, refusal: Box::new(other) },
    }
}

pub(super) fn apply(
    facts: &Facts<'_>,
    wanted: &Configuration,
    prune: bool,
) -> Result<Outcome<Vec<ConfigurationChange>>, Refusal> {
    let snapshot = facts.snapshot.clone();
    let mut draft = Draft { snapshot, writes: Vec::new(), quotas: facts.quotas, now: facts.now };
    parts::bring_in(&mut draft, wanted, prune)?;
    let changes = told::changes(facts.snapshot, &draft.snapshot, &draft.writes);
    Ok(Outcome::new("configuration", draft.writes, changes))
}
