//! `CustomReq`: a function that changes requests (spec: CustomReq).

use model::{PluginFunction, RequestEdit};
use serde::{Deserialize, Serialize};

use super::function;
use crate::refusal::Fault;

/// The data as they stand in the text.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomReq {
    func_name: String,
    func_namespace: Option<String>,
    func_qualifier: Option<String>,
    endpoint_timeout: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<i64>,
    is_base64_encoded: Option<bool>,
    is_send_req_body: Option<bool>,
    is_send_req_headers: Option<bool>,
    is_send_req_querys: Option<bool>,
}

impl CustomReq {
    pub(super) fn into_model(self) -> Result<RequestEdit, Fault> {
        let function = function::into_model(
            &self.func_name,
            self.func_namespace.as_deref(),
            self.func_qualifier.as_deref(),
            self.endpoint_timeout,
            self.user_id,
        )?;
        Ok(RequestEdit {
            function,
            tells_headers: self.is_send_req_headers == Some(true),
            tells_query: self.is_send_req_querys == Some(true),
            tells_body: self.is_send_req_body == Some(true),
            base64: self.is_base64_encoded == Some(true),
        })
    }
}

impl From<&RequestEdit> for CustomReq {
    fn from(data: &RequestEdit) -> Self {
        let PluginFunction { name, timeout, account } = &data.function;
        Self {
            func_name: name.name().to_owned(),
            func_namespace: Some(name.namespace().to_owned()),
            func_qualifier: Some(name.qualifier().to_owned()),
            endpoint_timeout: Some(timeout.said().into()),
            user_id: account.and_then(|account| i64::try_from(account).ok()),
            is_base64_encoded: Some(data.base64),
            is_send_req_body: Some(data.tells_body),
            is_send_req_headers: Some(data.tells_headers),
            is_send_req_querys: Some(data.tells_query),
        }
    }
}
