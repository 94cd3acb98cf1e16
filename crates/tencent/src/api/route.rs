//! A backend alone, as plugins name one: the backend's fields of `CreateApi` and nothing else (spec: conditional routing).

use std::collections::BTreeMap;

use model::Backend;
use serde::Deserialize;

use super::request::ServiceConfig;
use super::{backend, function};
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;

/// The types of backends that a plugin may name; true for those that are served.
const TYPES: [(&str, bool); 6] =
    [("MOCK", true), ("HTTP", true), ("SCF", true), ("VPC", true), (backend::UPSTREAM, true), ("TSF", false)];

/// The backend's fields of `CreateApi`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct RouteBackend {
    service_type: Option<String>,
    service_config: Option<ServiceConfig>,
    service_mock_return_message: Option<String>,
    service_scf_function_name: Option<String>,
    service_scf_function_namespace: Option<String>,
    service_scf_function_qualifier: Option<String>,
    service_scf_function_type: Option<String>,
    service_scf_is_integrated_response: Option<bool>,
}

impl RouteBackend {
    /// The backend, which is of the type that `kind` says.
    pub(crate) fn into_model(self, kind: &str) -> Result<Backend, Fault> {
        let said = self.service_type.as_deref().unwrap_or(kind);
        if said != kind {
            let reason = format!("`{}` is not the `backend_type`, {kind}", said.escape_debug());
            return Err(Fault::value(Code::InvalidServiceType, "ServiceType", reason));
        }
        if !field::option(Code::InvalidServiceType, "ServiceType", kind, &TYPES)? {
            let reason = format!("{kind} backends are not served by this version of Tollgate");
            return Err(Fault::value(Code::InvalidServiceType, "ServiceType", reason));
        }
        let function = function::Fields::of_route(
            [
                self.service_scf_function_name,
                self.service_scf_function_namespace,
                self.service_scf_function_qualifier,
                self.service_scf_function_type,
            ],
            self.service_scf_is_integrated_response == Some(true),
        );
        // What is only told back is told back from the text as it was sent.
        let mut kept = BTreeMap::new();
        match kind {
            "SCF" => return function.backend(),
            _ => function.refuse(&format!("SCF backends; `backend_type` is {kind}"))?,
        }
        match kind {
            "MOCK" => backend::mock(self.service_mock_return_message, self.service_config, None, &mut kept),
            word => backend::forwarding(word, self.service_config, self.service_mock_return_message, &mut kept),
        }
    }
}

/// The type of a backend that a plugin names.
pub(crate) fn backend_word(backend: &Backend) -> &'static str {
    match backend {
        Backend::Mock(_) => "MOCK",
        Backend::Function(_) | Backend::Conversation(_) => "SCF",
        Backend::Upstream(_) => backend::UPSTREAM,
        Backend::Http(http) if http.origin.is_grpc() => backend::GRPC,
        Backend::Http(_) | Backend::WebSocket(_) | Backend::Bucket(_) => "HTTP",
    }
}
