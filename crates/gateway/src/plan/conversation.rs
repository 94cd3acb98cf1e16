//! The functions of a WebSocket, prepared.

use model::{ApiRevision, FunctionName, ServiceId};

use super::Invocation;

/// The functions that a WebSocket talks to. A WebSocket keeps it for as long as it lasts.
#[derive(Debug)]
pub struct ConversationPlan {
    /// Is told of handshakes.
    pub register: FunctionPlan,
    /// Is told messages.
    pub transport: Option<FunctionPlan>,
    /// Is told of ends.
    pub cleanup: Option<FunctionPlan>,
    /// The API.
    pub api: Box<str>,
    /// The service.
    pub service: ServiceId,
    /// The API's path, as it is configured.
    pub path: Box<str>,
    /// Longest answer of a function in bytes.
    pub result_bytes: usize,
}

/// A function, and how events get there.
#[derive(Debug)]
pub struct FunctionPlan {
    /// Which function.
    pub function: FunctionName,
    /// How an event gets there; `None` where nothing stands behind the name.
    pub invocation: Option<Invocation>,
}

impl ConversationPlan {
    /// The plan of an API whose definition was frozen as `frozen`.
    pub(super) fn new(
        frozen: &ApiRevision,
        register: FunctionPlan,
        transport: Option<FunctionPlan>,
        cleanup: Option<FunctionPlan>,
        result_bytes: usize,
    ) -> Self {
        Self {
            register,
            transport,
            cleanup,
            api: frozen.api.as_str().into(),
            service: frozen.service.clone(),
            path: frozen.definition.path.as_str().into(),
            result_bytes,
        }
    }
}
