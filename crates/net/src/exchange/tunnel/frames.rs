//! Where the frames of a WebSocket stream begin and end (RFC 6455, 5.2). Nothing else of them is looked at.
//!
//! A tunnel passes bytes on as they are. Only to say goodbye in its own name it has to know where a frame may begin.

/// Follows one direction of a WebSocket connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frames {
    place: Place,
    /// The frame that is passing is a Close.
    is_close: bool,
    /// A whole Close has passed.
    closed: bool,
}

/// What the next byte is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// The first of a frame.
    #[default]
    Start,
    /// The second: whether there is a mask, and the length or how it is written.
    Second,
    /// One of `left` bytes of a written length.
    Length { left: u8, so_far: u64, masked: bool },
    /// One of `left` bytes of mask and payload.
    Rest { left: u64 },
}

/// Opcode of a Close frame.
const CLOSE: u8 = 8;
/// Bytes of a masking key.
const MASK: u64 = 4;

impl Frames {
    /// Goes over `bytes`.
    pub(super) fn follow(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            at += self.pass_frame(bytes.get(at..).unwrap_or_default());
        }
    }

    /// Goes over `bytes` up to the end of the frame that is passing, and returns how many that were: all, if it does not end there, and
    /// none between two frames only if there are none.
    pub(super) fn pass_frame(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            self.place = match self.place {
                Place::Start => {
                    self.is_close = byte & 0x0f == CLOSE;
                    Place::Second
                }
                Place::Second => {
                    let masked = byte & 0x80 != 0;
                    match byte & 0x7f {
                        126 => Place::Length { left: 2, so_far: 0, masked },
                        127 => Place::Length { left: 8, so_far: 0, masked },
                        short => rest(u64::from(short), masked),
                    }
                }
                Place::Length { left, so_far, masked } => {
                    let so_far = so_far << 8 | u64::from(*byte);
                    match left {
                        0 | 1 => rest(so_far, masked),
                        _ => Place::Length { left: left - 1, so_far, masked },
                    }
                }
                Place::Rest { left } => {
                    let there = bytes.len() - at;
                    let passed = usize::try_from(left).map_or(there, |left| left.min(there));
                    // One of them is counted below.
                    at += passed.saturating_sub(1);
                    Place::Rest { left: left - passed as u64 }
                }
            };
            at += 1;
            if self.place == (Place::Rest { left: 0 }) {
                self.place = Place::Start;
                self.closed |= self.is_close;
                break;
            }
        }
        at
    }

    /// Whether a frame may begin here.
    pub(super) fn is_between(&self) -> bool {
        self.place == Place::Start
    }

    /// Whether a Close has passed: nothing may follow it.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }
}

fn rest(payload: u64, masked: bool) -> Place {
    Place::Rest { left: payload.saturating_add(if masked { MASK } else { 0 }) }
}

/// A Close frame with status 1001, "going away" (RFC 6455, 7.4.1); `mask` towards a backend, which must get masked frames.
pub(super) fn going_away(mask: Option<[u8; 4]>) -> Vec<u8> {
    let [high, low] = 1001_u16.to_be_bytes();
    match mask {
        None => vec![0x80 | CLOSE, 2, high, low],
        Some([a, b, c, d]) => vec![0x80 | CLOSE, 0x80 | 2, a, b, c, d, high ^ a, low ^ b],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(opcode: u8, masked: bool, payload: &[u8]) -> Vec<u8> {
        let mark = if masked { 0x80 } else { 0 };
        let mut out = vec![0x80 | opcode];
        match payload.len() {
            short @ 0..=125 => out.push(mark | short as u8),
            medium @ 126..=65535 => {
                out.push(mark | 126);
                out.extend_from_slice(&(medium as u16).to_be_bytes());
            }
            long => {
                out.push(mark | 127);
                out.extend_from_slice(&(long as u64).to_be_bytes());
            }
        }
        if masked {
            out.extend_from_slice(&[1, 2, 3, 4]);
        }
        out.extend_from_slice(payload);
        out
    }

    #[test]
    fn a_close_is_seen_when_it_has_passed_whole() {
        let mut frames = Frames::default();
        let mut bytes = frame(1, true, b"\x88\x88\x88");
        bytes.extend(frame(CLOSE, true, b"\x03\xe9bye"));
        let (last, before) = bytes.split_last().unwrap();
        frames.follow(before);
        assert!(!frames.is_closed() && !frames.is_between());
        frames.follow(&[*last]);
        assert!(frames.is_closed() && frames.is_between());
    }

    #[test]
    fn a_length_that_cannot_be_is_never_at_its_end() {
        let mut frames = Frames::default();
        frames.follow(&[0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        frames.follow(&[0; 4096]);
        assert!(!frames.is_between());
    }

    #[test]
    fn what_the_tunnel_says_is_a_frame() {
        for mask in [None, Some([7, 8, 9, 10])] {
            let mut frames = Frames::default();
            let close = going_away(mask);
            assert_eq!(frames.pass_frame(&close), close.len());
            assert!(frames.is_closed());
        }
    }

    proptest! {
        #[test]
        fn boundaries_are_found_however_the_stream_is_cut(
            sizes in proptest::collection::vec((prop_oneof![0_usize..200, 65_500_usize..65_600], any::<bool>()), 1..6),
            cut in 1_usize..70_000,
        ) {
            let (mut stream, mut ends) = (Vec::new(), Vec::new());
            for (size, masked) in sizes {
                stream.extend(frame(2, masked, &vec![0x88; size]));
                ends.push(stream.len());
            }
            let (mut frames, mut found, mut passed) = (Frames::default(), Vec::new(), 0);
            for piece in stream.chunks(cut) {
                let mut piece = piece;
                while !piece.is_empty() {
                    let taken = frames.pass_frame(piece);
                    prop_assert!(taken > 0);
                    passed += taken;
                    piece = &piece[taken..];
                    if frames.is_between() {
                        found.push(passed);
                    }
                }
            }
            prop_assert_eq!(found, ends);
            prop_assert!(!frames.is_closed());
        }
    }
}
