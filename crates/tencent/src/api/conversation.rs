//! The three functions of a WebSocket (SCF): the model's conversation backend, in and out (spec: SCF three-function
//! protocol).

use model::{Backend, ConversationBackend, FunctionName};
use serde::Serialize;

use super::function::function_name;
use super::request::ApiFields;
use crate::code::Code;
use crate::refusal::Fault;

/// The names of the three fields of each function, without their last word.
const PREFIXES: [&str; 3] =
    ["ServiceWebsocketRegisterFunction", "ServiceWebsocketTransportFunction", "ServiceWebsocketCleanupFunction"];

/// The fields of the three functions, as they were sent, in the order of [`PREFIXES`].
pub(super) struct Fields([Function; 3]);

/// The fields of one function; empty ones are not there.
struct Function {
    name: Option<String>,
    namespace: Option<String>,
    qualifier: Option<String>,
}

impl Fields {
    /// Takes them out of a request.
    pub(super) fn take(fields: &mut ApiFields) -> Self {
        let function = |parts: [&mut Option<String>; 3]| {
            let [name, namespace, qualifier] = parts.map(|field| field.take().filter(|text| !text.is_empty()));
            Function { name, namespace, qualifier }
        };
        Self([
            function([
                &mut fields.service_websocket_register_function_name,
                &mut fields.service_websocket_register_function_namespace,
                &mut fields.service_websocket_register_function_qualifier,
            ]),
            function([
                &mut fields.service_websocket_transport_function_name,
                &mut fields.service_websocket_transport_function_namespace,
                &mut fields.service_websocket_transport_function_qualifier,
            ]),
            function([
                &mut fields.service_websocket_cleanup_function_name,
                &mut fields.service_websocket_cleanup_function_namespace,
                &mut fields.service_websocket_cleanup_function_qualifier,
            ]),
        ])
    }

    /// Refuses them beside another backend: they would be without effect.
    pub(super) fn refuse(&self) -> Result<(), Fault> {
        for (prefix, function) in PREFIXES.iter().zip(&self.0) {
            let parts =
                [("Name", &function.name), ("Namespace", &function.namespace), ("Qualifier", &function.qualifier)];
            if let Some((part, _)) = parts.iter().find(|(_, value)| value.is_some()) {
                let reason = "belongs to APIs with `Protocol` WEBSOCKET and `ServiceType` SCF";
                return Err(Fault::value(Code::UnsupportedParameter, &format!("{prefix}{part}"), reason));
            }
        }
        Ok(())
    }

    /// The backend.
    pub(super) fn backend(self) -> Result<Backend, Fault> {
        let [register, transport, cleanup] = self.0;
        let [of_register, of_transport, of_cleanup] = PREFIXES;
        let register = register.read(of_register)?.ok_or_else(|| {
            let reason = "is needed when `Protocol` is WEBSOCKET and `ServiceType` is SCF";
            Fault::value(Code::InvalidScfConfig, &format!("{of_register}Name"), reason)
        })?;
        let (transport, cleanup) = (transport.read(of_transport)?, cleanup.read(of_cleanup)?);
        Ok(Backend::Conversation(ConversationBackend { register, transport, cleanup }))
    }
}

impl Function {
    /// The function, where one is named.
    fn read(self, prefix: &str) -> Result<Option<FunctionName>, Fault> {
        let Some(name) = self.name else {
            let parts = [("Namespace", self.namespace), ("Qualifier", self.qualifier)];
            return match parts.iter().find(|(_, value)| value.is_some()) {
                Some((part, _)) => Err(Fault::value(
                    Code::InvalidScfConfig,
                    &format!("{prefix}{part}"),
                    format!("needs `{prefix}Name` beside it"),
                )),
                None => Ok(None),
            };
        };
        let namespace = self.namespace.as_deref().unwrap_or(FunctionName::DEFAULT_NAMESPACE);
        let qualifier = self.qualifier.as_deref().unwrap_or(FunctionName::DEFAULT_QUALIFIER);
        function_name(prefix, namespace, &name, qualifier).map(Some)
    }
}

/// The members of `ApiInfo` that name the functions.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Told<'a> {
    service_websocket_register_function_name: Option<&'a str>,
    service_websocket_register_function_namespace: Option<&'a str>,
    service_websocket_register_function_qualifier: Option<&'a str>,
    service_websocket_cleanup_function_name: Option<&'a str>,
    service_websocket_cleanup_function_namespace: Option<&'a str>,
    service_websocket_cleanup_function_qualifier: Option<&'a str>,
    service_websocket_transport_function_name: Option<&'a str>,
    service_websocket_transport_function_namespace: Option<&'a str>,
    service_websocket_transport_function_qualifier: Option<&'a str>,
}

impl<'a> Told<'a> {
    /// Those of `functions`; all `null` for an API that has none.
    pub(super) fn new(functions: Option<&'a ConversationBackend>) -> Self {
        let register = functions.map(|functions| &functions.register);
        let transport = functions.and_then(|functions| functions.transport.as_ref());
        let cleanup = functions.and_then(|functions| functions.cleanup.as_ref());
        Self {
            service_websocket_register_function_name: register.map(FunctionName::name),
            service_websocket_register_function_namespace: register.map(FunctionName::namespace),
            service_websocket_register_function_qualifier: register.map(FunctionName::qualifier),
            service_websocket_cleanup_function_name: cleanup.map(FunctionName::name),
            service_websocket_cleanup_function_namespace: cleanup.map(FunctionName::namespace),
            service_websocket_cleanup_function_qualifier: cleanup.map(FunctionName::qualifier),
            service_websocket_transport_function_name: transport.map(FunctionName::name),
            service_websocket_transport_function_namespace: transport.map(FunctionName::namespace),
            service_websocket_transport_function_qualifier: transport.map(FunctionName::qualifier),
        }
    }
}
