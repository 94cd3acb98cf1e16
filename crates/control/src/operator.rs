//! Operators: the first one, who is made when there is none.

use std::sync::Arc;

use model::{Name, Operator, Secret};

use crate::{Control, Refusal};

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
        todo!()
    }
}
