//! `GrpcGateway`: calls over HTTP become calls of gRPC (spec: gRPC plugin). The vendor has not published the name of the
//! data's member.

use model::Transcoding;
use serde::{Deserialize, Serialize};

/// The data as they stand in the text.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrpcGateway {
    proto: String,
}

impl GrpcGateway {
    pub(super) fn into_model(self) -> Transcoding {
        Transcoding { proto: self.proto }
    }
}

impl From<&Transcoding> for GrpcGateway {
    fn from(data: &Transcoding) -> Self {
        Self { proto: data.proto.clone() }
    }
}
