//! A byte stream that is plain TCP or TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;

/// A connected byte stream.
#[derive(Debug)]
pub enum Io {
    /// Plain TCP.
    Plain(TcpStream),
    /// TLS on TCP.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Io {
    /// Whether bytes are encrypted.
    pub fn is_tls(&self) -> bool {
        matches!(self, Io::Tls(_))
    }

    /// The TCP connection below.
    pub(crate) fn tcp(&self) -> &TcpStream {
        match self {
            Io::Plain(tcp) => tcp,
            Io::Tls(tls) => tls.get_ref().0,
        }
    }

    /// Reads into `buffer`. A read that does not fill it tells the runtime that nothing more is there, so asking again costs no system call.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        match self {
            Io::Plain(tcp) => Pin::new(tcp).poll_read(cx, &mut buffer),
            Io::Tls(tls) => Pin::new(tls).poll_read(cx, &mut buffer),
        }
        .map_ok(|()| buffer.filled().len())
    }

    /// Ready when something may have happened on the connection: bytes, or its end. Without a system call.
    pub(crate) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.tcp().poll_read_ready(cx).map(|_| ())
    }

    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            Io::Plain(tcp) => Pin::new(tcp).poll_write(cx, bytes),
            Io::Tls(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    /// Writes from `*position` to the end, moving `position`. Ready when everything is with the system.
    pub(crate) fn poll_write_all(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        position: &mut usize,
    ) -> Poll<io::Result<()>> {
        while let Some(rest) = bytes.get(*position..)
            && !rest.is_empty()
        {
            match self.poll_write(cx, rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => *position += count,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        self.poll_flush(cx)
    }

    /// TLS may keep written bytes back; plain TCP does not.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Io::Plain(_) => Poll::Ready(Ok(())),
            Io::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    pub(crate) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Io::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Io::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }

    /// Whether a resting connection is still open and silent. Without a system call unless something has happened on it.
    pub(crate) fn is_quiet(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        if self.tcp().poll_read_ready(&mut cx).is_pending() {
            return true;
        }
        // Ready: closed, or bytes (in TLS perhaps only a session ticket, which is no data), or no more than a last read that filled its buffer.
        self.poll_read(&mut cx, &mut [0]).is_pending()
    }

    /// Closing will reset the connection, so that the peer cannot take what it got for the whole.
    pub(crate) fn reset_on_close(&self) {
        // Only a hint to the peer: if it cannot be set the connection is closed the ordinary way.
        let _ = self.tcp().set_zero_linger();
    }
}
