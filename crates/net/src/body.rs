//! A body on its way: decoded from the framing that it came with, encoded in the framing that it goes on with.

use crate::chunked::{self, Decoder, Piece};
use crate::{ChunkFault, Framing, ResponseFraming};

/// A body that is being received.
#[derive(Clone, Debug)]
pub(crate) enum Incoming {
    /// Everything was received, or there is no body.
    Done,
    /// This many bytes are still to come; never 0.
    Length(u64),
    Chunked(Decoder),
    /// Everything until the peer closes.
    UntilClose,
}

impl From<Framing> for Incoming {
    fn from(framing: Framing) -> Self {
        match framing {
            Framing::None | Framing::Length(0) => Incoming::Done,
            Framing::Length(length) => Incoming::Length(length),
            Framing::Chunked => Incoming::Chunked(Decoder::default()),
        }
    }
}

impl From<ResponseFraming> for Incoming {
    fn from(framing: ResponseFraming) -> Self {
        match framing {
            ResponseFraming::None | ResponseFraming::Length(0) => Incoming::Done,
            ResponseFraming::Length(length) => Incoming::Length(length),
            ResponseFraming::Chunked => Incoming::Chunked(Decoder::default()),
            ResponseFraming::UntilClose => Incoming::UntilClose,
        }
    }
}

impl Incoming {
    pub(crate) fn is_done(&self) -> bool {
        match self {
            Incoming::Done => true,
            Incoming::Length(left) => *left == 0,
            Incoming::Chunked(decoder) => decoder.is_done(),
            Incoming::UntilClose => false,
        }
    }

    /// How much to ask the system for. A read that is filled exactly would be followed by a useless one, so there is always some room more.
    pub(crate) fn worth_reading(&self, most: usize) -> usize {
        match self {
            Incoming::Length(left) => usize::try_from(*left).map_or(most, |left| left.saturating_add(4096).min(most)),
            // Its data is copied out of the coding, into memory that is given back if much more comes at once.
            Incoming::Chunked(_) => most.min(64 * 1024),
            Incoming::Done | Incoming::UntilClose => most,
        }
    }

    /// How many of `there` bytes belong to a body that has no coding of its own; they are taken. `None` if it has one.
    pub(crate) fn take_plain(&mut self, there: usize) -> Option<usize> {
        match self {
            Incoming::Done | Incoming::Chunked(_) => None,
            Incoming::UntilClose => Some(there),
            Incoming::Length(left) => {
                let taken = usize::try_from(*left).map_or(there, |left| left.min(there));
                *left -= taken as u64;
                Some(taken)
            }
        }
    }

    /// How many bytes of data come next; 0 within the coding between two runs of data.
    pub(crate) fn ahead(&self) -> u64 {
        match self {
            Incoming::Done => 0,
            Incoming::Length(left) => *left,
            Incoming::Chunked(decoder) => decoder.ahead(),
            Incoming::UntilClose => u64::MAX,
        }
    }

    /// Takes data alone: `data` is not longer than what is [`ahead`](Incoming::ahead).
    pub(crate) fn transfer_plain(&mut self, data: &[u8]) -> usize {
        // Data has no form that could be wrong.
        self.take(data).map_or(0, |piece| piece.consumed)
    }

    /// Takes one byte of the coding between two runs of data.
    pub(crate) fn skip(&mut self, input: &[u8]) -> Result<usize, ChunkFault> {
        self.take(input.get(..1).unwrap_or_default()).map(|piece| piece.consumed)
    }

    /// The trailer section that ended the body.
    pub(crate) fn trailers(&self) -> Option<&[u8]> {
        match self {
            Incoming::Chunked(decoder) => Some(decoder.trailers()),
            Incoming::Done | Incoming::Length(_) | Incoming::UntilClose => None,
        }
    }

    fn take(&mut self, input: &[u8]) -> Result<Piece, ChunkFault> {
        match self {
            Incoming::Done => Ok(Piece { consumed: 0, data: 0..0 }),
            Incoming::Chunked(decoder) => decoder.decode(input),
            Incoming::Length(_) | Incoming::UntilClose => {
                let taken = self.take_plain(input.len()).unwrap_or_default();
                Ok(Piece { consumed: taken, data: 0..taken })
            }
        }
    }

    /// Takes what belongs to the body from the beginning of `input`, and appends it to `out` in the coding given, with the end if it is reached.
    /// Returns the bytes taken and, of those, the bytes of data.
    pub(crate) fn transfer(
        &mut self,
        input: &[u8],
        coding: Coding,
        out: &mut Vec<u8>,
    ) -> Result<(usize, usize), ChunkFault> {
        let (mut consumed, mut length) = (0, 0);
        while !self.is_done() {
            let rest = input.get(consumed..).unwrap_or_default();
            if rest.is_empty() {
                return Ok((consumed, length));
            }
            let piece = self.take(rest)?;
            let data = rest.get(piece.data.clone()).unwrap_or_default();
            coding.append(out, data);
            consumed += piece.consumed;
            length += data.len();
        }
        if consumed > 0 {
            self.append_end(coding, out);
        }
        Ok((consumed, length))
    }

    /// Appends what ends the body.
    pub(crate) fn append_end(&self, coding: Coding, out: &mut Vec<u8>) {
        if coding == Coding::Chunked {
            chunked::encode_end(out, self.trailers().unwrap_or_default());
        }
    }
}

/// How a body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As it is: its length is known, or closing the connection ends it.
    Plain,
    Chunked,
    /// Not at all.
    Nothing,
}

impl Coding {
    pub(crate) fn append(self, out: &mut Vec<u8>, data: &[u8]) {
        match self {
            Coding::Plain => out.extend_from_slice(data),
            Coding::Chunked if !data.is_empty() => chunked::encode(out, data),
            Coding::Chunked | Coding::Nothing => {}
        }
    }
}
