//! What is sent becomes a definition.

use std::collections::BTreeMap;

use model::parameter::{check_name, check_value};
use model::{
    ApiDefinition, ApiKind, ApiProtocol, Auth, Backend, BackendMethod, BackendPath, Constant, ErrorCode, FrontendPath,
    HttpBackend, Invalid, Location, Mapping, Method, MethodMatch, MockBackend, Name, Origin, Parameter, ResponseGuide,
    Text, Timeout,
};

use super::request::{
    ApiFields, ConstantParameter, RequestParameter, ResponseErrorCode, ServiceConfig, ServiceParameter,
};
use super::unserved::{Unserved, says_something};
use super::{HTTP, NORMAL, kept};
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;
use crate::tag;

/// Longest name of an API, in characters.
const LONGEST_NAME: usize = 60;

/// Most parameters of each sort.
const MOST_PARAMETERS: usize = 100;

/// Backends that the vendor has and this version does not.
const UNSERVED_BACKENDS: [&str; 10] =
    ["TSF", "SCF", "EB", "TARGET", "VPC", "UPSTREAM", "GRPC", "COS", "WEBSOCKET", "CLB"];

/// Authentications that the vendor has and this version does not.
const UNSERVED_AUTHS: [&str; 3] = ["OAUTH", "APP", "EIAM"];

/// The definition of a new API.
pub(super) fn new(fields: ApiFields, unserved: Unserved) -> Result<ApiDefinition, Fault> {
    if fields.protocol.is_none() {
        return Err(Fault::missing("Protocol"));
    }
    if fields.service_timeout.is_none() {
        return Err(Fault::missing("ServiceTimeout"));
    }
    build(None, fields, unserved)
}

/// The definition that replaces `previous`: what is left out takes its default, but for the name, the timeout, the
/// tags and the error codes, which stay.
pub(super) fn replacing(
    previous: &ApiDefinition,
    fields: ApiFields,
    unserved: Unserved,
) -> Result<ApiDefinition, Fault> {
    build(Some(previous), fields, unserved)
}

fn build(previous: Option<&ApiDefinition>, fields: ApiFields, unserved: Unserved) -> Result<ApiDefinition, Fault> {
    check_kind(&fields)?;
    check_protocol(fields.protocol.as_deref(), previous.is_some())?;
    let auth = auth(fields.auth_type.as_deref(), fields.auth_required)?;
    check_backend_type(&fields.service_type)?;
    unserved.refuse()?;

    let path = FrontendPath::try_from(fields.request_config.path)
        .map_err(|invalid| Fault::invalid(Code::InvalidApiRequestConfig, "RequestConfig.Path", &invalid))?;
    let method = frontend_method("RequestConfig.Method", &fields.request_config.method)?;
    let parameters = parameters(fields.request_parameters.unwrap_or_default())?;
    let mappings = mappings(fields.service_parameters.unwrap_or_default())?;
    let constants = constants(fields.constant_parameters.unwrap_or_default())?;

    let mut annotations = BTreeMap::new();
    for (name, value) in [
        (kept::OWNER, fields.owner),
        (kept::USER_TYPE, fields.user_type),
        (kept::TARGET_NAMESPACE_ID, fields.target_namespace_id),
    ] {
        keep(&mut annotations, name, value)?;
    }
    if let Some(previous) = previous {
        for name in [kept::OWNER, kept::USER_TYPE, kept::TARGET_NAMESPACE_ID] {
            if let Some(value) = previous.annotations.get(name) {
                annotations.insert(name.to_owned(), value.clone());
            }
        }
    }
    if fields.is_debug_after_charge == Some(true) {
        annotations.insert(kept::IS_DEBUG_AFTER_CHARGE.to_owned(), "true".to_owned());
    }
    let backend = match fields.service_type.as_str() {
        "MOCK" => mock(fields.service_mock_return_message, fields.service_config, &mut annotations)?,
        _ => http(fields.service_config, fields.service_mock_return_message, &mut annotations)?,
    };

    let mut tags = previous.map(|previous| previous.tags.clone()).unwrap_or_default();
    if let Some(sent) = fields.tag_specifications {
        for tag in tag::read("TagSpecifications", vec![sent])? {
            tags.retain(|other| other.key != tag.key);
            tags.push(tag);
        }
    }
    let error_codes = match (fields.response_error_codes, previous) {
        (Some(codes), _) if !codes.is_empty() => codes.into_iter().map(error_code).collect(),
        (_, Some(previous)) if fields.is_delete_response_error_codes != Some(true) => {
            previous.response.error_codes.clone()
        }
        _ => Vec::new(),
    };

    Ok(ApiDefinition {
        name: match (fields.api_name.filter(|name| !name.is_empty()), previous) {
            (Some(name), _) => api_name(name)?,
            (None, Some(previous)) => previous.name.clone(),
            (None, None) => api_name(format!("{} {path}", method.as_str()).chars().take(LONGEST_NAME).collect())?,
        },
        description: field::text("ApiDesc", fields.api_desc)?,
        kind: ApiKind::General,
        protocol: ApiProtocol::Http,
        path,
        method,
        auth,
        cors: fields.enable_cors.unwrap_or(false),
        parameters,
        backend,
        timeout: match (fields.service_timeout, previous) {
            (Some(seconds), _) => timeout(seconds)?,
            (None, Some(previous)) => previous.timeout,
            (None, None) => return Err(Fault::missing("ServiceTimeout")),
        },
        mappings,
        constants,
        response: ResponseGuide {
            body_type: fields.response_type.filter(|word| !word.is_empty()).map(response_type).transpose()?,
            success_example: field::text("ResponseSuccessExample", fields.response_success_example)?,
            failure_example: field::text("ResponseFailExample", fields.response_fail_example)?,
            error_codes,
        },
        tags,
        annotations,
    })
}

