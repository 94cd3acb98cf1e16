//! `CustomAuth`: a function that says who may call (spec: CustomAuth).

use model::{CallerCheck, CheckMemory, FieldName, PluginFunction};
use serde::{Deserialize, Serialize};

use super::data::unfit;
use super::function;
use crate::refusal::Fault;

/// Longest `version`, in characters; the vendor writes a time there.
const LONGEST_VERSION: usize = 64;

/// The data as they stand in the text.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomAuth {
    func_name: String,
    func_namespace: Option<String>,
    func_qualifier: Option<String>,
    endpoint_timeout: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<i64>,
    is_send_body: Option<bool>,
    cache_time: Option<i64>,
    header_auth_parameters: Option<Vec<String>>,
    query_auth_parameters: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

impl CustomAuth {
    pub(super) fn into_model(self) -> Result<CallerCheck, Fault> {
        let function = function::into_model(
            &self.func_name,
            self.func_namespace.as_deref(),
            self.func_qualifier.as_deref(),
            self.endpoint_timeout,
            self.user_id,
        )?;
        let memory = u32::try_from(self.cache_time.unwrap_or(0)).ok().and_then(|time| CheckMemory::try_from(time).ok());
        let memory = memory.ok_or_else(|| unfit("cache_time", "is out of range; 0 to 3600 are allowed"))?;
        let mut headers: Vec<FieldName> = Vec::new();
        for (index, name) in bounded("header_auth_parameters", self.header_auth_parameters)?.into_iter().enumerate() {
            let at = format!("header_auth_parameters.{index}");
            headers.push(FieldName::try_from(name).map_err(|invalid| unfit(&at, invalid.reason))?);
        }
        let queries = bounded("query_auth_parameters", self.query_auth_parameters)?;
        if let Some(index) = queries.iter().position(|name| name.is_empty() || name.len() > 128) {
            return Err(unfit(&format!("query_auth_parameters.{index}"), "is no name: 1 to 128 bytes are"));
        }
        if memory.seconds() > 0 && headers.is_empty() && queries.is_empty() {
            let reason =
                "and `query_auth_parameters` are empty; what is remembered (`cache_time`) is remembered by them";
            return Err(unfit("header_auth_parameters", reason));
        }
        let version = self.version.unwrap_or_default();
        if version.chars().count() > LONGEST_VERSION {
            return Err(unfit("version", format!("is longer than {LONGEST_VERSION} characters")));
        }
        Ok(CallerCheck { function, tells_body: self.is_send_body == Some(true), memory, headers, queries, version })
    }
}

fn bounded(member: &str, sent: Option<Vec<String>>) -> Result<Vec<String>, Fault> {
    let sent = sent.unwrap_or_default();
    if sent.len() > CallerCheck::MOST_PARAMETERS {
        let reason = format!("has {} names; at most {} are allowed", sent.len(), CallerCheck::MOST_PARAMETERS);
        return Err(unfit(member, reason));
    }
    Ok(sent)
}

impl From<&CallerCheck> for CustomAuth {
    fn from(data: &CallerCheck) -> Self {
        let PluginFunction { name, timeout, account } = &data.function;
        Self {
            func_name: name.name().to_owned(),
            func_namespace: Some(name.namespace().to_owned()),
            func_qualifier: Some(name.qualifier().to_owned()),
            endpoint_timeout: Some(timeout.said().into()),
            user_id: account.and_then(|account| i64::try_from(account).ok()),
            is_send_body: Some(data.tells_body),
            cache_time: Some(data.memory.seconds().into()),
            header_auth_parameters: Some(data.headers.iter().map(|name| name.as_str().to_owned()).collect()),
            query_auth_parameters: Some(data.queries.clone()),
            version: Some(data.version.clone()).filter(|version| !version.is_empty()),
        }
    }
}
