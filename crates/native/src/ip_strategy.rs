//! IP strategies of a service: which addresses may call the APIs that they are bound to.

mod binding;

use axum::extract::Path;
use control::terms::Noun;
use control::{IpStrategyChange, NewIpStrategy};
use model::{AddressList, IpStrategy, IpStrategyId, IpStrategyKind, Name, ServiceId, ServiceTree};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::body::Body;
use crate::exchange::{Answer, Change, Look, Outcome, service_id};
use crate::moment::Moment;
use crate::page::{self, Page, Paging, Sort};
use crate::problem::Problem;
use crate::query::Query;
use crate::state::Shared;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_ip_strategies, create_ip_strategy))
        .routes(routes!(show_ip_strategy, change_ip_strategy, delete_ip_strategy))
        .merge(binding::routes())
}

/// What an IP strategy is: all of it but its identifier and its times.
#[derive(Serialize, Deserialize, ToSchema)]
struct IpStrategyValues {
    name: Name,
    /// What the list says: `white`, those may call and nobody else; `black`, those may not.
    kind: IpStrategyKind,
    addresses: AddressList,
}

/// A list of addresses that decides who may call. A change of it acts at once.
#[derive(Serialize, ToSchema)]
struct IpStrategyView {
    id: IpStrategyId,
    service: ServiceId,
    #[serde(flatten)]
    values: IpStrategyValues,
    /// How many APIs it decides for; each counts once for each environment.
    bindings: usize,
    created: Moment,
    modified: Moment,
}

fn view(strategy: &IpStrategy) -> IpStrategyView {
    IpStrategyView {
        id: strategy.id.clone(),
        service: strategy.service.clone(),
        values: IpStrategyValues {
            name: strategy.name.clone(),
            kind: strategy.kind,
            addresses: strategy.addresses.clone(),
        },
        bindings: strategy.bindings.len(),
        created: strategy.created.into(),
        modified: strategy.modified.into(),
    }
}

/// A strategy's identifier from the path.
fn strategy_id(raw: &str) -> Result<IpStrategyId, Problem> {
    let gone = |_| Problem::not_found(format!("there is no IP strategy `{}`", raw.escape_debug()));
    IpStrategyId::try_from(raw).map_err(gone)
}

/// The strategy of this identifier.
fn strategy<'t>(tree: &'t ServiceTree, id: &IpStrategyId) -> Result<&'t IpStrategy, Problem> {
    let gone = || Problem::not_found(format!("there is no IP strategy `{id}` in service `{}`", tree.service.id));
    tree.ip_strategies.get(id).map(|strategy| &**strategy).ok_or_else(gone)
}

/// Which IP strategies are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct IpStrategyFilter {
    /// In its name, identifier or addresses, regardless of case.
    q: Option<String>,
    /// The order; the newest first unless said otherwise.
    #[param(schema_with = sorts)]
    sort: Option<Sort>,
}

fn sorts() -> utoipa::openapi::schema::Object {
    page::orders(&["name", "created", "modified"])
}

/// Lists the IP strategies of a service
#[utoipa::path(get, path = "/services/{service}/ip-strategies", tag = "IP strategies",
    params(Paging, IpStrategyFilter),
    responses((status = 200, description = "A page of IP strategies", body = Page<IpStrategyView>)))]
async fn list_ip_strategies(
    look: Look,
    Path(service): Path<String>,
    Query(paging): Query<Paging>,
    Query(filter): Query<IpStrategyFilter>,
) -> Outcome {
    let wanted = |strategy: &&std::sync::Arc<IpStrategy>| {
        let texts = [strategy.name.as_str(), strategy.id.as_str(), strategy.addresses.as_str()];
        page::matches(filter.q.as_deref(), &texts)
    };
    let all: Vec<_> = look.service(&service)?.ip_strategies.values().filter(wanted).collect();
    let sort = filter.sort.clone().unwrap_or_else(|| Sort::down("created"));
    let key = |strategy: &&std::sync::Arc<IpStrategy>| {
        let by = match sort.field.as_str() {
            "name" => page::by_name(strategy.name.as_str()),
            "modified" => page::by_time(strategy.modified),
            _ => page::by_time(strategy.created),
        };
        (by, strategy.id.to_string())
    };
    Ok(Answer::ok(page::page(&paging, &sort, all, key, |strategy| view(strategy))?))
}

/// Makes an IP strategy, which decides for no API yet
#[utoipa::path(post, path = "/services/{service}/ip-strategies", tag = "IP strategies",
    request_body = IpStrategyValues, responses((status = 201, description = "Made", body = IpStrategyView)))]
async fn create_ip_strategy(change: Change, Path(service): Path<String>, Body(new): Body<IpStrategyValues>) -> Outcome {
    let service = service_id(&service)?;
    let new = NewIpStrategy { name: new.name, kind: new.kind, addresses: new.addresses };
    let made = change.control().create_ip_strategy(&change.actor(), &service, new).await?;
    let place = format!("/api/v1/services/{service}/ip-strategies/{}", made.id);
    Ok(change.answer(shown(&change.after(), &service, &made.id)?.created(&place)))
}

/// Shows an IP strategy
#[utoipa::path(get, path = "/services/{service}/ip-strategies/{strategy}", tag = "IP strategies",
    responses((status = 200, description = "The IP strategy", body = IpStrategyView)))]
async fn show_ip_strategy(look: Look, Path((service, id)): Path<(String, String)>) -> Outcome {
    shown(&look, &service_id(&service)?, &strategy_id(&id)?)
}

/// Gives an IP strategy other values, at once
#[utoipa::path(put, path = "/services/{service}/ip-strategies/{strategy}", tag = "IP strategies",
    request_body = IpStrategyValues, responses((status = 200, description = "As it is now", body = IpStrategyView)))]
async fn change_ip_strategy(
    change: Change,
    Path((service, id)): Path<(String, String)>,
    Body(wanted): Body<IpStrategyValues>,
) -> Outcome {
    let (service, id) = (service_id(&service)?, strategy_id(&id)?);
    let actor = change.actor_on(&Noun::IpStrategy(service.clone(), id.clone()))?;
    let wanted =
        IpStrategyChange { name: Some(wanted.name), kind: Some(wanted.kind), addresses: Some(wanted.addresses) };
    change.control().modify_ip_strategy(&actor, &service, &id, wanted).await?;
    Ok(change.answer(shown(&change.after(), &service, &id)?))
}

/// Deletes an IP strategy with its bindings
#[utoipa::path(delete, path = "/services/{service}/ip-strategies/{strategy}", tag = "IP strategies",
    responses((status = 204, description = "Deleted")))]
async fn delete_ip_strategy(change: Change, Path((service, id)): Path<(String, String)>) -> Outcome {
    let (service, id) = (service_id(&service)?, strategy_id(&id)?);
    let actor = change.actor_on(&Noun::IpStrategy(service.clone(), id.clone()))?;
    change.control().delete_ip_strategy(&actor, &service, &id).await?;
    Ok(change.answer(Answer::nothing()))
}

fn shown(look: &Look, service: &ServiceId, id: &IpStrategyId) -> Outcome {
    let view = view(strategy(look.service(service.as_str())?, id)?);
    Ok(look.show(&Noun::IpStrategy(service.clone(), id.clone()), view))
}
