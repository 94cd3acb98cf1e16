//! APIs: the model's API (spec: API actions, CreateApi and ModifyApi fields, structures).

mod backend;
mod bucket;
mod conversation;
mod definition;
mod function;
mod info;
pub(crate) mod oauth;
mod parameters;
mod request;
mod route;
mod unserved;

use control::read;
use control::terms::Noun;
use model::{Api, ApiId, ApiProtocol, Auth, EnvironmentName, ServiceId, ServiceTree, UsagePlanId};
use serde::{Deserialize, Serialize};

pub(crate) use self::definition::check_name;
use self::info::ApiInfo;
use self::oauth::OauthConfig;
pub(crate) use self::parameters::check_count;
use self::request::ApiFields;
pub(crate) use self::route::{RouteBackend, backend_word};
use crate::call::Call;
use crate::code::Code;
use crate::field;
use crate::filter::{Filter, Filters};
use crate::paging::Page;
use crate::refusal::{Fault, Problem};
use crate::service::environments_of;
use crate::tag::{self, Tag};
use crate::time::written;
use crate::wire::{Answer, Params};

/// What the vendor writes where an API's private network has no number.
const NO_VPC: i64 = -1;

/// The only kind of API that is served.
const NORMAL: &str = "NORMAL";

/// A frontend protocol.
const HTTP: &str = "HTTP";

/// A frontend protocol, and the backend that answers it.
const WEBSOCKET: &str = "WEBSOCKET";

fn protocol_word(protocol: ApiProtocol) -> &'static str {
    match protocol {
        ApiProtocol::Http => HTTP,
        ApiProtocol::WebSocket => WEBSOCKET,
    }
}

fn auth_word(auth: Auth) -> &'static str {
    match auth {
        Auth::None => "NONE",
        Auth::KeyPair => "SECRET",
        Auth::Application => "APP",
        Auth::Oauth => "OAUTH",
    }
}

/// Annotations: what is kept only to be told back. The names are the vendor's.
mod kept {
    pub(super) const IS_DEBUG_AFTER_CHARGE: &str = "IsDebugAfterCharge";
    pub(super) const MOCK_MESSAGE: &str = "ServiceMockReturnMessage";
    pub(super) const OWNER: &str = "Owner";
    pub(super) const PRODUCT: &str = "ServiceConfig.Product";
    pub(super) const SERVICE_TYPE: &str = "ServiceType";
    pub(super) const URL: &str = "ServiceConfig.Url";
    pub(super) const SERVICE_CONFIG: &str = "ServiceConfig";
    pub(super) const TARGET_NAMESPACE_ID: &str = "TargetNamespaceId";
    pub(super) const UNIQ_VPC_ID: &str = "ServiceConfig.UniqVpcId";
    pub(super) const USER_TYPE: &str = "UserType";
}

/// The APIs of a service, newest first.
pub(crate) fn newest_first(tree: &ServiceTree) -> Vec<&Api> {
    let mut apis: Vec<&Api> = tree.apis.values().map(AsRef::as_ref).collect();
    apis.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    apis
}

/// `CreateApi`.
pub(crate) async fn create(call: Call, params: Params) -> Result<Answer, Problem> {
    let (fields, unserved) = ApiFields::read(params, call.action)?;
    let service: ServiceId = field::id("ServiceId", fields.service_id.clone())?;
    let tree = call.service(&service)?;
    let is_named = fields.api_name.as_ref().is_some_and(|name| !name.is_empty());
    let mut definition = definition::new(fields, unserved, call.control.quotas().pool_issuer.as_deref())?;
    if !is_named {
        definition::rename_apart(tree, &mut definition)?;
    }
    let api = call.control.create_api(&call.actor, &service, definition).await?;
    Ok(Answer::result(Created {
        api_id: api.id.as_str(),
        path: api.definition.path.as_str(),
        method: api.definition.method.as_str(),
        created_time: written(api.created),
    })?)
}

/// The structure `CreateApiResultInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Created<'a> {
    api_id: &'a str,
    path: &'a str,
    method: &'static str,
    created_time: String,
}

