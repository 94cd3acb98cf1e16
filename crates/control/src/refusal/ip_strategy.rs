use model::{IpStrategyId, ServiceId};

/// Why a use case of IP strategies did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IpStrategyRefusal {
    /// There is no such IP strategy in this service.
    #[error("there is no IP strategy `{strategy}` in service `{service}`")]
    NotFound {
        /// The service that was searched.
        service: ServiceId,
        /// The strategy that is not in it.
        strategy: IpStrategyId,
    },
    /// No further IP strategy fits in the service.
    #[error("service `{service}` has {limit} IP strategies already, and no more are allowed")]
    TooMany {
        /// The full service.
        service: ServiceId,
        /// The most that are allowed.
        limit: usize,
    },
}
