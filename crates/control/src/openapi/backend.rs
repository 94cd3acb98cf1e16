//! `x-apigw-backend`: what answers an API's calls, in the words of the format, both ways.

use std::collections::BTreeMap;

use model::{
    Backend, BackendMethod, BackendPath, Base64Rule, Base64Trigger, BucketAction, BucketBackend, BucketName,
    ConversationBackend, EventCall, FunctionBackend, FunctionCall, FunctionName, HttpBackend, Invalid, MethodMatch,
    MockBackend, Origin, PathMatchMode, Text, TriggerHeader, TriggerValue, UpstreamBackend, UpstreamId,
    WebSocketBackend, WebSocketOrigin,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fault::Fault;
use super::place::Place;

const ACTIONS: [(&str, BucketAction); 6] = [
    ("GetObject", BucketAction::GetObject),
    ("PutObject", BucketAction::PutObject),
    ("PostObject", BucketAction::PostObject),
    ("AppendObject", BucketAction::AppendObject),
    ("HeadObject", BucketAction::HeadObject),
    ("DeleteObject", BucketAction::DeleteObject),
];
const GRPC: &str = "GRPC";
const UPSTREAM: &str = "UPSTREAM";

/// What `Product` may say; true for an upstream.
const PRODUCTS: [(&str, bool); 3] = [("clb", false), ("cvm", false), ("upstream", true)];
const MATCH_MODES: [(&str, PathMatchMode); 2] =
    [("BackEndPath", PathMatchMode::BackendPath), ("FullPath", PathMatchMode::FullPath)];
const TRIGGERS: [(&str, TriggerHeader); 2] =
    [("Accept", TriggerHeader::Accept), ("Content_Type", TriggerHeader::ContentType)];

/// The annotations under which what means nothing for the calls is told back: the type as it was said, the product and the
/// network of an origin, and the URL beside an upstream.
const SERVICE_TYPE: &str = "ServiceType";
const URL: &str = "ServiceConfig.Url";
const PRODUCT: &str = "ServiceConfig.Product";
const UNIQ_VPC_ID: &str = "ServiceConfig.UniqVpcId";

/// The member as it stands in a document.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Item {
    service_type: String,
    service_config: Option<Config>,
    mock_return_http_headers: Option<Vec<Header>>,
    mock_return_http_status_code: Option<u16>,
    service_mock_return_message: Option<String>,
    is_base64_encoded: Option<bool>,
    is_base64_trigger: Option<bool>,
    base64_encoded_trigger_rules: Option<Vec<Trigger>>,
    service_scf_function_name: Option<String>,
    service_scf_function_namespace: Option<String>,
    service_scf_function_qualifier: Option<String>,
    service_scf_function_type: Option<String>,
    service_scf_is_integrated_response: Option<bool>,
    service_scf_event_is_async_call: Option<bool>,
    service_websocket_register_function_name: Option<String>,
    service_websocket_register_function_namespace: Option<String>,
    service_websocket_register_function_qualifier: Option<String>,
    service_websocket_transport_function_name: Option<String>,
    service_websocket_transport_function_namespace: Option<String>,
    service_websocket_transport_function_qualifier: Option<String>,
    service_websocket_cleanup_function_name: Option<String>,
    service_websocket_cleanup_function_namespace: Option<String>,
    service_websocket_cleanup_function_qualifier: Option<String>,
    micro_services: Option<Vec<Value>>,
    service_tsf_load_balance_conf: Option<Value>,
    service_tsf_health_check_conf: Option<Value>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Config {
    product: Option<String>,
    uniq_vpc_id: Option<String>,
    url: Option<String>,
    path: Option<String>,
    method: Option<String>,
    upstream_id: Option<String>,
    cos_config: Option<Bucket>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Bucket {
    action: Option<String>,
    bucket_name: Option<String>,
    authorization: Option<bool>,
    path_match_mode: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Header {
    name: String,
    value: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Trigger {
    name: String,
    value: Vec<String>,
}

/// The backend, and what is kept of it to be told back.
pub(super) fn read(place: &Place<'_>) -> Result<(Backend, BTreeMap<String, String>), Fault> {
    let item: Item = place.decode()?;
    let from = From { place, item: &item };
    for (name, is_said) in [
        ("MicroServices", item.micro_services.as_ref().is_some_and(|list| !list.is_empty())),
        ("ServiceTsfLoadBalanceConf", item.service_tsf_load_balance_conf.is_some()),
        ("ServiceTsfHealthCheckConf", item.service_tsf_health_check_conf.is_some()),
    ] {
        if is_said {
            return Err(place.fault_at(name, "belongs to microservice (TSF) backends, which are not served"));
        }
    }
    let mut kept = BTreeMap::new();
    let backend = match item.service_type.as_str() {
        "HTTP" | "VPC" | "CLB" | GRPC | UPSTREAM => from.forwarding(&mut kept)?,
        "WEBSOCKET" => {
            if from.is_upstream()? {
                let reason = "belongs to HTTP APIs; a WebSocket API's backend is a Url";
                return Err(Fault::new(from.at("UpstreamId"), reason));
            }
            let origin = WebSocketOrigin::try_from(from.url()?.to_owned());
            let origin = origin.map_err(|fault| from.wrong("Url", &fault))?;
            Backend::WebSocket(WebSocketBackend { origin, path: from.path()?, method: from.method()? })
        }
        "MOCK" => from.mock()?,
        "COS" => from.bucket()?,
        "SCF" if said(&item.service_websocket_register_function_name).is_some() => from.conversation()?,
        "SCF" => from.function()?,
        "" => return Err(place.fault_at("ServiceType", "is needed")),
        word => {
            let reason = format!(
                "`{}` is not served; HTTP, VPC, UPSTREAM, WEBSOCKET, SCF, COS and MOCK are",
                word.escape_debug()
            );
            return Err(place.fault_at("ServiceType", reason));
        }
    };
    if let Some(config) = from.config() {
        for (name, value) in [(PRODUCT, &config.product), (UNIQ_VPC_ID, &config.uniq_vpc_id)] {
            if let Some(value) = said(value) {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    Ok((backend, kept))
}

/// A text that says something.
fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// The parts of a backend, each from its member.
struct From<'p> {
    place: &'p Place<'p>,
    item: &'p Item,
}

impl From<'_> {
    fn config(&self) -> Option<&Config> {
        self.item.service_config.as_ref()
    }

    fn at(&self, name: &str) -> String {
        format!("{}/ServiceConfig/{name}", self.place.pointer)
    }

    fn wrong(&self, name: &str, fault: &Invalid) -> Fault {
        Fault::new(self.at(name), &fault.reason)
    }

    fn needed(&self, name: &str) -> Fault {
        Fault::new(self.at(name), format!("is needed when ServiceType is {}", self.item.service_type))
    }

    fn url(&self) -> Result<&str, Fault> {
        self.config().and_then(|config| said(&config.url)).ok_or_else(|| self.needed("Url"))
    }

    fn path(&self) -> Result<BackendPath, Fault> {
        let path = self.config().and_then(|config| config.path.clone()).ok_or_else(|| self.needed("Path"))?;
        BackendPath::try_from(path).map_err(|fault| self.wrong("Path", &fault))
    }

    fn method(&self) -> Result<BackendMethod, Fault> {
        let Some(word) = self.config().and_then(|config| said(&config.method)) else { return Ok(BackendMethod::Same) };
        match MethodMatch::try_from(word.to_ascii_uppercase()) {
            Ok(MethodMatch::Any) => Ok(BackendMethod::Same),
            Ok(MethodMatch::Only(method)) => Ok(BackendMethod::Fixed(method)),
            Err(fault) => Err(self.wrong("Method", &fault)),
        }
    }

    /// An origin, or an upstream's nodes, by the rules of `CreateApi`.
    fn forwarding(&self, kept: &mut BTreeMap<String, String>) -> Result<Backend, Fault> {
        let kind = self.item.service_type.as_str();
        let is_upstream = self.is_upstream()?;
        let said_of = |pick: fn(&Config) -> &Option<String>| self.config().and_then(|config| said(pick(config)));
        if matches!(kind, "VPC" | "CLB") && said_of(|config| &config.uniq_vpc_id).is_none() {
            return Err(self.needed("UniqVpcId"));
        }
        let usual = match kind {
            _ if is_upstream => UPSTREAM,
            GRPC => GRPC,
            _ => "HTTP",
        };
        if kind != usual {
            kept.insert(SERVICE_TYPE.to_owned(), kind.to_owned());
        }
        let (path, method) = (self.path()?, self.method()?);
        if is_upstream {
            let id = said_of(|config| &config.upstream_id).ok_or_else(|| self.needed("UpstreamId"))?;
            let upstream = UpstreamId::try_from(id).map_err(|fault| self.wrong("UpstreamId", &fault))?;
            // The nodes are called, wherever this leads.
            if let Some(url) = said_of(|config| &config.url) {
                kept.insert(URL.to_owned(), url.to_owned());
            }
            return Ok(Backend::Upstream(UpstreamBackend { upstream, path, method }));
        }
        Ok(Backend::Http(HttpBackend { origin: self.origin()?, path, method }))
    }

    /// The origin at a URL. What speaks gRPC may be told by either scheme; what speaks HTTP may not.
    fn origin(&self) -> Result<Origin, Fault> {
        let url = self.url()?;
        let is_grpc = self.item.service_type == GRPC;
        let url = match url.strip_prefix("http") {
            Some(rest) if is_grpc => format!("grpc{rest}"),
            _ => url.to_owned(),
        };
        let origin = Origin::try_from(url).map_err(|fault| self.wrong("Url", &fault))?;
        if origin.is_grpc() && !is_grpc {
            let reason = format!("`{}` speaks gRPC, which ServiceType GRPC is for", origin.as_str());
            return Err(Fault::new(self.at("Url"), reason));
        }
        Ok(origin)
    }

    /// True when an upstream is meant: by ServiceType UPSTREAM, or by the product `upstream`.
    fn is_upstream(&self) -> Result<bool, Fault> {
        let Some(config) = self.config() else { return Ok(self.item.service_type == UPSTREAM) };
        let product = said(&config.product)
            .map(|word| option(word, &PRODUCTS).map_err(|fault| self.wrong("Product", &fault)))
            .transpose()?;
        match (self.item.service_type == UPSTREAM, product) {
            (true, Some(false)) => {
                let reason = "must be `upstream`, or be left out, when ServiceType is UPSTREAM";
                Err(Fault::new(self.at("Product"), reason))
            }
            (false, None | Some(false)) if said(&config.upstream_id).is_some() => {
                let reason = "belongs to backends with ServiceType UPSTREAM or Product upstream";
                Err(Fault::new(self.at("UpstreamId"), reason))
            }
            (is_type, product) => Ok(is_type || product == Some(true)),
        }
    }

    fn mock(&self) -> Result<Backend, Fault> {
        let body = self.item.service_mock_return_message.clone();
        let body =
            body.ok_or_else(|| self.place.fault_at("ServiceMockReturnMessage", "is needed when ServiceType is MOCK"))?;
        let body =
            Text::try_from(body).map_err(|fault| self.place.fault_at("ServiceMockReturnMessage", fault.reason))?;
        let headers = self.item.mock_return_http_headers.iter().flatten();
        Ok(Backend::Mock(MockBackend {
            status: self.item.mock_return_http_status_code.unwrap_or(200),
            headers: headers.map(|header| (header.name.clone(), header.value.clone())).collect(),
            body,
        }))
    }

    fn bucket(&self) -> Result<Backend, Fault> {
        let place = |name: &str| format!("CosConfig/{name}");
        let bucket = self.config().and_then(|config| config.cos_config.as_ref());
        let bucket = bucket.ok_or_else(|| self.needed("CosConfig"))?;
        let word = said(&bucket.action).ok_or_else(|| self.needed(&place("Action")))?;
        let name = said(&bucket.bucket_name).ok_or_else(|| self.needed(&place("BucketName")))?;
        let match_mode = match said(&bucket.path_match_mode) {
            Some(word) => option(word, &MATCH_MODES).map_err(|fault| self.wrong(&place("PathMatchMode"), &fault))?,
            None => PathMatchMode::default(),
        };
        Ok(Backend::Bucket(BucketBackend {
            bucket: BucketName::try_from(name.to_owned()).map_err(|fault| self.wrong(&place("BucketName"), &fault))?,
            action: option(word, &ACTIONS).map_err(|fault| self.wrong(&place("Action"), &fault))?,
            signed: bucket.authorization == Some(true),
            path: self.path()?,
            match_mode,
        }))
    }

    fn named(
        &self,
        member: &str,
        [name, namespace, qualifier]: [&Option<String>; 3],
    ) -> Result<Option<FunctionName>, Fault> {
        let Some(name) = said(name) else { return Ok(None) };
        let namespace = said(namespace).unwrap_or(FunctionName::DEFAULT_NAMESPACE);
        let qualifier = said(qualifier).unwrap_or(FunctionName::DEFAULT_QUALIFIER);
        FunctionName::new(namespace, name, qualifier).map(Some).map_err(|fault| {
            let part = match fault.field {
                "namespace" => "Namespace",
                "qualifier" => "Qualifier",
                _ => "Name",
            };
            self.place.fault_at(&format!("{member}{part}"), fault.reason)
        })
    }

    fn function(&self) -> Result<Backend, Fault> {
        let item = self.item;
        let name = self.named(
            "ServiceScfFunction",
            [
                &item.service_scf_function_name,
                &item.service_scf_function_namespace,
                &item.service_scf_function_qualifier,
            ],
        )?;
        let function =
            name.ok_or_else(|| self.place.fault_at("ServiceScfFunctionName", "is needed when ServiceType is SCF"))?;
        let is_web = match said(&item.service_scf_function_type) {
            Some(word) => option(word, &[("EVENT", false), ("HTTP", true)])
                .map_err(|fault| self.place.fault_at("ServiceScfFunctionType", fault.reason))?,
            None => false,
        };
        if is_web {
            return Ok(Backend::Function(FunctionBackend { function, call: FunctionCall::Web }));
        }
        let base64 = match (item.is_base64_encoded, item.is_base64_trigger == Some(true)) {
            // Saying no to one says no to both, as to `ModifyApi`.
            (Some(false), _) => Base64Rule::Never,
            (_, true) => Base64Rule::Matching { triggers: self.triggers()? },
            (Some(true), false) => Base64Rule::Always,
            (None, false) => Base64Rule::Never,
        };
        let call = FunctionCall::Event(EventCall {
            integrated: item.service_scf_is_integrated_response == Some(true),
            asynchronous: item.service_scf_event_is_async_call == Some(true),
            base64,
        });
        Ok(Backend::Function(FunctionBackend { function, call }))
    }

    fn triggers(&self) -> Result<Vec<Base64Trigger>, Fault> {
        const MEMBER: &str = "Base64EncodedTriggerRules";
        let rules = self.item.base64_encoded_trigger_rules.as_deref().unwrap_or_default();
        if rules.is_empty() || rules.len() > 10 {
            let reason = format!("has {} items; with IsBase64Trigger 1 to 10 are allowed", rules.len());
            return Err(self.place.fault_at(MEMBER, reason));
        }
        let wrong = |at: usize, part: &str, fault: Invalid| {
            Fault::new(format!("{}/{MEMBER}/{at}/{part}", self.place.pointer), fault.reason)
        };
        let numbered = rules.iter().enumerate();
        numbered
            .map(|(at, rule)| {
                let values = rule.value.iter().cloned().map(TriggerValue::try_from).collect::<Result<_, _>>();
                Ok(Base64Trigger {
                    header: option(&rule.name, &TRIGGERS).map_err(|fault| wrong(at, "Name", fault))?,
                    values: values.map_err(|fault| wrong(at, "Value", fault))?,
                })
            })
            .collect()
    }

    fn conversation(&self) -> Result<Backend, Fault> {
        let item = self.item;
        let register = self.named(
            "ServiceWebsocketRegisterFunction",
            [
                &item.service_websocket_register_function_name,
                &item.service_websocket_register_function_namespace,
                &item.service_websocket_register_function_qualifier,
            ],
        )?;
        let needed = || self.place.fault_at("ServiceWebsocketRegisterFunctionName", "is needed");
        Ok(Backend::Conversation(ConversationBackend {
            register: register.ok_or_else(needed)?,
            transport: self.named(
                "ServiceWebsocketTransportFunction",
                [
                    &item.service_websocket_transport_function_name,
                    &item.service_websocket_transport_function_namespace,
                    &item.service_websocket_transport_function_qualifier,
                ],
            )?,
            cleanup: self.named(
                "ServiceWebsocketCleanupFunction",
                [
                    &item.service_websocket_cleanup_function_name,
                    &item.service_websocket_cleanup_function_namespace,
                    &item.service_websocket_cleanup_function_qualifier,
                ],
            )?,
        }))
    }
}

/// One of a closed set of words.
fn option<T: Copy>(word: &str, options: &[(&str, T)]) -> Result<T, Invalid> {
    options.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<&str> = options.iter().map(|(known, _)| *known).collect();
        Invalid::new("word", format!("`{}` is not one of {}", word.escape_debug(), words.join(", ")))
    })
}

/// The word of a meaning.
fn word<T: PartialEq>(meaning: &T, options: &[(&'static str, T)]) -> &'static str {
    options.iter().find(|(_, known)| known == meaning).map_or("", |(word, _)| word)
}

/// The backend as it stands in a document.
pub(super) fn write(backend: &Backend) -> Value {
    let method = |method: BackendMethod| match method {
        BackendMethod::Same => "ANY",
        BackendMethod::Fixed(method) => method.as_str(),
    };
    let function = |about: &str, name: &FunctionName| {
        json!({
            (format!("{about}Name")): name.name(),
            (format!("{about}Namespace")): name.namespace(),
            (format!("{about}Qualifier")): name.qualifier(),
        })
    };
    match backend {
        Backend::Http(HttpBackend { origin, path, method: how }) => json!({
            "ServiceType": if origin.is_grpc() { "GRPC" } else { "HTTP" },
            "ServiceConfig": {"Url": origin.as_str(), "Path": path.as_str(), "Method": method(*how)},
        }),
        Backend::Upstream(UpstreamBackend { upstream, path, method: how }) => json!({
            "ServiceType": "UPSTREAM",
            "ServiceConfig": {"UpstreamId": upstream.as_str(), "Path": path.as_str(), "Method": method(*how)},
        }),
        Backend::WebSocket(WebSocketBackend { origin, path, method: how }) => json!({
            "ServiceType": "WEBSOCKET",
            "ServiceConfig": {"Url": origin.as_str(), "Path": path.as_str(), "Method": method(*how)},
        }),
        Backend::Mock(MockBackend { status, headers, body }) => {
            let header = |(name, value): &(String, String)| json!({"Name": name, "Value": value});
            json!({
                "ServiceType": "MOCK",
                "ServiceMockReturnMessage": body.as_str(),
                "MockReturnHttpStatusCode": status,
                "MockReturnHttpHeaders": headers.iter().map(header).collect::<Vec<_>>(),
            })
        }
        Backend::Bucket(bucket) => json!({
            "ServiceType": "COS",
            "ServiceConfig": {
                "Path": bucket.path.as_str(),
                "Method": bucket.action.method().as_str(),
                "CosConfig": {
                    "Action": word(&bucket.action, &ACTIONS),
                    "BucketName": bucket.bucket.as_str(),
                    "Authorization": bucket.signed,
                    "PathMatchMode": word(&bucket.match_mode, &MATCH_MODES),
                },
            },
        }),
        Backend::Function(FunctionBackend { function: name, call }) => {
            let mut told = function("ServiceScfFunction", name);
            told["ServiceType"] = json!("SCF");
            match call {
                FunctionCall::Web => told["ServiceScfFunctionType"] = json!("HTTP"),
                FunctionCall::Event(event) => {
                    told["ServiceScfFunctionType"] = json!("EVENT");
                    told["ServiceScfIsIntegratedResponse"] = json!(event.integrated);
                    told["ServiceScfEventIsAsyncCall"] = json!(event.asynchronous);
                    match &event.base64 {
                        Base64Rule::Never => {}
                        Base64Rule::Always => told["IsBase64Encoded"] = json!(true),
                        Base64Rule::Matching { triggers } => {
                            let rule = |trigger: &Base64Trigger| {
                                let values: Vec<&str> = trigger.values.iter().map(TriggerValue::as_str).collect();
                                json!({"Name": word(&trigger.header, &TRIGGERS), "Value": values})
                            };
                            told["IsBase64Trigger"] = json!(true);
                            told["Base64EncodedTriggerRules"] = triggers.iter().map(rule).collect();
                        }
                    }
                }
            }
            told
        }
        Backend::Conversation(ConversationBackend { register, transport, cleanup }) => {
            let mut told = json!({"ServiceType": "SCF"});
            for (about, name) in
                [("Register", Some(register)), ("Transport", transport.as_ref()), ("Cleanup", cleanup.as_ref())]
            {
                if let (Some(name), Some(all)) = (name, told.as_object_mut())
                    && let Value::Object(parts) = function(&format!("ServiceWebsocket{about}Function"), name)
                {
                    all.extend(parts);
                }
            }
            told
        }
    }
}
