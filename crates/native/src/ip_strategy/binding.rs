//! The APIs that IP strategies decide for.

use axum::extract::Path;
use model::{ApiId, EnvironmentName, IpBinding, IpStrategyId, Name, ServiceTree};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{strategy, strategy_id};
use crate::body::Body;
use crate::environment::environment_name;
use crate::exchange::{Answer, Change, Look, Outcome, api_id, service_id};
use crate::page::{self, Page, Paging, Sort};
use crate::query::Query;
use crate::state::Shared;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_bindings_of_ip_strategy, bind_ip_strategy))
        .routes(routes!(unbind_ip_strategy))
}

/// An IP strategy decides for an API in an environment.
#[derive(Serialize, ToSchema)]
struct IpStrategyBinding {
    strategy: IpStrategyId,
    environment: EnvironmentName,
    api: ApiId,
    #[schema(required = true)]
    api_name: Option<Name>,
}

/// APIs that an IP strategy is to decide for.
#[derive(Deserialize, ToSchema)]
struct NewIpStrategyBinding {
    environment: EnvironmentName,
    /// All of them or none; in place of the strategies that decide for them there.
    #[schema(min_items = 1)]
    apis: Vec<ApiId>,
}

fn view(tree: &ServiceTree, strategy: &IpStrategyId, binding: &IpBinding) -> IpStrategyBinding {
    IpStrategyBinding {
        strategy: strategy.clone(),
        environment: binding.environment.clone(),
        api: binding.api.clone(),
        api_name: tree.apis.get(&binding.api).map(|api| api.definition.name.clone()),
    }
}

/// Lists the APIs that an IP strategy decides for
#[utoipa::path(get, path = "/services/{service}/ip-strategies/{strategy}/bindings", tag = "IP strategies",
    params(Paging),
    responses((status = 200, description = "A page of bindings", body = Page<IpStrategyBinding>)))]
async fn list_bindings_of_ip_strategy(
    look: Look,
    Path((service, id)): Path<(String, String)>,
    Query(paging): Query<Paging>,
) -> Outcome {
    let tree = look.service(&service)?;
    let found = strategy(tree, &strategy_id(&id)?)?;
    let key = |binding: &&IpBinding| (binding.environment.to_string(), binding.api.to_string());
    let all: Vec<&IpBinding> = found.bindings.iter().collect();
    let show = |binding: &&IpBinding| view(tree, &found.id, binding);
    Ok(Answer::ok(page::page(&paging, &Sort::by("environment"), all, key, show)?))
}

/// Lets an IP strategy decide for APIs in an environment, at once
#[utoipa::path(post, path = "/services/{service}/ip-strategies/{strategy}/bindings", tag = "IP strategies",
    request_body = NewIpStrategyBinding, responses((status = 204, description = "It decides for them")))]
async fn bind_ip_strategy(
    change: Change,
    Path((service, id)): Path<(String, String)>,
    Body(wanted): Body<NewIpStrategyBinding>,
) -> Outcome {
    let (service, id) = (service_id(&service)?, strategy_id(&id)?);
    let NewIpStrategyBinding { environment, apis } = wanted;
    change.control().bind_ip_strategy(&change.actor(), &service, &id, &environment, &apis).await?;
    Ok(change.answer(Answer::nothing()))
}

/// Takes an IP strategy off an API in an environment
#[utoipa::path(delete, path = "/services/{service}/ip-strategies/{strategy}/bindings/{environment}/{api}",
    tag = "IP strategies", responses((status = 204, description = "It does not decide for it any more")))]
async fn unbind_ip_strategy(change: Change, Path(place): Path<(String, String, String, String)>) -> Outcome {
    let (service, id, environment, api) = place;
    let (service, id) = (service_id(&service)?, strategy_id(&id)?);
    let (environment, api) = (environment_name(&environment)?, api_id(&api)?);
    change.control().unbind_ip_strategy(&change.actor(), &service, &id, &environment, &[api]).await?;
    Ok(change.answer(Answer::nothing()))
}
