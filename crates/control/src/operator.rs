//! Operators: the first one, who is made when there is none.

use std::sync::Arc;

use model::{AccessKeyId, Invalid, Name, Operator, OperatorId, Record, Role, Secret, Write};

use crate::rule::{Facts, Outcome};
use crate::write::{Deed, INSTALLATION};
use crate::{Actor, Control, Refusal, Terms, mint, password};

impl Control {
    /// Makes the first operator, an administrator; the audit trail names the installation itself as the actor.
    ///
    /// `secret_id` and `secret_key` are the pair that signs its management calls ([`crate::mint`] makes one).
    ///
    /// # Errors
    /// [`Refusal::OperatorsExist`] when there is one: nothing is changed; [`Refusal::Invalid`] for a password that is
    /// shorter than 8 or longer than 256 bytes, or a `secret_id` that cannot stand in a signature.
    pub async fn first_operator(
        &self,
        name: Name,
        password: &str,
        secret_id: &str,
        secret_key: Secret,
    ) -> Result<Arc<Operator>, Refusal> {
        if !self.snapshot().operators.is_empty() {
            return Err(Refusal::OperatorsExist);
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

/// The hash of a password, made where it holds nobody up.
async fn hashed(password: &str) -> Result<String, Refusal> {
    let (password, salt) = (password.to_owned(), mint::entropy()?);
    tokio::task::spawn_blocking(move || password::hash(&password, &salt))
        .await
        .map_err(|fault| Refusal::Store(format!("the password could not be hashed: {fault}")))?
}

fn set_password(facts: &Facts<'_>, id: &OperatorId, hash: &str) -> Result<Outcome<Arc<Operator>>, Refusal> {
    let old = facts.snapshot.operators.get(id).ok_or_else(|| Refusal::OperatorNotFound(id.clone()))?;
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
        return Err(Refusal::OperatorsExist);
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
