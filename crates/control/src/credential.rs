//! Key pairs: made, switched on and off, given new secrets, deleted. All of it acts at once, without a release.

use std::sync::Arc;

use model::{AccessKeyId, Credential, Name, Secret, Tag};

use crate::{Actor, Control, Refusal};

/// What a new key pair is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewCredential {
    pub name: Name,
    pub tags: Vec<Tag>,
    /// The pair that the operator chose; `None` lets the gateway make one.
    pub pair: Option<(AccessKeyId, Secret)>,
}

impl Control {
    /// Makes a key pair, enabled.
    ///
    /// # Errors
    /// [`Refusal::TooManyKeys`], [`Refusal::KeyExists`]; [`Refusal::Invalid`] for a repeated tag key.
    pub async fn create_credential(&self, actor: &Actor, new: NewCredential) -> Result<Arc<Credential>, Refusal> {
        todo!()
    }

    /// Switches a key on or off.
    ///
    /// # Errors
    /// [`Refusal::CredentialNotFound`]; [`Refusal::KeyUnchangeable`] when it is in that state already.
    pub async fn set_credential_enabled(&self, actor: &Actor, id: &AccessKeyId, enabled: bool) -> Result<(), Refusal> {
        todo!()
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
        todo!()
    }

    /// Deletes a key that is disabled and in no plan.
    ///
    /// # Errors
    /// [`Refusal::CredentialNotFound`], [`Refusal::KeyEnabled`], [`Refusal::KeyBound`].
    pub async fn delete_credential(&self, actor: &Actor, id: &AccessKeyId) -> Result<(), Refusal> {
        todo!()
    }
}
