//! An event's way to its function and the result's way back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use model::FunctionName;
use net::{ConnectFault, FetchFault, Fetched, Pool, Target};
use serde::{Deserialize, Serialize};

use crate::plan::Invocation;
use crate::refusal::Refusal;
use crate::reply;

/// The API's answer holds the result as text in JSON, which can be six times as long, and some members beside it.
const API_OVERHEAD: usize = 64 * 1024;

/// What a function made of an event.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It returned: JSON text, unless the function is ill.
    Returned(Vec<u8>),
    /// It failed, or its platform did.
    Failed {
        /// The platform's status, 400 to 599 where it is one.
        status: u16,
        /// What the body is.
        content_type: Option<Vec<u8>>,
        /// What is told of the failure.
        body: Vec<u8>,
    },
}

impl Outcome {
    /// The status of the function's platform.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Returned(_) => 200,
            Self::Failed { status, .. } => *status,
        }
    }
}

/// One invocation.
pub(crate) struct Errand<'a> {
    pub(crate) invocation: &'a Invocation,
    pub(crate) function: &'a FunctionName,
    pub(crate) request_id: &'a [u8],
    pub(crate) is_async: bool,
    /// Seconds since the Unix epoch.
    pub(crate) now: i64,
    /// Longest result in bytes.
    pub(crate) most: usize,
    pub(crate) deadline: Instant,
}

/// One invocation, ready to be sent; it holds all that it needs.
pub(crate) struct Sending {
    target: Arc<Target>,
    head: Vec<u8>,
    body: Vec<u8>,
    most: usize,
    deadline: Instant,
    is_api: bool,
    is_async: bool,
}

impl Errand<'_> {
    /// The request that carries `event`.
    pub(crate) fn prepare(&self, event: &str) -> Result<Sending, Refusal> {
        let (origin, head, body, is_api) = match self.invocation {
            Invocation::Endpoint { origin, head } => {
                let mut head = head.to_vec();
                reply::write_line(&mut head, "X-Scf-Request-Id", self.request_id);
                reply::write_line(&mut head, "X-Api-RequestId", self.request_id);
                (origin, head, event.as_bytes().to_vec(), false)
            }
            Invocation::Api { origin, region, key } => {
                let body = serde_json::to_vec(&Invoke {
                    function_name: self.function.name(),
                    namespace: self.function.namespace(),
                    qualifier: self.function.qualifier(),
                    invocation_type: if self.is_async { "Event" } else { "RequestResponse" },
                    log_type: "None",
                    client_context: event,
                })
                .map_err(|_| Refusal::Internal)?;
                let timestamp = self.now.to_string();
                let headers: [(&str, &[u8]); 6] = [
                    ("Host", origin.host.as_bytes()),
                    ("Content-Type", b"application/json"),
                    ("X-TC-Action", b"Invoke"),
                    ("X-TC-Version", b"2018-04-16"),
                    ("X-TC-Timestamp", timestamp.as_bytes()),
                    ("X-TC-Region", region.as_bytes()),
                ];
                let request =
                    sign::tc3::Request { method: "POST", path: "/", query: "", headers: &headers, body: &body };
                let authorization = sign::tc3::sign(&request, &key.id, key.secret.expose().as_bytes(), "scf")
                    .map_err(|_| Refusal::Internal)?;
                let mut head = b"POST / HTTP/1.1\r\nConnection: keep-alive\r\n".to_vec();
                for (name, value) in headers {
                    reply::write_line(&mut head, name, value);
                }
                reply::write_line(&mut head, "Authorization", authorization.as_bytes());
                (origin, head, body, true)
            }
        };
        let target = Arc::clone(origin.target.as_ref().ok_or(Refusal::BackendUnreachable)?);
        let most = if is_api { self.most.saturating_mul(6).saturating_add(API_OVERHEAD) } else { self.most };
        Ok(Sending { target, head, body, most, deadline: self.deadline, is_api, is_async: self.is_async })
    }
}

impl Sending {
    /// Sends it, and waits for the result.
    pub(crate) async fn run(self, pool: &Pool) -> Result<(Outcome, SocketAddr), Refusal> {
        let fetched = pool.fetch(&self.target, &self.head, &self.body, self.most, self.deadline).await;
        let Fetched { response, body, peer } = fetched.map_err(refusal)?;
        let status = response.status();
        let outcome = match (self.is_api, status) {
            (false, 200) => Outcome::Returned(body),
            (false, status) => {
                let content_type = response.header("content-type").map(<[u8]>::to_vec);
                Outcome::Failed { status, content_type, body }
            }
            (true, 200) => read_answer(&body, self.is_async)?,
            (true, status) => {
                tracing::warn!(status, "the Invoke API answered with an HTTP error");
                return Err(Refusal::BackendBroken);
            }
        };
        Ok((outcome, peer))
    }
}

