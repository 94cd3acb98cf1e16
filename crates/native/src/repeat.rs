//! Requests that are sent again: with one `Idempotency-Key`, a POST happens once.
//!
//! A client that got no answer cannot know whether something was made. It sends the same request with the same key
//! again, and gets the answer of the first one. What was refused is not kept, since nothing happened: it is tried
//! again. Answers are kept in memory for a day; a restart forgets them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt as _;
use model::{OperatorId, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::body;
use crate::caller::Caller;
use crate::problem::{Kind, Problem};

/// The header that names a request.
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// How long an answer is kept, in milliseconds.
const AGE: i64 = 24 * 60 * 60 * 1000;
/// Most answers that are kept; the oldest go first.
const MOST: usize = 1000;
/// The longest answer that is kept, in bytes.
const LONGEST: usize = 64 * 1024;

/// Answers by who asked and the key.
#[derive(Default)]
pub(crate) struct Repeats(Mutex<HashMap<(OperatorId, String), Kept>>);

struct Kept {
    /// Of the method, the target and the body.
    fingerprint: [u8; 32],
    time: Timestamp,
    /// None while the first request is answered.
    answer: Option<(StatusCode, HeaderMap, Bytes)>,
}

/// Takes the place of a request that is being answered, and leaves it if no answer is put there.
struct Seat<'r> {
    repeats: &'r Repeats,
    key: (OperatorId, String),
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut table = self.repeats.table();
        if table.get(&self.key).is_some_and(|kept| kept.answer.is_none()) {
            table.remove(&self.key);
        }
    }
}

impl Repeats {
    /// Answers a request: once for each key.
    pub(crate) async fn answer(&self, now: Timestamp, parts: Parts, sent: Body, next: Next) -> Response {
        let caller = parts.extensions.get::<Caller>().map(|caller| caller.operator.clone());
        let (Some(operator), true) = (caller, parts.method == Method::POST && parts.headers.contains_key(KEY)) else {
            return next.run(Request::from_parts(parts, sent)).await;
        };
        match self.once(now, operator, parts, sent, next).await {
            Ok(answer) => answer,
            Err(problem) => problem.into_response(),
        }
    }

    async fn once(
        &self,
        now: Timestamp,
        operator: OperatorId,
        parts: Parts,
        sent: Body,
        next: Next,
    ) -> Result<Response, Problem> {
        let key = (operator, named(&parts.headers)?);
        // What is too long for where it goes is refused there.
        let bytes = body::collect(sent, body::LONGEST_DOCUMENT).await?;
        let mut digest = Sha256::new();
        digest.update(parts.method.as_str());
        digest.update(parts.uri.to_string());
        digest.update([0]);
        digest.update(&bytes);
        let fingerprint: [u8; 32] = digest.finalize().into();
        if let Some(answer) = self.begin(now, &key, fingerprint)? {
            return Ok(answer);
        }
        let seat = Seat { repeats: self, key };
        let answer = next.run(Request::from_parts(parts, Body::from(bytes))).await;
        if !answer.status().is_success() {
            return Ok(answer);
        }
        let (head, answered) = answer.into_parts();
        let answered = answered.collect().await.map_err(Problem::internal)?.to_bytes();
        if answered.len() <= LONGEST
            && let Some(kept) = self.table().get_mut(&seat.key)
        {
            kept.answer = Some((head.status, head.headers.clone(), answered.clone()));
        }
        Ok(Response::from_parts(head, Body::from(answered)))
    }

    /// The answer that was given already; `None` for the first, whose place is taken now.
    fn begin(
        &self,
        now: Timestamp,
        key: &(OperatorId, String),
        fingerprint: [u8; 32],
    ) -> Result<Option<Response>, Problem> {
        let mut table = self.table();
        table.retain(|_, kept| now.millis().saturating_sub(kept.time.millis()) < AGE);
        match table.get(key) {
            Some(kept) if kept.fingerprint != fingerprint => {
                let what = "this `Idempotency-Key` was sent with another request; make a new one for each";
                Err(Problem::new(Kind::KeyReused, what))
            }
            Some(Kept { answer: None, .. }) => {
                let what = "the request with this `Idempotency-Key` is still being answered";
                Err(Problem::new(Kind::Conflict, what))
            }
            Some(Kept { answer: Some((status, headers, body)), .. }) => {
                let mut answer = (*status, body.clone()).into_response();
                headers.clone_into(answer.headers_mut());
                answer.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
                Ok(Some(answer))
            }
            None => {
                if table.len() >= MOST {
                    let oldest = table.iter().min_by_key(|(_, kept)| kept.time).map(|(key, _)| key.clone());
                    oldest.map(|key| table.remove(&key));
                }
                table.insert(key.clone(), Kept { fingerprint, time: now, answer: None });
                Ok(None)
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, HashMap<(OperatorId, String), Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key of a request.
fn named(headers: &HeaderMap) -> Result<String, Problem> {
    let wrong = || Problem::new(Kind::Malformed, "`Idempotency-Key`: one of 1 to 255 visible characters is allowed");
    let mut values = headers.get_all(KEY).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(wrong()) };
    let text = value.to_str().map_err(|_| wrong())?;
    if (1..=255).contains(&text.len()) { Ok(text.to_owned()) } else { Err(wrong()) }
}
