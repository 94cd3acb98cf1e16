//! TLS: configurations for listening and for connecting.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, ServerConfig};
use tokio::net::TcpStream;

use crate::Io;

/// The configuration for backends: certificates are checked against the system's trust store, or against Mozilla's list if the system has
/// none. Made once in a process.
pub fn client_config() -> Arc<ClientConfig> {
    todo!()
}

/// A configuration for listening with a certificate chain and key in PEM.
pub fn server_config(certificates_pem: &[u8], key_pem: &[u8]) -> io::Result<Arc<ServerConfig>> {
    let _ = (certificates_pem, key_pem);
    todo!()
}

/// A new self-signed certificate and its key, both in PEM, for the names and addresses given.
pub fn self_signed(names: &[String]) -> io::Result<(String, String)> {
    let _ = names;
    todo!()
}

/// Does the handshake with a caller within `limit` ([`Limits::handshake_timeout`](crate::Limits::handshake_timeout)).
pub async fn accept(stream: TcpStream, config: Arc<ServerConfig>, limit: Duration) -> io::Result<Io> {
    let _ = (stream, config, limit);
    todo!()
}
