//! Anti-replay: calls that may be made once only (spec: anti-replay). The vendor has not published its type's name.

use model::{NonceMemory, ReplayGuard};
use serde::{Deserialize, Serialize};

use super::data::unfit;
use crate::refusal::Fault;

/// The data as they stand in the text.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AntiReplay {
    force_nonce: Option<bool>,
    nonce_ttl: Option<i64>,
}

impl AntiReplay {
    pub(super) fn into_model(self) -> Result<ReplayGuard, Fault> {
        let memory = match self.nonce_ttl {
            None => NonceMemory::default(),
            Some(seconds) => {
                let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
                NonceMemory::try_from(seconds)
                    .map_err(|_| unfit("nonce_ttl", "is out of range; 1 to 1800 are allowed"))?
            }
        };
        Ok(ReplayGuard { required: self.force_nonce.unwrap_or(false), memory })
    }
}

impl From<&ReplayGuard> for AntiReplay {
    fn from(data: &ReplayGuard) -> Self {
        Self { force_nonce: Some(data.required), nonce_ttl: Some(data.memory.seconds().into()) }
    }
}
