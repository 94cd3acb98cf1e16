//! The functions that plugins ask, as their data name them.

use model::{FunctionName, FunctionTimeout, PluginFunction};

use super::data::unfit;
use crate::code::Code;
use crate::refusal::Fault;

/// The members `func_name`, `func_namespace`, `func_qualifier`, `endpoint_timeout` and `user_id`.
pub(super) fn into_model(
    name: &str,
    namespace: Option<&str>,
    qualifier: Option<&str>,
    timeout: Option<i64>,
    account: Option<i64>,
) -> Result<PluginFunction, Fault> {
    fn said(text: Option<&str>) -> Option<&str> {
        text.filter(|text| !text.is_empty())
    }
    let namespace = said(namespace).unwrap_or(FunctionName::DEFAULT_NAMESPACE);
    let qualifier = said(qualifier).unwrap_or(FunctionName::DEFAULT_QUALIFIER);
    let name = FunctionName::new(namespace, name, qualifier).map_err(|invalid| {
        let member = match invalid.field {
            "namespace" => "func_namespace",
            "qualifier" => "func_qualifier",
            _ => "func_name",
        };
        Fault::invalid(Code::InvalidScfConfig, &format!("PluginData.{member}"), &invalid)
    })?;
    let timeout = u32::try_from(timeout.unwrap_or(0)).ok().and_then(|seconds| FunctionTimeout::try_from(seconds).ok());
    let timeout = timeout.ok_or_else(|| unfit("endpoint_timeout", "is out of range; 0 to 60 are allowed"))?;
    let account = account.map(u64::try_from).transpose();
    let account = account.map_err(|_| unfit("user_id", "is no number of an account"))?;
    Ok(PluginFunction { name, timeout, account })
}
