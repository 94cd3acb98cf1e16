//! API keys: the model's credential (spec: API key).

use control::{NewCredential, read};
use model::{AccessKeyId, Credential, CredentialOrigin, Secret, UsagePlanId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::tag::{self, Tag};
use crate::time::written;
use crate::wire::Answer;

const TYPES: [(&str, CredentialOrigin); 2] = [("auto", CredentialOrigin::Auto), ("manual", CredentialOrigin::Manual)];

/// The structure `ApiKey`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiKey<'a> {
    access_key_id: &'a str,
    access_key_secret: &'a str,
    access_key_type: &'static str,
    secret_name: &'a str,
    modified_time: String,
    status: u8,
    created_time: String,
    tags: Vec<Tag>,
}

impl<'a> ApiKey<'a> {
    /// The key as the operator may see it: an operator who may not see secrets sees an empty one.
    fn new(call: &Call, key: &'a Credential) -> Self {
        Self {
            access_key_id: key.id.as_str(),
            access_key_secret: if call.sees_secrets() { key.secret.expose() } else { "" },
            access_key_type: match key.origin {
                CredentialOrigin::Auto => "auto",
                CredentialOrigin::Manual => "manual",
            },
            secret_name: key.name.as_str(),
            modified_time: written(key.modified),
            status: status(key),
            created_time: written(key.created),
            tags: tag::written(&key.tags),
        }
    }
}

/// 1 enabled, 0 disabled.
pub(crate) fn status(key: &Credential) -> u8 {
    u8::from(key.enabled)
}

/// `CreateApiKey`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Create {
    secret_name: String,
    access_key_type: Option<String>,
    access_key_id: Option<String>,
    access_key_secret: Option<String>,
    tags: Option<Vec<Tag>>,
}

pub(crate) async fn create(call: Call, request: Create) -> Result<Answer, Problem> {
    let origin = match request.access_key_type.as_deref() {
        None | Some("") => CredentialOrigin::Auto,
        Some(word) => field::option(Code::FormatError, "AccessKeyType", word, &TYPES)?,
    };
    let id = request.access_key_id.filter(|id| !id.is_empty());
    let secret = request.access_key_secret.filter(|secret| !secret.is_empty());
    let pair = match (origin, id, secret) {
        (CredentialOrigin::Manual, Some(id), Some(secret)) => {
            Some((manual_id("AccessKeyId", id)?, manual_secret("AccessKeySecret", secret)?))
        }
        (CredentialOrigin::Manual, None, _) => return Err(Fault::missing("AccessKeyId").into()),
        (CredentialOrigin::Manual, Some(_), None) => return Err(Fault::missing("AccessKeySecret").into()),
        (CredentialOrigin::Auto, None, None) => None,
        (CredentialOrigin::Auto, id, _) => {
            let parameter = if id.is_some() { "AccessKeyId" } else { "AccessKeySecret" };
            let reason = "is chosen by the gateway when `AccessKeyType` is auto; manual lets you choose it";
            return Err(Fault::value(Code::FormatError, parameter, reason).into());
        }
    };
    let new = NewCredential {
        name: field::short_name("SecretName", request.secret_name)?,
        tags: tag::read("Tags", request.tags.unwrap_or_default())?,
        pair,
    };
    let key = call.control.create_credential(&call.actor, new).await?;
    Ok(Answer::result(ApiKey::new(&call, &key))?)
}

/// A chosen identifier: 5 to 50 letters, digits, `_` and `-`.
pub(crate) fn manual_id(parameter: &str, raw: String) -> Result<AccessKeyId, Fault> {
    chosen(parameter, &raw, 5)?;
    field::id(parameter, raw)
}

/// A chosen secret: 10 to 50 letters, digits, `_` and `-`.
pub(crate) fn manual_secret(parameter: &str, raw: String) -> Result<Secret, Fault> {
    chosen(parameter, &raw, 10)?;
    Secret::try_from(raw).map_err(|invalid| Fault::invalid(Code::FormatError, parameter, &invalid))
}

