//! `CreateApi` and `ModifyApi` as they are sent.

use serde::{Deserialize, Serialize};

use super::oauth::OauthConfig;
use super::unserved::Unserved;
use crate::code::Code;
use crate::refusal::Fault;
use crate::tag::Tag;
use crate::wire::Params;

/// The fields of both actions that can be served. Those that one of the actions does not have are marked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ApiFields {
    pub(super) service_id: String,
    /// `ModifyApi` only.
    pub(super) api_id: Option<String>,
    pub(super) api_name: Option<String>,
    pub(super) api_desc: Option<String>,
    pub(super) api_type: Option<String>,
    pub(super) protocol: Option<String>,
    pub(super) request_config: RequestConfig,
    pub(super) request_parameters: Option<Vec<RequestParameter>>,
    #[serde(rename = "EnableCORS")]
    pub(super) enable_cors: Option<bool>,
    pub(super) auth_type: Option<String>,
    /// `ModifyApi` only; the vendor has given it up for `AuthType`.
    pub(super) auth_required: Option<bool>,
    pub(super) api_business_type: Option<String>,
    pub(super) auth_relation_api_id: Option<String>,
    pub(super) oauth_config: Option<OauthConfig>,
    #[serde(rename = "EIAMAppType")]
    pub(super) eiam_app_type: Option<String>,
    #[serde(rename = "EIAMAuthType")]
    pub(super) eiam_auth_type: Option<String>,
    #[serde(rename = "EIAMAppId")]
    pub(super) eiam_app_id: Option<String>,
    pub(super) token_timeout: Option<i64>,
    pub(super) service_type: String,
    pub(super) service_timeout: Option<i64>,
    pub(super) service_config: Option<ServiceConfig>,
    pub(super) service_parameters: Option<Vec<ServiceParameter>>,
    pub(super) constant_parameters: Option<Vec<ConstantParameter>>,
    pub(super) service_mock_return_message: Option<String>,
    pub(super) service_websocket_register_function_name: Option<String>,
    pub(super) service_websocket_register_function_namespace: Option<String>,
    pub(super) service_websocket_register_function_qualifier: Option<String>,
    pub(super) service_websocket_transport_function_name: Option<String>,
    pub(super) service_websocket_transport_function_namespace: Option<String>,
    pub(super) service_websocket_transport_function_qualifier: Option<String>,
    pub(super) service_websocket_cleanup_function_name: Option<String>,
    pub(super) service_websocket_cleanup_function_namespace: Option<String>,
    pub(super) service_websocket_cleanup_function_qualifier: Option<String>,
    pub(super) service_scf_function_name: Option<String>,
    pub(super) service_scf_function_namespace: Option<String>,
    pub(super) service_scf_function_qualifier: Option<String>,
    pub(super) service_scf_function_type: Option<String>,
    pub(super) service_scf_is_integrated_response: Option<bool>,
    pub(super) service_scf_event_is_async_call: Option<bool>,
    pub(super) is_base64_encoded: Option<bool>,
    /// `ModifyApi` only.
    pub(super) is_base64_trigger: Option<bool>,
    /// `ModifyApi` only.
    pub(super) base64_encoded_trigger_rules: Option<Vec<Base64EncodedTriggerRule>>,
    pub(super) response_type: Option<String>,
    pub(super) response_success_example: Option<String>,
    pub(super) response_fail_example: Option<String>,
    pub(super) response_error_codes: Option<Vec<ResponseErrorCode>>,
    pub(super) is_delete_response_error_codes: Option<bool>,
    pub(super) is_debug_after_charge: Option<bool>,
    /// `CreateApi` only.
    pub(super) user_type: Option<String>,
    /// `CreateApi` only.
    pub(super) owner: Option<String>,
    /// `CreateApi` only.
    pub(super) target_namespace_id: Option<String>,
    /// `ModifyApi` only.
    pub(super) tag_specifications: Option<Tag>,
}