/// `ModifyApi`.
pub(crate) async fn modify(call: Call, params: Params) -> Result<Answer, Problem> {
    let (mut fields, unserved) = ApiFields::read(params, call.action)?;
    let service: ServiceId = field::id("ServiceId", fields.service_id.clone())?;
    let id = fields.api_id.take().ok_or_else(|| Fault::missing("ApiId"))?;
    let id: ApiId = field::id("ApiId", id)?;
    let (_, api) = call.api(&service, &id)?;
    oauth::refuse_pool(&api.definition)?;
    let issuer = call.control.quotas().pool_issuer.as_deref();
    let definition = definition::replacing(&api.definition, fields, unserved, issuer)?;
    // What is not sent stays as it was seen.
    let actor = call.actor_on(Noun::Api(service.clone(), id.clone()));
    call.control.modify_api(&actor, &service, &id, definition).await?;
    Ok(Answer::Nothing)
}

/// A request that names an API and nothing more.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OneApi {
    service_id: String,
    api_id: String,
}

/// `DescribeApi`: the definition as it is edited, which an environment runs only after a release.
pub(crate) fn describe(call: &Call, request: OneApi) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let id: ApiId = field::id("ApiId", request.api_id)?;
    let (tree, api) = call.api(&service, &id)?;
    Ok(Answer::result(ApiInfo::new(&call.control, tree, api))?)
}

/// `DescribeApiForApiApp`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct OneApiForApp {
    service_id: String,
    api_id: String,
    api_region: String,
}

/// The same for those who call the API as an application. One gateway plays every region.
pub(crate) fn describe_for_app(call: &Call, request: OneApiForApp) -> Result<Answer, Problem> {
    field::region("ApiRegion", &request.api_region)?;
    describe(call, OneApi { service_id: request.service_id, api_id: request.api_id })
}

pub(crate) async fn delete(call: Call, request: OneApi) -> Result<Answer, Problem> {
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let id: ApiId = field::id("ApiId", request.api_id)?;
    call.control.delete_api(&call.actor, &service, &id).await?;
    Ok(Answer::done())
}

/// `DescribeApisStatus`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct List {
    service_id: String,
    filters: Option<Vec<Filter>>,
    limit: Option<i64>,
    offset: Option<i64>,
}

const FILTERS: [&str; 11] = [
    "ApiId",
    "ApiName",
    "ApiPath",
    "ApiType",
    "AuthRelationApiId",
    "AuthType",
    "ApiBuniessType",
    "NotUsagePlanId",
    "Environment",
    "Tags",
    "TagKeys",
];

/// Newest first.
pub(crate) fn list(call: &Call, request: List) -> Result<Answer, Problem> {
    let page = Page::new(request.limit, request.offset)?;
    let service: ServiceId = field::id("ServiceId", request.service_id)?;
    let filters = Filters::new(request.filters, &FILTERS)?;
    let named = environments_of(&filters)?;
    if filters.has("NotUsagePlanId") && named.is_empty() {
        let reason = "`NotUsagePlanId` is allowed beside `Environment` only";
        return Err(Fault::value(Code::InvalidParameterValue, "Filters", reason).into());
    }
    let tree = call.service(&service)?;
    let running: Vec<_> =
        named.iter().map(|environment| (environment, read::running_apis(tree, environment))).collect();
    let fits = |api: &Api| {
        filters.admit(|name, value| match name {
            "ApiId" => api.id.as_str() == value,
            "ApiName" => api.definition.name.as_str() == value,
            "ApiPath" => api.definition.path.as_str() == value,
            "ApiType" => value == NORMAL,
            "ApiBuniessType" => oauth::business_word(&api.definition) == value,
            "AuthRelationApiId" => oauth::relation(&api.definition) == value,
            "AuthType" => oauth::auth_word(tree, &api.definition) == value,
            "NotUsagePlanId" => !rules(tree, api, value, &named),
            "Environment" => {
                running.iter().any(|(environment, apis)| environment.as_str() == value && apis.contains(&api.id))
            }
            // Keys and values may hold colons themselves.
            "Tags" => api.definition.tags.iter().any(|tag| {
                let behind = value.strip_prefix(tag.key.as_str()).and_then(|rest| rest.strip_prefix(':'));
                behind == Some(tag.value.as_str())
            }),
            "TagKeys" => api.definition.tags.iter().any(|tag| tag.key == value),
            _ => false,
        })
    };
    let apis: Vec<&Api> = newest_first(tree).into_iter().filter(|api| fits(api)).collect();
    Ok(page.answer("ApiIdStatusSet", apis, |api| ListedApi {
        common: ApiSummary::new(tree, api),
        vpc_id: NO_VPC,
        tags: tag::written(&api.definition.tags),
    })?)
}

