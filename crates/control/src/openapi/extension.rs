//! The `x-apigw-…` members of an operation, as they stand in a document.

use model::{ApiProtocol, Auth, Location};
use serde::{Deserialize, Serialize};

/// The vendor's; the spelling of the constants' is the vendor's own.
pub(super) const BUSINESS_TYPE: &str = "x-apigw-api-business-type";
pub(super) const API_TYPE: &str = "x-apigw-api-type";
pub(super) const BACKEND: &str = "x-apigw-backend";
pub(super) const CONSTANTS: &str = "x-apigw-const-paramters";
pub(super) const CORS: &str = "x-apigw-cors";
pub(super) const PROTOCOL: &str = "x-apigw-protocol";
pub(super) const TIMEOUT: &str = "x-apigw-service-timeout";

/// Ours, for what the vendor's documents say nothing of.
pub(super) const AUTH: &str = "x-apigw-auth-type";
pub(super) const OAUTH_CONFIG: &str = "x-apigw-oauth-config";
pub(super) const EIAM_CONFIG: &str = "x-apigw-eiam-config";
/// The `operationId` of the authorization API.
pub(super) const RELATION: &str = "x-apigw-auth-relation-api";
pub(super) const MAPPINGS: &str = "x-apigw-service-parameters";
pub(super) const RESPONSE: &str = "x-apigw-response";
pub(super) const TAGS: &str = "x-apigw-tags";
pub(super) const ANNOTATIONS: &str = "x-apigw-annotations";
/// The path of an operation whose path cannot be a key of `paths`.
pub(super) const PATH: &str = "x-apigw-path";
/// The member of a path that stands for every method.
pub(super) const ANY_METHOD: &str = "x-apigw-any-method";
/// What a parameter's type is called, where it is none of the format's.
pub(super) const TYPE: &str = "x-apigw-type";
/// Where an operation, or a form parameter, stands among all of them.
pub(super) const ORDER: &str = "x-apigw-order";

/// A variable of a path that its author calls optional.
pub(super) const REQUIRED: &str = "x-apigw-required";

/// Those of an operation.
pub(super) const OF_OPERATION: [&str; 17] = [
    BUSINESS_TYPE,
    API_TYPE,
    BACKEND,
    CONSTANTS,
    CORS,
    PROTOCOL,
    TIMEOUT,
    AUTH,
    OAUTH_CONFIG,
    EIAM_CONFIG,
    RELATION,
    MAPPINGS,
    RESPONSE,
    TAGS,
    ANNOTATIONS,
    PATH,
    ORDER,
];

/// How an authentication is called.
pub(super) fn auth_word(auth: Auth) -> &'static str {
    AUTHS.iter().find(|(_, known)| *known == auth).map_or("", |(word, _)| word)
}

/// OAuth 2.0 with a pool of users.
pub(super) const EIAM: &str = "EIAM";

/// The authentications that a document may ask for.
pub(super) const AUTHS: [(&str, Auth); 5] = [
    ("NONE", Auth::None),
    ("SECRET", Auth::KeyPair),
    ("APP", Auth::Application),
    ("OAUTH", Auth::Oauth),
    (EIAM, Auth::Oauth),
];

/// How a protocol is called.
pub(super) fn protocol_word(protocol: ApiProtocol) -> &'static str {
    match protocol {
        ApiProtocol::Http => "HTTP",
        ApiProtocol::WebSocket => "WEBSOCKET",
    }
}

/// How a place is called.
pub(super) const POSITIONS: [(&str, Location); 4] =
    [("HEADER", Location::Header), ("QUERY", Location::Query), ("PATH", Location::Path), ("BODY", Location::Body)];

/// The word of a place.
pub(super) fn position_word(location: Location) -> &'static str {
    POSITIONS.iter().find(|(_, place)| *place == location).map_or("", |(word, _)| word)
}

/// The place that a word in any case means.
pub(super) fn position(word: &str) -> Option<Location> {
    POSITIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, place)| *place)
}

/// An item of [`CONSTANTS`].
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ConstantItem {
    pub(super) name: String,
    pub(super) position: String,
    pub(super) default_value: String,
    #[serde(default)]
    pub(super) desc: String,
}

/// An item of [`MAPPINGS`].
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct MappingItem {
    pub(super) name: String,
    pub(super) position: String,
    pub(super) relevant_request_parameter_name: String,
    pub(super) relevant_request_parameter_position: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) default_value: Option<String>,
    #[serde(default)]
    pub(super) relevant_request_parameter_desc: String,
    #[serde(default = "text")]
    pub(super) relevant_request_parameter_type: String,
}

fn text() -> String {
    "string".to_owned()
}

/// [`RESPONSE`].
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ResponseItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) response_type: Option<String>,
    #[serde(default)]
    pub(super) response_success_example: String,
    #[serde(default)]
    pub(super) response_fail_example: String,
    #[serde(default)]
    pub(super) response_error_codes: Vec<ErrorCodeItem>,
}

/// An item of `ResponseErrorCodes`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ErrorCodeItem {
    pub(super) code: i64,
    #[serde(default)]
    pub(super) msg: String,
    #[serde(default)]
    pub(super) desc: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) converted_code: Option<i64>,
    #[serde(default)]
    pub(super) need_convert: bool,
}

/// An item of [`TAGS`].
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct TagItem {
    pub(super) key: String,
    pub(super) value: String,
}
