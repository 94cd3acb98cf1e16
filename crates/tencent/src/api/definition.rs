//! What is sent becomes a definition.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    ApiDefinition, ApiKind, ApiProtocol, Auth, ErrorCode, FrontendPath, Invalid, MethodMatch, Name, ResponseGuide,
    ServiceTree, Timeout,
};

use super::request::{ApiFields, ResponseErrorCode};
use super::unserved::Unserved;
use super::{HTTP, NORMAL, WEBSOCKET, backend, bucket, conversation, function, kept, oauth, parameters, protocol_word};
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;
use crate::tag;

/// Longest name of an API, in characters.
const LONGEST_NAME: usize = 60;

/// The definition of a new API. `issuer` plays the pools of users.
pub(super) fn new(fields: ApiFields, unserved: Unserved, issuer: Option<&str>) -> Result<ApiDefinition, Fault> {
    if fields.protocol.is_none() {
        return Err(Fault::missing("Protocol"));
    }
    if fields.service_timeout.is_none() {
        return Err(Fault::missing("ServiceTimeout"));
    }
    build(None, fields, unserved, issuer)
}

/// Another name for an API whose creator gave none, where another API of the service has the usual one.
pub(super) fn rename_apart(tree: &ServiceTree, definition: &mut ApiDefinition) -> Result<(), Fault> {
    if tree.apis.values().all(|api| api.definition.name != definition.name) {
        return Ok(());
    }
    let taken: BTreeSet<&str> = tree.apis.values().map(|api| api.definition.name.as_str()).collect();
    let named = |number: usize| usual_name(definition.method, &definition.path, &format!("_{number}"));
    if let Some(free) = (2..).map(named).find(|name| !taken.contains(name.as_str())) {
        definition.name = api_name(free)?;
    }
    Ok(())
}

/// What an API is called whose creator gave no name: method and path, as much as fits before `end`.
fn usual_name(method: MethodMatch, path: &FrontendPath, end: &str) -> String {
    let whole = format!("{} {path}", method.as_str());
    whole.chars().take(LONGEST_NAME - end.len()).collect::<String>() + end
}

/// The definition that replaces `previous`: what is left out takes its default, but for the name, the timeout, the
/// tags and the error codes, which stay.
pub(super) fn replacing(
    previous: &ApiDefinition,
    fields: ApiFields,
    unserved: Unserved,
    issuer: Option<&str>,
) -> Result<ApiDefinition, Fault> {
    build(Some(previous), fields, unserved, issuer)
}

