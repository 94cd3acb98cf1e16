//! What every handler is given.

use std::sync::Arc;

use control::{Control, SessionLimits, Sessions};
use model::Timestamp;

use crate::document::Document;
use crate::origin::PublicUrl;
use crate::repeat::Repeats;
use crate::setting::Settings;

/// What the API is made from. What is needed from other parts of the process comes in here, as values or as ports
/// (traits of [`control`]).
pub struct Setup {
    /// Carries out every use case.
    pub control: Arc<Control>,
    /// How long sessions last.
    pub session_limits: SessionLimits,
    /// The process.
    pub node: Node,
    /// Where browsers reach the management address, if that is not its own address.
    pub public_url: Option<PublicUrl>,
    /// What the process was started with, without secrets.
    pub settings: Settings,
}

/// The process, as `/api/v1/about` tells of it.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its version: `0.1.0`.
    pub version: &'static str,
    /// What it was built for: `x86_64-linux`.
    pub target: String,
    /// When it was started.
    pub started: Timestamp,
    /// Where calls come in over HTTP.
    pub http: Vec<String>,
    /// Where calls come in over HTTPS.
    pub https: Vec<String>,
    /// Where it is managed.
    pub admin: String,
}

/// What handlers share.
pub(crate) struct State {
    pub(crate) control: Arc<Control>,
    pub(crate) sessions: Sessions,
    pub(crate) node: Node,
    pub(crate) public_url: Option<PublicUrl>,
    pub(crate) settings: Settings,
    pub(crate) document: Document,
    pub(crate) repeats: Repeats,
}

/// [`State`], as axum carries it.
pub(crate) type Shared = Arc<State>;
