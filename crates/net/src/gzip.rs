//! Bodies of answers packed as gzip (RFC 1952), piece by piece.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::ChunkFault;
use crate::body::{Coding, Incoming};
use crate::buffer::Buffer;

/// Fast: most of what can be saved is saved by the first level.
const LEVEL: Compression = Compression::new(1);

/// `body` as one gzip member.
pub fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packer = Packer::new();
    packer.put(body);
    packer.finish();
    packer.encoder.get_mut().split_off(0)
}

/// Packs a body on its way.
#[derive(Debug)]
pub(crate) struct Packer {
    encoder: GzEncoder<Vec<u8>>,
    /// Something was put in that has not all come out.
    holds: bool,
}

impl Packer {
    pub(crate) fn new() -> Packer {
        Packer { encoder: GzEncoder::new(Vec::new(), LEVEL), holds: false }
    }

    /// [`Incoming::transfer`], with the data packed. What comes out of it may come out later.
    pub(crate) fn transfer(
        &mut self,
        body: &mut Incoming,
        input: &[u8],
        coding: Coding,
        out: &mut Vec<u8>,
    ) -> Result<(usize, usize), ChunkFault> {
        let mut data = Buffer::take();
        let (consumed, _) = body.transfer(input, Coding::Plain, &mut data)?;
        Ok((consumed, self.pass(body, &data, coding, out)))
    }

    /// Packs the `data` that came of `body`. The bytes that came of it.
    pub(crate) fn pass(&mut self, body: &Incoming, data: &[u8], coding: Coding, out: &mut Vec<u8>) -> usize {
        self.put(data);
        if body.is_done() { self.end(body, coding, out) } else { self.give(coding, out) }
    }

    /// What is held comes out, since the backend says nothing more for now. The bytes that came.
    pub(crate) fn flush(&mut self, coding: Coding, out: &mut Vec<u8>) -> usize {
        if !std::mem::take(&mut self.holds) {
            return 0;
        }
        // Writing to memory cannot fail.
        let _ = self.encoder.flush();
        self.give(coding, out)
    }

    /// The body has ended. The bytes that came.
    pub(crate) fn end(&mut self, body: &Incoming, coding: Coding, out: &mut Vec<u8>) -> usize {
        self.finish();
        let length = self.give(coding, out);
        body.append_end(coding, out);
        length
    }

    fn put(&mut self, data: &[u8]) {
        self.holds |= !data.is_empty();
        let _ = self.encoder.write_all(data);
    }

    fn finish(&mut self) {
        self.holds = false;
        let _ = self.encoder.try_finish();
    }

    fn give(&mut self, coding: Coding, out: &mut Vec<u8>) -> usize {
        let packed = self.encoder.get_mut();
        coding.append(out, packed);
        let length = packed.len();
        packed.clear();
        length
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    fn unpacked(packed: &[u8]) -> Vec<u8> {
        let mut body = Vec::new();
        GzDecoder::new(packed).read_to_end(&mut body).unwrap();
        body
    }

    #[test]
    fn a_whole_body_is_packed() {
        let body = b"again and ".repeat(500);
        let packed = gzip(&body);
        assert!(packed.len() < body.len() / 10);
        assert_eq!(unpacked(&packed), body);
        assert_eq!(unpacked(&gzip(b"")), b"");
    }

    #[test]
    fn what_was_flushed_can_be_read_before_the_end() {
        let (mut packer, mut out) = (Packer::new(), Vec::new());
        let mut body = Incoming::Length(10);
        let (consumed, _) = packer.transfer(&mut body, b"hello", Coding::Plain, &mut out).unwrap();
        assert_eq!(consumed, 5);
        assert!(packer.flush(Coding::Plain, &mut out) > 0);
        let mut first = [0; 5];
        GzDecoder::new(&out[..]).read_exact(&mut first).unwrap();
        assert_eq!(&first, b"hello");
        let flushed = out.len();
        assert_eq!(packer.flush(Coding::Plain, &mut out), 0, "nothing is held");
        assert_eq!(out.len(), flushed);
        packer.transfer(&mut body, b"world and the next", Coding::Plain, &mut out).unwrap();
        assert!(body.is_done());
        assert_eq!(unpacked(&out), b"helloworld");
    }

    #[test]
    fn chunks_are_packed_into_chunks_and_trailers_stay() {
        let (mut packer, mut out) = (Packer::new(), Vec::new());
        let mut body = Incoming::Chunked(crate::chunked::Decoder::default());
        packer.transfer(&mut body, b"5\r\nhello\r\n0\r\nSum: 5\r\n\r\n", Coding::Chunked, &mut out).unwrap();
        assert!(out.ends_with(b"\r\n0\r\nSum: 5\r\n\r\n"));
        let (mut data, mut chunks) = (Vec::new(), Incoming::Chunked(crate::chunked::Decoder::default()));
        chunks.transfer(&out, Coding::Plain, &mut data).unwrap();
        assert_eq!(unpacked(&data), b"hello");
    }
}
