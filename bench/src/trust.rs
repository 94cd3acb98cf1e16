//! TLS: the certificate that all gateways show, and how the load makes sure of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

/// The names that it is good for: those of the gateways' hosts.
const NAMES: [&str; 2] = ["*.ap-guangzhou.localhost", "plain.localhost"];

/// Sessions that a caller keeps in mind: its own last ones.
const SESSIONS: usize = 8;

/// A self-signed certificate with an ECDSA key on P-256, made for one run.
pub(crate) struct Certificate {
    /// The file of the certificate, PEM.
    pub(crate) chain: PathBuf,
    /// The file of its key, PEM.
    pub(crate) key: PathBuf,
    der: CertificateDer<'static>,
}

impl Certificate {
    /// Makes one and writes it to `folder`.
    pub(crate) fn make(folder: &Path) -> Result<Certificate> {
        fs::create_dir_all(folder)?;
        let made = rcgen::generate_simple_self_signed(NAMES.map(str::to_owned)).context("cannot make a certificate")?;
        let (chain, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        fs::write(&chain, made.cert.pem())?;
        fs::write(&key, made.signing_key.serialize_pem())?;
        Ok(Certificate { chain, key, der: made.cert.der().clone() })
    }

    /// What it takes to call the gateway of `host` over the protocol `alpn`. All gateways are offered the same and only
    /// that: TLS 1.3, X25519, AES-128-GCM. `checked` verifies the certificate and the handshake's signature as any client
    /// does; without, the certificate is compared, and the signature, which costs the load more than the gateway, let be.
    pub(crate) fn trust(&self, host: &str, alpn: &str, checked: bool) -> Result<Trust> {
        let name = ServerName::try_from(host.to_owned()).with_context(|| format!("{host} is no name for TLS"))?;
        let provider = CryptoProvider {
            cipher_suites: vec![aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256],
            kx_groups: vec![aws_lc_rs::kx_group::X25519],
            ..aws_lc_rs::default_provider()
        };
        let schemes = provider.signature_verification_algorithms.supported_schemes();
        let builder = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[&rustls::version::TLS13])?;
        let mut config = if checked {
            let mut roots = RootCertStore::empty();
            roots.add(self.der.clone())?;
            builder.with_root_certificates(roots).with_no_client_auth()
        } else {
            let pinned = Pinned { certificate: self.der.clone(), schemes };
            builder.dangerous().with_custom_certificate_verifier(Arc::new(pinned)).with_no_client_auth()
        };
        config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
        config.resumption = Resumption::disabled();
        Ok(Trust { config: Arc::new(config), name })
    }
}

/// How a caller begins TLS.
#[derive(Clone)]
pub(crate) struct Trust {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Trust {
    /// The same, with a memory for sessions of its own: later handshakes may go on from earlier ones.
    pub(crate) fn resuming(&self) -> Trust {
        let mut config = ClientConfig::clone(&self.config);
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        Trust { config: Arc::new(config), name: self.name.clone() }
    }

    /// A connection whose handshake is still to be done.
    pub(crate) fn begin(&self) -> Result<ClientConnection> {
        ClientConnection::new(Arc::clone(&self.config), self.name.clone()).context("cannot begin TLS")
    }

    /// Insists that the gateway speaks the protocol it was asked for.
    pub(crate) fn agreed(&self, connection: &ClientConnection) -> Result<()> {
        let wanted = self.config.alpn_protocols.first().map(Vec::as_slice);
        ensure!(connection.alpn_protocol() == wanted, "the gateway did not agree to the protocol that it was offered");
        Ok(())
    }
}

/// Takes one certificate and no other.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    schemes: Vec<SignatureScheme>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *certificate == self.certificate {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes.clone()
    }
}