fn not_served(code: Code, parameter: &str, word: &str, served: &str) -> Fault {
    Fault::value(code, parameter, format!("`{word}` is not served by this version of Tollgate; {served}"))
}

fn unknown(code: Code, parameter: &str, word: &str, served: &str) -> Fault {
    Fault::value(code, parameter, format!("`{}` is not allowed; {served}", word.escape_debug()))
}

fn check_kind(fields: &ApiFields) -> Result<(), Fault> {
    match fields.api_type.as_deref() {
        None | Some("" | NORMAL) => {}
        Some("TSF") => return Err(not_served(Code::InvalidApiType, "ApiType", "TSF", "NORMAL is")),
        Some(word) => return Err(unknown(Code::InvalidApiType, "ApiType", word, "NORMAL is")),
    }
    match fields.api_business_type.as_deref() {
        None | Some("" | NORMAL) => Ok(()),
        Some("OAUTH") => Err(not_served(Code::UnsupportedParameter, "ApiBusinessType", "OAUTH", "NORMAL is")),
        Some(word) => Err(unknown(Code::InvalidApiBusinessType, "ApiBusinessType", word, "NORMAL is")),
    }
}

fn check_protocol(word: Option<&str>, is_change: bool) -> Result<(), Fault> {
    match word.map(str::to_ascii_uppercase).as_deref() {
        None | Some("" | HTTP) => Ok(()),
        Some("WEBSOCKET") if is_change => {
            Err(Fault::value(Code::ModifyProtocol, "Protocol", "cannot be changed; this API's is HTTP"))
        }
        Some("WEBSOCKET") => Err(not_served(Code::NotInOptions, "Protocol", "WEBSOCKET", "HTTP is")),
        Some(word) => Err(unknown(Code::NotInOptions, "Protocol", word, "HTTP is")),
    }
}

fn auth(word: Option<&str>, required: Option<bool>) -> Result<Auth, Fault> {
    match word {
        None | Some("") if required == Some(true) => Ok(Auth::KeyPair),
        None | Some("" | "NONE") => Ok(Auth::None),
        Some("SECRET") => Ok(Auth::KeyPair),
        Some(word) if UNSERVED_AUTHS.contains(&word) => {
            Err(not_served(Code::NotInOptions, "AuthType", word, "NONE and SECRET are"))
        }
        Some(word) => Err(unknown(Code::NotInOptions, "AuthType", word, "NONE and SECRET are")),
    }
}

