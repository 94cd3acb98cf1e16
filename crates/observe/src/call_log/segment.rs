//! One file of the log: frames behind one another, each some calls packed together.
//!
//! The file begins with [`OPENING`]. A frame is a head of fixed length and a zstd frame with a checksum, in which the
//! calls stand one after the other. Nothing that was written is ever changed; what a crash left half written at the
//! end is not looked at.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// How a file of the form that this version reads begins.
pub(super) const OPENING: [u8; 8] = *b"TGCALLS\x01";
const MARK: u32 = u32::from_le_bytes(*b"TGF1");
pub(super) const HEAD: usize = 32;
/// No frame is longer than this when it is unpacked.
const LONGEST: usize = 1 << 20;

/// What is known of a file without reading it.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) number: u64,
    pub(super) path: PathBuf,
    /// How much of it is whole.
    pub(super) bytes: u64,
    /// When the earliest of its calls began, and the latest; in milliseconds.
    pub(super) first: i64,
    pub(super) last: i64,
}

/// The head of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// Bytes behind the head.
    pub(super) packed: u32,
    pub(super) calls: u32,
    /// Calls that were not kept since the frame before.
    pub(super) not_kept: u32,
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Frame {
    pub(super) fn head(&self) -> [u8; HEAD] {
        let mut head = [0; HEAD];
        head[0..4].copy_from_slice(&MARK.to_le_bytes());
        head[4..8].copy_from_slice(&self.packed.to_le_bytes());
        head[8..12].copy_from_slice(&self.calls.to_le_bytes());
        head[12..16].copy_from_slice(&self.not_kept.to_le_bytes());
        head[16..24].copy_from_slice(&self.first.to_le_bytes());
        head[24..32].copy_from_slice(&self.last.to_le_bytes());
        head
    }

    fn read(head: &[u8]) -> Option<Self> {
        let four = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?));
        let eight = |at: usize| Some(i64::from_le_bytes(head.get(at..at + 8)?.try_into().ok()?));
        if four(0)? != MARK {
            return None;
        }
        Some(Self { packed: four(4)?, calls: four(8)?, not_kept: four(12)?, first: eight(16)?, last: eight(24)? })
    }
}

/// Frames, each with the place where it begins.
type Places = Vec<(usize, Frame)>;

impl Segment {
    /// What stands in the file; `None` for one that this version does not read.
    pub(super) fn inspect(number: u64, path: &Path) -> io::Result<Option<Self>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut opening = [0; OPENING.len()];
        if file.read_exact(&mut opening).is_err() || opening != OPENING {
            return Ok(None);
        }
        let mut bytes = OPENING.len() as u64;
        let mut segment = Self { number, path: path.to_owned(), bytes, first: i64::MAX, last: i64::MIN };
        let mut head = [0; HEAD];
        while bytes + HEAD as u64 <= length {
            file.seek(SeekFrom::Start(bytes))?;
            file.read_exact(&mut head)?;
            let Some(frame) = Frame::read(&head) else { break };
            let end = bytes + HEAD as u64 + u64::from(frame.packed);
            if end > length {
                break;
            }
            bytes = end;
            segment.add(&frame, end);
        }
        Ok(Some(segment))
    }

    /// Takes note of a frame that was written, up to `end`.
    pub(super) fn add(&mut self, frame: &Frame, end: u64) {
        self.bytes = end;
        self.first = self.first.min(frame.first);
        self.last = self.last.max(frame.last);
    }

    /// The file's whole frames and where they begin, with everything that stands in it.
    pub(super) fn load(&self) -> io::Result<(Vec<u8>, Places)> {
        let mut content = Vec::new();
        File::open(&self.path)?.take(self.bytes).read_to_end(&mut content)?;
        let mut frames = Vec::new();
        let mut at = OPENING.len();
        while let Some(frame) = content.get(at..).and_then(Frame::read) {
            let end = at + HEAD + frame.packed as usize;
            if end > content.len() {
                break;
            }
            frames.push((at, frame));
            at = end;
        }
        Ok((content, frames))
    }
}

/// The calls of the frame that begins at `at`, still behind one another.
pub(super) fn unpack(content: &[u8], at: usize, frame: &Frame) -> io::Result<Vec<u8>> {
    let packed = content.get(at + HEAD..at + HEAD + frame.packed as usize).unwrap_or_default();
    zstd::bulk::decompress(packed, LONGEST)
}
