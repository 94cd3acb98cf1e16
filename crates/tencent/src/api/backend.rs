//! What answers an API's calls, on its way in.

use std::collections::BTreeMap;

use model::{
    Backend, BackendMethod, BackendPath, HttpBackend, Invalid, Method, MethodMatch, MockBackend, Origin, Text,
    WebSocketBackend, WebSocketOrigin,
};

use super::definition::{not_served, unknown};
use super::request::ServiceConfig;
use super::unserved::says_something;
use super::{HTTP, WEBSOCKET, kept};
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;

/// Backends that the vendor has and this version does not.
const UNSERVED: [&str; 7] = ["TSF", "EB", "TARGET", "VPC", "UPSTREAM", "GRPC", "CLB"];

/// The backends that are served, for people.
const SERVED: &str = "HTTP, WEBSOCKET, SCF, COS and MOCK are";

/// Refuses a `ServiceType` that is not served.
pub(super) fn check_type(word: &str) -> Result<(), Fault> {
    match word {
        "HTTP" | "MOCK" | "SCF" | "COS" | WEBSOCKET => Ok(()),
        word if UNSERVED.contains(&word) => Err(not_served(Code::InvalidEndpointType, "ServiceType", word, SERVED)),
        word => Err(unknown(Code::InvalidServiceType, "ServiceType", word, SERVED)),
    }
}

/// A method, or `ANY`; in any case, as official examples have it.
pub(super) fn method_match(parameter: &str, raw: &str) -> Result<MethodMatch, Fault> {
    MethodMatch::try_from(raw.to_ascii_uppercase()).map_err(|_| {
        let reason =
            format!("`{}` is not one of ANY, GET, POST, PUT, DELETE, HEAD, OPTIONS, PATCH, TRACE", raw.escape_debug());
        Fault::value(Code::InvalidMethod, parameter, reason)
    })
}

fn backend_method(raw: &str) -> Result<BackendMethod, Fault> {
    method_match("ServiceConfig.Method", raw).map(|method| match method {
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

/// Keeps a value that says something, to tell it back.
pub(super) fn keep(annotations: &mut BTreeMap<String, String>, name: &str, value: Option<String>) -> Result<(), Fault> {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        annotations.insert(name.to_owned(), field::short_text(name, Some(value), 256)?.into());
    }
    Ok(())
}

/// A fixed answer. What else is sent of a backend means nothing, and is kept to be told back.
pub(super) fn mock(
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
    keep_config(config, annotations)?;
    Ok(Backend::Mock(MockBackend { status: 200, headers: Vec::new(), body }))
}

/// Keeps a `ServiceConfig` that means nothing for the backend, to tell it back to those who send every field.
pub(super) fn keep_config(
    config: Option<ServiceConfig>,
    annotations: &mut BTreeMap<String, String>,
) -> Result<(), Fault> {
    let Some(config) = config else { return Ok(()) };
    let config = serde_json::to_value(config).map_err(|error| Fault::internal(error.to_string()))?;
    if says_something(&config) {
        let written = config.to_string();
        if written.len() > 4096 {
            return Err(Fault::value(Code::InvalidServiceConfig, "ServiceConfig", "is longer than 4096 bytes"));
        }
        annotations.insert(kept::SERVICE_CONFIG.to_owned(), written);
    }
    Ok(())
}

/// Keeps a `ServiceMockReturnMessage` that means nothing for the backend.
pub(super) fn keep_message(message: Option<String>, annotations: &mut BTreeMap<String, String>) -> Result<(), Fault> {
    if let Some(message) = message.filter(|message| !message.is_empty()) {
        let message = field::text("ServiceMockReturnMessage", Some(message))?;
        annotations.insert(kept::MOCK_MESSAGE.to_owned(), message.into());
    }
    Ok(())
}

/// An HTTP or HTTPS origin.
pub(super) fn http(
    config: Option<ServiceConfig>,
    message: Option<String>,
    annotations: &mut BTreeMap<String, String>,
) -> Result<Backend, Fault> {
    let place = Place::read(HTTP, config, message, annotations)?;
    Ok(Backend::Http(HttpBackend {
        origin: Origin::try_from(place.url).map_err(|invalid| bad_url(&invalid))?,
        path: place.path,
        method: place.method,
    }))
}

/// A WebSocket origin: like an HTTP one, but for the scheme.
pub(super) fn web_socket(
    config: Option<ServiceConfig>,
    message: Option<String>,
    annotations: &mut BTreeMap<String, String>,
) -> Result<Backend, Fault> {
    let place = Place::read(WEBSOCKET, config, message, annotations)?;
    Ok(Backend::WebSocket(WebSocketBackend {
        origin: WebSocketOrigin::try_from(place.url).map_err(|invalid| bad_url(&invalid))?,
        path: place.path,
        method: place.method,
    }))
}

fn bad_url(invalid: &Invalid) -> Fault {
    let code = if invalid.field == "port" { Code::InvalidPort } else { Code::InvalidUrl };
    Fault::invalid(code, "ServiceConfig.Url", invalid)
}

/// What a backend that has a URL is told by.
struct Place {
    url: String,
    path: BackendPath,
    method: BackendMethod,
}

impl Place {
    fn read(
        kind: &str,
        config: Option<ServiceConfig>,
        message: Option<String>,
        annotations: &mut BTreeMap<String, String>,
    ) -> Result<Self, Fault> {
        let needed = |parameter: &str| {
            Fault::value(Code::MissingParameter, parameter, format!("is needed when `ServiceType` is {kind}"))
        };
        let config = config.ok_or_else(|| needed("ServiceConfig"))?;
        if config.upstream_id.is_some_and(|id| !id.is_empty()) || config.product.as_deref() == Some("upstream") {
            return Err(Fault::value(
                Code::InvalidUpstream,
                "ServiceConfig.UpstreamId",
                "belongs to UPSTREAM backends, which are not served by this version of Tollgate",
            ));
        }
        if config.cos_config.is_some_and(|bucket| bucket.bucket_name.is_some_and(|name| !name.is_empty())) {
            return Err(Fault::value(
                Code::UnsupportedParameter,
                "ServiceConfig.CosConfig",
                format!("belongs to COS backends; `ServiceType` is {kind}"),
            ));
        }
        if let Some(product) = config.product.as_deref().filter(|word| !word.is_empty()) {
            field::option(Code::NotInOptions, "ServiceConfig.Product", product, &[("clb", ()), ("cvm", ())])?;
        }
        keep(annotations, kept::PRODUCT, config.product)?;
        keep(annotations, kept::UNIQ_VPC_ID, config.uniq_vpc_id)?;
        keep_message(message, annotations)?;
        let url = config.url.filter(|url| !url.is_empty()).ok_or_else(|| needed("ServiceConfig.Url"))?;
        let path = config.path.ok_or_else(|| needed("ServiceConfig.Path"))?;
        let method = config.method.filter(|word| !word.is_empty()).ok_or_else(|| needed("ServiceConfig.Method"))?;
        Ok(Self {
            url,
            path: BackendPath::try_from(path)
                .map_err(|invalid| Fault::invalid(Code::InvalidBackendPath, "ServiceConfig.Path", &invalid))?,
            method: backend_method(&method)?,
        })
    }
}