fn check_backend_type(word: &str) -> Result<(), Fault> {
    match word {
        "HTTP" | "MOCK" => Ok(()),
        word if UNSERVED_BACKENDS.contains(&word) => {
            Err(not_served(Code::InvalidEndpointType, "ServiceType", word, "HTTP and MOCK are"))
        }
        word => Err(unknown(Code::InvalidServiceType, "ServiceType", word, "HTTP and MOCK are")),
    }
}

fn frontend_method(parameter: &str, raw: &str) -> Result<MethodMatch, Fault> {
    MethodMatch::try_from(raw.to_ascii_uppercase()).map_err(|_| {
        let reason =
            format!("`{}` is not one of ANY, GET, POST, PUT, DELETE, HEAD, OPTIONS, PATCH, TRACE", raw.escape_debug());
        Fault::value(Code::InvalidMethod, parameter, reason)
    })
}

fn backend_method(raw: &str) -> Result<BackendMethod, Fault> {
    frontend_method("ServiceConfig.Method", raw).map(|method| match method {
        MethodMatch::Any => BackendMethod::Same,
        MethodMatch::Only(method) => BackendMethod::Fixed(method),
    })
}

/// How a backend's method is written.
pub(super) fn method_word(method: BackendMethod) -> &'static str {
    match method {
        BackendMethod::Same => "ANY",
        BackendMethod::Fixed(method) => Method::as_str(method),
    }
}

fn api_name(raw: String) -> Result<Name, Fault> {
    let length = raw.chars().count();
    if length > LONGEST_NAME {
        let reason = format!("is {length} characters long; 1 to {LONGEST_NAME} are allowed");
        return Err(Fault::value(Code::FormatError, "ApiName", reason));
    }
    Name::try_from(raw).map_err(|invalid| Fault::invalid(Code::FormatError, "ApiName", &invalid))
}

fn timeout(seconds: i64) -> Result<Timeout, Fault> {
    u32::try_from(seconds)
        .map_err(|_| Invalid::new("timeout", format!("{seconds} is out of range; 1 to 1800 seconds are allowed")))
        .and_then(Timeout::try_from)
        .map_err(|invalid| Fault::invalid(Code::RangeExceeded, "ServiceTimeout", &invalid))
}

fn response_type(word: String) -> Result<String, Fault> {
    field::short_text("ResponseType", Some(word), 64).map(String::from)
}

fn error_code(sent: ResponseErrorCode) -> ErrorCode {
    ErrorCode {
        code: sent.code,
        message: sent.msg,
        description: sent.desc.unwrap_or_default(),
        converted: sent.converted_code,
        convert: sent.need_convert.unwrap_or(false),
    }
}

/// Keeps a value that says something, to tell it back.
fn keep(annotations: &mut BTreeMap<String, String>, name: &str, value: Option<String>) -> Result<(), Fault> {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        annotations.insert(name.to_owned(), field::short_text(name, Some(value), 256)?.into());
    }
    Ok(())
}

fn mock(
    message: Option<String>,
    config: Option<ServiceConfig>,
    annotations: &mut BTreeMap<String, String>,
) -> Result<Backend, Fault> {
    let Some(message) = message else {
        return Err(Fault::value(
            Code::InvalidServiceMockReturnMessage,
            "ServiceMockReturnMessage",
            "is needed when `ServiceType` is MOCK",
        ));
    };
    let body = Text::try_from(message).map_err(|invalid| {
        Fault::invalid(Code::InvalidServiceMockReturnMessage, "ServiceMockReturnMessage", &invalid)
    })?;
    // It means nothing here, and is told back to those who send every field.
    if let Some(config) = config {
        let config = serde_json::to_value(config).map_err(|error| Fault::internal(error.to_string()))?;
        if says_something(&config) {
            let written = config.to_string();
            if written.len() > 4096 {
                return Err(Fault::value(Code::InvalidServiceConfig, "ServiceConfig", "is longer than 4096 bytes"));
            }
            annotations.insert(kept::SERVICE_CONFIG.to_owned(), written);
        }
    }
    Ok(Backend::Mock(MockBackend { status: 200, headers: Vec::new(), body }))
}

