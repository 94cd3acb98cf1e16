//! Operators: the first one, who is made when there is none, and those whom it lets in; with their access keys.

use std::sync::Arc;

use model::{
    AccessKeyId, Invalid, Name, Operator, OperatorId, OperatorKey, Record, Role, Secret, Snapshot, Text, Write,
};

use crate::rule::{Facts, Outcome};
use crate::write::{Deed, INSTALLATION};
use crate::{Actor, Control, OperatorRefusal, Refusal, Terms, mint, password};

/// What a new operator is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewOperator {
    pub name: Name,
    /// 8 to 256 bytes.
    pub password: String,
    pub role: Role,
}

/// What changes of an operator; `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct OperatorChange {
    pub name: Option<Name>,
    pub role: Option<Role>,
    pub enabled: Option<bool>,
    /// 8 to 256 bytes; its sessions end.
    pub password: Option<String>,
}

impl Control {
    /// Makes an operator, without an access key.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] but for an administrator; [`OperatorRefusal::NameTaken`], [`OperatorRefusal::TooMany`];
    /// [`Refusal::Invalid`] for a password that is shorter than 8 or longer than 256 bytes.
    pub async fn create_operator(&self, actor: &Actor, new: NewOperator) -> Result<Arc<Operator>, Refusal> {
        actor.may_manage_operators()?;
        let password_hash = hashed(&new.password).await?;
        self.write(actor, "operator.create", |facts| {
            let nobody_knows = mint::secret()?;
            create(facts, mint::operator(facts.snapshot)?, &new, &password_hash, nobody_knows)
        })
        .await
    }

    /// Changes an operator. A change that changes nothing succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`OperatorRefusal::NotFound`], [`OperatorRefusal::LastAdmin`], and those of [`Control::create_operator`] but its limit.
    pub async fn modify_operator(
        &self,
        actor: &Actor,
        id: &OperatorId,
        change: OperatorChange,
    ) -> Result<Arc<Operator>, Refusal> {
        actor.may_manage_operators()?;
        let password_hash = match &change.password {
            Some(password) => Some(hashed(password).await?),
            None => None,
        };
        self.write(actor, "operator.modify", |facts| modify(facts, id, &change, password_hash.as_deref())).await
    }

    /// Deletes an operator with its access keys; its sessions end.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`] but for an administrator; [`OperatorRefusal::NotFound`], [`OperatorRefusal::LastAdmin`].
    pub async fn delete_operator(&self, actor: &Actor, id: &OperatorId) -> Result<(), Refusal> {
        actor.may_manage_operators()?;
        self.write(actor, "operator.delete", |facts| delete(facts, id)).await
    }

    /// Makes an access key of an operator: its own, whatever its role, or anybody's for an administrator.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`OperatorRefusal::NotFound`], [`OperatorRefusal::TooManyKeys`].
    pub async fn create_operator_key(
        &self,
        actor: &Actor,
        operator: &OperatorId,
        description: Text,
    ) -> Result<Arc<OperatorKey>, Refusal> {
        may_hand_out(actor, operator)?;
        let deed = Deed {
            actor: &actor.name,
            origin: &actor.origin,
            action: "operator.create_key",
            terms: actor.terms.clone(),
        };
        self.write_as(&deed, |facts| {
            let pair = (mint::operator_key(facts.snapshot)?, mint::secret()?);
            create_key(facts, operator, pair, &description)
        })
        .await
    }

    /// Takes an access key from an operator: its own, whatever its role, or anybody's for an administrator.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], [`OperatorRefusal::NotFound`], [`OperatorRefusal::KeyNotFound`].
    pub async fn revoke_operator_key(
        &self,
        actor: &Actor,
        operator: &OperatorId,
        key: &AccessKeyId,
    ) -> Result<(), Refusal> {
        may_hand_out(actor, operator)?;
        let deed = Deed {
            actor: &actor.name,
            origin: &actor.origin,
            action: "operator.revoke_key",
            terms: actor.terms.clone(),
        };
        self.write_as(&deed, |facts| revoke_key(facts, operator, key, mint::secret()?)).await
    }

