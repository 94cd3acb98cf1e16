//! A document brought in: one rule after the other on a draft.

mod apis;
mod names;
mod parts;
mod told;

use model::{DomainName, Snapshot, Write};

pub(crate) use self::apis::{delete_apis, later};
pub(crate) use self::told::changes;

use self::names::Names;
use super::{Configuration, ConfigurationChange};
use crate::rule::{Facts, Outcome};
use crate::{DomainPolicy, Quotas, Refusal};

/// The configuration as it would be after what was decided so far.
pub(crate) struct Draft<'f> {
    pub(crate) snapshot: Snapshot,
    /// Who is called what in it.
    pub(crate) names: Names,
    pub(crate) writes: Vec<Write>,
    quotas: &'f Quotas,
    now: model::Timestamp,
}

impl<'f> Draft<'f> {
    /// The configuration as it is.
    pub(crate) fn new(facts: &Facts<'f>) -> Self {
        let names = Names::new(facts.snapshot);
        Self { snapshot: facts.snapshot.clone(), names, writes: Vec::new(), quotas: facts.quotas, now: facts.now }
    }

    /// Asks a rule, and takes what it says.
    pub(crate) fn ask<T>(
        &mut self,
        rule: impl FnOnce(&Facts<'_>) -> Result<Outcome<T>, Refusal>,
    ) -> Result<T, Refusal> {
        let Outcome { writes, answer, .. } =
            rule(&Facts { snapshot: &self.snapshot, quotas: self.quotas, now: self.now })?;
        for write in writes {
            self.names.follow(&self.snapshot, &write);
            self.snapshot.apply(write.clone())?;
            self.writes.push(write);
        }
        Ok(answer)
    }
}

/// How often what was refused is asked anew at most. What one API waits for seldom waits itself.
const ROUNDS: usize = 8;

/// Brings in all of `count` things, in an order that the rules allow: first in their own, then those that were refused
/// again, as long as that brings one more of them in.
pub(crate) fn settled<T>(count: usize, mut bring: impl FnMut(usize) -> Result<T, Refusal>) -> Vec<Result<T, Refusal>> {
    let mut found: Vec<_> = (0..count).map(&mut bring).collect();
    let mut left = count;
    for _ in 0..ROUNDS {
        let refused: Vec<usize> = (0..count).filter(|number| found[*number].is_err()).collect();
        if refused.is_empty() || refused.len() == left {
            break;
        }
        left = refused.len();
        for number in refused {
            found[number] = bring(number);
        }
    }
    found
}

/// A refusal with the place in the document that it is about.
pub(crate) fn at(place: String) -> impl FnOnce(Refusal) -> Refusal {
    move |refusal| match refusal {
        // The inner place is known better already.
        Refusal::InConfiguration { .. } => refusal,
        other => Refusal::InConfiguration { place, refusal: Box::new(other) },
    }
}

/// The entry of a domain.
pub(super) fn place_of_domain(wanted: &Configuration, name: &DomainName) -> String {
    let places = wanted.services.iter().enumerate().flat_map(|(service, entry)| {
        let domains = entry.domains.iter().enumerate();
        domains.map(move |(number, domain)| (format!("/services/{service}/domains/{number}"), domain))
    });
    let is_it = |written: &str| DomainName::try_from(written).is_ok_and(|found| found == *name);
    let mut found = places.filter(|(_, domain)| is_it(&domain.name)).map(|(place, _)| place);
    found.next().unwrap_or_default()
}

pub(super) fn apply(
    facts: &Facts<'_>,
    policy: &DomainPolicy,
    wanted: &Configuration,
    prune: bool,
) -> Result<Outcome<Vec<ConfigurationChange>>, Refusal> {
    let mut draft = Draft::new(facts);
    parts::bring_in(&mut draft, policy, wanted, prune)?;
    let changes = changes(facts.snapshot, &draft.snapshot, &draft.writes);
    Ok(Outcome::new("configuration", draft.writes, changes))
}
