//! Calls over HTTP become calls of gRPC.

use serde::{Deserialize, Serialize};

/// Makes calls of gRPC of calls with JSON, as the `google.api.http` options of a `.proto` file say. It is for backends that
/// speak gRPC; calls to others pass as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcoding {
    /// The text of the file: proto2 or proto3, at most 1 MiB, which imports `google/api/annotations.proto`.
    pub proto: String,
}