    /// Makes the first operator, an administrator; the audit trail names the installation itself as the actor.
    ///
    /// `secret_id` and `secret_key` are the pair that signs its management calls ([`crate::mint`] makes one).
    ///
    /// # Errors
    /// [`OperatorRefusal::SomeExist`] when there is one: nothing is changed; [`Refusal::Invalid`] for a password that is
    /// shorter than 8 or longer than 256 bytes, or a `secret_id` that cannot stand in a signature.
    pub async fn first_operator(
        &self,
        name: Name,
        password: &str,
        secret_id: &str,
        secret_key: Secret,
    ) -> Result<Arc<Operator>, Refusal> {
        if !self.snapshot().operators.is_empty() {
            return Err(OperatorRefusal::SomeExist.into());
        }
        check_pair(secret_id, &secret_key)?;
        let password_hash = hashed(password).await?;
        let first = First { name, password_hash, secret_id: secret_id.to_owned(), secret_key };
        let deed =
            Deed { actor: INSTALLATION, origin: "first start", action: "operator.create", terms: Terms::default() };
        self.write_as(&deed, |facts| create_first(facts, mint::operator(facts.snapshot)?, &first)).await
    }

    /// Gives the operator who asks another password; whatever its role, and for nobody else.
    pub(crate) async fn set_own_password(&self, actor: &Actor, password: &str) -> Result<Arc<Operator>, Refusal> {
        let password_hash = hashed(password).await?;
        let terms = actor.terms.clone();
        let deed = Deed { actor: &actor.name, origin: &actor.origin, action: "operator.password", terms };
        self.write_as(&deed, |facts| set_password(facts, &actor.operator, &password_hash)).await
    }
}

/// Refuses whoever is neither the operator itself nor an administrator.
fn may_hand_out(actor: &Actor, operator: &OperatorId) -> Result<(), Refusal> {
    if actor.operator == *operator { Ok(()) } else { actor.may_manage_operators() }
}

fn found<'s>(snapshot: &'s Snapshot, id: &OperatorId) -> Result<&'s Arc<Operator>, Refusal> {
    snapshot.operators.get(id).ok_or_else(|| OperatorRefusal::NotFound(id.clone()).into())
}

fn create(
    facts: &Facts<'_>,
    id: OperatorId,
    new: &NewOperator,
    password_hash: &str,
    nobody_knows: Secret,
) -> Result<Outcome<Arc<Operator>>, Refusal> {
    let limit = facts.quotas.operators;
    if facts.snapshot.operators.len() >= limit {
        return Err(OperatorRefusal::TooMany { limit }.into());
    }
    let operator = Operator {
        id,
        name: new.name.clone(),
        password_hash: password_hash.to_owned(),
        secret_id: String::new(),
        secret_key: nobody_knows,
        role: new.role,
        enabled: true,
        created: facts.now,
    };
    is_free(facts.snapshot, &operator)?;
    Ok(put(operator))
}

fn modify(
    facts: &Facts<'_>,
    id: &OperatorId,
    change: &OperatorChange,
    password_hash: Option<&str>,
) -> Result<Outcome<Arc<Operator>>, Refusal> {
    let old = found(facts.snapshot, id)?;
    let operator = Operator {
        name: change.name.clone().unwrap_or_else(|| old.name.clone()),
        role: change.role.unwrap_or(old.role),
        enabled: change.enabled.unwrap_or(old.enabled),
        password_hash: password_hash.map_or_else(|| old.password_hash.clone(), str::to_owned),
        ..Operator::clone(old)
    };
    if operator == **old {
        return Ok(Outcome::unchanged(id, Arc::clone(old)));
    }
    is_free(facts.snapshot, &operator)?;
    if !(operator.enabled && operator.role == Role::Admin) {
        another_admin(facts.snapshot, old)?;
    }
    Ok(put(operator))
}

fn delete(facts: &Facts<'_>, id: &OperatorId) -> Result<Outcome<()>, Refusal> {
    let operator = found(facts.snapshot, id)?;
    another_admin(facts.snapshot, operator)?;
    let keys = facts.snapshot.operator_keys.values().filter(|key| key.operator == *id);
    let mut writes: Vec<Write> = keys.map(|key| Write::Remove(Record::OperatorKey((**key).clone()))).collect();
    writes.push(Write::Remove(Record::Operator((**operator).clone())));
    Ok(Outcome::new(id, writes, ()))
}

fn create_key(
    facts: &Facts<'_>,
    id: &OperatorId,
    (key, secret): (AccessKeyId, Secret),
    description: &Text,
) -> Result<Outcome<Arc<OperatorKey>>, Refusal> {
    found(facts.snapshot, id)?;
    let limit = facts.quotas.keys_per_operator;
    if facts.snapshot.operator_keys.values().filter(|key| key.operator == *id).count() >= limit {
        return Err(OperatorRefusal::TooManyKeys { operator: id.clone(), limit }.into());
    }
    let made =
        OperatorKey { id: key, secret, operator: id.clone(), description: description.clone(), created: facts.now };
    let writes = vec![Write::Put(Record::OperatorKey(made.clone()))];
    Ok(Outcome::new(format!("{id}/{}", made.id), writes, Arc::new(made)))
}

