//! Publishing: what the environments of a service run.

use std::sync::Arc;

use model::{EnvironmentName, Release, ServiceId, Text, VersionName};

use crate::{Actor, Control, Refusal};

impl Control {
    /// Freezes every API of a service as it is now, and runs that in `environment`.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::NothingToRelease`].
    pub async fn release(
        &self,
        actor: &Actor,
        service: &ServiceId,
        environment: &EnvironmentName,
        description: Text,
    ) -> Result<Arc<Release>, Refusal> {
        todo!()
    }

    /// Takes `environment` offline. Its releases stay, to be switched to.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::NotReleased`].
    pub async fn unrelease(
        &self,
        actor: &Actor,
        service: &ServiceId,
        environment: &EnvironmentName,
    ) -> Result<(), Refusal> {
        todo!()
    }

    /// Runs a release that the service has had, whichever environment it was made for. An offline environment comes
    /// online with it; the version that runs already succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::EnvironmentNotFound`], [`Refusal::VersionNotFound`].
    pub async fn switch_version(
        &self,
        actor: &Actor,
        service: &ServiceId,
        environment: &EnvironmentName,
        version: &VersionName,
        description: Text,
    ) -> Result<(), Refusal> {
        todo!()
    }
}
