//! The functions that plugins ask while a call waits.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use net::{Caller, Framing, Request};
use serde::Serialize;

use crate::backend::body_refusal;
use crate::backend::function::invoke::{Errand, Outcome};
use crate::call::Call;
use crate::plan::FunctionPlan;
use crate::refusal::Refusal;
use crate::worker::Worker;

/// A function, ready to be asked.
#[derive(Debug)]
pub struct Asked {
    /// The function, and how events get there.
    pub function: FunctionPlan,
    /// How long it is waited for.
    pub timeout: Duration,
    /// Longest request body that it is told, in bytes.
    pub request_bytes: usize,
    /// Longest result in bytes.
    pub result_bytes: usize,
}

/// What a function is told of a call (spec: CustomAuth, CustomReq).
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event<'c> {
    pub(super) header_parameters: BTreeMap<String, Cow<'c, str>>,
    pub(super) query_string_parameters: BTreeMap<String, Cow<'c, str>>,
    pub(super) body: Cow<'c, str>,
}

impl<'c> Event<'c> {
    /// Tells the headers, their names in lower case; those of one name are one, joined.
    pub(super) fn tell_headers(&mut self, request: &'c Request) {
        for (name, value) in request.headers() {
            let value = String::from_utf8_lossy(value);
            let told = self.header_parameters.entry(name.to_ascii_lowercase());
            told.and_modify(|before| *before = Cow::Owned(format!("{before}, {value}"))).or_insert(value);
        }
    }

    /// Tells the parameters of the query; of those of one name, the last. `is_lower` has their names in lower case.
    pub(super) fn tell_query(&mut self, request: &'c Request, is_lower: bool) {
        for (name, value) in form_urlencoded::parse(request.query().unwrap_or("").as_bytes()) {
            let name = if is_lower { name.to_ascii_lowercase() } else { name.into_owned() };
            self.query_string_parameters.insert(name, value);
        }
    }

    /// Tells the body, which is text unless it is told in Base64.
    pub(super) fn tell_body(&mut self, body: &'c [u8], base64: bool) {
        self.body = if base64 { Cow::Owned(STANDARD.encode(body)) } else { String::from_utf8_lossy(body) };
    }
}

impl Asked {
    /// The body of a call, unless it was read before.
    pub(super) async fn read(
        &self,
        caller: &mut Caller,
        request: &Request,
        read: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, Refusal> {
        match read {
            Some(body) => Ok(body),
            None if request.body() == Framing::None => Ok(Vec::new()),
            None => caller.read_body(request, self.request_bytes).await.map_err(body_refusal),
        }
    }

    /// What the function returns. One that fails, or cannot be reached, lets nothing pass.
    pub(super) async fn ask(
        &self,
        event: &impl Serialize,
        worker: &Worker,
        caller: &mut Caller,
        call: &Call<'_>,
    ) -> Result<Vec<u8>, Refusal> {
        let invocation = self.function.invocation.as_ref().ok_or(Refusal::NoRuntime)?;
        let event = serde_json::to_string(event).map_err(|_| Refusal::Internal)?;
        let now = worker.clock.now();
        let errand = Errand {
            invocation,
            function: &self.function.function,
            request_id: &call.request_id,
            is_async: false,
            now: worker.clock.wall(now).seconds(),
            most: self.result_bytes,
            deadline: worker.clock.instant(now) + self.timeout,
        };
        let sending = errand.prepare(&event)?;
        let (outcome, _) = caller.unless_gone(sending.run(&worker.pool)).await.map_err(|_| Refusal::CallerGone)??;
        match outcome {
            Outcome::Returned(result) => Ok(result),
            Outcome::Failed { status, .. } => {
                tracing::warn!(function = %self.function.function, status, "a plugin's function failed");
                Err(Refusal::PluginBroken)
            }
        }
    }
}
