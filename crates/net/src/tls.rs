//! TLS: configurations for listening and for connecting.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::Io;

fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(aws_lc_rs::default_provider())))
}

/// The configuration for backends: certificates are checked against the system's trust store, or against Mozilla's list if the system has
/// none. Made once in a process.
pub fn client_config() -> Arc<ClientConfig> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Arc::new(client_config_with(roots))
    });
    Arc::clone(config)
}

/// A configuration for backends whose certificates are checked against these roots alone.
pub fn client_config_with(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(rustls::DEFAULT_VERSIONS)
        // Fails only if the provider has no cipher suite for a version; ours has.
        .map(|builder| builder.with_root_certificates(roots).with_no_client_auth())
        .unwrap_or_else(|error| unreachable!("{error}"))
}

/// A configuration for listening with a certificate chain and key in PEM. Speaks HTTP/1.1 alone.
pub fn server_config(certificates_pem: &[u8], key_pem: &[u8]) -> io::Result<Arc<ServerConfig>> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificates_pem).collect::<Result<_, _>>().map_err(invalid)?;
    if chain.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no certificate in the PEM text"));
    }
    let key = PrivateKeyDer::from_pem_slice(key_pem).map_err(invalid)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(rustls::DEFAULT_VERSIONS)
        .map_err(invalid)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(invalid)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// A new self-signed certificate and its key, both in PEM, for the names and addresses given.
pub fn self_signed(names: &[String]) -> io::Result<(String, String)> {
    let made = rcgen::generate_simple_self_signed(names).map_err(invalid)?;
    Ok((made.cert.pem(), made.signing_key.serialize_pem()))
}

/// Does the handshake with a caller within `limit` ([`Limits::handshake_timeout`](crate::Limits::handshake_timeout)).
pub async fn accept(stream: TcpStream, config: Arc<ServerConfig>, limit: Duration) -> io::Result<Io> {
    let handshake = TlsAcceptor::from(config).accept(stream);
    let tls = tokio::time::timeout(limit, handshake).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    Ok(Io::Tls(Box::new(tls.into())))
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
