//! What goes out on a stream, taken as the body of an HTTP/1.1 message.

use std::io;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::SendStream;

use super::head::trailers;
use super::inward::fault;
use crate::body::Incoming;

/// A body on its way out.
#[derive(Debug)]
pub(super) struct Outward {
    send: SendStream<Bytes>,
    /// How the end is found in what is written.
    body: Incoming,
    /// The end of the stream was sent.
    ended: bool,
}

impl Outward {
    /// The body that follows a head. `ended`: the head said that there is none.
    pub(super) fn new(send: SendStream<Bytes>, body: Incoming, ended: bool) -> Outward {
        Outward { send, body, ended }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    pub(super) fn send(&mut self) -> &mut SendStream<Bytes> {
        &mut self.send
    }

    /// Takes as much of `bytes` as the peer's windows allow.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut consumed = 0;
        while let Some(rest) = bytes.get(consumed..)
            && !rest.is_empty()
        {
            if self.ended {
                // Nothing follows the end of a body.
                return Poll::Ready(Ok(bytes.len()));
            }
            match self.poll_piece(cx, rest) {
                Poll::Ready(Ok(count)) => consumed += count,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending if consumed > 0 => break,
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(consumed))
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>, rest: &[u8]) -> Poll<io::Result<usize>> {
        let ahead = self.body.ahead();
        if ahead == 0 {
            // The coding between two runs of data, which needs no room at the peer.
            let consumed = self.body.skip(rest).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            if self.body.is_done() {
                self.finish()?;
            }
            return Poll::Ready(Ok(consumed));
        }
        let wanted = usize::try_from(ahead).unwrap_or(usize::MAX).min(rest.len());
        let room = match self.poll_room(cx, wanted) {
            Poll::Ready(Ok(room)) => room,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => return Poll::Pending,
        };
        let (data, behind) = rest.split_at(wanted.min(room));
        let taken = self.body.transfer_plain(data);
        let mut consumed = taken;
        if !self.body.is_done() && behind == b"\r\n0\r\n\r\n" {
            // The end is at hand: it goes with the last of the data.
            while let Some(end) = rest.get(consumed..)
                && !end.is_empty()
            {
                consumed += self.body.skip(end).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            }
        }
        self.ended = self.body.is_done();
        let data = Bytes::copy_from_slice(data.get(..taken).unwrap_or_default());
        self.send.send_data(data, self.ended).map_err(fault)?;
        Poll::Ready(Ok(consumed))
    }

    fn poll_room(&mut self, cx: &mut Context<'_>, wanted: usize) -> Poll<io::Result<usize>> {
        let room = self.send.capacity();
        if room > 0 {
            if room < wanted {
                self.send.reserve_capacity(wanted);
            }
            return Poll::Ready(Ok(room));
        }
        self.send.reserve_capacity(wanted);
        loop {
            match self.send.poll_capacity(cx) {
                Poll::Ready(Some(Ok(0))) => {}
                Poll::Ready(Some(Ok(room))) => return Poll::Ready(Ok(room)),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(fault(error))),
                Poll::Ready(None) => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// The body ended behind its last data.
    fn finish(&mut self) -> io::Result<()> {
        self.ended = true;
        let trailers = self.body.trailers().map(trailers).unwrap_or_default();
        if trailers.is_empty() {
            self.send.send_data(Bytes::new(), true).map_err(fault)
        } else {
            self.send.send_trailers(trailers).map_err(fault)
        }
    }
}
