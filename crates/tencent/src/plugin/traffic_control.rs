//! `TrafficControl`: how often an API may be called in a window (spec: TrafficControl).

use std::net::IpAddr;
use std::num::NonZeroU32;

use model::{CallLimit, Window, WindowUnit};
use serde::{Deserialize, Serialize};

use super::data::{positive, unfit};
use crate::code::Code;
use crate::field;
use crate::refusal::Fault;

const UNITS: [(&str, WindowUnit); 4] = [
    ("second", WindowUnit::Second),
    ("minute", WindowUnit::Minute),
    ("hour", WindowUnit::Hour),
    ("day", WindowUnit::Day),
];

/// The data as they stand in the text.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrafficControl {
    expire_type: String,
    #[serde(default = "one")]
    expire: i64,
    api_rate_limit: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_rate_limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_rate_limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec_app_rate_limits: Option<Vec<SpecApp>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spec_ip_rate_limits: Option<Vec<SpecIp>>,
}

fn one() -> i64 {
    1
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SpecApp {
    app_id: String,
    rate_limit: i64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SpecIp {
    ip_key: String,
    rate_limit: i64,
}

impl TrafficControl {
    pub(super) fn into_model(self) -> Result<CallLimit, Fault> {
        let unit = field::option(Code::InvalidPluginConfig, "PluginData.expire_type", &self.expire_type, &UNITS)?;
        let length = positive("expire", self.expire)?;
        let window = Window::new(unit, length.get()).map_err(|invalid| unfit("expire", invalid.reason))?;
        let mut applications: Vec<(String, NonZeroU32)> = Vec::new();
        for (index, app) in bounded("spec_app_rate_limits", self.spec_app_rate_limits)?.into_iter().enumerate() {
            let at = |member: &str| format!("spec_app_rate_limits.{index}.{member}");
            if app.app_id.is_empty() || app.app_id.len() > 128 {
                return Err(unfit(&at("app_id"), "is no identifier of an application"));
            }
            if applications.iter().any(|(known, _)| *known == app.app_id) {
                return Err(unfit(&at("app_id"), format!("`{}` is given twice", app.app_id.escape_debug())));
            }
            applications.push((app.app_id, positive(&at("rate_limit"), app.rate_limit)?));
        }
        let mut addresses: Vec<(IpAddr, NonZeroU32)> = Vec::new();
        for (index, special) in bounded("spec_ip_rate_limits", self.spec_ip_rate_limits)?.into_iter().enumerate() {
            let at = |member: &str| format!("spec_ip_rate_limits.{index}.{member}");
            let address: IpAddr = special.ip_key.parse().map_err(|_| {
                let reason = format!("`{}` is no address", special.ip_key.escape_debug());
                Fault::value(Code::InvalidIpAddress, &format!("PluginData.{}", at("ip_key")), reason)
            })?;
            if addresses.iter().any(|(known, _)| *known == address) {
                return Err(unfit(&at("ip_key"), format!("`{address}` is given twice")));
            }
            addresses.push((address, positive(&at("rate_limit"), special.rate_limit)?));
        }
        Ok(CallLimit {
            window,
            api: positive("api_rate_limit", self.api_rate_limit)?,
            application: self.app_rate_limit.map(|limit| positive("app_rate_limit", limit)).transpose()?,
            address: self.ip_rate_limit.map(|limit| positive("ip_rate_limit", limit)).transpose()?,
            applications,
            addresses,
        })
    }
}

fn bounded<T>(member: &str, sent: Option<Vec<T>>) -> Result<Vec<T>, Fault> {
    let sent = sent.unwrap_or_default();
    if sent.len() > CallLimit::MOST_SPECIAL {
        let reason = format!("has {} entries; at most {} are allowed", sent.len(), CallLimit::MOST_SPECIAL);
        return Err(unfit(member, reason));
    }
    Ok(sent)
}

impl From<&CallLimit> for TrafficControl {
    fn from(data: &CallLimit) -> Self {
        let word = UNITS.iter().find(|(_, unit)| *unit == data.window.unit()).map_or("", |(word, _)| word);
        let apps = data.applications.iter();
        let apps: Vec<SpecApp> =
            apps.map(|(id, limit)| SpecApp { app_id: id.clone(), rate_limit: limit.get().into() }).collect();
        let ips = data.addresses.iter();
        let ips: Vec<SpecIp> = ips
            .map(|(address, limit)| SpecIp { ip_key: address.to_string(), rate_limit: limit.get().into() })
            .collect();
        Self {
            expire_type: word.to_owned(),
            expire: data.window.length().into(),
            api_rate_limit: data.api.get().into(),
            app_rate_limit: data.application.map(|limit| limit.get().into()),
            ip_rate_limit: data.address.map(|limit| limit.get().into()),
            spec_app_rate_limits: (!apps.is_empty()).then_some(apps),
            spec_ip_rate_limits: (!ips.is_empty()).then_some(ips),
        }
    }
}
