//! What makes calls of gRPC of calls with JSON.

use model::{Plugin, Transcoding};
use rpc::Transcoder;

/// A plugin, ready to be asked.
#[derive(Debug)]
pub struct TranscodingPlan {
    /// The rules of its file; `None` where it cannot be read, which the rules of the configuration do not let happen.
    pub transcoder: Option<Transcoder>,
}

impl TranscodingPlan {
    /// Reads the plugin's file.
    pub fn new(plugin: &Plugin, data: &Transcoding) -> Self {
        let read = Transcoder::new(&data.proto);
        let transcoder =
            read.inspect_err(|fault| tracing::error!(plugin = %plugin.id, %fault, "a plugin's file cannot be read"));
        Self { transcoder: transcoder.ok() }
    }
}