fn build(
    previous: Option<&ApiDefinition>,
    mut fields: ApiFields,
    unserved: Unserved,
    issuer: Option<&str>,
) -> Result<ApiDefinition, Fault> {
    check_kind(&fields)?;
    let protocol = protocol(fields.protocol.as_deref(), previous)?;
    let auth = auth(fields.auth_type.as_deref(), fields.auth_required)?;
    let oauth = oauth::part(&mut fields, auth, issuer)?;
    backend::check_type(&fields.service_type)?;
    unserved.refuse()?;
    let function = function::Fields::take(&mut fields);
    let conversation = conversation::Fields::take(&mut fields);
    if fields.service_type != "SCF" {
        function.refuse(&format!("SCF backends; `ServiceType` is {}", fields.service_type))?;
    }
    let is_conversation = fields.service_type == "SCF" && protocol == ApiProtocol::WebSocket && !function.is_web();
    if is_conversation {
        function.refuse("APIs with `Protocol` HTTP, or to web functions (`ServiceScfFunctionType` HTTP)")?;
    } else {
        conversation.refuse()?;
    }

    let path = FrontendPath::try_from(fields.request_config.path)
        .map_err(|invalid| Fault::invalid(Code::InvalidApiRequestConfig, "RequestConfig.Path", &invalid))?;
    let method = backend::method_match("RequestConfig.Method", &fields.request_config.method)?;
    let declared = parameters::parameters(fields.request_parameters.unwrap_or_default())?;
    let mappings = parameters::mappings(fields.service_parameters.unwrap_or_default())?;
    let constants = parameters::constants(fields.constant_parameters.unwrap_or_default())?;

    let mut annotations = BTreeMap::new();
    for (name, value) in [
        (kept::OWNER, fields.owner),
        (kept::USER_TYPE, fields.user_type),
        (kept::TARGET_NAMESPACE_ID, fields.target_namespace_id),
    ] {
        backend::keep(&mut annotations, name, value)?;
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
    let answers = match fields.service_type.as_str() {
        "MOCK" => {
            let before = previous.map(|previous| &previous.backend);
            backend::mock(fields.service_mock_return_message, fields.service_config, before, &mut annotations)?
        }
        WEBSOCKET => backend::web_socket(fields.service_config, fields.service_mock_return_message, &mut annotations)?,
        "SCF" => {
            backend::keep_config(fields.service_config, &mut annotations)?;
            backend::keep_message(fields.service_mock_return_message, &mut annotations)?;
            if is_conversation { conversation.backend()? } else { function.backend()? }
        }
        "COS" => {
            backend::keep_message(fields.service_mock_return_message, &mut annotations)?;
            bucket::backend(fields.service_config)?
        }
        word => backend::forwarding(word, fields.service_config, fields.service_mock_return_message, &mut annotations)?,
    };

    let mut tags = previous.map(|previous| previous.tags.clone()).unwrap_or_default();
    if let Some(sent) = fields.tag_specifications {
        for tag in tag::read("TagSpecifications", vec![sent])? {
            tags.retain(|other| other.key != tag.key);
            tags.push(tag);
        }
    }
    let error_codes = match (fields.response_error_codes, previous) {
        (Some(codes), _) if !codes.is_empty() => error_codes(codes)?,
        (_, Some(previous)) if fields.is_delete_response_error_codes != Some(true) => {
            previous.response.error_codes.clone()
        }
        _ => Vec::new(),
    };

    Ok(ApiDefinition {
        name: match (fields.api_name.filter(|name| !name.is_empty()), previous) {
            (Some(name), _) => api_name(name)?,
            (None, Some(previous)) => previous.name.clone(),
            (None, None) => api_name(usual_name(method, &path, ""))?,
        },
        description: field::text("ApiDesc", fields.api_desc)?,
        kind: ApiKind::General,
        protocol,
        path,
        method,
        auth,
        oauth,
        cors: fields.enable_cors.unwrap_or(false),
        parameters: declared,
        backend: answers,
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

/// A word that the vendor has and this version does not serve; `served` says what is.
pub(super) fn not_served(code: Code, parameter: &str, word: &str, served: &str) -> Fault {
    Fault::value(code, parameter, format!("`{word}` is not served by this version of Tollgate; {served}"))
}

/// A word that the vendor does not have; `served` says what is allowed.
pub(super) fn unknown(code: Code, parameter: &str, word: &str, served: &str) -> Fault {
    Fault::value(code, parameter, format!("`{}` is not allowed; {served}", word.escape_debug()))
}

fn check_kind(fields: &ApiFields) -> Result<(), Fault> {
    match fields.api_type.as_deref() {
        None | Some("" | NORMAL) => {}
        Some("TSF") => return Err(not_served(Code::InvalidApiType, "ApiType", "TSF", "NORMAL is")),
        Some(word) => return Err(unknown(Code::InvalidApiType, "ApiType", word, "NORMAL is")),
    }
    Ok(())
}

/// The protocol that `word` names; that of `previous` where it names none, and no other where there is one.
fn protocol(word: Option<&str>, previous: Option<&ApiDefinition>) -> Result<ApiProtocol, Fault> {
    let named = match word.map(str::to_ascii_uppercase).as_deref() {
        None | Some("") => None,
        Some(HTTP) => Some(ApiProtocol::Http),
        Some(WEBSOCKET) => Some(ApiProtocol::WebSocket),
        Some(word) => return Err(unknown(Code::NotInOptions, "Protocol", word, "HTTP and WEBSOCKET are")),
    };
    match (named, previous.map(|previous| previous.protocol)) {
        // Told before the parts that belong to another protocol are.
        (Some(named), Some(fixed)) if named != fixed => {
            let reason = format!("cannot be changed; this API's is {}", protocol_word(fixed));
            Err(Fault::value(Code::ModifyProtocol, "Protocol", reason))
        }
        (_, Some(fixed)) => Ok(fixed),
        (named, None) => Ok(named.unwrap_or(ApiProtocol::Http)),
    }
}

fn auth(word: Option<&str>, required: Option<bool>) -> Result<Auth, Fault> {
    match word {
        None | Some("") if required == Some(true) => Ok(Auth::KeyPair),
        None | Some("" | "NONE") => Ok(Auth::None),
        Some("SECRET") => Ok(Auth::KeyPair),
        Some("APP") => Ok(Auth::Application),
        Some("OAUTH" | oauth::EIAM) => Ok(Auth::Oauth),
        Some(word) => Err(unknown(Code::NotInOptions, "AuthType", word, "NONE, SECRET, APP, OAUTH and EIAM are")),
    }
}

/// Refuses a name that is longer than an API's may be.
pub(crate) fn check_name(parameter: &str, name: &str) -> Result<(), Fault> {
    let length = name.chars().count();
    if length > LONGEST_NAME {
        let reason = format!("is {length} characters long; 1 to {LONGEST_NAME} are allowed");
        return Err(Fault::value(Code::FormatError, parameter, reason));
    }
    Ok(())
}

fn api_name(raw: String) -> Result<Name, Fault> {
    check_name("ApiName", &raw)?;
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

fn error_codes(sent: Vec<ResponseErrorCode>) -> Result<Vec<ErrorCode>, Fault> {
    const LIST: &str = "ResponseErrorCodes";
    parameters::check_count(LIST, sent.len())?;
    let read = |(index, sent): (usize, ResponseErrorCode)| {
        let text = |member: &str, raw| field::text(&format!("{LIST}.{index}.{member}"), raw).map(String::from);
        Ok(ErrorCode {
            code: sent.code,
            message: text("Msg", Some(sent.msg))?,
            description: text("Desc", sent.desc)?,
            converted: sent.converted_code,
            convert: sent.need_convert.unwrap_or(false),
        })
    };
    sent.into_iter().enumerate().map(read).collect()
}
