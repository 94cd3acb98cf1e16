//! Operators: who manages the gateway, and the access keys that their programs come in with.

use axum::extract::Path;
use control::terms::Noun;
use control::{NewOperator, OperatorChange};
use model::{AccessKeyId, Name, Operator, OperatorId, OperatorKey, Role, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::exchange::{Answer, Change, Look, Outcome};
use crate::key::key_id;
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_operators, create_operator))
        .routes(routes!(show_operator, change_operator, delete_operator))
        .routes(routes!(list_access_keys, create_access_key))
        .routes(routes!(revoke_access_key))
}

/// A person or program that manages the gateway.
#[derive(Serialize, ToSchema)]
struct OperatorView {
    id: OperatorId,
    /// The name that it logs in with.
    name: Name,
    /// What it may do.
    role: Role,
    /// A disabled operator is not let in, whatever it shows.
    enabled: bool,
    /// How many access keys it has.
    access_keys: usize,
    created: Moment,
}

/// An operator that is to be made.
#[derive(Deserialize, ToSchema)]
struct NewOperatorBody {
    /// The name that it logs in with; no other operator has it.
    name: Name,
    /// 8 to 256 bytes.
    #[schema(min_length = 8, max_length = 256, format = Password)]
    password: String,
    role: Role,
}

/// What changes of an operator; what is not there stays.
#[derive(Deserialize, ToSchema)]
struct OperatorChangeBody {
    name: Option<Name>,
    role: Option<Role>,
    enabled: Option<bool>,
    /// Another password, for one that was forgotten: 8 to 256 bytes. The operator's sessions end.
    #[schema(min_length = 8, max_length = 256, format = Password)]
    password: Option<String>,
}

/// An access key of an operator, without its secret half.
#[derive(Clone, Serialize, ToSchema)]
struct AccessKey {
    id: AccessKeyId,
    /// What it is for.
    description: Text,
    created: Moment,
}

/// An access key that is to be made.
#[derive(Deserialize, ToSchema)]
struct NewAccessKey {
    /// What it is for.
    #[serde(default)]
    description: Text,
}

/// A new access key: the only answer that has its secret half.
#[derive(Serialize, ToSchema)]
struct NewAccessKeyPair {
    id: AccessKeyId,
    /// Shown this once.
    #[schema(format = Password)]
    secret: String,
    description: Text,
    created: Moment,
}

fn access_keys<'l>(look: &'l Look, operator: &'l Operator) -> impl Iterator<Item = AccessKey> + 'l {
    let first = AccessKeyId::try_from(operator.secret_id.as_str()).ok().map(|id| AccessKey {
        id,
        description: Text::default(),
        created: operator.created.into(),
    });
    let more = look.snapshot.operator_keys.values().filter(|key| key.operator == operator.id);
    let view = |key: &std::sync::Arc<OperatorKey>| AccessKey {
        id: key.id.clone(),
        description: key.description.clone(),
        created: key.created.into(),
    };
    first.into_iter().chain(more.map(view))
}

fn view(look: &Look, operator: &Operator) -> OperatorView {
    OperatorView {
        id: operator.id.clone(),
        name: operator.name.clone(),
        role: operator.role,
        enabled: operator.enabled,
        access_keys: access_keys(look, operator).count(),
        created: operator.created.into(),
    }
}

fn operator_id(raw: &str) -> Result<OperatorId, Problem> {
    OperatorId::try_from(raw).map_err(|_| Problem::not_found(format!("there is no operator `{}`", raw.escape_debug())))
}

fn operator<'l>(look: &'l Look, id: &OperatorId) -> Result<&'l Operator, Problem> {
    let gone = || Problem::not_found(format!("there is no operator `{id}`"));
    look.snapshot.operators.get(id).map(|operator| &**operator).ok_or_else(gone)
}

/// Which operators are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OperatorFilter {
    /// In its name or identifier, regardless of case.
    q: Option<String>,
    /// With this role.
    role: Option<Role>,
    /// The order; by name unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "created"])
}

/// Lists operators
#[utoipa::path(get, path = "/operators", tag = "operators", params(Paging, OperatorFilter),
    responses((status = 200, description = "A page of operators", body = Page<OperatorView>)))]
async fn list_operators(look: Look, Query(paging): Query<Paging>, Query(filter): Query<OperatorFilter>) -> Outcome {
    let wanted = |operator: &&std::sync::Arc<Operator>| {
        page::matches(filter.q.as_deref(), &[operator.name.as_str(), operator.id.as_str()])
            && filter.role.is_none_or(|role| operator.role == role)
    };
    let all: Vec<_> = look.snapshot.operators.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::by("name"));
    let key = |operator: &&std::sync::Arc<Operator>| {
        let by = match sort.field.as_str() {
            "created" => page::by_time(operator.created),
            _ => page::by_name(operator.name.as_str()),
        };
        (by, operator.id.to_string())
    };
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |operator| view(&look, operator))?))
}

