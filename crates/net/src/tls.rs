//! TLS: configurations for listening and for connecting.

mod front;

use std::io;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

pub use front::{Front, Hello, PROTOCOLS, Tickets, accept, certified, challenge, refusing};

fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(aws_lc_rs::default_provider())))
}

/// The configuration for backends: certificates are checked against the system's trust store, or against Mozilla's list if the system has
/// none. Made once in a process.
pub fn client_config() -> Arc<ClientConfig> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    Arc::clone(CONFIG.get_or_init(|| Arc::new(client_config_with(system_roots()))))
}

fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

/// How backends and the gateway make sure of each other.
#[derive(Clone, Copy, Debug)]
pub struct BackendTls<'p> {
    /// The roots that a backend's certificate must come from, in PEM; the system's where there are none.
    pub roots: Option<&'p [u8]>,
    /// The certificate chain and key that the gateway shows to backends which ask for one, in PEM.
    pub identity: Option<(&'p [u8], &'p [u8])>,
    /// Whether a backend's certificate is checked at all.
    pub verify: bool,
}

impl BackendTls<'_> {
    /// The configuration for connecting.
    ///
    /// # Errors
    /// PEM that cannot be read, holds no certificate, or a key that does not fit.
    pub fn config(&self) -> io::Result<Arc<ClientConfig>> {
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(rustls::DEFAULT_VERSIONS)
            .map_err(invalid)?;
        let builder = if self.verify {
            let roots = match self.roots {
                None => system_roots(),
                Some(pem) => {
                    let mut roots = RootCertStore::empty();
                    for root in chain(pem)? {
                        roots.add(root).map_err(invalid)?;
                    }
                    roots
                }
            };
            builder.with_root_certificates(roots)
        } else {
            let algorithms = provider().signature_verification_algorithms;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate { algorithms }))
        };
        Ok(Arc::new(match self.identity {
            None => builder.with_no_client_auth(),
            Some((certificates, key)) => {
                let key = PrivateKeyDer::from_pem_slice(key).map_err(invalid)?;
                builder.with_client_auth_cert(chain(certificates)?, key).map_err(invalid)?
            }
        }))
    }
}

/// Takes any certificate whose owner has its key: for those who have switched the check off.
#[derive(Debug)]
struct AnyCertificate {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The certificates of a PEM text, at least one.
fn chain(pem: &[u8]) -> io::Result<Vec<CertificateDer<'static>>> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(invalid)?;
    if chain.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no certificate in the PEM text"));
    }
    Ok(chain)
}

/// A configuration for backends whose certificates are checked against these roots alone.
pub fn client_config_with(roots: RootCertStore) -> ClientConfig {
    ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(rustls::DEFAULT_VERSIONS)
        // Fails only if the provider has no cipher suite for a version; ours has.
        .map(|builder| builder.with_root_certificates(roots).with_no_client_auth())
        .unwrap_or_else(|error| unreachable!("{error}"))
}

/// A new self-signed certificate and its key, both in PEM, for the names and addresses given; it holds until the end of
/// 2049, the last year that every reader of certificates can write.
pub fn self_signed(names: &[String]) -> io::Result<(String, String)> {
    let mut params = rcgen::CertificateParams::new(names).map_err(invalid)?;
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2049, 12, 31);
    let key = rcgen::KeyPair::generate().map_err(invalid)?;
    let certificate = params.self_signed(&key).map_err(invalid)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
