//! A function that says who may call.

use std::sync::Arc;

use model::{CallerCheck, Location, Timestamp};
use net::{Caller, Request};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Facts;
use super::function::{Asked, Event};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::worker::Worker;

/// Most words that are remembered; when there are more, all are forgotten.
const MOST: usize = 1 << 16;

/// A plugin with what its function said.
#[derive(Debug)]
pub struct CheckPlan {
    /// What it says.
    pub rules: Arc<CallerCheck>,
    /// The function.
    pub asked: Asked,
    /// What the function said, by the digest of what it was asked about: whether the caller may call, and until when this is
    /// remembered, in milliseconds since the Unix epoch.
    remembered: papaya::HashMap<[u8; 32], (bool, i64)>,
}

/// What the function returns.
#[derive(Deserialize)]
struct Verdict {
    #[serde(rename = "api-auth")]
    may_call: bool,
}

impl CheckPlan {
    /// A plugin whose function has said nothing yet.
    pub fn new(rules: Arc<CallerCheck>, asked: Asked) -> Self {
        Self { rules, asked, remembered: papaya::HashMap::new() }
    }

    /// Refuses a caller that the function does not let call, and one of whom it says nothing. Gives the `body`, where it was
    /// read before or is read for the function.
    pub async fn check(
        &self,
        facts: Facts<'_>,
        worker: &Worker,
        caller: &mut Caller,
        request: &Request,
        call: &Call<'_>,
        mut body: Option<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, Refusal> {
        let now = worker.clock.wall(call.started);
        let key = self.key(&facts)?;
        if let Some(may_call) = key.as_ref().and_then(|key| self.remembered(key, now)) {
            return verdict(may_call).map(|()| body);
        }
        let mut event = Event::default();
        event.tell_headers(request);
        event.tell_judged_query(request);
        if self.rules.tells_body {
            let read = self.asked.read(caller, request, body.take()).await?;
            event.tell_body(body.insert(read), false);
        }
        let result = self.asked.ask(&event, worker, caller, call).await?;
        let Ok(Verdict { may_call }) = serde_json::from_slice(&result) else {
            tracing::warn!(function = %self.asked.function.function, "the function returned no `api-auth`");
            return Err(Refusal::PluginBroken);
        };
        if let Some(key) = key {
            self.remember(key, may_call, now);
        }
        verdict(may_call).map(|()| body)
    }

    /// By what the function's word is remembered; `None` where it is not. What it is remembered by must be there.
    fn key(&self, facts: &Facts<'_>) -> Result<Option<[u8; 32]>, Refusal> {
        if self.rules.memory.seconds() == 0 {
            return Ok(None);
        }
        let mut digest = Sha256::new();
        let mut add = |value: &str| {
            digest.update((value.len() as u64).to_le_bytes());
            digest.update(value.to_ascii_lowercase().as_bytes());
        };
        for name in &self.rules.headers {
            let missing = || Refusal::ParameterMissing(Location::Header, name.as_str().to_owned());
            add(facts.header(name.as_str())?.ok_or_else(missing)?);
        }
        for name in &self.rules.queries {
            let missing = || Refusal::ParameterMissing(Location::Query, name.clone());
            add(&facts.query_in_one_case(name)?.ok_or_else(missing)?);
        }
        Ok(Some(digest.finalize().into()))
    }

    fn remembered(&self, key: &[u8; 32], now: Timestamp) -> Option<bool> {
        let remembered = self.remembered.pin();
        remembered.get(key).filter(|(_, until)| now.millis() < *until).map(|(may_call, _)| *may_call)
    }

    fn remember(&self, key: [u8; 32], may_call: bool, now: Timestamp) {
        let remembered = self.remembered.pin();
        if remembered.len() >= MOST {
            remembered.clear();
        }
        let until = now.millis().saturating_add(i64::from(self.rules.memory.seconds()) * 1000);
        remembered.insert(key, (may_call, until));
    }
}

fn verdict(may_call: bool) -> Result<(), Refusal> {
    if may_call { Ok(()) } else { Err(Refusal::CallerRefused) }
}
