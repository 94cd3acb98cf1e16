use model::{AccessKeyId, Name, OperatorId};

/// Why a use case of operators did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OperatorRefusal {
    /// There is no such operator.
    #[error("there is no operator `{0}`")]
    NotFound(OperatorId),
    /// Another operator has this name.
    #[error("operator `{operator}` is called `{name}` already")]
    NameTaken {
        /// The name.
        name: Name,
        /// The operator that has it.
        operator: OperatorId,
    },
    /// Somebody must be able to manage operators.
    #[error("`{0}` is the last enabled operator with the role admin; make another one first")]
    LastAdmin(OperatorId),
    /// The operator has no such access key.
    #[error("operator `{operator}` has no access key `{key}`")]
    KeyNotFound {
        /// The operator.
        operator: OperatorId,
        /// The key that it does not have.
        key: AccessKeyId,
    },
    /// No further operator fits.
    #[error("there are {limit} operators already, and no more are allowed")]
    TooMany {
        /// The most that are allowed.
        limit: usize,
    },
    /// No further access key fits.
    #[error("operator `{operator}` has {limit} access keys already, and no more are allowed")]
    TooManyKeys {
        /// The operator.
        operator: OperatorId,
        /// The most that are allowed.
        limit: usize,
    },
    /// The first operator was made long ago.
    #[error("there are operators already")]
    SomeExist,
}
