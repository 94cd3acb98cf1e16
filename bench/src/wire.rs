//! The bytes of a caller's connection: as they are, or in TLS.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};

use anyhow::{Context, Result};
use rustls::{ClientConnection, StreamOwned};

use crate::trust::Trust;

/// A connection to a gateway that never blocks.
pub(crate) enum Wire {
    /// TCP alone.
    Plain(TcpStream),
    /// TLS, its handshake done.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Wire {
    /// Connects.
    pub(crate) fn plain(gateway: SocketAddr) -> Result<Wire> {
        let stream = connect(gateway)?;
        stream.set_nonblocking(true)?;
        Ok(Wire::Plain(stream))
    }

    /// Connects and does the handshake, to which a gateway needs nobody else.
    pub(crate) fn tls(gateway: SocketAddr, trust: &Trust) -> Result<Wire> {
        let mut stream = StreamOwned::new(trust.begin()?, connect(gateway)?);
        stream.conn.complete_io(&mut stream.sock).with_context(|| format!("no TLS handshake with {gateway}"))?;
        trust.agreed(&stream.conn)?;
        stream.sock.set_nonblocking(true)?;
        Ok(Wire::Tls(Box::new(stream)))
    }

    /// Whether there may be more to read, although a read has just come back short: records end where they like.
    pub(crate) fn has_records(&self) -> bool {
        matches!(self, Wire::Tls(_))
    }

    /// Reads what has come; `WouldBlock` when that is nothing.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.read(into),
            Wire::Tls(stream) => stream.read(into),
        }
    }

    /// Writes as much as is taken at once.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.write(bytes),
            Wire::Tls(stream) => stream.write(bytes),
        }
    }
}

impl AsFd for Wire {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Wire::Plain(stream) => stream.as_fd(),
            Wire::Tls(stream) => stream.sock.as_fd(),
        }
    }
}

/// A connection that sends at once what is written.
pub(crate) fn connect(gateway: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(gateway).with_context(|| format!("cannot connect to {gateway}"))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
