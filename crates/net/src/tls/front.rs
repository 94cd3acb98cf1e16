//! TLS towards callers: which configuration answers a handshake is chosen when its first message is there.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{Acceptor, ClientHello, NoServerSessionStorage, ProducesTickets, ResolvesServerCert};
use rustls::server::{WebPkiClientVerifier, danger::ClientCertVerifier};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;

use super::{chain as chain_of, invalid, provider};
use crate::Io;

/// The protocols that callers are offered (ALPN), the preferred one first.
pub const PROTOCOLS: &[&[u8]] = &[b"h2", b"http/1.1"];

/// The protocol of a handshake by which an authority checks that a name is ours (RFC 8737).
const CHALLENGE_PROTOCOL: &[u8] = b"acme-tls/1";

/// The keys that session tickets are sealed with: whoever shares them resumes the others' sessions. A new key is made
/// every six hours, and each is used for twelve.
#[derive(Debug, Clone)]
pub struct Tickets(Arc<dyn ProducesTickets>);

impl Tickets {
    /// Fresh keys.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn new() -> io::Result<Self> {
        aws_lc_rs::Ticketer::new().map(Self).map_err(invalid)
    }
}

/// A chain in PEM with the key of its first certificate.
///
/// # Errors
/// A chain or a key that cannot be used, or that do not belong together.
pub fn certified(chain: &str, key: PrivateKeyDer<'static>) -> io::Result<Arc<CertifiedKey>> {
    let chain = chain_of(chain.as_bytes())?;
    CertifiedKey::from_der(chain, key, &provider()).map(Arc::new).map_err(invalid)
}

/// How handshakes for a name are answered.
#[derive(Debug)]
pub struct Front<'a> {
    /// What the name is proved with.
    pub certificate: Arc<CertifiedKey>,
    /// TLS 1.2 is refused.
    pub only_tls13: bool,
    /// The authorities, in PEM, one of which must have signed the certificate that the caller has to show.
    pub client_authorities: Option<&'a str>,
    /// What sessions are resumed with. A session is resumed without the caller's certificate being asked for again, so
    /// a name that asks for one needs tickets of its own for each set of authorities.
    pub tickets: &'a Tickets,
}

impl Front<'_> {
    /// The configuration.
    ///
    /// # Errors
    /// Authorities that cannot be read.
    pub fn config(self) -> io::Result<Arc<ServerConfig>> {
        let versions: &[&SupportedProtocolVersion] = if self.only_tls13 { &[&TLS13] } else { &[&TLS13, &TLS12] };
        let verifier = self.client_authorities.map(verifier).transpose()?;
        let mut config = configured(versions, verifier, Arc::new(Single(Some(self.certificate))))?;
        config.alpn_protocols = PROTOCOLS.iter().map(|protocol| protocol.to_vec()).collect();
        config.ticketer = Arc::clone(&self.tickets.0);
        Ok(Arc::new(config))
    }
}

/// A configuration that refuses every handshake with an alert.
///
/// # Errors
/// None that could be told of: the provider speaks the versions.
pub fn refusing() -> io::Result<Arc<ServerConfig>> {
    configured(rustls::DEFAULT_VERSIONS, None, Arc::new(Single(None))).map(Arc::new)
}

/// A configuration that answers a [`Hello::is_challenge`] for `name` with a certificate that holds `digest`, the
/// SHA-256 of the key authorization (RFC 8737).
///
/// # Errors
/// A name that cannot stand in a certificate.
pub fn challenge(name: &str, digest: &[u8; 32]) -> io::Result<Arc<ServerConfig>> {
    let mut params = rcgen::CertificateParams::new([name.to_owned()]).map_err(invalid)?;
    params.custom_extensions = vec![rcgen::CustomExtension::new_acme_identifier(digest)];
    let key = rcgen::KeyPair::generate().map_err(invalid)?;
    let made = params.self_signed(&key).map_err(invalid)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(io::Error::other)?;
    let key = provider().key_provider.load_private_key(key).map_err(invalid)?;
    // Not read back: the extension is critical, and those who read certificates for connections do not know it.
    let certificate = CertifiedKey::new(vec![made.der().clone()], key);
    let mut config = configured(rustls::DEFAULT_VERSIONS, None, Arc::new(Single(Some(Arc::new(certificate)))))?;
    config.alpn_protocols = vec![CHALLENGE_PROTOCOL.to_vec()];
    Ok(Arc::new(config))
}

fn configured(
    versions: &[&'static SupportedProtocolVersion],
    verifier: Option<Arc<dyn ClientCertVerifier>>,
    certificate: Arc<Single>,
) -> io::Result<ServerConfig> {
    let builder = ServerConfig::builder_with_provider(provider()).with_protocol_versions(versions).map_err(invalid)?;
    let mut config = match verifier {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    }
    .with_cert_resolver(certificate);
    // Tickets alone: what a worker remembers by itself another one would not know.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(config)
}

fn verifier(authorities: &str) -> io::Result<Arc<dyn ClientCertVerifier>> {
    let mut roots = RootCertStore::empty();
    for authority in CertificateDer::pem_slice_iter(authorities.as_bytes()) {
        roots.add(authority.map_err(invalid)?).map_err(invalid)?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider()).build();
    verifier.map(|verifier| verifier as Arc<dyn ClientCertVerifier>).map_err(invalid)
}

/// One certificate, whatever is asked for; none refuses the handshake.
#[derive(Debug)]
struct Single(Option<Arc<CertifiedKey>>);

impl ResolvesServerCert for Single {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.clone()
    }
}

/// The first message of a handshake.
#[derive(Debug, Clone, Copy)]
pub struct Hello<'a> {
    /// The name that the caller wants to speak to, in lower case. An address is no name.
    pub name: Option<&'a str>,
    /// An authority checks that the name is ours; no call follows.
    pub is_challenge: bool,
}

/// Does the handshake with a caller within `limit` ([`Limits::handshake_timeout`](crate::Limits::handshake_timeout)),
/// under the configuration that `choose` gives.
pub async fn accept(
    stream: TcpStream,
    limit: Duration,
    choose: impl FnOnce(Hello<'_>) -> Arc<ServerConfig>,
) -> io::Result<Io> {
    let handshake = async {
        let begun = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let config = {
            let hello = begun.client_hello();
            let is_challenge =
                hello.alpn().is_some_and(|mut offered| offered.any(|protocol| protocol == CHALLENGE_PROTOCOL));
            choose(Hello { name: hello.server_name(), is_challenge })
        };
        begun.into_stream(config).await
    };
    let tls = tokio::time::timeout(limit, handshake).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    Ok(Io::Tls(Box::new(tls.into())))
}
