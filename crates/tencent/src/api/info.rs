//! The structure `ApiInfo`: a definition on its way out.

use control::{Control, read};
use model::{Api, ApiDefinition, Backend, BackendMethod, BackendPath, Base64Rule, FunctionCall, ServiceTree};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::backend::{GRPC, UPSTREAM, method_word};
use super::function::trigger_rules;
use super::oauth::{self, OauthConfig};
use super::parameters::position_word;
use super::request::{
    Base64EncodedTriggerRule, ConstantParameter, RequestConfig, RequestParameter, ResponseErrorCode, ServiceConfig,
};
use super::{HTTP, NORMAL, WEBSOCKET, kept, protocol_word};
use super::{bucket, conversation};
use crate::tag::{self, Tag};
use crate::time::written;

/// Members that belong to kinds of API which are not served: always `null`.
const ALWAYS_NULL: [&str; 4] =
    ["MicroServices", "MicroServicesInfo", "ServiceTsfLoadBalanceConf", "ServiceTsfHealthCheckConf"];

/// The structure `ApiInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ApiInfo<'a> {
    service_id: &'a str,
    service_name: &'a str,
    service_desc: &'a str,
    api_id: &'a str,
    api_desc: &'a str,
    created_time: String,
    modified_time: String,
    api_name: &'a str,
    api_type: &'static str,
    protocol: &'static str,
    auth_type: &'static str,
    api_business_type: &'static str,
    auth_relation_api_id: String,
    oauth_config: Option<OauthConfig>,
    is_debug_after_charge: bool,
    request_config: RequestConfig,
    response_type: &'a str,
    response_success_example: &'a str,
    response_fail_example: &'a str,
    response_error_codes: Vec<ResponseErrorCode>,
    request_parameters: Vec<RequestParameter>,
    service_timeout: u32,
    service_type: &'a str,
    service_config: Value,
    service_parameters: Option<Vec<ServiceParameterInfo<'a>>>,
    constant_parameters: Option<Vec<ConstantParameter>>,
    service_mock_return_message: Option<&'a str>,
    #[serde(rename = "EnableCORS")]
    enable_cors: bool,
    tags: Vec<Tag>,
    environments: Vec<String>,
    service_scf_function_name: Option<&'a str>,
    service_scf_function_namespace: Option<&'a str>,
    service_scf_function_qualifier: Option<&'a str>,
    service_scf_is_integrated_response: Option<bool>,
    service_scf_event_is_async_call: Option<bool>,
    is_base64_encoded: bool,
    is_base64_trigger: bool,
    base64_encoded_trigger_rules: Vec<Base64EncodedTriggerRule>,
    #[serde(flatten)]
    conversation: conversation::Told<'a>,
    internal_domain: Option<String>,
    #[serde(flatten)]
    not_served: Nulls,
}

/// Writes [`ALWAYS_NULL`].
struct Nulls;

impl Serialize for Nulls {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(ALWAYS_NULL.iter().map(|name| (name, ())))
    }
}

impl<'a> ApiInfo<'a> {
    pub(super) fn new(control: &Control, tree: &'a ServiceTree, api: &'a Api) -> Self {
        let definition = &api.definition;
        let kept = |name: &str| definition.annotations.get(name).map(String::as_str);
        let (service_type, service_config, message) = match &definition.backend {
            Backend::Mock(mock) => {
                let config = kept(kept::SERVICE_CONFIG).and_then(|text| serde_json::from_str(text).ok());
                ("MOCK", config.unwrap_or(Value::Null), Some(mock.body.as_str()))
            }
            Backend::Http(http) => (
                kept(kept::SERVICE_TYPE).unwrap_or(if http.origin.is_grpc() { GRPC } else { HTTP }),
                service_config(definition, http.origin.as_str(), &http.path, http.method),
                kept(kept::MOCK_MESSAGE),
            ),
            Backend::Upstream(backend) => (
                kept(kept::SERVICE_TYPE).unwrap_or(UPSTREAM),
                service_config(definition, kept(kept::URL).unwrap_or(""), &backend.path, backend.method),
                kept(kept::MOCK_MESSAGE),
            ),
            Backend::WebSocket(backend) => (
                WEBSOCKET,
                service_config(definition, backend.origin.as_str(), &backend.path, backend.method),
                kept(kept::MOCK_MESSAGE),
            ),
            Backend::Function(_) | Backend::Conversation(_) => {
                let config = kept(kept::SERVICE_CONFIG).and_then(|text| serde_json::from_str(text).ok());
                ("SCF", config.unwrap_or(Value::Null), kept(kept::MOCK_MESSAGE))
            }
            Backend::Bucket(bucket) => ("COS", json!(bucket::config(bucket)), kept(kept::MOCK_MESSAGE)),
        };
        let function = match &definition.backend {
            Backend::Function(function) => Some(function),
            _ => None,
        };
        let functions = match &definition.backend {
            Backend::Conversation(functions) => Some(functions),
            _ => None,
        };
        let event = function.and_then(|function| match &function.call {
            FunctionCall::Event(event) => Some(event),
            FunctionCall::Web => None,
        });
        let base64 = event.map_or(&Base64Rule::Never, |event| &event.base64);
        let is_mock = matches!(definition.backend, Backend::Mock(_));
        Self {
            service_id: tree.service.id.as_str(),
            service_name: tree.service.name.as_str(),
            service_desc: tree.service.description.as_str(),
            api_id: api.id.as_str(),
            api_desc: definition.description.as_str(),
            created_time: written(api.created),
            modified_time: written(api.modified),
            api_name: definition.name.as_str(),
            api_type: NORMAL,
            protocol: protocol_word(definition.protocol),
            auth_type: oauth::auth_word(tree, definition),
            api_business_type: oauth::business_word(definition),
            auth_relation_api_id: oauth::relation(definition),
            oauth_config: OauthConfig::of(definition),
            is_debug_after_charge: kept(kept::IS_DEBUG_AFTER_CHARGE).is_some(),
            request_config: RequestConfig {
                path: definition.path.to_string(),
                method: definition.method.as_str().to_owned(),
            },
            response_type: definition.response.body_type.as_deref().unwrap_or(""),
            response_success_example: definition.response.success_example.as_str(),
            response_fail_example: definition.response.failure_example.as_str(),
            response_error_codes: error_codes(definition),
            request_parameters: request_parameters(definition),
            service_timeout: definition.timeout.seconds(),
            service_type,
            service_config,
            service_parameters: some_unless(is_mock, service_parameters(definition)),
            constant_parameters: some_unless(is_mock, constant_parameters(definition)),
            service_mock_return_message: message,
            enable_cors: definition.cors,
            tags: tag::written(&definition.tags),
            environments: read::environments_of_api(tree, &api.id).into_iter().map(String::from).collect(),
            service_scf_function_name: function.map(|backend| backend.function.name()),
            service_scf_function_namespace: function.map(|backend| backend.function.namespace()),
            service_scf_function_qualifier: function.map(|backend| backend.function.qualifier()),
            service_scf_is_integrated_response: event.map(|event| event.integrated),
            service_scf_event_is_async_call: event.map(|event| event.asynchronous),
            is_base64_encoded: *base64 != Base64Rule::Never,
            is_base64_trigger: matches!(base64, Base64Rule::Matching { .. }),
            base64_encoded_trigger_rules: trigger_rules(base64),
            conversation: conversation::Told::new(functions),
            internal_domain: functions.map(|_| control.push_address(&api.id)),
            not_served: Nulls,
        }
    }
}

