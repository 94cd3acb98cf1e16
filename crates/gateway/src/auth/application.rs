//! Applications: the call is signed with HMAC over its headers, method and parameters (spec: application).

use net::{Caller, Framing, Request};
use sign::application::{Signed, Spelling, content_md5, content_md5_of_bytes, string_to_sign};
use sign::key_pair::{Authorization, HeaderNames};

use super::key_pair::{check_x_date, presented};
use crate::backend::body_refusal;
use crate::plan::{ApiEntry, ApplicationPlan, Plan};
use crate::refusal::Refusal;
use crate::site::CallPath;
use crate::worker::Worker;

/// How many bytes are written and hashed at most in the search for the spelling that a caller used.
const MOST_HASHED: usize = 4 << 20;

/// Longest body that is read whole for its sum, in bytes, where callers may send longer ones.
const MOST_SUMMED: usize = 64 << 20;

/// Longest string to sign that a refusal repeats, in bytes.
const LONGEST_TOLD: usize = 4096;

/// Who signed, and the body, where it had to be read for that.
pub struct Identified<'p> {
    /// The application.
    pub application: &'p ApplicationPlan,
    /// The whole body.
    pub body: Option<Vec<u8>>,
}

/// The application that signed the call. `now` is in seconds since the Unix epoch.
pub async fn identify<'p>(
    worker: &Worker,
    entry: &'p ApiEntry,
    plan: &Plan,
    caller: &mut Caller,
    request: &Request,
    path: &CallPath,
    now: i64,
) -> Result<Identified<'p>, Refusal> {
    let presented = presented(request)?;
    if !presented.headers.contains("x-date") {
        return Err(Refusal::DateInvalid);
    }
    check_x_date(worker, request, now)?;
    let applications = entry.applications.as_deref();
    let application = applications
        .and_then(|applications| applications.of(presented.id))
        .ok_or_else(|| without_binding(plan, presented.id))?;
    let check = Check { request, presented: &presented, application, paths: path.spellings(request) };
    let is_form = is_form(request);
    let mut body = None;
    if is_form && request.body() != Framing::None {
        body = Some(caller.read_body(request, worker.form_bytes).await.map_err(body_refusal)?);
    }
    let form = if is_form { body.as_deref().unwrap_or_default() } else { &[] };
    let mut left = MOST_HASHED;
    let sent = request.header("content-md5");
    if check.holds(sent.unwrap_or_default(), form, &mut left) {
        return Ok(Identified { application, body });
    }
    if is_form || sent.is_some() || request.body() == Framing::None {
        return Err(check.mismatch(sent.unwrap_or_default(), form));
    }
    // The demos in Python and Go sign the sum of the body and do not send it.
    let most = caller.most_body_bytes().and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let read = caller.read_body(request, most.min(MOST_SUMMED)).await.map_err(body_refusal)?;
    let sums = [content_md5(&read), content_md5_of_bytes(&read)];
    if sums.iter().any(|sum| check.holds(sum.as_bytes(), &[], &mut left)) {
        return Ok(Identified { application, body: Some(read) });
    }
    Err(check.mismatch(sums[0].as_bytes(), &[]))
}

/// A body of form parameters.
pub fn is_form(request: &Request) -> bool {
    request.header("content-type").is_some_and(|value| {
        let kind = value.split(|b| *b == b';').next().unwrap_or(b"");
        kind.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    })
}

/// What is held against a signature.
struct Check<'c> {
    request: &'c Request,
    presented: &'c Authorization<'c>,
    application: &'c ApplicationPlan,
    /// The path in every spelling, the documented one first; never empty.
    paths: Vec<&'c str>,
}

impl Check<'_> {
    /// True when the signature holds in some spelling. `left` bytes are written and hashed at most.
    fn holds(&self, content_md5: &[u8], form: &[u8], left: &mut usize) -> bool {
        let headers = listed(self.request, self.presented.headers);
        let mut tried: Vec<Vec<u8>> = Vec::new();
        for path in &self.paths {
            let signed = self.signed(&headers, path, content_md5, form);
            for spelling in signed.spellings() {
                let text = string_to_sign(&signed, spelling);
                // To have written it is what costs, whether it was tried before or not.
                *left = left.saturating_sub(text.len().max(signed.query.len() + signed.form.len()));
                let is_new = !tried.contains(&text);
                let signature = self.presented.signature.as_bytes();
                if is_new && self.application.key.verify_text(self.presented.algorithm, &text, signature) {
                    return true;
                }
                if *left == 0 {
                    return false;
                }
                if is_new {
                    tried.push(text);
                }
            }
        }
        false
    }

    /// The refusal, with the documented string to sign, cut where it is very long.
    fn mismatch(&self, content_md5: &[u8], form: &[u8]) -> Refusal {
        let headers = listed(self.request, self.presented.headers);
        let path = self.paths.first().copied().unwrap_or("/");
        let text = string_to_sign(&self.signed(&headers, path, content_md5, form), Spelling::DOCUMENTED);
        let mut text = String::from_utf8_lossy(&text).replace('\n', "#");
        text.truncate(text.floor_char_boundary(LONGEST_TOLD));
        Refusal::ApplicationMismatch(text.into())
    }

    fn signed<'s>(
        &'s self,
        headers: &'s [(&'s str, &'s [u8])],
        path: &'s str,
        content_md5: &'s [u8],
        form: &'s [u8],
    ) -> Signed<'s> {
        let header = |name| self.request.header(name).unwrap_or_default();
        Signed {
            headers,
            method: self.request.method(),
            accept: header("accept"),
            content_type: header("content-type"),
            content_md5,
            path,
            query: self.request.query().unwrap_or_default().as_bytes(),
            form,
        }
    }
}

fn listed<'r>(request: &'r Request, names: HeaderNames<'r>) -> Vec<(&'r str, &'r [u8])> {
    names.iter().map(|name| (name, request.header(name).unwrap_or_default())).collect()
}

/// Why a key is bound to nothing here.
fn without_binding(plan: &Plan, key: &str) -> Refusal {
    let is_known = plan.snapshot.applications.values().any(|application| application.key.as_str() == key);
    if is_known { Refusal::ApplicationNotBound } else { Refusal::UnknownKey }
}
