//! `PluginData`: a JSON text, of another form for each kind of plugin.

use model::{PluginData, PluginKind};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ip_control::IpControl;
use crate::code::Code;
use crate::refusal::Fault;
use crate::wire::read_tree;

/// Longest text, in bytes.
const LONGEST: usize = 1 << 20;

/// Reads the data of a plugin; `broken` is the code for what is no JSON at all.
pub(super) fn read(kind: PluginKind, raw: &str, broken: Code) -> Result<PluginData, Fault> {
    if raw.len() > LONGEST {
        let reason = format!("is {} bytes long; at most {LONGEST} are allowed", raw.len());
        return Err(Fault::value(Code::InvalidPluginConfig, "PluginData", reason));
    }
    let tree: Value = serde_json::from_str(raw)
        .map_err(|error| Fault::value(broken, "PluginData", format!("is not valid JSON: {error}")))?;
    Ok(match kind {
        PluginKind::AddressAccess => PluginData::AddressAccess(typed::<IpControl>(tree)?.into_model()?),
    })
}

/// The data as the vendor writes it: the names of its members in alphabetic order.
pub(super) fn written(data: &PluginData) -> String {
    let tree = match data {
        PluginData::AddressAccess(data) => tree(IpControl::from(data)),
    };
    tree.to_string()
}

/// Through a tree, which sorts the names.
fn tree(data: impl Serialize) -> Value {
    serde_json::to_value(data).unwrap_or_default()
}

/// Reads the typed form of a kind, and names the member that does not fit as `PluginData.member`.
fn typed<T: DeserializeOwned>(tree: Value) -> Result<T, Fault> {
    #[derive(Deserialize)]
    struct Request<T> {
        #[serde(rename = "PluginData")]
        data: T,
    }
    let request = Value::Object([("PluginData".to_owned(), tree)].into_iter().collect());
    read_tree(request).map(|request: Request<T>| request.data).map_err(|fault| Fault {
        code: match fault.code {
            Code::MissingParameter => Code::PluginConfig,
            _ => Code::InvalidPluginConfig,
        },
        ..fault
    })
}

/// A member whose value cannot be.
pub(super) fn unfit(member: &str, reason: impl std::fmt::Display) -> Fault {
    Fault::value(Code::InvalidPluginConfig, &format!("PluginData.{member}"), reason)
}
