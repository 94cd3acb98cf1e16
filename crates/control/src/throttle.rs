//! Throttles: how much an environment, or one API in it, may be called by everybody together. They act at once.

use model::{ApiId, EnvironmentName, ServiceId};

use crate::{Actor, Control, Refusal};

impl Control {
    /// Bounds environments of a service to `rate` calls per second each.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::RateOutOfRange`];
    /// [`Refusal::Invalid`] for an empty list.
    pub async fn set_service_throttle(
        &self,
        actor: &Actor,
        service: &ServiceId,
        environments: &[EnvironmentName],
        rate: u32,
    ) -> Result<(), Refusal> {
        todo!()
    }

    /// Bounds APIs in an environment to `rate` calls per second each; `None` takes the bound away.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::ApiNotFound`],
    /// [`Refusal::RateOutOfRange`]; [`Refusal::Invalid`] for an empty list.
    pub async fn set_api_throttle(
        &self,
        actor: &Actor,
        service: &ServiceId,
        environment: &EnvironmentName,
        apis: &[ApiId],
        rate: Option<u32>,
    ) -> Result<(), Refusal> {
        todo!()
    }
}
