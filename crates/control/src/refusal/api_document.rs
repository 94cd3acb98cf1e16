use model::ApiDocumentId;

/// Why a use case of API documents did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApiDocumentRefusal {
    /// There is no such document.
    #[error("there is no API document `{0}`")]
    NotFound(ApiDocumentId),
    /// No further document fits.
    #[error("there are {limit} API documents already, and no more are allowed")]
    TooMany {
        /// The most that are allowed.
        limit: usize,
    },
}
