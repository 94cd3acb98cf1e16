use std::fmt::Display;

use model::{AccessKeyId, ApiId, ApplicationId, EnvironmentName, ServiceId};

use super::list;

/// Why a use case of applications did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationRefusal {
    /// There is no such application.
    #[error("there is no application `{0}`")]
    NotFound(ApplicationId),
    /// No further application fits.
    #[error("there are {limit} applications already, and no more are allowed")]
    TooMany {
        /// The most that are allowed.
        limit: usize,
    },
    /// No further application may call the API.
    #[error("{limit} applications may call API `{api}` in `{environment}` already, and no more are allowed")]
    TooManyOfApi {
        /// The API.
        api: ApiId,
        /// Where.
        environment: EnvironmentName,
        /// The most that are allowed.
        limit: usize,
    },
    /// Another application signs with this key.
    #[error("another application has the key `{0}`")]
    KeyTaken(AccessKeyId),
    /// An application that may call APIs cannot be deleted.
    #[error("application `{application}` may still call {}; unbind it first", list(uses))]
    Bound {
        /// The application.
        application: ApplicationId,
        /// What it may call; never empty.
        uses: Vec<ApplicationUse>,
    },
    /// An API that applications may call cannot be deleted.
    #[error("application {} may still call API `{api}`; unbind it first", list(applications))]
    MayCall {
        /// The API.
        api: ApiId,
        /// The applications, each once; never empty.
        applications: Vec<ApplicationId>,
    },
    /// The application may call the API there already.
    #[error("application `{application}` may call API `{api}` in `{environment}` already")]
    AlreadyBound {
        /// The application.
        application: ApplicationId,
        /// The API.
        api: ApiId,
        /// Where.
        environment: EnvironmentName,
    },
    /// The application is not bound to the API there.
    #[error("application `{application}` is not bound to API `{api}` in `{environment}`")]
    NotBound {
        /// The application.
        application: ApplicationId,
        /// The API.
        api: ApiId,
        /// Where.
        environment: EnvironmentName,
    },
}

/// An API that an application may call, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub struct ApplicationUse {
    pub service: ServiceId,
    pub api: ApiId,
    pub environment: EnvironmentName,
}

impl Display for ApplicationUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} in {}", self.api, self.service, self.environment)
    }
}
