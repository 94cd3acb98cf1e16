//! Who signs a debug call, and how: with a key, or as an application.

use model::{AccessKeyId, EnvironmentName, Secret, Snapshot, Timestamp};
use sign::application::{self, Spelling, content_md5, string_to_sign};
use sign::key_pair::{Algorithm, Key, format_http_date};

use super::super::{DebugCall, DebugRefusal, Outgoing};
use super::invalid;
use crate::{ApplicationRefusal, Refusal};

/// What the `Source` header of a debug call says.
pub(in super::super) const SOURCE: &str = "tollgate-debug";

/// How a call was signed. What is signed is `x-date: `, the date, and the rest.
#[derive(Debug)]
pub(in super::super) struct Signed {
    /// Who signed.
    pub(in super::super) key: AccessKeyId,
    /// The names of the headers that were signed.
    pub(in super::super) headers: &'static str,
    /// What is signed behind the date.
    pub(in super::super) rest: String,
    /// All that was signed.
    pub(in super::super) string: String,
}

/// Who signs.
pub(super) struct Signer<'s> {
    key: &'s AccessKeyId,
    secret: &'s Secret,
    is_application: bool,
}

impl<'s> Signer<'s> {
    /// The one that the call names; `None` leaves it unsigned.
    pub(super) fn of(snapshot: &'s Snapshot, call: &DebugCall) -> Result<Option<Self>, DebugRefusal> {
        match (&call.key, &call.application) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(invalid("application", "cannot be given together with `key`")),
            (Some(id), None) => {
                let key = snapshot.credentials.get(id).ok_or_else(|| Refusal::CredentialNotFound(id.clone()))?;
                Ok(Some(Self { key: &key.id, secret: &key.secret, is_application: false }))
            }
            (None, Some(id)) => {
                let missing = || Refusal::from(ApplicationRefusal::NotFound(id.clone()));
                let found = snapshot.applications.get(id).ok_or_else(missing)?;
                Ok(Some(Self { key: &found.key, secret: &found.secret, is_application: true }))
            }
        }
    }

    /// Adds the headers that sign.
    pub(super) fn sign(self, request: &mut Outgoing, environment: &EnvironmentName, now: Timestamp) -> Signed {
        let (headers, rest) = if self.is_application {
            ("x-date", of_application(request, environment))
        } else {
            // As the vendor's demos for Go and JavaScript do.
            ("x-date source", format!("\nsource: {SOURCE}"))
        };
        let date = format_http_date(now.seconds());
        let string = format!("x-date: {date}{rest}");
        let mac = Key::new(self.secret.expose().as_bytes()).sign_text(Algorithm::HmacSha1, string.as_bytes());
        let value =
            format!("hmac id=\"{}\", algorithm=\"hmac-sha1\", headers=\"{headers}\", signature=\"{mac}\"", self.key);
        request.headers.push(("X-Date".to_owned(), date));
        request.headers.push(("Source".to_owned(), SOURCE.to_owned()));
        request.headers.push(("Authorization".to_owned(), value));
        Signed { key: self.key.clone(), headers, rest, string }
    }
}

/// What an application signs behind its one header, as documented (spec: application). `Accept` and `Content-MD5` are part
/// of it, so both are sent.
fn of_application(request: &mut Outgoing, environment: &EnvironmentName) -> String {
    if header(request, "accept").is_empty() {
        request.headers.push(("Accept".to_owned(), "application/json".to_owned()));
    }
    let kind = header(request, "content-type").split(';').next().unwrap_or_default().trim().to_owned();
    let is_form = kind.eq_ignore_ascii_case("application/x-www-form-urlencoded");
    if let Some(body) = request.body.as_deref().filter(|_| !is_form && header(request, "content-md5").is_empty()) {
        let digest = content_md5(body);
        request.headers.push(("Content-MD5".to_owned(), digest));
    }
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let path = match path.strip_prefix('/').and_then(|path| path.strip_prefix(environment.as_str())) {
        Some(path) if path.starts_with('/') && *environment != EnvironmentName::release() => path,
        _ => path,
    };
    let text = string_to_sign(
        &application::Signed {
            headers: &[],
            method: request.method.as_str(),
            accept: header(request, "accept").as_bytes(),
            content_type: header(request, "content-type").as_bytes(),
            content_md5: header(request, "content-md5").as_bytes(),
            path,
            query: query.as_bytes(),
            form: request.body.as_deref().filter(|_| is_form).unwrap_or_default(),
        },
        Spelling::DOCUMENTED,
    );
    format!("\n{}", String::from_utf8_lossy(&text))
}

fn header<'r>(request: &'r Outgoing, wanted: &str) -> &'r str {
    let found = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    found.map_or("", |(_, value)| value)
}
