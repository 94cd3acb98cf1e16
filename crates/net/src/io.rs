//! A byte stream: plain TCP, TLS, or one stream of an HTTP/2 connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use rustix::net::{RecvFlags, SendFlags};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsStream;

use crate::http2;

/// A connected byte stream.
#[derive(Debug)]
pub enum Io {
    /// Plain TCP.
    Plain(TcpStream),
    /// TLS on TCP.
    Tls(Box<TlsStream<TcpStream>>),
    /// One call on an HTTP/2 connection, in the form of HTTP/1.1.
    Stream(Box<http2::Stream>),
}

/// One write. Asks the system itself: the C library's function is also a place where threads may be cancelled, which costs
/// as much again.
fn send(tcp: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    Ok(rustix::net::send(tcp, bytes, SendFlags::NOSIGNAL)?)
}

/// One system call that moves up to `most` bytes, on a connection that the runtime takes for ready. `None` when it was not.
/// A call that moves fewer tells the runtime that it is ready no more, so asking again costs no system call.
fn at_once(
    tcp: &TcpStream,
    interest: Interest,
    most: usize,
    call: impl FnOnce() -> io::Result<usize>,
) -> Option<io::Result<usize>> {
    let mut count = 0;
    let moved = tcp.try_io(interest, || {
        count = call()?;
        if (1..most).contains(&count) { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
    });
    match moved {
        Err(error) if count == 0 => (error.kind() != io::ErrorKind::WouldBlock).then_some(Err(error)),
        _ => Some(Ok(count)),
    }
}

/// What a TLS handshake said, where the streams of a connection share it.
#[derive(Debug, Default)]
pub(crate) struct Handshake {
    /// The name that the caller asked for, in lower case.
    pub(crate) name: Option<Box<str>>,
    /// The certificate that it showed, in DER.
    pub(crate) certificate: Option<Box<[u8]>>,
    pub(crate) is_tls13: bool,
}

impl Io {
    /// Whether bytes are encrypted.
    pub fn is_tls(&self) -> bool {
        match self {
            Io::Plain(_) => false,
            Io::Tls(_) => true,
            Io::Stream(stream) => stream.is_tls(),
        }
    }

    /// The name that the caller asked for in its TLS handshake, in lower case; `None` without TLS or without a name.
    pub fn server_name(&self) -> Option<&str> {
        match self {
            Io::Tls(tls) => match &**tls {
                TlsStream::Server(server) => server.get_ref().1.server_name(),
                TlsStream::Client(_) => None,
            },
            Io::Stream(stream) => stream.handshake()?.name.as_deref(),
            Io::Plain(_) => None,
        }
    }

    /// The certificate that the peer showed in its TLS handshake and that was verified, in DER.
    pub fn peer_certificate(&self) -> Option<&[u8]> {
        match self {
            Io::Tls(tls) => tls.get_ref().1.peer_certificates()?.first().map(AsRef::as_ref),
            Io::Stream(stream) => stream.handshake()?.certificate.as_deref(),
            Io::Plain(_) => None,
        }
    }

    /// True when TLS 1.3 is spoken.
    pub fn is_tls13(&self) -> bool {
        match self {
            Io::Tls(tls) => tls.get_ref().1.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3),
            Io::Stream(stream) => stream.handshake().is_some_and(|handshake| handshake.is_tls13),
            Io::Plain(_) => false,
        }
    }

    /// What the handshake said, for the streams of a connection: they are asked like the connection itself.
    pub(crate) fn handshake(&self) -> Handshake {
        Handshake {
            name: self.server_name().map(Box::from),
            certificate: self.peer_certificate().map(Box::from),
            is_tls13: self.is_tls13(),
        }
    }

    /// Whether both ends have agreed on HTTP/2 (ALPN `h2`).
    pub fn speaks_http2(&self) -> bool {
        match self {
            Io::Plain(_) | Io::Stream(_) => false,
            Io::Tls(tls) => tls.get_ref().1.alpn_protocol() == Some(b"h2"),
        }
    }

    /// Whether it is one call's part of a connection.
    pub(crate) fn is_stream(&self) -> bool {
        matches!(self, Io::Stream(_))
    }

    /// The TCP connection below, unless others share it.
    pub(crate) fn tcp(&self) -> Option<&TcpStream> {
        match self {
            Io::Plain(tcp) => Some(tcp),
            Io::Tls(tls) => Some(tls.get_ref().0),
            Io::Stream(_) => None,
        }
    }

    /// Reads into `buffer`. A read that does not fill it tells the runtime that nothing more is there, so asking again costs no system call.
    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        match self {
            Io::Plain(tcp) => Pin::new(tcp).poll_read(cx, &mut buffer),
            Io::Tls(tls) => Pin::new(tls).poll_read(cx, &mut buffer),
            Io::Stream(stream) => return stream.poll_read(cx, buffer.initialize_unfilled()),
        }
        .map_ok(|()| buffer.filled().len())
    }

    /// [`Io::poll_read`] for the first bytes of a head, with fewer steps. What it reads does not count against the
    /// task's turn: whoever reads again and again has to see to that.
    pub(crate) fn poll_read_first(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let Io::Plain(tcp) = self else { return self.poll_read(cx, buffer) };
        let most = buffer.len();
        match at_once(tcp, Interest::READABLE, most, || {
            Ok(rustix::net::recv(&*tcp, &mut *buffer, RecvFlags::empty())?.0)
        }) {
            Some(read) => Poll::Ready(read),
            None => self.poll_read(cx, buffer),
        }
    }

    /// Ready when something may have happened on the connection: bytes, or its end. Without a system call.
    pub(crate) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<()> {
        // Of a stream only its own reading and writing tells.
        self.tcp().map_or(Poll::Pending, |tcp| tcp.poll_read_ready(cx).map(|_| ()))
    }

    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self {
            // Mostly there is room. The runtime hears of a write only where it has to wait for some.
            Io::Plain(tcp) => match at_once(tcp, Interest::WRITABLE, bytes.len(), || send(tcp, bytes)) {
                Some(written) => Poll::Ready(written),
                None => Pin::new(tcp).poll_write(cx, bytes),
            },
            Io::Tls(tls) => Pin::new(tls).poll_write(cx, bytes),
            Io::Stream(stream) => stream.poll_write(cx, bytes),
        }
    }

    /// Writes several pieces at once; a stream, on which nothing like that is written, takes the first.
    pub(crate) fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self {
            Io::Plain(tcp) => Pin::new(tcp).poll_write_vectored(cx, pieces),
            Io::Tls(tls) => Pin::new(tls).poll_write_vectored(cx, pieces),
            Io::Stream(stream) => stream.poll_write(cx, pieces.first().map_or(&[], |piece| piece)),
        }
    }

    /// Whether a caller has cancelled its stream. Of a connection of its own only reading or writing tells.
    pub(crate) fn poll_left(&mut self, cx: &mut Context<'_>) -> bool {
        match self {
            Io::Plain(_) | Io::Tls(_) => false,
            Io::Stream(stream) => stream.poll_left(cx),
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
            // Frames are sent by whoever drives their connection.
            Io::Plain(_) | Io::Stream(_) => Poll::Ready(Ok(())),
            Io::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    pub(crate) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Io::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Io::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
            Io::Stream(_) => Poll::Ready(Ok(())),
        }
    }

    /// Whether a resting connection is still open and silent. Without a system call unless something has happened on it.
    pub(crate) fn is_quiet(&mut self) -> bool {
        // A stream carries one call and never rests.
        let Some(tcp) = self.tcp() else { return false };
        if tcp.try_io(Interest::READABLE, || Ok(())).is_err() {
            return true;
        }
        let mut cx = Context::from_waker(Waker::noop());
        // Ready: closed, or bytes (in TLS perhaps only a session ticket, which is no data), or no more than a last read that filled its buffer.
        self.poll_read(&mut cx, &mut [0]).is_pending()
    }

    /// Whoever is at the other end has not answered in time: a connection that carries many calls gets no further one.
    pub(crate) fn doubt(&self) {
        if let Io::Stream(stream) = self {
            stream.doubt();
        }
    }

    /// Closing will reset the connection, so that the peer cannot take what it got for the whole. A stream that has not ended is reset anyway.
    pub(crate) fn reset_on_close(&self) {
        if let Some(tcp) = self.tcp() {
            // Only a hint to the peer: if it cannot be set the connection is closed the ordinary way.
            let _ = tcp.set_zero_linger();
        }
    }
}
