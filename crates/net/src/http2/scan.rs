//! Frames as they pass by: their headers alone (RFC 9113, 4.1).

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) length: u32,
    pub(super) kind: Kind,
    flags: u8,
}

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Data,
    Headers,
    Priority,
    Reset,
    Settings,
    Ping,
    Window,
    Continuation,
    /// PUSH_PROMISE, GOAWAY, and kinds that there are not.
    Other,
}

impl Frame {
    const END_STREAM: u8 = 0x1;
    const ACK: u8 = 0x1;
    const END_HEADERS: u8 = 0x4;
    const PADDED: u8 = 0x8;

    fn of(header: [u8; HEADER]) -> Frame {
        let [a, b, c, kind, flags, ..] = header;
        let kind = match kind {
            0 => Kind::Data,
            1 => Kind::Headers,
            2 => Kind::Priority,
            3 => Kind::Reset,
            4 => Kind::Settings,
            6 => Kind::Ping,
            8 => Kind::Window,
            9 => Kind::Continuation,
            _ => Kind::Other,
        };
        Frame { length: u32::from_be_bytes([0, a, b, c]), kind, flags }
    }

    /// Nothing of a call is in it.
    pub(super) fn is_idle(self) -> bool {
        match self.kind {
            Kind::Data => (self.length == 0 && self.flags & Self::END_STREAM == 0) || self.flags & Self::PADDED != 0,
            Kind::Continuation => self.length == 0,
            Kind::Headers | Kind::Reset => false,
            Kind::Priority | Kind::Settings | Kind::Ping | Kind::Window | Kind::Other => true,
        }
    }

    /// Its length is one that a frame of its kind cannot have (RFC 9113, 6).
    pub(super) fn is_of_wrong_size(self) -> bool {
        match self.kind {
            Kind::Data | Kind::Headers | Kind::Continuation | Kind::Other => false,
            Kind::Priority => self.length != 5,
            Kind::Reset | Kind::Window => self.length != 4,
            Kind::Settings => !self.length.is_multiple_of(6) || (self.flags & Self::ACK != 0 && self.length > 0),
            Kind::Ping => self.length != 8,
        }
    }

    /// A header block that is to be continued; `None` for a frame that holds no part of one.
    pub(super) fn leaves_block_open(self) -> Option<bool> {
        matches!(self.kind, Kind::Headers | Kind::Continuation).then_some(self.flags & Self::END_HEADERS == 0)
    }
}

const HEADER: usize = 9;

/// Finds the frames in what is received, however it is cut.
#[derive(Debug)]
pub(super) struct Scan {
    /// Bytes to pass over: the preface, then payloads.
    skip: usize,
    header: [u8; HEADER],
    there: usize,
}

impl Scan {
    /// Begins before the frames, behind `preface` bytes that are none.
    pub(super) fn behind(preface: usize) -> Scan {
        Scan { skip: preface, header: [0; HEADER], there: 0 }
    }

    /// Tells of every frame whose header ends in `bytes`.
    pub(super) fn take(&mut self, mut bytes: &[u8], mut tell: impl FnMut(Frame)) {
        while !bytes.is_empty() {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            for byte in bytes.iter().take(HEADER - self.there) {
                if let Some(place) = self.header.get_mut(self.there) {
                    *place = *byte;
                }
                self.there += 1;
                bytes = bytes.get(1..).unwrap_or_default();
            }
            if self.there == HEADER {
                let frame = Frame::of(self.header);
                self.there = 0;
                self.skip = frame.length as usize;
                tell(frame);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: u8, kind: u8, flags: u8) -> Vec<u8> {
        let mut bytes = vec![0, 0, length, kind, flags, 0, 0, 0, 1];
        bytes.resize(HEADER + usize::from(length), 0xff);
        bytes
    }

    #[test]
    fn frames_are_found_however_they_are_cut() {
        let mut bytes = crate::http2::PREFACE.to_vec();
        for (length, kind, flags) in [(0, 4, 0), (5, 1, 4), (0, 0, 1), (200, 0, 0), (8, 6, 0), (4, 3, 0), (3, 9, 0)] {
            bytes.extend(frame(length, kind, flags));
        }
        let whole = frames(&bytes, bytes.len());
        assert_eq!(whole.iter().map(|frame| frame.length).collect::<Vec<_>>(), [0, 5, 0, 200, 8, 4, 3]);
        for size in 1..40 {
            assert_eq!(frames(&bytes, size), whole, "in pieces of {size}");
        }
    }

    #[test]
    fn kinds_of_one_size_have_no_other() {
        for (kind, right, flags) in [(2, 5, 0), (3, 4, 0), (4, 12, 0), (4, 0, 1), (6, 8, 0), (8, 4, 0)] {
            for length in 0..20 {
                let [found] = frames(&[&[0; 24][..], &frame(length, kind, flags)].concat(), 1000)[..] else { panic!() };
                let is_right = length == right || (kind == 4 && flags == 0 && length % 6 == 0);
                assert_eq!(found.is_of_wrong_size(), !is_right, "{found:?}");
            }
        }
    }

    fn frames(bytes: &[u8], size: usize) -> Vec<Frame> {
        let (mut scan, mut found) = (Scan::behind(24), Vec::new());
        bytes.chunks(size).for_each(|piece| scan.take(piece, |frame| found.push(frame)));
        found
    }

    #[test]
    fn what_carries_nothing_of_a_call_is_idle() {
        for (length, kind, flags, is_idle) in [
            (0, 0, 0, true),
            (0, 0, 1, false),
            (9, 0, 0, false),
            (9, 0, 8, true),
            (9, 1, 4, false),
            (5, 2, 0, true),
            (4, 3, 0, false),
            (0, 4, 1, true),
            (8, 6, 0, true),
            (4, 8, 0, true),
            (0, 9, 4, true),
            (1, 9, 4, false),
            (0, 77, 0, true),
        ] {
            let [found] = frames(&[&[0; 24][..], &frame(length, kind, flags)].concat(), 1000)[..] else { panic!() };
            assert_eq!(found.is_idle(), is_idle, "{found:?}");
        }
    }
}
