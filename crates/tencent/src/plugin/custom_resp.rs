//! `CustomResp`: a function that changes answers (spec: custom response body).

use model::{AnswerEdit, PluginFunction};
use serde::{Deserialize, Serialize};

use super::function;
use crate::refusal::Fault;

/// The data as they stand in the text.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomResp {
    func_name: String,
    func_namespace: Option<String>,
    func_qualifier: Option<String>,
    endpoint_timeout: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<i64>,
    is_base64_encoded: Option<bool>,
    is_custom_status: Option<bool>,
    is_custom_headers: Option<bool>,
    is_custom_body: Option<bool>,
}

impl CustomResp {
    pub(super) fn into_model(self) -> Result<AnswerEdit, Fault> {
        let function = function::into_model(
            &self.func_name,
            self.func_namespace.as_deref(),
            self.func_qualifier.as_deref(),
            self.endpoint_timeout,
            self.user_id,
        )?;
        Ok(AnswerEdit {
            function,
            status: self.is_custom_status == Some(true),
            headers: self.is_custom_headers == Some(true),
            body: self.is_custom_body == Some(true),
            base64: self.is_base64_encoded == Some(true),
        })
    }
}

impl From<&AnswerEdit> for CustomResp {
    fn from(data: &AnswerEdit) -> Self {
        let PluginFunction { name, timeout, account } = &data.function;
        Self {
            func_name: name.name().to_owned(),
            func_namespace: Some(name.namespace().to_owned()),
            func_qualifier: Some(name.qualifier().to_owned()),
            endpoint_timeout: Some(timeout.said().into()),
            user_id: account.and_then(|account| i64::try_from(account).ok()),
            is_base64_encoded: Some(data.base64),
            is_custom_status: Some(data.status),
            is_custom_headers: Some(data.headers),
            is_custom_body: Some(data.body),
        }
    }
}
