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

    /// Tells the parameters of the query; of those of one name, the last.
    pub(super) fn tell_query(&mut self, request: &'c Request) {
        for (name, value) in form_urlencoded::parse(request.query().unwrap_or("").as_bytes()) {
            self.query_string_parameters.insert(name.into_owned(), value);
        }
    }

    /// Tells the parameters of the query, their names in lower case, to a function that judges by them. Those of one name,
    /// in whatever case, are told as one text, as headers are: of two values the backend might take the one that the
    /// function had not seen.
    pub(super) fn tell_judged_query(&mut self, request: &'c Request) {
        for (name, value) in form_urlencoded::parse(request.query().unwrap_or("").as_bytes()) {
            let told = self.query_string_parameters.entry(name.to_ascii_lowercase());
            told.and_modify(|before| *before = Cow::Owned(format!("{before}, {value}"))).or_insert(value);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_query_that_can_be_read_in_two_ways_all_is_told() {
        for (query, expected) in [
            ("?Account=mine&b=1", "mine"),
            ("?account=victim&ACCOUNT=mine", "victim, mine"),
            ("?account=victim&account=mine", "victim, mine"),
            ("?account=victim&%41ccount=mine", "victim, mine"),
        ] {
            let head = format!("GET /a{query} HTTP/1.1\r\nHost: h\r\n\r\n");
            let (request, _) = Request::parse(head.as_bytes(), &net::Limits::default()).unwrap().unwrap();
            let mut event = Event::default();
            event.tell_judged_query(&request);
            assert_eq!(event.query_string_parameters.get("account").map(|value| &**value), Some(expected), "{query}");
        }
    }
}