/// True when the plan rules calls of the API in one of these environments.
fn rules(tree: &ServiceTree, api: &Api, plan: &str, named: &[EnvironmentName]) -> bool {
    UsagePlanId::try_from(plan)
        .is_ok_and(|plan| named.iter().any(|environment| read::rules_api(tree, &api.id, &plan, Some(environment))))
}

/// What the lists of APIs have in common.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ApiSummary {
    service_id: String,
    api_id: String,
    api_desc: String,
    path: String,
    method: &'static str,
    created_time: String,
    modified_time: String,
    api_name: String,
    uniq_vpc_id: String,
    api_type: &'static str,
    protocol: &'static str,
    is_debug_after_charge: bool,
    auth_type: &'static str,
    api_business_type: &'static str,
    auth_relation_api_id: String,
    relation_buniess_api_ids: Option<Vec<String>>,
    oauth_config: Option<OauthConfig>,
}

impl ApiSummary {
    fn new(tree: &ServiceTree, api: &Api) -> Self {
        let definition = &api.definition;
        Self {
            service_id: tree.service.id.to_string(),
            api_id: api.id.to_string(),
            api_desc: definition.description.to_string(),
            path: definition.path.to_string(),
            method: definition.method.as_str(),
            created_time: written(api.created),
            modified_time: written(api.modified),
            api_name: definition.name.to_string(),
            uniq_vpc_id: definition.annotations.get(kept::UNIQ_VPC_ID).cloned().unwrap_or_default(),
            api_type: NORMAL,
            protocol: protocol_word(api.definition.protocol),
            is_debug_after_charge: definition.annotations.contains_key(kept::IS_DEBUG_AFTER_CHARGE),
            auth_type: oauth::auth_word(tree, definition),
            api_business_type: oauth::business_word(definition),
            auth_relation_api_id: oauth::relation(definition),
            relation_buniess_api_ids: (oauth::business_word(definition) == oauth::OAUTH).then(|| {
                let business = control::oauth::business_apis(tree, &api.id);
                business.iter().map(ToString::to_string).collect()
            }),
            oauth_config: OauthConfig::of(definition),
        }
    }
}

/// The structure `DescribeApisStatusResultApiIdStatusSetInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListedApi {
    #[serde(flatten)]
    common: ApiSummary,
    vpc_id: i64,
    tags: Vec<Tag>,
}

/// The structure `DesApisStatus`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BoundApi {
    #[serde(flatten)]
    common: ApiSummary,
    vpc_id: i64,
    /// `key:value`: here they are texts.
    tags: Vec<String>,
}

impl BoundApi {
    pub(crate) fn new(tree: &ServiceTree, api: &Api) -> Self {
        let tags = api.definition.tags.iter().map(|tag| format!("{}:{}", tag.key, tag.value)).collect();
        Self { common: ApiSummary::new(tree, api), vpc_id: NO_VPC, tags }
    }
}

/// The structure `ApiIdStatus`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ApiIdStatus {
    #[serde(flatten)]
    common: ApiSummary,
    token_location: Option<&'static str>,
}

impl ApiIdStatus {
    pub(crate) fn new(tree: &ServiceTree, api: &Api) -> Self {
        Self { common: ApiSummary::new(tree, api), token_location: oauth::token_location(&api.definition) }
    }
}