impl ApiFields {
    /// Reads the request of `action`; the second part is what it says of kinds of API that are not served.
    pub(super) fn read(mut params: Params, action: &str) -> Result<(Self, Unserved), Fault> {
        let unserved = Unserved::take(&mut params, action);
        let fields: Self = params.read()?;
        let foreign: &[(&str, bool)] = match action {
            "CreateApi" => &[
                ("ApiId", fields.api_id.is_some()),
                ("AuthRequired", fields.auth_required.is_some()),
                ("TagSpecifications", fields.tag_specifications.is_some()),
                ("IsBase64Trigger", fields.is_base64_trigger.is_some()),
                ("Base64EncodedTriggerRules", fields.base64_encoded_trigger_rules.is_some()),
            ],
            _ => &[
                ("UserType", fields.user_type.is_some()),
                ("Owner", fields.owner.is_some()),
                ("TargetNamespaceId", fields.target_namespace_id.is_some()),
            ],
        };
        match foreign.iter().find(|(_, is_given)| *is_given) {
            None => Ok((fields, unserved)),
            Some((name, _)) => Err(Fault::new(
                Code::UnknownParameter,
                format!("The parameter `{name}` is not recognized by {action}."),
            )),
        }
    }
}

/// The structure `RequestConfig` (and `ApiRequestConfig`).
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct RequestConfig {
    pub(super) path: String,
    pub(super) method: String,
}

/// The structure `RequestParameter` (and `ReqParameter`).
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct RequestParameter {
    pub(super) name: String,
    pub(super) position: String,
    #[serde(rename = "Type")]
    pub(super) type_name: Option<String>,
    pub(super) default_value: Option<String>,
    pub(super) required: Option<bool>,
    pub(super) desc: Option<String>,
}

/// The structure `ServiceConfig`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ServiceConfig {
    pub(super) product: Option<String>,
    pub(super) uniq_vpc_id: Option<String>,
    pub(super) url: Option<String>,
    pub(super) path: Option<String>,
    pub(super) method: Option<String>,
    pub(super) upstream_id: Option<String>,
    pub(super) cos_config: Option<CosConfig>,
}

/// The structure `CosConfig`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CosConfig {
    pub(super) action: Option<String>,
    pub(super) bucket_name: Option<String>,
    pub(super) authorization: Option<bool>,
    pub(super) path_match_mode: Option<String>,
}

impl CosConfig {
    /// True unless it is what a client sends that has nothing to say and sends every field.
    pub(super) fn says_something(&self) -> bool {
        let texts = [&self.action, &self.bucket_name, &self.path_match_mode];
        self.authorization == Some(true) || texts.into_iter().flatten().any(|text| !text.is_empty())
    }
}

/// The structure `Base64EncodedTriggerRule`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Base64EncodedTriggerRule {
    pub(super) name: String,
    pub(super) value: Vec<String>,
}

/// The structure `ServiceParameter`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ServiceParameter {
    pub(super) name: Option<String>,
    pub(super) position: Option<String>,
    pub(super) relevant_request_parameter_position: Option<String>,
    pub(super) relevant_request_parameter_name: Option<String>,
    pub(super) default_value: Option<String>,
    pub(super) relevant_request_parameter_desc: Option<String>,
    pub(super) relevant_request_parameter_type: Option<String>,
}

/// The structure `ConstantParameter`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ConstantParameter {
    pub(super) name: Option<String>,
    pub(super) desc: Option<String>,
    pub(super) position: Option<String>,
    pub(super) default_value: Option<String>,
}

/// The structure `ResponseErrorCodeReq` (and `ErrorCodes`).
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ResponseErrorCode {
    pub(super) code: i64,
    pub(super) msg: String,
    pub(super) desc: Option<String>,
    pub(super) converted_code: Option<i64>,
    pub(super) need_convert: Option<bool>,
}
