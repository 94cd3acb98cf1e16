//! The demo service: something to call one minute after the first start.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;

use control::{Actor, BindTarget, Control, NewCredential, NewService, NewUsagePlan, Refusal};
use gateway::Gateway;
use model::{
    ApiDefinition, ApiKind, ApiProtocol, Auth, Backend, BackendMethod, BackendPath, EnvironmentName, FrontendPath,
    HttpBackend, Invalid, Method, MethodMatch, MockBackend, Name, Network, Origin, ResponseGuide, ServiceId,
    ServiceProtocol, Text, Timeout,
};
use sign::key_pair::{Algorithm, authorization};

use super::operator;
use crate::failure::Failure;
use crate::terminal;

const NAME: &str = "demo";

/// Makes the demo service with its key and plan where nothing is configured yet: whoever deleted or renamed one of the
/// three does not get it back. `backend` is what its proxying API calls: this process's own management address, so that
/// the demo needs no network.
pub(super) async fn ensure(control: &Control, backend: SocketAddr) -> Result<(), Failure> {
    let snapshot = control.snapshot();
    let is_empty = snapshot.services.is_empty() && snapshot.credentials.is_empty() && snapshot.usage_plans.is_empty();
    if !is_empty {
        return Ok(());
    }
    make(control, backend).await.map_err(|refusal| Failure::new("demo service", refusal))
}

fn find(control: &Control) -> Option<ServiceId> {
    let snapshot = control.snapshot();
    let tree = snapshot.services.values().find(|tree| tree.service.name.as_str() == NAME)?;
    Some(tree.service.id.clone())
}

async fn make(control: &Control, backend: SocketAddr) -> Result<(), Refusal> {
    let snapshot = control.snapshot();
    let Some(operator) = snapshot.operators.values().next() else { return Ok(()) };
    let actor = Actor {
        operator: operator.id.clone(),
        name: operator.name.as_str().to_owned(),
        role: operator.role,
        origin: "demo".to_owned(),
        terms: control::Terms::default(),
    };
    let name = || Name::try_from(NAME);
    let release = EnvironmentName::try_from("release")?;
    let service = NewService {
        name: name()?,
        description: Text::try_from("Made by `tollgate serve --demo`; delete it as you like.")?,
        protocol: ServiceProtocol::Both,
        networks: BTreeSet::from([Network::Outer]),
        vpc: None,
        instance: None,
        tags: Vec::new(),
        annotations: BTreeMap::new(),
    };
    let service = control.create_service(&actor, service).await?.id.clone();
    for definition in apis(backend)? {
        control.create_api(&actor, &service, definition).await?;
    }
    let key = NewCredential { name: name()?, tags: Vec::new(), pair: None };
    let key = control.create_credential(&actor, key).await?.id.clone();
    let plan = NewUsagePlan {
        name: name()?,
        description: Text::default(),
        rate: Some(100.min(control.quotas().plan_rate_max)),
        quota: None,
        tags: Vec::new(),
    };
    let plan = control.create_usage_plan(&actor, plan).await?.id.clone();
    control.bind_keys(&actor, &plan, &[key]).await?;
    control.bind_plans(&actor, &[plan], &service, &release, BindTarget::Service).await?;
    control.release(&actor, &service, &release, Text::try_from("The first one.")?).await?;
    Ok(())
}

fn apis(backend: SocketAddr) -> Result<[ApiDefinition; 3], Invalid> {
    let says = |text: &str| -> Result<Backend, Invalid> {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Ok(Backend::Mock(MockBackend { status: 200, headers, body: Text::try_from(text)? }))
    };
    let proxy = Backend::Http(HttpBackend {
        origin: Origin::try_from(format!("http://{}", reachable(backend)))?,
        path: BackendPath::try_from("/healthz")?,
        method: BackendMethod::Same,
    });
    Ok([
        api("hello", "/hello", Auth::None, says("{\"message\":\"hello\"}\n")?)?,
        api("signed", "/signed", Auth::KeyPair, says("{\"message\":\"your signature is good\"}\n")?)?,
        api("backend", "/backend", Auth::KeyPair, proxy)?,
    ])
}

fn api(name: &str, path: &str, auth: Auth, backend: Backend) -> Result<ApiDefinition, Invalid> {
    Ok(ApiDefinition {
        name: Name::try_from(name)?,
        description: Text::default(),
        kind: ApiKind::General,
        protocol: ApiProtocol::Http,
        path: FrontendPath::try_from(path)?,
        method: MethodMatch::Only(Method::Get),
        auth,
        oauth: None,
        cors: false,
        parameters: Vec::new(),
        backend,
        timeout: Timeout::try_from(15)?,
        mappings: Vec::new(),
        constants: Vec::new(),
        response: ResponseGuide::default(),
        tags: Vec::new(),
        annotations: BTreeMap::new(),
    })
}

/// An address that this machine can connect to.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// Prints how to log in and how to call, on standard output.
pub(super) fn explain(control: &Control, folder: &Path, gateway: &Gateway, admin: &str) -> Result<(), Failure> {
    let mut lines = vec![String::new(), format!("Console and API   http://{admin}/console/")];
    if let Some(operator) = operator::read(folder) {
        lines.push(format!("Operator          {}", operator.name));
        lines.push(format!("Password          {}", operator.password));
    }
    lines.extend(calls(control, gateway).unwrap_or_default());
    lines.push(String::new());
    Ok(terminal::say(lines.join("\n"))?)
}

fn calls(control: &Control, gateway: &Gateway) -> Option<Vec<String>> {
    let snapshot = control.snapshot();
    let service = find(control)?;
    let host = control.default_host(&service);
    let release = EnvironmentName::try_from("release").ok()?;
    let plan = snapshot.service(&service)?.service_plans(&release).next()?.plan.clone();
    let key = snapshot.credentials.get(snapshot.keys_of_plan.get(&plan)?.keys().next()?)?;
    let (scheme, address, lax) = match (gateway.http_addresses().first(), gateway.https_addresses().first()) {
        (Some(address), _) => ("http", address, ""),
        (None, Some(address)) => ("https", address, " -k"),
        (None, None) => return None,
    };
    let url = format!("{scheme}://{}", reachable(*address));
    let (id, secret) = (key.id.as_str(), key.secret.expose());
    // A fixed date: `Date` is signed, but not compared with the clock, so the line works at any time.
    let headers =
        [("Date".to_owned(), "Thu, 01 Jan 2026 00:00:00 GMT".to_owned()), ("Source".to_owned(), "demo".to_owned())];
    let authorization = authorization(id, secret.as_bytes(), Algorithm::HmacSha1, &headers);
    let program = std::env::args().next().unwrap_or_else(|| "tollgate".to_owned());
    let mut curl = format!("  curl -i{lax} -H 'Host: {host}'");
    for (name, value) in &headers {
        curl.push_str(&format!(" -H '{name}: {value}'"));
    }
    Some(vec![
        String::new(),
        "An open call:".to_owned(),
        format!("  curl -i{lax} -H 'Host: {host}' {url}/hello"),
        "A signed call:".to_owned(),
        format!("  {program} call -i{lax} --host {host} --id {id} --secret {secret} {url}/signed"),
        "The same with curl:".to_owned(),
        format!("{curl} -H 'Authorization: {authorization}' {url}/signed"),
        "Through to a backend:".to_owned(),
        format!("  {program} call -i{lax} --host {host} --id {id} --secret {secret} {url}/backend"),
    ])
}
