//! Tollgate itself: settings written, started, and given a policy through its management API.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::management::Management;
use crate::policy::{Policy, SERVICE_RATE};
use crate::process::{Process, free_address};
use crate::sheet::{api_path, origin_path};
use crate::signing::KeyPair;

/// A running Tollgate with one worker.
pub(crate) struct Tollgate {
    /// Its process.
    pub(crate) process: Process,
    /// Where it accepts calls.
    pub(crate) address: SocketAddr,
    /// Its management.
    pub(crate) management: Management,
}

impl Tollgate {
    /// Starts `program` with its data in `folder`; what is there already is served. A line per call is appended to
    /// `access_log`.
    pub(crate) fn start(program: &Path, folder: &Path, access_log: Option<&Path>) -> Result<Tollgate> {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let (address, admin) = (free_address()?, free_address()?);
        let access_log = access_log.map_or_else(|| "off".to_owned(), |path| path.display().to_string());
        let settings = include_str!("../conf/tollgate.toml")
            .replace("{{out}}", &folder.display().to_string())
            .replace("{{listen}}", &address.to_string())
            .replace("{{admin}}", &admin.to_string())
            .replace("{{access_log}}", &access_log)
            .replace("{{service_rate}}", &SERVICE_RATE.to_string());
        let file = folder.join("tollgate.toml");
        fs::write(&file, settings)?;
        let mut command = Command::new(program);
        command.arg("serve").arg("--config").arg(&file);
        let mut process = Process::start("tollgate", command, &folder.join("output.log"))?;
        // Addresses of an earlier run may stand in the folder: only a listener that answers counts.
        process.wait_for(admin)?;
        process.wait_for(address)?;
        let management = Management::connect(admin, operator(&folder.join("data"))?)?;
        Ok(Tollgate { process, address, management })
    }

    /// Creates and releases a service with the APIs and plans of `policy`, whose backend is `origin`; returns the
    /// service's host name.
    pub(crate) fn publish(&mut self, name: &str, policy: &Policy, origin: SocketAddr) -> Result<String> {
        let service = self.act("CreateService", json!({ "ServiceName": name, "Protocol": "http&https" }))?;
        let id = text(&service, "ServiceId")?;
        let secret = !policy.plans.is_empty();
        for number in 0..policy.apis {
            self.act("CreateApi", api(&id, number, secret, origin))?;
        }
        let release = json!({ "ServiceId": id, "EnvironmentName": "release", "ReleaseDesc": "benchmark" });
        self.act("ReleaseService", release)?;
        for plan in &policy.plans {
            let created = self.act(
                "CreateUsagePlan",
                json!({
                    "UsagePlanName": plan.name,
                    "MaxRequestNumPreSec": plan.rate.map_or(-1, i64::from),
                    "MaxRequestNum": plan.quota.map_or(-1, |quota| quota as i64),
                }),
            )?;
            let plan_id = text(&created["Result"], "UsagePlanId")?;
            for key in &plan.keys {
                self.act("CreateApiKey", manual_key(key))?;
            }
            let ids: Vec<&str> = plan.keys.iter().map(|key| key.id.as_str()).collect();
            self.act("BindSecretIds", json!({ "UsagePlanId": plan_id, "AccessKeyIds": ids }))?;
            let binding = json!({
                "UsagePlanIds": [plan_id], "BindType": "SERVICE", "Environment": "release", "ServiceId": id,
            });
            self.act("BindEnvironment", binding)?;
        }
        text(&service, "OuterSubDomain")
    }

    fn act(&mut self, action: &str, request: Value) -> Result<Value> {
        self.management.act(action, &request)
    }
}

fn api(service: &str, number: usize, secret: bool, origin: SocketAddr) -> Value {
    json!({
        "ServiceId": service,
        "ApiName": format!("api{number:04}"),
        "ApiType": "NORMAL",
        "AuthType": if secret { "SECRET" } else { "NONE" },
        "Protocol": "HTTP",
        "EnableCORS": false,
        "RequestConfig": { "Path": api_path(number), "Method": "GET" },
        "RequestParameters": [{
            "Name": "id", "Position": "PATH", "Type": "string", "DefaultValue": "", "Required": true, "Desc": "",
        }],
        "ServiceType": "HTTP",
        "ServiceTimeout": 15,
        "ServiceConfig": { "Url": format!("http://{origin}"), "Path": origin_path(number), "Method": "GET" },
        "ServiceParameters": [{
            "Name": "id", "Position": "PATH",
            "RelevantRequestParameterName": "id", "RelevantRequestParameterPosition": "PATH",
        }],
    })
}

fn manual_key(key: &KeyPair) -> Value {
    json!({
        "SecretName": key.id, "AccessKeyType": "manual", "AccessKeyId": key.id, "AccessKeySecret": key.secret,
    })
}

fn operator(data: &Path) -> Result<KeyPair> {
    let file = data.join("operator.json");
    let content = fs::read(&file).with_context(|| format!("no {}", file.display()))?;
    let operator: Value = serde_json::from_slice(&content)?;
    Ok(KeyPair { id: text(&operator, "secret_id")?, secret: text(&operator, "secret_key")? })
}

fn text(value: &Value, name: &str) -> Result<String> {
    Ok(value[name].as_str().with_context(|| format!("no {name} in {value}"))?.to_owned())
}