/// The request of the action `Invoke`, version 2018-04-16.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Invoke<'a> {
    function_name: &'a str,
    namespace: &'a str,
    qualifier: &'a str,
    invocation_type: &'a str,
    log_type: &'a str,
    client_context: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    response: Answer,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    result: Option<Invoked>,
    error: Option<ApiError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ApiError {
    code: String,
    message: String,
}

/// The structure `Result` of that action.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Invoked {
    ret_msg: Option<String>,
    err_msg: Option<String>,
    /// 0 where the function returned; else the platform's status, or -1.
    invoke_result: Option<i64>,
}

/// The status where the platform says no better one: the user's code failed (spec: status codes of web functions).
const USER_CODE_FAILED: u16 = 430;

fn read_answer(body: &[u8], is_async: bool) -> Result<Outcome, Refusal> {
    let answer = match serde_json::from_slice::<Envelope>(body) {
        Ok(envelope) => envelope.response,
        Err(error) => {
            tracing::warn!(%error, "the Invoke API's answer cannot be read");
            return Err(Refusal::BackendBroken);
        }
    };
    if let Some(ApiError { code, message }) = answer.error {
        tracing::warn!(code, message, "the Invoke API refused a call");
        return Err(Refusal::BackendBroken);
    }
    let invoked = match answer.result {
        Some(invoked) => invoked,
        // An asynchronous call has no result yet.
        None if is_async => return Ok(Outcome::Returned(Vec::new())),
        None => return Err(Refusal::BackendBroken),
    };
    let result = invoked.ret_msg.unwrap_or_default().into_bytes();
    let told = invoked.err_msg.unwrap_or_default();
    // The number is not kept up any more, says the cloud's SDK: a message tells of a failure by itself.
    let code = invoked.invoke_result.unwrap_or(0);
    if code == 0 && told.is_empty() {
        return Ok(Outcome::Returned(result));
    }
    let status = u16::try_from(code).ok().filter(|code| (400..600).contains(code)).unwrap_or(USER_CODE_FAILED);
    let body = if result.is_empty() { told.into_bytes() } else { result };
    Ok(Outcome::Failed { status, content_type: None, body })
}

fn refusal(fault: FetchFault) -> Refusal {
    match fault {
        FetchFault::Timeout | FetchFault::Connect(ConnectFault::Timeout) => Refusal::BackendTimeout,
        FetchFault::Connect(ConnectFault::Exhausted) => Refusal::Internal,
        FetchFault::Connect(_) => Refusal::BackendUnreachable,
        FetchFault::Gone | FetchFault::Malformed | FetchFault::TooLarge => Refusal::BackendBroken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<(u16, String), Refusal> {
        read_answer(body.as_bytes(), false).map(|outcome| {
            let status = outcome.status();
            let (Outcome::Returned(body) | Outcome::Failed { body, .. }) = outcome;
            (status, String::from_utf8(body).unwrap())
        })
    }

    #[test]
    fn the_apis_answer_is_a_result_a_failure_or_no_answer() {
        for (body, expected) in [
            (
                r#"{"Response":{"Result":{"RetMsg":"{\"a\":1}","InvokeResult":0,"ErrMsg":""},"RequestId":"r"}}"#,
                Ok((200, "{\"a\":1}")),
            ),
            (r#"{"Response":{"Result":{"RetMsg":"oh","InvokeResult":433,"ErrMsg":"x"}}}"#, Ok((433, "oh"))),
            (r#"{"Response":{"Result":{"RetMsg":"","InvokeResult":-1,"ErrMsg":"x"}}}"#, Ok((430, "x"))),
            (r#"{"Response":{"Result":{"RetMsg":"","ErrMsg":"x"}}}"#, Ok((430, "x"))),
            (r#"{"Response":{"Result":{"RetMsg":"","ErrMsg":"x"}}}"#, Ok((430, "x"))),
            (
                r#"{"Response":{"Error":{"Code":"ResourceNotFound.Function","Message":"m"}}}"#,
                Err(Refusal::BackendBroken),
            ),
            (r#"{"Response":{}}"#, Err(Refusal::BackendBroken)),
            ("<html>", Err(Refusal::BackendBroken)),
        ] {
            assert_eq!(read(body), expected.map(|(status, text)| (status, text.to_owned())), "{body}");
        }
    }
}
