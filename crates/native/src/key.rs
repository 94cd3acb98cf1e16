//! Keys: the pairs that callers sign with.

use axum::extract::Path;
use control::terms::Noun;
use control::{CredentialChange, NewCredential};
use model::{AccessKeyId, Credential, CredentialOrigin, Name, Secret, Snapshot, Tag, UsagePlanId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::exchange::{Answer, Change, Look, Outcome};
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_keys, create_key))
        .routes(routes!(show_key, change_key, delete_key))
        .routes(routes!(reveal_key))
        .routes(routes!(rotate_key))
}

/// A key pair, without its secret half.
#[derive(Serialize, ToSchema)]
struct Key {
    id: AccessKeyId,
    name: Name,
    /// Who chose the pair.
    origin: CredentialOrigin,
    /// A disabled key is refused at once.
    enabled: bool,
    tags: Vec<Tag>,
    /// The usage plans that it is in.
    plans: Vec<PlanOfKey>,
    created: Moment,
    modified: Moment,
}

/// A usage plan that a key is in.
#[derive(Serialize, ToSchema)]
struct PlanOfKey {
    id: UsagePlanId,
    name: Name,
}

/// Both halves of a pair.
#[derive(Serialize, ToSchema)]
struct Pair {
    id: AccessKeyId,
    /// The secret half.
    #[schema(format = Password)]
    secret: String,
}

/// A pair that is to be made.
#[derive(Deserialize, ToSchema)]
struct NewKey {
    name: Name,
    /// Chosen by whoever makes it, together with `secret`; the gateway makes both where neither is there.
    #[serde(default)]
    id: Option<AccessKeyId>,
    /// 1 to 256 printable characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 256, format = Password)]
    secret: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What changes of a key; what is not there stays.
#[derive(Deserialize, ToSchema)]
struct KeyChange {
    name: Option<Name>,
    /// Off: calls that are signed with it are refused at once.
    enabled: Option<bool>,
    /// All of its tags.
    tags: Option<Vec<Tag>>,
}

/// The secret that a key is to have.
#[derive(Deserialize, ToSchema)]
struct Rotation {
    /// 1 to 256 printable characters; needed for a pair that was chosen by hand, made by the gateway otherwise.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 256, format = Password)]
    secret: Option<String>,
}

fn view(snapshot: &Snapshot, key: &Credential) -> Key {
    let plans = snapshot.plans_of_key.get(&key.id).into_iter().flat_map(|plans| plans.iter());
    Key {
        id: key.id.clone(),
        name: key.name.clone(),
        origin: key.origin,
        enabled: key.enabled,
        tags: key.tags.clone(),
        plans: plans
            .filter_map(|id| snapshot.usage_plans.get(id))
            .map(|plan| PlanOfKey { id: plan.id.clone(), name: plan.name.clone() })
            .collect(),
        created: key.created.into(),
        modified: key.modified.into(),
    }
}

fn pair(key: &Credential) -> Pair {
    Pair { id: key.id.clone(), secret: key.secret.expose().to_owned() }
}

/// A key's identifier from the path.
pub(crate) fn key_id(raw: &str) -> Result<AccessKeyId, Problem> {
    AccessKeyId::try_from(raw).map_err(|_| Problem::not_found(format!("there is no key `{}`", raw.escape_debug())))
}

fn secret(given: Option<String>) -> Result<Option<Secret>, Problem> {
    given.map(Secret::try_from).transpose().map_err(|refused| Problem::field("/secret", refused.reason))
}

/// Which keys are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct KeyFilter {
    /// In its name, identifier or tags, regardless of case.
    q: Option<String>,
    /// On or off.
    enabled: Option<bool>,
    /// In this usage plan.
    plan: Option<String>,
    /// The order; the newest first unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "created", "modified"])
}

/// Lists keys
#[utoipa::path(get, path = "/keys", tag = "keys", params(Paging, KeyFilter),
    responses((status = 200, description = "A page of keys", body = Page<Key>)))]