/// Makes an operator; needs the role admin
#[utoipa::path(post, path = "/operators", tag = "operators", request_body = NewOperatorBody,
    responses((status = 201, description = "Made", body = OperatorView)))]
async fn create_operator(change: Change, Body(new): Body<NewOperatorBody>) -> Outcome {
    let new = NewOperator { name: new.name, password: new.password, role: new.role };
    let made = change.control().create_operator(&change.actor(), new).await?;
    Ok(change.answer(shown(&change.after(), &made.id)?.created(&format!("/api/v1/operators/{}", made.id))))
}

/// Shows an operator
#[utoipa::path(get, path = "/operators/{operator}", tag = "operators",
    responses((status = 200, description = "The operator", body = OperatorView)))]
async fn show_operator(look: Look, Path(id): Path<String>) -> Outcome {
    shown(&look, &operator_id(&id)?)
}

/// Changes an operator; needs the role admin
#[utoipa::path(patch, path = "/operators/{operator}", tag = "operators", request_body = OperatorChangeBody,
    responses((status = 200, description = "As it is now", body = OperatorView)))]
async fn change_operator(change: Change, Path(id): Path<String>, Body(wanted): Body<OperatorChangeBody>) -> Outcome {
    let id = operator_id(&id)?;
    let actor = change.actor_on(&Noun::Operator(id.clone()))?;
    let wanted =
        OperatorChange { name: wanted.name, role: wanted.role, enabled: wanted.enabled, password: wanted.password };
    change.control().modify_operator(&actor, &id, wanted).await?;
    Ok(change.answer(shown(&change.after(), &id)?))
}

/// Deletes an operator with its access keys; needs the role admin, and leaves at least one admin
#[utoipa::path(delete, path = "/operators/{operator}", tag = "operators",
    responses((status = 204, description = "Deleted")))]
async fn delete_operator(change: Change, Path(id): Path<String>) -> Outcome {
    let id = operator_id(&id)?;
    let actor = change.actor_on(&Noun::Operator(id.clone()))?;
    change.control().delete_operator(&actor, &id).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Lists the access keys of an operator, the newest first
#[utoipa::path(get, path = "/operators/{operator}/access-keys", tag = "operators", params(Paging),
    responses((status = 200, description = "A page of access keys", body = Page<AccessKey>)))]
async fn list_access_keys(look: Look, Path(id): Path<String>, Query(paging): Query<Paging>) -> Outcome {
    let all: Vec<AccessKey> = access_keys(&look, operator(&look, &operator_id(&id)?)?).collect();
    let key = |key: &AccessKey| (page::by_time(key.created.0), key.id.to_string());
    Ok(Answer::ok(page::page(&paging, &Sort::down("created"), all, key, AccessKey::clone)?))
}

/// Makes an access key: for oneself, or with the role admin for anybody. It may do what its operator may, in every dialect
#[utoipa::path(post, path = "/operators/{operator}/access-keys", tag = "operators", request_body = NewAccessKey,
    responses((status = 201, description = "Made", body = NewAccessKeyPair)))]
async fn create_access_key(change: Change, Path(id): Path<String>, Body(new): Body<NewAccessKey>) -> Outcome {
    let id = operator_id(&id)?;
    let made = change.control().create_operator_key(&change.actor(), &id, new.description).await?;
    let place = format!("/api/v1/operators/{id}/access-keys/{}", made.id);
    let shown = NewAccessKeyPair {
        id: made.id.clone(),
        secret: made.secret.expose().to_owned(),
        description: made.description.clone(),
        created: made.created.into(),
    };
    Ok(change.answer(Answer::ok(shown).created(&place)))
}

/// Revokes an access key: one's own, or with the role admin anybody's. It is refused at once, in every dialect
#[utoipa::path(delete, path = "/operators/{operator}/access-keys/{key}", tag = "operators",
    responses((status = 204, description = "Revoked")))]
async fn revoke_access_key(change: Change, Path((id, key)): Path<(String, String)>) -> Outcome {
    change.control().revoke_operator_key(&change.actor(), &operator_id(&id)?, &key_id(&key)?).await?;
    Ok(change.answer(Answer::nothing()))
}

fn shown(look: &Look, id: &OperatorId) -> Outcome {
    let view = view(look, operator(look, id)?);
    Ok(look.show(&Noun::Operator(id.clone()), view))
}
