//! Header fields as spans of the head's bytes, in the order and case in which they came.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

use super::meaning::Meaning;
use super::name::{Folded, is_same_between};
use super::scan::{self, FieldLine};
use crate::Limits;

/// One header field: `line` is where its name begins in the head's bytes.
#[derive(Clone, Copy, Debug)]
struct Span {
    name: Folded,
    line: u32,
    value: u32,
    value_length: u32,
    name_length: u32,
    /// The line is exactly `Name: value\r\n`, so that it can be copied as it is.
    canonical: bool,
    /// End-to-end: goes to the other side.
    forwarded: bool,
}

/// A head's bytes and its fields. The memory comes from the thread's free list and goes back there: the piece used last is
/// used first, so that a call finds it warm. A pointer alone is handed about. Without memory there are no fields.
#[derive(Debug, Default)]
pub(crate) struct Fields(Option<Box<Memory>>);

/// What [`Fields`] hold.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) bytes: Vec<u8>,
    /// Texts of the start line, for whoever has use for them.
    pub(crate) line: String,
    spans: Vec<Span>,
    /// The lengths of the names, a bit each: most names that are looked for are not there, and mostly none is as long.
    lengths: u64,
}

static NOTHING: Memory = Memory { bytes: Vec::new(), line: String::new(), spans: Vec::new(), lengths: 0 };

const KEPT: usize = 256;
const KEPT_CAPACITY: usize = 16 * 1024;

/// The boxes themselves are handed out and taken back.
#[allow(clippy::vec_box)]
type FreeList = Vec<Box<Memory>>;

thread_local! {
    static FREE: RefCell<FreeList> = const { RefCell::new(Vec::new()) };
}

impl Deref for Fields {
    type Target = Memory;