fn chosen(parameter: &str, raw: &str, shortest: usize) -> Result<(), Fault> {
    let refuse = |reason: String| Err(Fault::value(Code::FormatError, parameter, reason));
    let length = raw.chars().count();
    if !(shortest..=50).contains(&length) {
        return refuse(format!("is {length} characters long; {shortest} to 50 are allowed"));
    }
    if !raw.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
        return refuse("holds another character than letters a-z and A-Z, digits, `_` and `-`".to_owned());
    }
    Ok(())
}

/// A request that names a key and nothing more.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OneKey {
    access_key_id: String,
}

pub(crate) fn describe(call: &Call, request: OneKey) -> Result<Answer, Problem> {
    let id: AccessKeyId = field::id("AccessKeyId", request.access_key_id)?;
    Ok(Answer::result(ApiKey::new(call, call.credential(&id)?))?)
}

/// `DescribeApiKeysStatus`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct List {
    filters: Option<Vec<Filter>>,
    limit: Option<i64>,
    offset: Option<i64>,
}

const FILTERS: [&str; 6] = ["AccessKeyId", "AccessKeySecret", "SecretName", "NotUsagePlanId", "Status", "KeyWord"];

/// Newest first.
pub(crate) fn list(call: &Call, request: List) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let filters = Filters::new(request.filters, &FILTERS)?;
    if filters.has("AccessKeySecret") && !call.sees_secrets() {
        return Err(call.needs_secrets().into());
    }
    let fits = |key: &Credential| {
        filters.admit(|name, value| match name {
            "AccessKeyId" => key.id.as_str() == value,
            "AccessKeySecret" => key.secret.expose() == value,
            "SecretName" => key.name.as_str() == value,
            "NotUsagePlanId" => {
                !UsagePlanId::try_from(value).is_ok_and(|plan| read::is_key_in_plan(&call.snapshot, &key.id, &plan))
            }
            "Status" => status(key).to_string() == value,
            "KeyWord" => key.id.as_str().contains(value) || key.name.as_str().contains(value),
            _ => false,
        })
    };
    let mut keys: Vec<_> = call.snapshot.credentials.values().filter(|key| fits(key)).collect();
    keys.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    Ok(page.answer("ApiKeySet", keys, |key| ApiKey::new(call, key))?)
}

pub(crate) async fn enable(call: Call, request: OneKey) -> Result<Answer, Problem> {
    set_enabled(&call, request, true).await
}

pub(crate) async fn disable(call: Call, request: OneKey) -> Result<Answer, Problem> {
    set_enabled(&call, request, false).await
}

async fn set_enabled(call: &Call, request: OneKey, enabled: bool) -> Result<Answer, Problem> {
    let id: AccessKeyId = field::id("AccessKeyId", request.access_key_id)?;
    call.control.set_credential_enabled(&call.actor, &id, enabled).await?;
    Ok(Answer::done())
}

/// `UpdateApiKey`: a new secret.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Update {
    access_key_id: String,
    access_key_secret: Option<String>,
}

pub(crate) async fn update(call: Call, request: Update) -> Result<Answer, Problem> {
    let id: AccessKeyId = field::id("AccessKeyId", request.access_key_id)?;
    let given = request.access_key_secret.filter(|secret| !secret.is_empty());
    let secret = given.map(|secret| manual_secret("AccessKeySecret", secret)).transpose()?;
    let key = call.control.rotate_credential(&call.actor, &id, secret).await?;
    Ok(Answer::result(ApiKey::new(&call, &key))?)
}

pub(crate) async fn delete(call: Call, request: OneKey) -> Result<Answer, Problem> {
    let id: AccessKeyId = field::id("AccessKeyId", request.access_key_id)?;
    call.control.delete_credential(&call.actor, &id).await?;
    Ok(Answer::done())
}
