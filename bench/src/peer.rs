//! The other gateways: their configuration filled in, and started.

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::policy::Policy;
use crate::process::{Process, free_address};
use crate::sheet::{api_path, origin_path};
use crate::trust::Certificate;

/// Where Debian keeps nginx's modules.
const MODULES: &str = "/usr/lib/nginx/modules";

/// The host name that the Lua policy serves.
pub(crate) const LUA_HOST: &str = "service-bench001.localhost";

/// A gateway that runs and answers at `address`.
pub(crate) struct Peer {
    /// Its processes.
    pub(crate) process: Process,
    /// Where it accepts calls.
    pub(crate) address: SocketAddr,
}

/// nginx as a plain proxy.
pub(crate) fn nginx_plain(out: &Path, origin: SocketAddr) -> Result<Peer> {
    nginx("nginx-plain", &plain("access_log off;"), out, origin)
}

/// nginx as a plain proxy that writes an access log.
pub(crate) fn nginx_logged(out: &Path, origin: SocketAddr) -> Result<Peer> {
    nginx("nginx-logged", &plain(include_str!("../conf/nginx-log.conf")), out, origin)
}

fn plain(log: &str) -> String {
    include_str!("../conf/nginx-plain.conf").replace("{{log}}", log)
}

/// nginx with the policy in Lua.
pub(crate) fn nginx_policy(out: &Path, origin: SocketAddr, policy: &Policy) -> Result<Peer> {
    let folder = out.join("nginx-policy");
    fs::write(folder.join("policy.lua"), include_str!("../conf/policy.lua"))?;
    fs::write(folder.join("configuration.lua"), lua_configuration(policy)?)?;
    nginx("nginx-policy", include_str!("../conf/nginx-policy.conf"), out, origin)
}

/// What a gateway can do in TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    /// Nothing.
    None,
    /// HTTP/1.1.
    WithoutHttp2,
    /// HTTP/1.1 and HTTP/2.
    WithHttp2,
}

/// nginx as a plain proxy for other protocols: also where it listens for TLS, and what it was built with for that.
pub(crate) fn nginx_protocols(out: &Path, origin: SocketAddr, shown: &Certificate) -> Result<(Peer, SocketAddr, Tls)> {
    let built = Command::new("nginx").arg("-V").output().context("cannot start nginx")?;
    let tls = tls_of(&String::from_utf8_lossy(&built.stderr));
    let https = free_address()?;
    let http2 = match tls {
        Tls::None => None,
        Tls::WithoutHttp2 => Some(""),
        Tls::WithHttp2 => Some(" http2"),
    };
    let lines = http2.map_or_else(String::new, |http2| {
        let (chain, key) = (shown.chain.display(), shown.key.display());
        format!(
            "listen {https} ssl{http2} backlog=4096; ssl_protocols TLSv1.3; ssl_certificate {chain}; ssl_certificate_key {key};"
        )
    });
    let template = include_str!("../conf/nginx-protocols.conf").replace("{{tls}}", &lines);
    Ok((nginx("nginx-protocols", &template, out, origin)?, https, tls))
}

/// What the output of `nginx -V` says about TLS.
fn tls_of(built: &str) -> Tls {
    match (built.contains("--with-http_ssl_module"), built.contains("--with-http_v2_module")) {
        (false, _) => Tls::None,
        (true, false) => Tls::WithoutHttp2,
        (true, true) => Tls::WithHttp2,
    }
}

/// haproxy as a plain proxy.
pub(crate) fn haproxy(out: &Path, origin: SocketAddr) -> Result<Peer> {
    let folder = fresh(&out.join("haproxy"))?;
    let address = free_address()?;
    let file = folder.join("haproxy.cfg");
    fs::write(&file, fill(include_str!("../conf/haproxy.cfg"), &folder, address, origin))?;
    let mut command = Command::new("haproxy");
    command.arg("-db").arg("-f").arg(&file);
    started("haproxy", command, &folder, address)
}

/// The bare engine of `crates/net`: a program that takes the addresses to listen on and to send to.
pub(crate) fn bare(program: &Path, out: &Path, origin: SocketAddr) -> Result<Peer> {
    let folder = fresh(&out.join("bare"))?;
    let address = free_address()?;
    let mut command = Command::new(program);
    command.arg(address.to_string()).arg(origin.to_string());
    started("the bare engine", command, &folder, address)
}

fn nginx(name: &str, template: &str, out: &Path, origin: SocketAddr) -> Result<Peer> {
    let folder = out.join(name);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let address = free_address()?;
    let file = folder.join("nginx.conf");
    fs::write(&file, fill(template, &folder, address, origin))?;
    let mut command = Command::new("nginx");
    command.arg("-p").arg(&folder).arg("-c").arg(&file);
    started(name, command, &folder, address)
}

fn started(name: &str, command: Command, folder: &Path, address: SocketAddr) -> Result<Peer> {
    let mut process = Process::start(name, command, &folder.join("output.log"))?;
    process.wait_for(address)?;
    Ok(Peer { process, address })
}

fn fill(template: &str, folder: &Path, listen: SocketAddr, origin: SocketAddr) -> String {
    // A worker that gives up root cannot write to a folder of root's; as another user nginx refuses the line.
    let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
    template
        .replace("{{out}}", &folder.display().to_string())
        .replace("{{listen}}", &listen.to_string())
        .replace("{{origin}}", &origin.to_string())
        .replace("{{modules}}", MODULES)
        .replace("{{user}}", user)
}

/// An empty folder in place of whatever was there.
pub(crate) fn fresh(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder.to_path_buf())
}

fn lua_configuration(policy: &Policy) -> Result<String> {
    let mut text = String::from("local plans, keys, apis = {}, {}, {}\n");
    for plan in &policy.plans {
        let rate = plan.rate.map_or("nil".to_owned(), |rate| rate.to_string());
        let quota = plan.quota.map_or("nil".to_owned(), |quota| quota.to_string());
        let name = &plan.name;
        writeln!(text, r#"plans["{name}"] = {{ id = "usagePlan-{name}", rate = {rate}, quota = {quota} }}"#)?;
        for key in &plan.keys {
            let (id, secret) = (&key.id, &key.secret);
            writeln!(text, r#"keys["{id}"] = {{ id = "{id}", secret = "{secret}", plan = plans["{name}"] }}"#)?;
        }
    }
    for api in 0..policy.apis {
        let (path, backend) = (api_path(api), origin_path(api));
        writeln!(
            text,
            r#"apis[{}] = {{ id = "api-{api:08}", method = "GET", path = "{path}", backend = "{backend}" }}"#,
            api + 1
        )?;
    }
    text.push_str("return { keys = keys, apis = apis }\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_read_from_what_nginx_says_of_itself() {
        for (built, expected) in [
            ("configure arguments: --with-threads", Tls::None),
            ("configure arguments: --with-http_v2_module", Tls::None),
            ("configure arguments: --with-http_ssl_module", Tls::WithoutHttp2),
            ("configure arguments: --with-http_ssl_module --with-http_v2_module", Tls::WithHttp2),
        ] {
            assert_eq!(tls_of(built), expected, "{built}");
        }
    }
}
