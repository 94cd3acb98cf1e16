//! `PluginData`: a JSON text, of another form for each kind of plugin.

use std::num::NonZeroU32;

use model::{Condition, PluginData, PluginKind, Whole};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::anti_replay::AntiReplay;
use super::by_parameter::ByParameter;
use super::circuit_breaker::CircuitBreaker;
use super::cors::Cors;
use super::custom_auth::CustomAuth;
use super::custom_req::CustomReq;
use super::custom_resp::CustomResp;
use super::grpc_gateway::GrpcGateway;
use super::ip_control::IpControl;
use super::proxy_cache::ProxyCache;
use super::routing::{self, Strategy};
use super::traffic_control::TrafficControl;
use crate::code::Code;
use crate::refusal::Fault;
use crate::wire::{json, read_tree};

/// Longest text, in bytes: a file of 1 MiB may stand in it, escaped.
const LONGEST: usize = 2 << 20;

/// Reads the data of a plugin; `broken` is the code for what is no JSON at all.
pub(super) fn read(kind: PluginKind, raw: &str, broken: Code) -> Result<PluginData, Fault> {
    if raw.len() > LONGEST {
        let reason = format!("is {} bytes long; at most {LONGEST} are allowed", raw.len());
        return Err(Fault::value(Code::InvalidPluginConfig, "PluginData", reason));
    }
    let tree = json::read(raw.as_bytes())
        .map_err(|error| Fault::value(broken, "PluginData", format!("is not valid JSON: {error}")))?;
    Ok(match kind {
        PluginKind::AddressAccess => PluginData::AddressAccess(typed::<IpControl>(tree)?.into_model()?),
        PluginKind::CrossOrigin => PluginData::CrossOrigin(typed::<Cors>(tree)?.into_model()?),
        PluginKind::CallLimit => PluginData::CallLimit(typed::<TrafficControl>(tree)?.into_model()?),
        PluginKind::ParameterLimit => PluginData::ParameterLimit(typed::<ByParameter>(tree)?.into_model()?),
        PluginKind::ReplayGuard => PluginData::ReplayGuard(typed::<AntiReplay>(tree)?.into_model()?),
        PluginKind::CallerCheck => PluginData::CallerCheck(typed::<CustomAuth>(tree)?.into_model()?),
        PluginKind::RequestEdit => PluginData::RequestEdit(typed::<CustomReq>(tree)?.into_model()?),
        PluginKind::CircuitBreaker => PluginData::CircuitBreaker(typed::<CircuitBreaker>(tree)?.into_model()?),
        PluginKind::AnswerCache => PluginData::AnswerCache(typed::<ProxyCache>(tree)?.into_model()?),
        PluginKind::Transcoding => PluginData::Transcoding(typed::<GrpcGateway>(tree)?.into_model()),
        PluginKind::AnswerEdit => PluginData::AnswerEdit(typed::<CustomResp>(tree)?.into_model()?),
        PluginKind::Routing => PluginData::Routing(routing::into_model(typed::<Vec<Strategy>>(tree)?)?),
    })
}

/// The data as the vendor writes it: the names of its members in alphabetic order.
pub(super) fn written(data: &PluginData) -> String {
    let tree = match data {
        PluginData::AddressAccess(data) => tree(IpControl::from(data)),
        PluginData::CrossOrigin(data) => tree(Cors::from(data)),
        PluginData::CallLimit(data) => tree(TrafficControl::from(data)),
        PluginData::ParameterLimit(data) => tree(ByParameter::from(data)),
        PluginData::CallerCheck(data) => tree(CustomAuth::from(data)),
        PluginData::RequestEdit(data) => tree(CustomReq::from(data)),
        PluginData::ReplayGuard(data) => tree(AntiReplay::from(data)),
        PluginData::CircuitBreaker(data) => tree(CircuitBreaker::from(data)),
        PluginData::AnswerCache(data) => tree(ProxyCache::from(data)),
        PluginData::Transcoding(data) => tree(GrpcGateway::from(data)),
        PluginData::AnswerEdit(data) => tree(CustomResp::from(data)),
        PluginData::Routing(data) => tree(data.routes.iter().map(Strategy::from).collect::<Vec<_>>()),
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

/// A number of 1 or more.
pub(super) fn positive(member: &str, sent: i64) -> Result<NonZeroU32, Fault> {
    let number = u32::try_from(sent).ok().and_then(NonZeroU32::new);
    number.ok_or_else(|| unfit(member, format!("{sent} is out of range; 1 to {} are allowed", u32::MAX)))
}

/// A whole number within the bounds of its type.
pub(super) fn whole<const LEAST: u32, const MOST: u32>(member: &str, sent: i64) -> Result<Whole<LEAST, MOST>, Fault> {
    let number = u32::try_from(sent).ok().and_then(|number| Whole::try_from(number).ok());
    number.ok_or_else(|| unfit(member, format!("{sent} is out of range; {LEAST} to {MOST} are allowed")))
}

/// A condition; an empty text is none.
pub(super) fn condition(member: &str, sent: String) -> Result<Option<Condition>, Fault> {
    if sent.trim().is_empty() {
        return Ok(None);
    }
    let refused = |invalid| Fault::invalid(Code::InvalidCondition, &format!("PluginData.{member}"), &invalid);
    Condition::try_from(sent).map(Some).map_err(refused)
}