async fn list_keys(look: Look, Query(paging): Query<Paging>, Query(filter): Query<KeyFilter>) -> Outcome {
    let in_plan = |key: &AccessKeyId, wanted: &String| {
        look.snapshot.plans_of_key.get(key).is_some_and(|plans| plans.iter().any(|plan| plan.as_str() == wanted))
    };
    let wanted = |key: &&std::sync::Arc<Credential>| {
        let mut texts = vec![key.name.as_str(), key.id.as_str()];
        texts.extend(key.tags.iter().flat_map(|tag| [tag.key.as_str(), tag.value.as_str()]));
        page::matches(filter.q.as_deref(), &texts)
            && filter.enabled.is_none_or(|enabled| key.enabled == enabled)
            && filter.plan.as_ref().is_none_or(|plan| in_plan(&key.id, plan))
    };
    let all: Vec<_> = look.snapshot.credentials.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::down("created"));
    let key = |key: &&std::sync::Arc<Credential>| {
        let by = match sort.field.as_str() {
            "name" => page::by_name(key.name.as_str()),
            "modified" => page::by_time(key.modified),
            _ => page::by_time(key.created),
        };
        (by, key.id.to_string())
    };
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |key| view(&look.snapshot, key))?))
}

/// Makes a key, enabled: a pair of the gateway's, or one that is given
#[utoipa::path(post, path = "/keys", tag = "keys", request_body = NewKey,
    responses((status = 201, description = "Made; the only answer with the secret but `reveal` and `rotate`", body = Pair)))]
async fn create_key(change: Change, Body(new): Body<NewKey>) -> Outcome {
    let pair_given = match (new.id, secret(new.secret)?) {
        (Some(id), Some(secret)) => Some((id, secret)),
        (None, None) => None,
        (Some(_), None) => return Err(Problem::field("/secret", "is missing; a chosen pair needs both halves")),
        (None, Some(_)) => return Err(Problem::field("/id", "is missing; a chosen pair needs both halves")),
    };
    let new = NewCredential { name: new.name, tags: new.tags, pair: pair_given };
    let made = change.control().create_credential(&change.actor(), new).await?;
    let place = format!("/api/v1/keys/{}", made.id);
    Ok(change.answer(shown_pair(&change.after(), &made).created(&place)))
}

/// Shows a key
#[utoipa::path(get, path = "/keys/{key}", tag = "keys",
    responses((status = 200, description = "The key", body = Key)))]
async fn show_key(look: Look, Path(id): Path<String>) -> Outcome {
    shown(&look, &key_id(&id)?)
}

/// Changes a key: its name, its tags, on or off
#[utoipa::path(patch, path = "/keys/{key}", tag = "keys", request_body = KeyChange,
    responses((status = 200, description = "As it is now", body = Key)))]
async fn change_key(change: Change, Path(id): Path<String>, Body(wanted): Body<KeyChange>) -> Outcome {
    let id = key_id(&id)?;
    let actor = change.actor_on(&Noun::Credential(id.clone()))?;
    let wanted = CredentialChange { name: wanted.name, enabled: wanted.enabled, tags: wanted.tags };
    change.control().modify_credential(&actor, &id, wanted).await?;
    Ok(change.answer(shown(&change.after(), &id)?))
}

/// Deletes a key that is disabled and in no usage plan
#[utoipa::path(delete, path = "/keys/{key}", tag = "keys",
    responses((status = 204, description = "Deleted")))]
async fn delete_key(change: Change, Path(id): Path<String>) -> Outcome {
    let id = key_id(&id)?;
    let actor = change.actor_on(&Noun::Credential(id.clone()))?;
    change.control().delete_credential(&actor, &id).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Shows a key's secret, and tells the audit trail that it was shown
#[utoipa::path(post, path = "/keys/{key}/reveal", tag = "keys",
    responses((status = 200, description = "Both halves", body = Pair)))]
async fn reveal_key(change: Change, Path(id): Path<String>) -> Outcome {
    let shown = change.control().reveal_credential(&change.actor(), &key_id(&id)?).await?;
    Ok(change.answer(shown_pair(&change.after(), &shown)))
}

/// Gives a key another secret, at once
#[utoipa::path(post, path = "/keys/{key}/rotate", tag = "keys", request_body = Rotation,
    responses((status = 200, description = "Both halves, the new secret", body = Pair)))]
async fn rotate_key(change: Change, Path(id): Path<String>, Body(wanted): Body<Rotation>) -> Outcome {
    let wanted = secret(wanted.secret)?;
    let rotated = change.control().rotate_credential(&change.actor(), &key_id(&id)?, wanted).await?;
    Ok(change.answer(shown_pair(&change.after(), &rotated)))
}

fn shown(look: &Look, id: &AccessKeyId) -> Outcome {
    let gone = || Problem::not_found(format!("there is no key `{id}`"));
    let key = look.snapshot.credentials.get(id).ok_or_else(gone)?;
    Ok(look.show(&Noun::Credential(id.clone()), view(&look.snapshot, key)))
}

fn shown_pair(look: &Look, key: &Credential) -> Answer {
    look.show(&Noun::Credential(key.id.clone()), pair(key))
}