fn revoke_key(
    facts: &Facts<'_>,
    id: &OperatorId,
    key: &AccessKeyId,
    nobody_knows: Secret,
) -> Result<Outcome<()>, Refusal> {
    let operator = found(facts.snapshot, id)?;
    let write = match facts.snapshot.operator_keys.get(key) {
        Some(found) if found.operator == *id => Write::Remove(Record::OperatorKey((**found).clone())),
        _ if operator.secret_id == key.as_str() => {
            let bare = Operator { secret_id: String::new(), secret_key: nobody_knows, ..Operator::clone(operator) };
            Write::Put(Record::Operator(bare))
        }
        _ => return Err(OperatorRefusal::KeyNotFound { operator: id.clone(), key: key.clone() }.into()),
    };
    Ok(Outcome::new(format!("{id}/{key}"), vec![write], ()))
}

fn put(operator: Operator) -> Outcome<Arc<Operator>> {
    Outcome::new(operator.id.clone(), vec![Write::Put(Record::Operator(operator.clone()))], Arc::new(operator))
}

/// Refuses a name that another operator logs in with.
fn is_free(snapshot: &Snapshot, operator: &Operator) -> Result<(), Refusal> {
    let other = |other: &&Arc<Operator>| other.name == operator.name && other.id != operator.id;
    match snapshot.operators.values().find(other) {
        Some(other) => {
            Err(OperatorRefusal::NameTaken { name: operator.name.clone(), operator: other.id.clone() }.into())
        }
        None => Ok(()),
    }
}

/// Refuses to lose the last one who can manage operators.
fn another_admin(snapshot: &Snapshot, leaving: &Operator) -> Result<(), Refusal> {
    let is_admin = |operator: &Operator| operator.enabled && operator.role == Role::Admin;
    let another = snapshot.operators.values().any(|operator| operator.id != leaving.id && is_admin(operator));
    if is_admin(leaving) && !another { Err(OperatorRefusal::LastAdmin(leaving.id.clone()).into()) } else { Ok(()) }
}

/// The hash of a password, made where it holds nobody up.
async fn hashed(password: &str) -> Result<String, Refusal> {
    let (password, salt) = (password.to_owned(), mint::entropy()?);
    tokio::task::spawn_blocking(move || password::hash(&password, &salt))
        .await
        .map_err(|fault| Refusal::Store(format!("the password could not be hashed: {fault}")))?
}

fn set_password(facts: &Facts<'_>, id: &OperatorId, hash: &str) -> Result<Outcome<Arc<Operator>>, Refusal> {
    let old = facts.snapshot.operators.get(id).ok_or_else(|| OperatorRefusal::NotFound(id.clone()))?;
    let operator = Operator { password_hash: hash.to_owned(), ..Operator::clone(old) };
    Ok(Outcome::new(id, vec![Write::Put(Record::Operator(operator.clone()))], Arc::new(operator)))
}

/// What the first operator is made from.
struct First {
    name: Name,
    password_hash: String,
    secret_id: String,
    secret_key: Secret,
}

fn create_first(facts: &Facts<'_>, id: OperatorId, first: &First) -> Result<Outcome<Arc<Operator>>, Refusal> {
    if !facts.snapshot.operators.is_empty() {
        return Err(OperatorRefusal::SomeExist.into());
    }
    let operator = Operator {
        id: id.clone(),
        name: first.name.clone(),
        password_hash: first.password_hash.clone(),
        secret_id: first.secret_id.clone(),
        secret_key: first.secret_key.clone(),
        role: Role::Admin,
        enabled: true,
        created: facts.now,
    };
    Ok(Outcome::new(id, vec![Write::Put(Record::Operator(operator.clone()))], Arc::new(operator)))
}

fn check_pair(secret_id: &str, secret_key: &Secret) -> Result<(), Refusal> {
    AccessKeyId::try_from(secret_id).map_err(|refused| Invalid::new("secret id", refused.reason))?;
    if secret_key.is_empty() {
        return Err(Invalid::new("secret key", "is empty; 1 to 256 characters are allowed").into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
