//! Tollgate itself: settings written, started, and given a policy through its management API.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::management::Management;
use crate::origin::ADDRESSES;
use crate::policy::{Behind, Policy, SERVICE_RATE};
use crate::process::{Process, free_address};
use crate::sheet::{api_path, origin_path};
use crate::signing::KeyPair;
use crate::trust::Certificate;

/// A running Tollgate with one worker.
pub(crate) struct Tollgate {
    /// Its process.
    pub(crate) process: Process,
    /// Where it accepts calls.
    pub(crate) address: SocketAddr,
    /// Where it accepts calls in TLS, if it was given a certificate.
    pub(crate) https: SocketAddr,
    /// Its management.
    pub(crate) management: Management,
}

/// What not every Tollgate is started with.
#[derive(Default)]
pub(crate) struct Setup<'a> {
    /// Where a line per call goes.
    pub(crate) access_log: Option<&'a Path>,
    /// The certificate of the HTTPS listener; without one there is no such listener.
    pub(crate) certificate: Option<&'a Certificate>,
}

/// A published service.
#[derive(Clone)]
pub(crate) struct Service {
    /// Its id.
    pub(crate) id: String,
    /// Its host name.
    pub(crate) host: String,
    /// The ids of its APIs, by number.
    pub(crate) apis: Vec<String>,
}

impl Tollgate {
    /// Starts `program` with its data in `folder`; what is there already is served. Functions are at `origin`.
    pub(crate) fn start(program: &Path, folder: &Path, origin: SocketAddr, setup: &Setup<'_>) -> Result<Tollgate> {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let (address, https, admin) = (free_address()?, free_address()?, free_address()?);
        let access_log = setup.access_log.map_or_else(|| "off".to_owned(), |path| path.display().to_string());
        let (listen_tls, chain, key) = match setup.certificate {
            None => ("off".to_owned(), String::new(), String::new()),
            Some(made) => (https.to_string(), made.chain.display().to_string(), made.key.display().to_string()),
        };
        let settings = include_str!("../conf/tollgate.toml")
            .replace("{{out}}", &folder.display().to_string())
            .replace("{{listen}}", &address.to_string())
            .replace("{{listen_tls}}", &listen_tls)
            .replace("{{certificate}}", &chain)
            .replace("{{key}}", &key)
            .replace("{{admin}}", &admin.to_string())
            .replace("{{origin}}", &origin.to_string())
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
        Ok(Tollgate { process, address, https, management })
    }

    /// Creates and releases a service with the APIs and plans of `policy`, whose backend is `origin`.
    pub(crate) fn publish(&mut self, name: &str, policy: &Policy, origin: SocketAddr) -> Result<Service> {
        let mut service = self.service(name)?;
        let secret = !policy.plans.is_empty();
        for number in 0..policy.apis {
            let mut request = api(&service.id, number, secret, origin);
            self.put_before(policy.behind, &mut request, origin)?;
            let made = self.act("CreateApi", request)?;
            service.apis.push(text(&made["Result"], "ApiId")?);
        }
        let id = service.id.as_str();
        self.release(id)?;
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
        Ok(service)
    }

    /// Creates and releases a service for the rows of other protocols: the small call, a large answer, a large request and
    /// a WebSocket, all open.
    pub(crate) fn publish_protocols(&mut self, origin: SocketAddr) -> Result<Service> {
        let service = self.service("protocols")?;
        self.act("CreateApi", api(&service.id, 0, false, origin))?;
        for (path, method, kind) in
            [("large", "GET", "HTTP"), ("upload", "POST", "HTTP"), ("socket", "GET", "WEBSOCKET")]
        {
            self.act("CreateApi", plain_api(&service.id, path, method, kind, origin))?;
        }
        self.release(&service.id)?;
        Ok(service)
    }

    /// Makes a plugin and puts it on the API with this number.
    pub(crate) fn attach(&mut self, service: &Service, api: usize, kind: &str, data: &Value) -> Result<()> {
        let plugin =
            json!({ "PluginName": format!("{kind}{api}"), "PluginType": kind, "PluginData": data.to_string() });
        let made = self.act("CreatePlugin", plugin)?;
        let attachment = json!({
            "PluginId": text(&made["Result"], "PluginId")?, "ServiceId": service.id, "EnvironmentName": "release",
            "ApiIds": [service.apis.get(api)],
        });
        self.act("AttachPlugin", attachment)?;
        Ok(())
    }

    fn service(&mut self, name: &str) -> Result<Service> {
        let made = self.act("CreateService", json!({ "ServiceName": name, "Protocol": "http&https" }))?;
        Ok(Service { id: text(&made, "ServiceId")?, host: text(&made, "OuterSubDomain")?, apis: Vec::new() })
    }

    fn release(&mut self, service: &str) -> Result<Value> {
        let release = json!({ "ServiceId": service, "EnvironmentName": "release", "ReleaseDesc": "benchmark" });
        self.act("ReleaseService", release)
    }

    /// Makes an API lead where `behind` says.
    fn put_before(&mut self, behind: Behind, api: &mut Value, origin: SocketAddr) -> Result<()> {
        match behind {
            Behind::Server => {}
            Behind::Upstream => {
                let nodes: Vec<Value> = (1..=ADDRESSES)
                    .map(|last| json!({ "Host": format!("127.0.0.{last}"), "Port": origin.port(), "Weight": 1 }))
                    .collect();
                let made = self.act(
                    "CreateUpstream",
                    json!({ "Scheme": "HTTP", "Algorithm": "ROUND-ROBIN", "UniqVpcId": "vpc-bench", "Nodes": nodes }),
                )?;
                api["ServiceType"] = json!("UPSTREAM");
                api["ServiceConfig"]["Url"] = Value::Null;
                api["ServiceConfig"]["UpstreamId"] = json!(text(&made, "UpstreamId")?);
            }
            Behind::Function => {
                api["ServiceType"] = json!("SCF");
                api["ServiceScfFunctionName"] = json!("bench");
                api["ServiceConfig"] = Value::Null;
                api["ServiceParameters"] = Value::Null;
            }
        }
        Ok(())
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

/// An open API without parameters, whose path is the same at the origin; `kind` is its protocol and its backend's.
fn plain_api(service: &str, path: &str, method: &str, kind: &str, origin: SocketAddr) -> Value {
    let scheme = if kind == "WEBSOCKET" { "ws" } else { "http" };
    let path = format!("/{path}");
    json!({
        "ServiceId": service,
        "ApiName": path[1..],
        "ApiType": "NORMAL",
        "AuthType": "NONE",
        "Protocol": kind,
        "EnableCORS": false,
        "RequestConfig": { "Path": path, "Method": method },
        "ServiceType": kind,
        "ServiceTimeout": 15,
        "ServiceConfig": { "Url": format!("{scheme}://{origin}"), "Path": path, "Method": method },
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
