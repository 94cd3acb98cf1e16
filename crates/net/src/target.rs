//! Where a backend is, prepared once when the configuration is.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustls::ClientConfig;
use rustls::pki_types::ServerName;

/// A backend's scheme, host and port. Connections are pooled by the target's identity: two targets never share one.
#[derive(Debug)]
pub struct Target {
    id: u64,
    host: Box<str>,
    port: u16,
    address: Option<IpAddr>,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    speaks: Speaks,
}

/// The versions of HTTP that a backend is spoken to in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Speaks {
    /// HTTP/2 where the backend chooses it in the TLS handshake (ALPN), else HTTP/1.1.
    #[default]
    Negotiated,
    /// HTTP/1.1 alone.
    Http11,
    /// HTTP/2 alone, also without TLS (RFC 9113, 3.3).
    Http2,
}

/// A host that is neither a DNS name nor an IP address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host is neither a DNS name nor an IP address")]
pub struct InvalidHost;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

impl Target {
    /// A target for `http` (`is_https` false) or `https`. `host` is a DNS name or an IP address, IPv6 with or without brackets.
    /// `tls` is the configuration to use for `https`; `None` means [`tls::client_config`](crate::tls::client_config).
    pub fn new(is_https: bool, host: &str, port: u16, tls: Option<Arc<ClientConfig>>) -> Result<Target, InvalidHost> {
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let name = ServerName::try_from(host.to_owned()).map_err(|_| InvalidHost)?;
        let tls = is_https.then(|| (tls.unwrap_or_else(crate::tls::client_config), name));
        Ok(Target {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            host: host.into(),
            port,
            address: host.parse().ok(),
            tls,
            speaks: Speaks::default(),
        })
    }

    /// The same target, whose certificate must be for `name` in place of its host: for nodes that are known by address and answer for a name.
    pub fn answering_for(mut self, name: &str) -> Result<Target, InvalidHost> {
        let name = ServerName::try_from(name.to_owned()).map_err(|_| InvalidHost)?;
        self.tls = self.tls.map(|(config, _)| (config, name));
        Ok(self)
    }

    /// The same target, spoken to in these versions.
    #[must_use]
    pub fn speaking(self, speaks: Speaks) -> Target {
        Target { speaks, ..self }
    }

    /// The versions that are spoken.
    pub fn speaks(&self) -> Speaks {
        self.speaks
    }

    /// Whether connections may turn out to be of HTTP/2.
    pub(crate) fn may_speak_http2(&self) -> bool {
        match self.speaks {
            Speaks::Negotiated => self.tls.is_some(),
            Speaks::Http11 => false,
            Speaks::Http2 => true,
        }
    }

    /// What is offered in the TLS handshake.
    pub(crate) fn protocols(&self) -> Vec<Vec<u8>> {
        match self.speaks {
            Speaks::Negotiated => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            Speaks::Http11 => vec![b"http/1.1".to_vec()],
            Speaks::Http2 => vec![b"h2".to_vec()],
        }
    }

    /// Unique in this process.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The host without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether connections are TLS.
    pub fn is_https(&self) -> bool {
        self.tls.is_some()
    }

    /// The host as an address, when it is one.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    pub(crate) fn tls(&self) -> Option<&(Arc<ClientConfig>, ServerName<'static>)> {
        self.tls.as_ref()
    }
}
