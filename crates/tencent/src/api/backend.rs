//! What answers an API's calls, on its way in.

use std::collections::BTreeMap;

use model::{
    Backend, BackendMethod, BackendPath, HttpBackend, Invalid, Method, MethodMatch, MockBackend, Origin, Text,
    UpstreamBackend, UpstreamId, WebSocketBackend, WebSocketOrigin,
};

use super::definition::{not_served, unknown};
use super::request::ServiceConfig;
use super::unserved::says_something;
use super::{HTTP, WEBSOCKET, kept};
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;

/// Backends that the vendor has and this version does not.
const UNSERVED: [&str; 3] = ["TSF", "EB", "TARGET"];

/// The backends that are served, for people.
const SERVED: &str = "HTTP, VPC, UPSTREAM, GRPC, WEBSOCKET, SCF, COS and MOCK are";

/// Refuses a `ServiceType` that is not served.
pub(super) fn check_type(word: &str) -> Result<(), Fault> {
    match word {
        "HTTP" | "VPC" | "CLB" | UPSTREAM | GRPC | WEBSOCKET | "SCF" | "COS" | "MOCK" => Ok(()),
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

/// A fixed answer. What else is sent of a backend means nothing, and is kept to be told back. A status and headers have
/// no place in the request; those that the API answered with `before` stay.
pub(super) fn mock(
    message: Option<String>,
    config: Option<ServiceConfig>,
    before: Option<&Backend>,
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
    let (status, headers) = match before {
        Some(Backend::Mock(mock)) => (mock.status, mock.headers.clone()),
        _ => (200, Vec::new()),
    };
    Ok(Backend::Mock(MockBackend { status, headers, body }))
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

/// An origin, or an upstream's nodes: what `service_type` says, which is one of those that [`check_type`] lets pass.
pub(super) fn forwarding(
    service_type: &str,
    config: Option<ServiceConfig>,
    message: Option<String>,
    annotations: &mut BTreeMap<String, String>,
) -> Result<Backend, Fault> {
    let place = Place::read(service_type, config, message, annotations)?;
    let usual = match place.upstream {
        Some(_) => UPSTREAM,
        None if service_type == GRPC => GRPC,
        None => HTTP,
    };
    keep(annotations, kept::SERVICE_TYPE, Some(service_type.to_owned()).filter(|word| word != usual))?;
    let (path, method) = (place.path, place.method);
    match place.upstream {
        Some(upstream) => {
            // The nodes are called, wherever this leads; it is told back to those who send every field.
            keep(annotations, kept::URL, place.url)?;
            Ok(Backend::Upstream(UpstreamBackend { upstream, path, method }))
        }
        None => {
            let url = place.url.ok_or_else(|| needed(service_type, "ServiceConfig.Url"))?;
            let origin = origin(service_type, url)?;
            Ok(Backend::Http(HttpBackend { origin, path, method }))
        }
    }
}

/// The origin at a URL. What speaks gRPC may be told by either scheme; what speaks HTTP may not.
fn origin(service_type: &str, url: String) -> Result<Origin, Fault> {
    let url = match url.strip_prefix("http") {
        Some(rest) if service_type == GRPC => format!("grpc{rest}"),
        _ => url,
    };
    let origin = Origin::try_from(url).map_err(|invalid| bad_url(&invalid))?;
    if origin.is_grpc() && service_type != GRPC {
        let reason = format!("`{}` speaks gRPC, which `ServiceType` GRPC is for", origin.as_str());
        return Err(Fault::value(Code::InvalidUrl, "ServiceConfig.Url", reason));
    }
    Ok(origin)
}

/// A WebSocket origin: like an HTTP one, but for the scheme.
pub(super) fn web_socket(
    config: Option<ServiceConfig>,
    message: Option<String>,
    annotations: &mut BTreeMap<String, String>,
) -> Result<Backend, Fault> {
    let place = Place::read(WEBSOCKET, config, message, annotations)?;
    if place.upstream.is_some() {
        let reason = "belongs to HTTP APIs; a WebSocket API's backend is a `ServiceConfig.Url`";
        return Err(Fault::value(Code::InvalidUpstream, "ServiceConfig.UpstreamId", reason));
    }
    let url = place.url.ok_or_else(|| needed(WEBSOCKET, "ServiceConfig.Url"))?;
    Ok(Backend::WebSocket(WebSocketBackend {
        origin: WebSocketOrigin::try_from(url).map_err(|invalid| bad_url(&invalid))?,
        path: place.path,
        method: place.method,
    }))
}

fn bad_url(invalid: &Invalid) -> Fault {
    let code = if invalid.field == "port" { Code::InvalidPort } else { Code::InvalidUrl };
    Fault::invalid(code, "ServiceConfig.Url", invalid)
}

fn needed(kind: &str, parameter: &str) -> Fault {
    Fault::value(Code::MissingParameter, parameter, format!("is needed when `ServiceType` is {kind}"))
}

/// What a backend that calls are sent to is told by.
struct Place {
    url: Option<String>,
    upstream: Option<UpstreamId>,
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
        let config = config.ok_or_else(|| needed(kind, "ServiceConfig"))?;
        if config.cos_config.is_some_and(|bucket| bucket.says_something()) {
            return Err(Fault::value(
                Code::UnsupportedParameter,
                "ServiceConfig.CosConfig",
                format!("belongs to COS backends; `ServiceType` is {kind}"),
            ));
        }
        let upstream = upstream(kind, config.product.as_deref(), config.upstream_id)?;
        if matches!(kind, "VPC" | "CLB") && config.uniq_vpc_id.as_deref().unwrap_or("").is_empty() {
            let reason = format!("is needed when `ServiceType` is {kind}");
            return Err(Fault::value(Code::InvalidVpcConfig, "ServiceConfig.UniqVpcId", reason));
        }
        keep(annotations, kept::PRODUCT, config.product)?;
        keep(annotations, kept::UNIQ_VPC_ID, config.uniq_vpc_id)?;
        keep_message(message, annotations)?;
        let url = config.url.filter(|url| !url.is_empty());
        if url.is_none() && upstream.is_none() {
            return Err(needed(kind, "ServiceConfig.Url"));
        }
        let path = config.path.ok_or_else(|| needed(kind, "ServiceConfig.Path"))?;
        let method = config.method.filter(|word| !word.is_empty());
        let method = method.ok_or_else(|| needed(kind, "ServiceConfig.Method"))?;
        Ok(Self {
            url,
            upstream,
            path: BackendPath::try_from(path)
                .map_err(|invalid| Fault::invalid(Code::InvalidBackendPath, "ServiceConfig.Path", &invalid))?,
            method: backend_method(&method)?,
        })
    }
}

/// The type of backends that speak gRPC.
pub(super) const GRPC: &str = "GRPC";

/// The type of backends that are upstreams.
pub(super) const UPSTREAM: &str = "UPSTREAM";

/// What `Product` may say; true for an upstream.
const PRODUCTS: [(&str, bool); 3] = [("clb", false), ("cvm", false), ("upstream", true)];

/// The upstream that is meant: by `ServiceType` UPSTREAM, or by `Product` upstream.
fn upstream(service_type: &str, product: Option<&str>, id: Option<String>) -> Result<Option<UpstreamId>, Fault> {
    const PARAMETER: &str = "ServiceConfig.UpstreamId";
    let product = product.filter(|word| !word.is_empty());
    let of_product = match product {
        Some(word) => Some(field::option(Code::NotInOptions, "ServiceConfig.Product", word, &PRODUCTS)?),
        None => None,
    };
    let id = id.filter(|id| !id.is_empty());
    match (service_type == UPSTREAM || of_product == Some(true), id) {
        (true, _) if of_product == Some(false) => {
            let reason = "must be `upstream`, or be left out, when `ServiceType` is UPSTREAM";
            Err(Fault::value(Code::NotInOptions, "ServiceConfig.Product", reason))
        }
        (true, Some(id)) => UpstreamId::try_from(id)
            .map(Some)
            .map_err(|invalid| Fault::invalid(Code::InvalidUpstream, PARAMETER, &invalid)),
        (true, None) => {
            Err(Fault::value(Code::InvalidUpstream, PARAMETER, "is needed when the backend is an upstream"))
        }
        (false, Some(_)) => {
            let reason = "belongs to backends with `ServiceType` UPSTREAM or `ServiceConfig.Product` upstream";
            Err(Fault::value(Code::InvalidUpstream, PARAMETER, reason))
        }
        (false, None) => Ok(None),
    }
}
