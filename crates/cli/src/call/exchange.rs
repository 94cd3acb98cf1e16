//! One request and its answer.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::failure::Failure;
use crate::version;

/// Longest answer to a call by hand: enough for any API.
pub(crate) const LONGEST_ANSWER: u64 = 1 << 30;

/// A request to send.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    /// Where to connect, whatever the URL says.
    pub(crate) connect_to: Option<SocketAddr>,
    pub(crate) trust: TlsTrust,
    pub(crate) timeout: Duration,
    /// The longest body that is read of the answer, in bytes.
    pub(crate) longest: u64,
}

/// Which certificates are taken.
#[derive(Debug, Clone)]
pub(crate) enum TlsTrust {
    /// What this machine trusts, an authority of the user's own too; Mozilla's list where it trusts nothing.
    System,
    /// What these have signed, and nothing else.
    These(Vec<Certificate<'static>>),
    /// Any at all.
    Any,
}

impl TlsTrust {
    /// The certificates of a PEM file.
    pub(crate) fn file(path: &Path) -> Result<Self, Failure> {
        let fault = |error: &dyn std::fmt::Display| Failure::new(path.display(), error);
        let pem = std::fs::read(path).map_err(|error| fault(&error))?;
        let items: Vec<_> = parse_pem(&pem).collect::<Result<_, _>>().map_err(|error| fault(&error))?;
        let certificates: Vec<_> = items
            .into_iter()
            .filter_map(|item| if let PemItem::Certificate(certificate) = item { Some(certificate) } else { None })
            .collect();
        if certificates.is_empty() { Err(fault(&"holds no PEM certificate")) } else { Ok(Self::These(certificates)) }
    }

    fn roots(&self) -> RootCerts {
        match self {
            Self::These(certificates) => RootCerts::new_with_certs(certificates),
            Self::System | Self::Any => {
                let found = rustls_native_certs::load_native_certs().certs;
                let found: Vec<_> = found.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
                if found.is_empty() { RootCerts::WebPki } else { RootCerts::new_with_certs(&found) }
            }
        }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) version: String,
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Status line and headers, with the empty line behind them.
    pub(crate) fn head(&self) -> String {
        let mut head = format!("{} {} {}\n", self.version, self.status, self.reason);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\n"));
        }
        head.push('\n');
        head
    }
}

/// Sends `outgoing` and reads the whole answer.
pub(crate) fn send(outgoing: Outgoing) -> Result<Answer, Failure> {
    let mut request = http::Request::builder().method(outgoing.method.as_str()).uri(&outgoing.url);
    for (name, value) in &outgoing.headers {
        request = request.header(name, value);
    }
    let request =
        request.body(outgoing.body).map_err(|error| Failure::usage(format_args!("{}: {error}", outgoing.url)))?;
    if !matches!(request.uri().scheme_str(), Some("http" | "https")) {
        return Err(Failure::usage(format_args!("{}: a URL begins with http:// or https://", outgoing.url)));
    }
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(outgoing.trust.roots())
        .disable_verification(matches!(outgoing.trust, TlsTrust::Any))
        .build();
    let config = ureq::Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(format!("tollgate/{}", version::short()))
        .accept("*/*")
        .accept_encoding("identity")
        .timeout_global(Some(outgoing.timeout))
        .build();
    let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), ConnectTo(outgoing.connect_to));
    let fault = |error: ureq::Error| Failure::new(&outgoing.url, error);
    let (parts, body) = request.into_parts();
    let answered = match body {
        Some(body) => agent.run(http::Request::from_parts(parts, body)),
        None => agent.run(http::Request::from_parts(parts, ())),
    };
    let mut response = answered.map_err(fault)?;
    let body = response.body_mut().with_config().limit(outgoing.longest).read_to_vec().map_err(fault)?;
    let status = response.status();
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ok(Answer {
        version: format!("{:?}", response.version()),
        status: status.as_u16(),
        reason: status.canonical_reason().unwrap_or_default().to_owned(),
        headers: response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body,
    })
}

/// Looks names up, unless the user said where to connect.
#[derive(Debug)]
struct ConnectTo(Option<SocketAddr>);

impl Resolver for ConnectTo {
    fn resolve(
        &self,
        uri: &http::Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        match self.0 {
            Some(address) => {
                let mut addresses = self.empty();
                addresses.push(address);
                Ok(addresses)
            }
            None => DefaultResolver::default().resolve(uri, config, timeout),
        }
    }
}