fn http(
    config: Option<ServiceConfig>,
    message: Option<String>,
    annotations: &mut BTreeMap<String, String>,
) -> Result<Backend, Fault> {
    let needed =
        |parameter: &str| Fault::value(Code::MissingParameter, parameter, "is needed when `ServiceType` is HTTP");
    let config = config.ok_or_else(|| needed("ServiceConfig"))?;
    if config.upstream_id.is_some_and(|id| !id.is_empty()) || config.product.as_deref() == Some("upstream") {
        return Err(Fault::value(
            Code::InvalidUpstream,
            "ServiceConfig.UpstreamId",
            "belongs to UPSTREAM backends, which are not served by this version of Tollgate",
        ));
    }
    if config.cos_config.is_some_and(|value| says_something(&value)) {
        return Err(Fault::value(
            Code::UnsupportedParameter,
            "ServiceConfig.CosConfig",
            "belongs to COS backends, which are not served by this version of Tollgate",
        ));
    }
    if let Some(product) = config.product.as_deref().filter(|word| !word.is_empty()) {
        field::option(Code::NotInOptions, "ServiceConfig.Product", product, &[("clb", ()), ("cvm", ())])?;
    }
    keep(annotations, kept::PRODUCT, config.product)?;
    keep(annotations, kept::UNIQ_VPC_ID, config.uniq_vpc_id)?;
    if let Some(message) = message.filter(|message| !message.is_empty()) {
        let message = field::text("ServiceMockReturnMessage", Some(message))?;
        annotations.insert(kept::MOCK_MESSAGE.to_owned(), message.into());
    }
    let url = config.url.filter(|url| !url.is_empty()).ok_or_else(|| needed("ServiceConfig.Url"))?;
    let path = config.path.ok_or_else(|| needed("ServiceConfig.Path"))?;
    let method = config.method.filter(|word| !word.is_empty()).ok_or_else(|| needed("ServiceConfig.Method"))?;
    Ok(Backend::Http(HttpBackend {
        origin: Origin::try_from(url).map_err(|invalid| {
            let code = if invalid.field == "port" { Code::InvalidPort } else { Code::InvalidUrl };
            Fault::invalid(code, "ServiceConfig.Url", &invalid)
        })?,
        path: BackendPath::try_from(path)
            .map_err(|invalid| Fault::invalid(Code::InvalidBackendPath, "ServiceConfig.Path", &invalid))?,
        method: backend_method(&method)?,
    }))
}

/// Where a parameter stands. The vendor's own texts write it in both cases, and `head` for `header`.
fn location(code: Code, parameter: &str, raw: &str) -> Result<Location, Fault> {
    match raw.to_ascii_lowercase().as_str() {
        "header" | "head" => Ok(Location::Header),
        "query" => Ok(Location::Query),
        "path" => Ok(Location::Path),
        "body" | "formdata" => Ok(Location::Body),
        _ => {
            let reason = format!("`{}` is no position; HEADER, QUERY, PATH and BODY are", raw.escape_debug());
            Err(Fault::value(code, parameter, reason))
        }
    }
}

/// How a location is written.
pub(super) fn position_word(location: Location) -> &'static str {
    match location {
        Location::Header => "HEADER",
        Location::Query => "QUERY",
        Location::Path => "PATH",
        Location::Body => "BODY",
    }
}

fn check_count(parameter: &str, count: usize) -> Result<(), Fault> {
    if count > MOST_PARAMETERS {
        let reason = format!("has {count} items; at most {MOST_PARAMETERS} are allowed");
        return Err(Fault::value(Code::TooManyItems, parameter, reason));
    }
    Ok(())
}

/// A default value; the empty one is none.
fn default(code: Code, parameter: &str, raw: Option<String>, location: Location) -> Result<Option<String>, Fault> {
    let Some(value) = raw.filter(|value| !value.is_empty()) else { return Ok(None) };
    check_value(&value, location).map_err(|invalid| Fault::invalid(code, parameter, &invalid))?;
    Ok(Some(value))
}

