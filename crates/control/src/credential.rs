//! Key pairs: made, switched on and off, given new secrets, deleted. All of it acts at once, without a release.

use std::sync::Arc;

use model::{AccessKeyId, Credential, CredentialOrigin, Name, Record, Secret, Tag, Write};

use crate::rule::{self, Facts, Outcome};
use crate::{Actor, Control, Refusal, mint};

/// What a new key pair is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewCredential {
    pub name: Name,
    pub tags: Vec<Tag>,
    /// The pair that the operator chose; `None` lets the gateway make one.
    pub pair: Option<(AccessKeyId, Secret)>,
}

/// What changes of a key pair; `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct CredentialChange {
    pub name: Option<Name>,
    pub enabled: Option<bool>,
    pub tags: Option<Vec<Tag>>,
}

impl Control {
    /// Makes a key pair, enabled.
    ///
    /// # Errors
    /// [`Refusal::TooManyKeys`], [`Refusal::KeyExists`]; [`Refusal::Invalid`] for a repeated tag key.
    pub async fn create_credential(&self, actor: &Actor, new: NewCredential) -> Result<Arc<Credential>, Refusal> {
        self.write(actor, "credential.create", |facts| {
            create(facts, &new, || Ok((mint::access_key(facts.snapshot)?, mint::secret()?)))
        })
        .await
    }

    /// Changes a key pair, but for its secret. A change that changes nothing succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`Refusal::CredentialNotFound`]; [`Refusal::Invalid`] for a repeated tag key.
    pub async fn modify_credential(
        &self,
        actor: &Actor,
        id: &AccessKeyId,
        change: CredentialChange,
    ) -> Result<Arc<Credential>, Refusal> {
        self.write(actor, "credential.modify", |facts| modify(facts, id, &change)).await
    }

    /// Switches a key on or off.
    ///
    /// # Errors
    /// [`Refusal::CredentialNotFound`]; [`Refusal::KeyUnchangeable`] when it is in that state already.
    pub async fn set_credential_enabled(&self, actor: &Actor, id: &AccessKeyId, enabled: bool) -> Result<(), Refusal> {
        let action = if enabled { "credential.enable" } else { "credential.disable" };
        self.write(actor, action, |facts| set_enabled(facts, id, enabled)).await
    }

    /// Gives a key a new secret: the one that is given, or for a pair that the gateway made, a fresh one.
    ///
    /// # Errors
    /// [`Refusal::CredentialNotFound`], [`Refusal::KeyDisabled`]; [`Refusal::KeySecretRequired`] when none is given for
    /// a pair that an operator chose.
    pub async fn rotate_credential(
        &self,
        actor: &Actor,
        id: &AccessKeyId,
        secret: Option<Secret>,
    ) -> Result<Arc<Credential>, Refusal> {
        self.write(actor, "credential.rotate", |facts| rotate(facts, id, secret.as_ref(), mint::secret)).await
    }

    /// Shows a key with its secret, and tells the audit trail that it was shown.
    ///
    /// # Errors
    /// [`Refusal::CredentialNotFound`].
    pub async fn reveal_credential(&self, actor: &Actor, id: &AccessKeyId) -> Result<Arc<Credential>, Refusal> {
        self.write(actor, "credential.reveal", |facts| Ok(Outcome::told(id, Arc::clone(facts.credential(id)?)))).await
    }

    /// Deletes a key that is disabled and in no plan.
    ///
    /// # Errors
    /// [`Refusal::CredentialNotFound`], [`Refusal::KeyEnabled`], [`Refusal::KeyBound`].
    pub async fn delete_credential(&self, actor: &Actor, id: &AccessKeyId) -> Result<(), Refusal> {
        self.write(actor, "credential.delete", |facts| delete(facts, id)).await
    }
}

pub(crate) fn create(
    facts: &Facts<'_>,
    new: &NewCredential,
    fresh: impl FnOnce() -> Result<(AccessKeyId, Secret), Refusal>,
) -> Result<Outcome<Arc<Credential>>, Refusal> {
    if let Some((id, _)) = &new.pair
        && facts.snapshot.credentials.contains_key(id)
    {
        return Err(Refusal::KeyExists(id.clone()));
    }
    let limit = facts.quotas.keys;
    if facts.snapshot.credentials.len() >= limit {
        return Err(Refusal::TooManyKeys { limit });
    }
    rule::tags(&new.tags)?;
    let ((id, secret), origin) = match &new.pair {
        Some(chosen) => (chosen.clone(), CredentialOrigin::Manual),
        None => (fresh()?, CredentialOrigin::Auto),
    };
    Ok(put(Credential {
        id,
        secret,
        name: new.name.clone(),
        origin,
        enabled: true,
        tags: new.tags.clone(),
        created: facts.now,
        modified: facts.now,
    }))
}

pub(crate) fn modify(
    facts: &Facts<'_>,
    id: &AccessKeyId,
    change: &CredentialChange,
) -> Result<Outcome<Arc<Credential>>, Refusal> {
    let old = facts.credential(id)?;
    let change = change.clone();
    let credential = Credential {
        name: change.name.unwrap_or_else(|| old.name.clone()),
        enabled: change.enabled.unwrap_or(old.enabled),
        tags: change.tags.unwrap_or_else(|| old.tags.clone()),
        ..Credential::clone(old)
    };
    if credential == **old {
        return Ok(Outcome::unchanged(id, Arc::clone(old)));
    }
    rule::tags(&credential.tags)?;
    Ok(put(Credential { modified: facts.now, ..credential }))
}

fn set_enabled(facts: &Facts<'_>, id: &AccessKeyId, enabled: bool) -> Result<Outcome<()>, Refusal> {
    let old = facts.credential(id)?;
    if old.enabled == enabled {
        return Err(Refusal::KeyUnchangeable { key: id.clone(), enabled });
    }
    let Outcome { writes, subject, .. } = put(Credential { enabled, modified: facts.now, ..Credential::clone(old) });
    Ok(Outcome::new(subject, writes, ()))
}

pub(crate) fn rotate(
    facts: &Facts<'_>,
    id: &AccessKeyId,
    given: Option<&Secret>,
    fresh: impl FnOnce() -> Result<Secret, Refusal>,
) -> Result<Outcome<Arc<Credential>>, Refusal> {
    let old = facts.credential(id)?;
    if !old.enabled {
        return Err(Refusal::KeyDisabled(id.clone()));
    }
    let secret = match (given, old.origin) {
        (Some(secret), _) => secret.clone(),
        (None, CredentialOrigin::Auto) => fresh()?,
        (None, CredentialOrigin::Manual) => return Err(Refusal::KeySecretRequired(id.clone())),
    };
    Ok(put(Credential { secret, modified: facts.now, ..Credential::clone(old) }))
}

pub(crate) fn delete(facts: &Facts<'_>, id: &AccessKeyId) -> Result<Outcome<()>, Refusal> {
    let credential = facts.credential(id)?;
    if credential.enabled {
        return Err(Refusal::KeyEnabled(id.clone()));
    }
    if let Some(plans) = facts.snapshot.plans_of_key.get(id)
        && !plans.is_empty()
    {
        return Err(Refusal::KeyBound { key: id.clone(), plans: plans.iter().cloned().collect() });
    }
    Ok(Outcome::new(id, vec![Write::Remove(Record::Credential((**credential).clone()))], ()))
}

fn put(credential: Credential) -> Outcome<Arc<Credential>> {
    let writes = vec![Write::Put(Record::Credential(credential.clone()))];
    Outcome::new(credential.id.clone(), writes, Arc::new(credential))
}

#[cfg(test)]
mod tests;
