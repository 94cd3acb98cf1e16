//! How every change is made: take the configuration as it is, ask the rule, store what it says, tell the audit trail.

use std::sync::Arc;

use model::{AuditEntry, Revision, Snapshot, Timestamp, Write};
use store::{Change, Store, StoreError};

use crate::rule::{Facts, Outcome};
use crate::{Actor, Clock, Control, Quotas, Refusal, Terms};

/// How often a change is computed anew when another process keeps changing the configuration under it.
const ATTEMPTS: usize = 8;

/// The name under which the gateway itself stands in the audit trail.
pub(crate) const INSTALLATION: &str = "installation";

/// What a change needs of a store.
pub(crate) trait Ledger {
    /// The configuration as it is.
    fn snapshot(&self) -> Arc<Snapshot>;

    /// Stores a change that was computed on `base`.
    async fn commit(&self, base: Revision, change: Change) -> Result<Arc<Snapshot>, StoreError>;
}

impl Ledger for Store {
    fn snapshot(&self) -> Arc<Snapshot> {
        Store::snapshot(self)
    }

    async fn commit(&self, base: Revision, change: Change) -> Result<Arc<Snapshot>, StoreError> {
        Store::commit(self, base, change).await
    }
}

/// Who changes what, for the audit trail.
pub(crate) struct Deed<'a> {
    /// The operator's name.
    pub(crate) actor: &'a str,
    /// The dialect and its request id.
    pub(crate) origin: &'a str,
    /// The use case, as `noun.verb`.
    pub(crate) action: &'static str,
    /// On which terms.
    pub(crate) terms: Terms,
}

impl Control {
    /// Carries out the use case `action`, whose `rule` may be asked several times.
    pub(crate) async fn write<T>(
        &self,
        actor: &Actor,
        action: &'static str,
        rule: impl Fn(&Facts<'_>) -> Result<Outcome<T>, Refusal>,
    ) -> Result<T, Refusal> {
        actor.may_write()?;
        let terms = actor.terms.clone();
        self.write_as(&Deed { actor: &actor.name, origin: &actor.origin, action, terms }, rule).await
    }

    /// [`Control::write`] for a deed that no role is asked for.
    pub(crate) async fn write_as<T>(
        &self,
        deed: &Deed<'_>,
        rule: impl Fn(&Facts<'_>) -> Result<Outcome<T>, Refusal>,
    ) -> Result<T, Refusal> {
        let mut last = self.turn.lock().await;
        carry_out(&self.store, &self.quotas, &*self.clock, &mut last, deed, rule).await
    }
}

/// Asks `rule` what to write and writes it; asks again when the configuration changed meanwhile.
///
/// `last` is the time of the last change: each change is at least a millisecond later than the one before, so that
/// what is listed by its age has one order, however fast it was made.
pub(crate) async fn carry_out<L: Ledger, T>(
    ledger: &L,
    quotas: &Quotas,
    clock: &dyn Clock,
    last: &mut Timestamp,
    deed: &Deed<'_>,
    rule: impl Fn(&Facts<'_>) -> Result<Outcome<T>, Refusal>,
) -> Result<T, Refusal> {
    for _ in 0..ATTEMPTS {
        let snapshot = ledger.snapshot();
        let now = clock.now().max(Timestamp::from_millis(last.millis().saturating_add(1)));
        if let Some(only_if) = &deed.terms.only_if {
            only_if.check(&snapshot)?;
        }
        let Outcome { writes, subject, answer, is_told } = rule(&Facts { snapshot: &snapshot, quotas, now })?;
        // A look at a secret cannot be rehearsed: it would be a look that nobody is told of.
        if let Some(rehearsal) = deed.terms.rehearsal.as_ref().filter(|_| !is_told) {
            rehearsal.leave(applied(&snapshot, writes)?);
            return Ok(answer);
        }
        if writes.is_empty() && !is_told {
            return Ok(answer);
        }
        let audit = AuditEntry {
            time: now,
            actor: deed.actor.to_owned(),
            action: deed.action.to_owned(),
            subject: subject.clone(),
            origin: deed.origin.to_owned(),
        };
        match ledger.commit(snapshot.revision, Change { writes, audit }).await {
            Ok(next) => {
                *last = now;
                let revision = next.revision.0;
                tracing::info!(action = deed.action, subject, actor = deed.actor, revision, "configuration changed");
                return Ok(answer);
            }
            Err(StoreError::Conflict { .. }) => {}
            Err(fault) => {
                tracing::error!(action = deed.action, subject, actor = deed.actor, %fault, "change was not stored");
                return Err(Refusal::Store(fault.to_string()));
            }
        }
    }
    tracing::warn!(action = deed.action, actor = deed.actor, "change gave way to others too often");
    Err(Refusal::Busy)
}

/// The configuration as it would be after `writes`.
fn applied(snapshot: &Snapshot, writes: Vec<Write>) -> Result<Snapshot, Refusal> {
    let mut next = snapshot.clone();
    for write in writes {
        next.apply(write)?;
    }
    Ok(next)
}

#[cfg(test)]
mod tests;