    fn deref(&self) -> &Memory {
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl DerefMut for Fields {
    fn deref_mut(&mut self) -> &mut Memory {
        self.0.get_or_insert_default()
    }
}

impl Fields {
    pub(crate) fn take() -> Fields {
        let memory = FREE.with_borrow_mut(Vec::pop).unwrap_or_else(|| {
            Box::new(Memory {
                bytes: Vec::with_capacity(1024),
                line: String::with_capacity(256),
                spans: Vec::with_capacity(32),
                lengths: 0,
            })
        });
        Fields(Some(memory))
    }
}

/// The bit of a name's length in [`Memory::lengths`]; long names share one.
fn bit_of(length: usize) -> u64 {
    1 << length.min(63)
}

impl Memory {
    /// Reads the lines of `bytes` from `at` up to the empty one, and gives back where that ends; `None` where they are not all
    /// there or not well-formed, or are too many. End-to-end fields go to the other side, and those of which `is_forwarded`
    /// says so. `heed` takes in what each means to this hop, up to its first fault: whether a head is well-formed is said
    /// before what is wrong with one that is.
    #[inline]
    pub(crate) fn read<'h, Fault>(
        &mut self,
        bytes: &'h [u8],
        mut at: usize,
        is_forwarded: fn(Meaning) -> bool,
        mut heed: impl FnMut(Meaning, &'h [u8]) -> Result<(), Fault>,
    ) -> Option<(usize, Result<(), Fault>)> {
        let mut heeded = Ok(());
        while !scan::is_end(bytes, at) {
            let line = scan::field_line(bytes, at)?;
            let meaning = self.note(bytes, &line, is_forwarded);
            if heeded.is_ok() {
                heeded = heed(meaning, bytes.get(line.value)?);
            }
            if self.spans.len() > Limits::MOST_HEADERS {
                return None;
            }
            at = line.end;
        }
        Some((at + 2, heeded))
    }

    /// Notes the field of a line of `head` and says what it means.
    #[inline]
    fn note(&mut self, head: &[u8], line: &FieldLine, is_forwarded: fn(Meaning) -> bool) -> Meaning {
        let name = head.get(line.name.clone()).unwrap_or_default();
        let folded = Folded::of(name);
        let meaning = Meaning::of_folded(name, folded);
        self.lengths |= bit_of(name.len());
        self.spans.push(Span {
            name: folded,
            line: line.name.start as u32,
            value: line.value.start as u32,
            value_length: line.value.len() as u32,
            name_length: name.len() as u32,
            canonical: line.value.start == line.name.end + 2
                && head.get(line.name.end + 1) == Some(&b' ')
                && line.value.end + 2 == line.end,
            forwarded: is_forwarded(meaning),
        });
        meaning
    }

    /// Fields that a Connection field names belong to this hop too.
    pub(crate) fn strike_named_by_connection(&mut self) {
        let Memory { bytes, spans, .. } = self;
        for index in 0..spans.len() {
            let Some(span) = spans.get(index) else { continue };
            if !name_bytes(bytes, span).eq_ignore_ascii_case(b"connection") {
                continue;
            }
            let list = value(bytes, span);
            for token in tokens(list) {
                for other in spans.iter_mut() {
                    if other.forwarded && name_bytes(bytes, other).eq_ignore_ascii_case(token) {
                        other.forwarded = false;
                    }
                }
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.spans.iter().map(|span| (name(&self.bytes, span), value(&self.bytes, span)))
    }

    /// The first field of that name, in any case. In place of its calls, where the name is mostly known.
    #[inline]
    pub(crate) fn find(&self, wanted: &str) -> Option<&[u8]> {
        self.find_all(wanted).next()
    }

    #[inline]
    pub(crate) fn find_all<'a>(&'a self, wanted: &str) -> impl Iterator<Item = &'a [u8]> {
        let (wanted, folded) = (wanted.as_bytes(), Folded::of(wanted.as_bytes()));
        let may_be_there = self.lengths & bit_of(wanted.len()) != 0;
        let spans: &[Span] = if may_be_there { &self.spans } else { &[] };
        spans
            .iter()
            .filter(move |span| span.name_length as usize == wanted.len() && span.name == folded)
            .filter(|span| is_same_between(wanted, name_bytes(&self.bytes, span)))
            .map(|span| value(&self.bytes, span))
    }

    /// Writes the end-to-end fields, those left out for which `skip` says true. Neighbouring lines that are in canonical form already are
    /// copied in one go; the result is the same as writing each anew.
    pub(crate) fn copy(&self, out: &mut Vec<u8>, mut skip: impl FnMut(&[u8], &[u8]) -> bool) {
        let mut run = 0..0;
        for span in &self.spans {
            let start = span.line as usize;
            if !span.forwarded {
                continue;
            }
            let value = value(&self.bytes, span);
            if skip(name_bytes(&self.bytes, span), value) {
                continue;
            }
            if !span.canonical {
                out.extend_from_slice(self.bytes.get(run.clone()).unwrap_or_default());
                run = 0..0;
                out.extend_from_slice(name_bytes(&self.bytes, span));
                out.extend_from_slice(b": ");
                out.extend_from_slice(value);
                out.extend_from_slice(b"\r\n");
                continue;
            }
            let end = (span.value + span.value_length) as usize + 2;
            if run.end == start {
                run.end = end;
            } else {
                out.extend_from_slice(self.bytes.get(run.clone()).unwrap_or_default());
                run = start..end;
            }
        }
        out.extend_from_slice(self.bytes.get(run).unwrap_or_default());
    }
}

impl Drop for Fields {
    fn drop(&mut self) {
        let Some(mut memory) = self.0.take() else { return };
        if memory.bytes.capacity() > KEPT_CAPACITY {
            return;
        }
        memory.bytes.clear();
        memory.line.clear();
        memory.spans.clear();
        memory.lengths = 0;
        // While the thread ends the list may be gone already; then the memory is simply freed.
        let _ = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            if free.len() < KEPT {
                free.push(memory);
            }
        });
    }
}

/// The elements of a comma-separated list, without blanks around them and without empty ones.
pub(crate) fn tokens(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|token| !token.is_empty())
}

fn name_bytes<'b>(bytes: &'b [u8], span: &Span) -> &'b [u8] {
    let start = span.line as usize;
    bytes.get(start..start + span.name_length as usize).unwrap_or_default()
}

fn name<'b>(bytes: &'b [u8], span: &Span) -> &'b str {
    // A header name is a token, so it is ASCII.
    std::str::from_utf8(name_bytes(bytes, span)).unwrap_or_default()
}

fn value<'b>(bytes: &'b [u8], span: &Span) -> &'b [u8] {
    let start = span.value as usize;
    bytes.get(start..start + span.value_length as usize).unwrap_or_default()
}

/// A Content-Length: decimal digits alone, below 2^63.
pub(crate) fn length(value: &[u8]) -> Option<u64> {
    if value.is_empty() || value.len() > 18 + 1 || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length =
        value.iter().try_fold(0_u64, |length, digit| length.checked_mul(10)?.checked_add(u64::from(digit - b'0')))?;
    (length <= i64::MAX as u64).then_some(length)
}
