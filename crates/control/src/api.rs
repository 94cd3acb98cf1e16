//! APIs: made, changed, deleted. What callers see changes with the next release only.

use std::sync::Arc;

use model::{Api, ApiDefinition, ApiId, ServiceId};

use crate::{Actor, Control, Refusal};

impl Control {
    /// Makes an API.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::TooManyApis`], [`Refusal::NameTaken`], [`Refusal::PathTaken`], and what
    /// the parts of the definition say of each other: [`Refusal::BadParameters`], [`Refusal::BadMappings`],
    /// [`Refusal::BadConstants`], [`Refusal::BadBackend`]; [`Refusal::Invalid`] for a repeated tag key.
    pub async fn create_api(
        &self,
        actor: &Actor,
        service: &ServiceId,
        definition: ApiDefinition,
    ) -> Result<Arc<Api>, Refusal> {
        todo!()
    }

    /// Gives an API a new definition in place of its old one. The same definition again succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::ApiNotFound`], [`Refusal::ProtocolFixed`], and those of
    /// [`Control::create_api`] but its limit.
    pub async fn modify_api(
        &self,
        actor: &Actor,
        service: &ServiceId,
        api: &ApiId,
        definition: ApiDefinition,
    ) -> Result<Arc<Api>, Refusal> {
        todo!()
    }

    /// Deletes an API. Releases that hold it go on answering for it.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::ApiNotFound`], [`Refusal::ApiBoundToPlan`].
    pub async fn delete_api(&self, actor: &Actor, service: &ServiceId, api: &ApiId) -> Result<(), Refusal> {
        todo!()
    }
}
