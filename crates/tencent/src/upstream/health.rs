//! The structure `UpstreamHealthChecker`.

use std::collections::BTreeSet;

use model::{HealthCheck, ProbePath, Statuses};
use serde::{Deserialize, Serialize};

use super::ranged;
use crate::code::Code;
use crate::refusal::Fault;

/// Seconds of `ActiveCheckTimeout` and `ActiveCheckInterval` when the request does not say.
const ACTIVE_SECONDS: i64 = 5;

/// Seconds of `UnhealthyTimeout` when the request does not say.
const UNHEALTHY_SECONDS: i64 = 30;

/// The structure `UpstreamHealthChecker`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct HealthChecker {
    enable_active_check: bool,
    enable_passive_check: bool,
    healthy_http_status: String,
    unhealthy_http_status: String,
    tcp_failure_threshold: i64,
    timeout_threshold: i64,
    http_failure_threshold: i64,
    active_check_http_path: Option<String>,
    active_check_timeout: Option<i64>,
    active_check_interval: Option<i64>,
    active_request_header: Option<Vec<RequestHeader>>,
    unhealthy_timeout: Option<i64>,
}

/// The structure `UpstreamHealthCheckerReqHeaders`, whose members no document names.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RequestHeader {
    name: String,
    value: String,
}

impl HealthChecker {
    /// The checks that are asked for; what they say of each other is the rules' business.
    pub(super) fn into_model(self) -> Result<HealthCheck, Fault> {
        let path = self.active_check_http_path.filter(|path| !path.is_empty());
        Ok(HealthCheck {
            active: self.enable_active_check,
            passive: self.enable_passive_check,
            healthy: statuses("HealthChecker.HealthyHttpStatus", &self.healthy_http_status)?,
            unhealthy: statuses("HealthChecker.UnhealthyHttpStatus", &self.unhealthy_http_status)?,
            tcp_failures: ranged("HealthChecker.TcpFailureThreshold", self.tcp_failure_threshold)?,
            timeouts: ranged("HealthChecker.TimeoutThreshold", self.timeout_threshold)?,
            http_failures: ranged("HealthChecker.HttpFailureThreshold", self.http_failure_threshold)?,
            path: path
                .map_or(Ok(ProbePath::default()), ProbePath::try_from)
                .map_err(|invalid| Fault::invalid(Code::FormatError, "HealthChecker.ActiveCheckHttpPath", &invalid))?,
            timeout: seconds("HealthChecker.ActiveCheckTimeout", self.active_check_timeout, ACTIVE_SECONDS)?,
            interval: seconds("HealthChecker.ActiveCheckInterval", self.active_check_interval, ACTIVE_SECONDS)?,
            headers: self
                .active_request_header
                .unwrap_or_default()
                .into_iter()
                .map(|header| (header.name, header.value))
                .collect(),
            restore_after: seconds("HealthChecker.UnhealthyTimeout", self.unhealthy_timeout, UNHEALTHY_SECONDS)?,
        })
    }
}

impl From<&HealthCheck> for HealthChecker {
    fn from(check: &HealthCheck) -> Self {
        let written =
            |statuses: &Statuses| statuses.iter().map(|status| status.to_string()).collect::<Vec<_>>().join(",");
        let header = |(name, value): &(String, String)| RequestHeader { name: name.clone(), value: value.clone() };
        Self {
            enable_active_check: check.active,
            enable_passive_check: check.passive,
            healthy_http_status: written(&check.healthy),
            unhealthy_http_status: written(&check.unhealthy),
            tcp_failure_threshold: check.tcp_failures.get().into(),
            timeout_threshold: check.timeouts.get().into(),
            http_failure_threshold: check.http_failures.get().into(),
            active_check_http_path: Some(check.path.as_str().to_owned()),
            active_check_timeout: Some(check.timeout.into()),
            active_check_interval: Some(check.interval.into()),
            active_request_header: Some(check.headers.iter().map(header).collect()),
            unhealthy_timeout: Some(check.restore_after.into()),
        }
    }
}

/// `200,201,202`.
fn statuses(parameter: &str, raw: &str) -> Result<Statuses, Fault> {
    let refuse = || {
        let reason = format!("`{}` is no list of statuses such as `200,201,202`", raw.escape_debug());
        Fault::value(Code::FormatError, parameter, reason)
    };
    let numbers = raw.split(',').map(|text| text.trim().parse::<u16>()).collect::<Result<BTreeSet<_>, _>>();
    let numbers = numbers.map_err(|_| refuse())?;
    Statuses::try_from(numbers).map_err(|invalid| Fault::invalid(Code::FormatError, parameter, &invalid))
}

fn seconds(parameter: &str, sent: Option<i64>, default: i64) -> Result<u32, Fault> {
    let sent = sent.unwrap_or(default);
    u32::try_from(sent).map_err(|_| Fault::value(Code::RangeExceeded, parameter, format!("{sent} is out of range")))
}
