//! Services: made, changed, deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Name, Network, Service, ServiceId, ServiceProtocol, Tag, Text};

use crate::{Actor, Control, Refusal};

/// What a new service is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewService {
    pub name: Name,
    pub description: Text,
    pub protocol: ServiceProtocol,
    /// Never empty.
    pub networks: BTreeSet<Network>,
    pub vpc: Option<String>,
    pub instance: Option<String>,
    pub tags: Vec<Tag>,
    pub annotations: BTreeMap<String, String>,
}

/// What changes of a service; `None` leaves a member as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub struct ServiceChange {
    pub name: Option<Name>,
    pub description: Option<Text>,
    pub protocol: Option<ServiceProtocol>,
    /// All that it had, and perhaps more.
    pub networks: Option<BTreeSet<Network>>,
    /// Set once, never changed.
    pub vpc: Option<String>,
    pub tags: Option<Vec<Tag>>,
    pub annotations: Option<BTreeMap<String, String>>,
}

impl Control {
    /// Makes a service.
    ///
    /// # Errors
    /// [`Refusal::TooManyServices`]; [`Refusal::Invalid`] for no network or a repeated tag key.
    pub async fn create_service(&self, actor: &Actor, new: NewService) -> Result<Arc<Service>, Refusal> {
        todo!()
    }

    /// Changes a service. A change that changes nothing succeeds and leaves no trace.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`], [`Refusal::NetworksMayOnlyGrow`], [`Refusal::VpcFixed`]; [`Refusal::Invalid`] for
    /// a repeated tag key.
    pub async fn modify_service(
        &self,
        actor: &Actor,
        id: &ServiceId,
        change: ServiceChange,
    ) -> Result<Arc<Service>, Refusal> {
        todo!()
    }

    /// Deletes a service with its releases, history and throttles.
    ///
    /// # Errors
    /// [`Refusal::ServiceNotFound`]; then, in this order, [`Refusal::ServiceHasApis`], [`Refusal::ServiceReleased`],
    /// [`Refusal::ServiceHasPlans`], [`Refusal::ServiceHasTags`].
    pub async fn delete_service(&self, actor: &Actor, id: &ServiceId) -> Result<(), Refusal> {
        todo!()
    }
}