fn parameters(sent: Vec<RequestParameter>) -> Result<Vec<Parameter>, Fault> {
    const CODE: Code = Code::InvalidRequestParameters;
    check_count("RequestParameters", sent.len())?;
    sent.into_iter()
        .enumerate()
        .map(|(index, sent)| {
            let at = |member: &str| format!("RequestParameters.{index}.{member}");
            let location = location(CODE, &at("Position"), &sent.position)?;
            check_name(&sent.name, location).map_err(|invalid| Fault::invalid(CODE, &at("Name"), &invalid))?;
            let type_name = sent.type_name.filter(|word| !word.is_empty()).unwrap_or_else(|| "String".to_owned());
            Ok(Parameter {
                type_name: field::short_text(&at("Type"), Some(type_name), 64)?.into(),
                default: default(CODE, &at("DefaultValue"), sent.default_value, location)?,
                required: sent.required.unwrap_or(false),
                description: field::text(&at("Desc"), sent.desc)?.into(),
                name: sent.name,
                location,
            })
        })
        .collect()
}

fn mappings(sent: Vec<ServiceParameter>) -> Result<Vec<Mapping>, Fault> {
    const CODE: Code = Code::InvalidServiceParameters;
    check_count("ServiceParameters", sent.len())?;
    sent.into_iter()
        .enumerate()
        .map(|(index, sent)| {
            let at = |member: &str| format!("ServiceParameters.{index}.{member}");
            let needed = |member: &str| Fault::value(CODE, &at(member), "is needed");
            let name = sent.name.filter(|name| !name.is_empty()).ok_or_else(|| needed("Name"))?;
            let position = sent.position.filter(|word| !word.is_empty()).ok_or_else(|| needed("Position"))?;
            let place = location(CODE, &at("Position"), &position)?;
            check_name(&name, place).map_err(|invalid| Fault::invalid(CODE, &at("Name"), &invalid))?;
            // A backend parameter takes the frontend's of the same name and place unless it says another.
            let source_name =
                sent.relevant_request_parameter_name.filter(|name| !name.is_empty()).unwrap_or_else(|| name.clone());
            let source_location = match sent.relevant_request_parameter_position.filter(|word| !word.is_empty()) {
                Some(word) => location(CODE, &at("RelevantRequestParameterPosition"), &word)?,
                None => place,
            };
            Ok(Mapping {
                default: default(CODE, &at("DefaultValue"), sent.default_value, place)?,
                description: field::text(&at("RelevantRequestParameterDesc"), sent.relevant_request_parameter_desc)?
                    .into(),
                source_type: field::short_text(
                    &at("RelevantRequestParameterType"),
                    sent.relevant_request_parameter_type,
                    64,
                )?
                .into(),
                name,
                location: place,
                source_name,
                source_location,
            })
        })
        .collect()
}

fn constants(sent: Vec<ConstantParameter>) -> Result<Vec<Constant>, Fault> {
    const CODE: Code = Code::InvalidConstantParameters;
    check_count("ConstantParameters", sent.len())?;
    sent.into_iter()
        .enumerate()
        .map(|(index, sent)| {
            let at = |member: &str| format!("ConstantParameters.{index}.{member}");
            let needed = |member: &str| Fault::value(CODE, &at(member), "is needed");
            let name = sent.name.filter(|name| !name.is_empty()).ok_or_else(|| needed("Name"))?;
            let position = sent.position.filter(|word| !word.is_empty()).ok_or_else(|| needed("Position"))?;
            let location = location(CODE, &at("Position"), &position)?;
            if !matches!(location, Location::Header | Location::Query) {
                return Err(Fault::value(CODE, &at("Position"), "a constant stands in HEADER or QUERY"));
            }
            check_name(&name, location).map_err(|invalid| Fault::invalid(CODE, &at("Name"), &invalid))?;
            let value = sent.default_value.unwrap_or_default();
            check_value(&value, location).map_err(|invalid| Fault::invalid(CODE, &at("DefaultValue"), &invalid))?;
            Ok(Constant { name, location, value, description: field::text(&at("Desc"), sent.desc)?.into() })
        })
        .collect()
}