/// Where a backend is and how it is asked.
fn service_config(definition: &ApiDefinition, url: &str, path: &BackendPath, method: BackendMethod) -> Value {
    let kept = |name: &str| definition.annotations.get(name).cloned().unwrap_or_default();
    json!(ServiceConfig {
        product: Some(kept(kept::PRODUCT)),
        uniq_vpc_id: Some(kept(kept::UNIQ_VPC_ID)),
        url: Some(url.to_owned()),
        path: Some(path.as_str().to_owned()),
        method: Some(method_word(method).to_owned()),
        upstream_id: definition.backend.upstream().map(ToString::to_string),
        cos_config: None,
    })
}

/// The vendor writes `null` in place of the backend's parameters where there is no backend to take them.
fn some_unless<T>(is_mock: bool, list: Vec<T>) -> Option<Vec<T>> {
    if is_mock && list.is_empty() { None } else { Some(list) }
}

fn error_codes(definition: &ApiDefinition) -> Vec<ResponseErrorCode> {
    let written = |code: &model::ErrorCode| ResponseErrorCode {
        code: code.code,
        msg: code.message.clone(),
        desc: Some(code.description.clone()),
        converted_code: code.converted,
        need_convert: Some(code.convert),
    };
    definition.response.error_codes.iter().map(written).collect()
}

fn request_parameters(definition: &ApiDefinition) -> Vec<RequestParameter> {
    let written = |parameter: &model::Parameter| RequestParameter {
        name: parameter.name.clone(),
        position: position_word(parameter.location).to_owned(),
        type_name: Some(parameter.type_name.clone()),
        default_value: Some(parameter.default.clone().unwrap_or_default()),
        required: Some(parameter.required),
        desc: Some(parameter.description.clone()),
    };
    definition.parameters.iter().map(written).collect()
}

/// The structure `DescribeApiResultServiceParametersInfo`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceParameterInfo<'a> {
    name: &'a str,
    position: &'static str,
    relevant_request_parameter_position: &'static str,
    relevant_request_parameter_name: &'a str,
    default_value: &'a str,
    relevant_request_parameter_desc: &'a str,
}

fn service_parameters(definition: &ApiDefinition) -> Vec<ServiceParameterInfo<'_>> {
    definition
        .mappings
        .iter()
        .map(|mapping| ServiceParameterInfo {
            name: &mapping.name,
            position: position_word(mapping.location),
            relevant_request_parameter_position: position_word(mapping.source_location),
            relevant_request_parameter_name: &mapping.source_name,
            default_value: mapping.default.as_deref().unwrap_or(""),
            relevant_request_parameter_desc: &mapping.description,
        })
        .collect()
}

fn constant_parameters(definition: &ApiDefinition) -> Vec<ConstantParameter> {
    let written = |constant: &model::Constant| ConstantParameter {
        name: Some(constant.name.clone()),
        desc: Some(constant.description.clone()),
        position: Some(position_word(constant.location).to_owned()),
        default_value: Some(constant.value.clone()),
    };
    definition.constants.iter().map(written).collect()
}
