//! What comes in on a stream, given out as the bytes of an HTTP/1.1 message.

use std::io;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use h2::{Reason, RecvStream};

use super::head::write_field;
use crate::body::Coding;
use crate::buffer::Buffer;
use crate::chunked;

/// A chunk with its size and line ends takes so much more than its data.
const CHUNK_ROOM: usize = 32;

/// A message on its way in: its head has been put into the form of HTTP/1.1, its body follows in the coding given.
#[derive(Debug)]
pub(super) struct Inward {
    /// Written and not yet given out, from `position` on.
    out: Buffer,
    position: usize,
    /// Received and not yet given out.
    data: Bytes,
    recv: Option<RecvStream>,
    coding: Coding,
}

impl Inward {
    /// `head` and then what `recv` brings; without `recv` the message ends with its head.
    pub(super) fn new(head: Buffer, recv: Option<RecvStream>, coding: Coding) -> Inward {
        Inward { out: head, position: 0, data: Bytes::new(), recv, coding }
    }

    /// The peer has more to say than was read.
    pub(super) fn take_rest(&mut self) -> Option<RecvStream> {
        self.recv.take().filter(|recv| !recv.is_end_stream())
    }

    /// Fills `buffer` with as much as there is. 0: the message has ended.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut filled = 0;
        loop {
            let room = buffer.get_mut(filled..).unwrap_or_default();
            if room.is_empty() {
                return Poll::Ready(Ok(filled));
            }
            if !self.out.is_empty() {
                filled += self.give_out(room);
                continue;
            }
            if !self.data.is_empty() {
                filled += self.give_data(room);
                continue;
            }
            match self.poll_more(cx) {
                Poll::Ready(Ok(true)) => {}
                Poll::Ready(Ok(false)) => return Poll::Ready(Ok(filled)),
                // What is there is given out first; asking again gives the error again.
                Poll::Ready(Err(_)) | Poll::Pending if filled > 0 => return Poll::Ready(Ok(filled)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn give_out(&mut self, room: &mut [u8]) -> usize {
        let rest = self.out.get(self.position..).unwrap_or_default();
        let count = copy(rest, room);
        self.position += count;
        if self.position >= self.out.len() {
            self.out.release();
            self.position = 0;
        }
        count
    }

    fn give_data(&mut self, room: &mut [u8]) -> usize {
        if self.coding == Coding::Chunked {
            let count = self.data.len().min(room.len().saturating_sub(CHUNK_ROOM).max(1));
            let mut chunk = Buffer::take();
            chunked::encode(&mut chunk, self.data.get(..count).unwrap_or_default());
            self.data.advance(count);
            self.out = chunk;
            return self.give_out(room);
        }
        let count = copy(&self.data, room);
        self.data.advance(count);
        count
    }

    /// Takes what comes next from the stream. False at the end of the message.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let Some(recv) = &mut self.recv else { return Poll::Ready(Ok(false)) };
        match ready!(recv.poll_data(cx)) {
            Some(Ok(data)) => {
                // The peer may send as much again: what was received is held by its taker, one read at a time.
                recv.flow_control().release_capacity(data.len()).map_err(fault)?;
                self.data = data;
                Poll::Ready(Ok(true))
            }
            Some(Err(error)) => Poll::Ready(Err(fault(error))),
            None => {
                let trailers = ready!(recv.poll_trailers(cx)).map_err(fault)?;
                self.recv = None;
                if self.coding == Coding::Chunked {
                    let mut end = Buffer::take();
                    end.extend_from_slice(b"0\r\n");
                    for (name, value) in trailers.iter().flatten() {
                        write_field(&mut end, name, value);
                    }
                    end.extend_from_slice(b"\r\n");
                    self.out = end;
                }
                Poll::Ready(Ok(true))
            }
        }
    }
}

fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    if let (Some(to), Some(from)) = (to.get_mut(..count), from.get(..count)) {
        to.copy_from_slice(from);
    }
    count
}

/// What went wrong on a stream, in the words of a socket. `ConnectionRefused`: the peer says that it has not begun with the
/// request (RFC 9113, 8.7).
pub(super) fn fault(error: h2::Error) -> io::Error {
    let kind = if error.is_remote() && (error.is_go_away() || error.reason() == Some(Reason::REFUSED_STREAM)) {
        io::ErrorKind::ConnectionRefused
    } else if error.is_io() {
        error.get_io().map_or(io::ErrorKind::ConnectionReset, io::Error::kind)
    } else {
        io::ErrorKind::ConnectionReset
    };
    io::Error::new(kind, error)
}
