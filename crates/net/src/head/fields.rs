//! Header fields as spans of the head's bytes, in the order and case in which they came.

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};

use crate::Limits;

/// Room for the tokeniser's results, on the stack.
pub(crate) const SLOTS: usize = Limits::MOST_HEADERS;
pub(crate) type Slots<'b> = [MaybeUninit<httparse::Header<'b>>; SLOTS];

/// One header field: `line` is where its name begins in the head's bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    line: u32,
    value: u32,
    value_length: u32,
    name_length: u32,
    /// The line is exactly `Name: value\r\n`, so that it can be copied as it is.
    canonical: bool,
    /// End-to-end: goes to the other side.
    forwarded: bool,
}

/// What a field means to this hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Host,
    Length,
    Encoding,
    Connection,
    Expect,
    Te,
    Upgrade,
    /// Belongs to this hop, and nothing is to be done about it.
    Hop,
    /// Belongs to the ends.
    EndToEnd,
}

impl Meaning {
    pub(crate) fn of(name: &str) -> Meaning {
        let is = |other: &str| is_same_name(name.as_bytes(), other.as_bytes());
        match name.len() {
            2 if is("te") => Meaning::Te,
            4 if is("host") => Meaning::Host,
            6 if is("expect") => Meaning::Expect,
            7 if is("upgrade") => Meaning::Upgrade,
            10 if is("connection") => Meaning::Connection,
            10 if is("keep-alive") => Meaning::Hop,
            14 if is("content-length") => Meaning::Length,
            16 if is("proxy-connection") => Meaning::Hop,
            17 if is("transfer-encoding") => Meaning::Encoding,
            18 if is("proxy-authenticate") => Meaning::Hop,
            19 if is("proxy-authorization") => Meaning::Hop,
            _ => Meaning::EndToEnd,
        }
    }
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

/// A line that does not end with CR LF, or has an obsolete fold.
#[derive(Debug)]
pub(crate) struct BareBreak;

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
    /// Notes a field that the tokeniser found in `head` and returns where its line ends. The tokeniser takes LF alone for a line end; this does not.
    pub(crate) fn note(
        &mut self,
        head: &[u8],
        field: &httparse::Header<'_>,
        forwarded: bool,
    ) -> Result<usize, BareBreak> {
        let line = offset(head, field.name.as_bytes());
        let value = offset(head, field.value);
        let mut end = value + field.value.len();
        while matches!(head.get(end), Some(b' ' | b'\t')) {
            end += 1;
        }
        if head.get(end..end + 2) != Some(b"\r\n") {
            return Err(BareBreak);
        }
        let name_length = field.name.len();
        self.lengths |= bit_of(name_length);
        self.spans.push(Span {
            line: line as u32,
            value: value as u32,
            value_length: field.value.len() as u32,
            name_length: name_length as u32,
            canonical: value == line + name_length + 2
                && head.get(value.wrapping_sub(1)) == Some(&b' ')
                && end == value + field.value.len(),
            forwarded,
        });
        Ok(end + 2)
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

    /// The first field of that name, in any case. Not in place of its calls: there are many.
    #[inline(never)]
    pub(crate) fn find(&self, wanted: &str) -> Option<&[u8]> {
        self.find_all(wanted).next()
    }

    pub(crate) fn find_all<'a>(&'a self, wanted: &str) -> impl Iterator<Item = &'a [u8]> {
        let may_be_there = self.lengths & bit_of(wanted.len()) != 0;
        let spans: &[Span] = if may_be_there { &self.spans } else { &[] };
        spans
            .iter()
            .filter(|span| span.name_length as usize == wanted.len())
            .filter(|span| is_same_name(name_bytes(&self.bytes, span), wanted.as_bytes()))
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

/// Where `part`, a slice of `whole`, begins in it.
pub(crate) fn offset(whole: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize)
}

/// The elements of a comma-separated list, without blanks around them and without empty ones.
pub(crate) fn tokens(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|token| !token.is_empty())
}

/// True when both are the same but for the case of ASCII letters: eight bytes at a time, for names are short and looked for
/// all the time.
#[inline]
pub(crate) fn is_same_name(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    // The last word begins where the one before ends, or earlier: what stands in both is compared twice.
    match (a.last_chunk::<8>().zip(b.last_chunk::<8>()), ends(a).zip(ends(b))) {
        (Some((a_last, b_last)), _) => {
            let whole = a.as_chunks().0.iter().zip(b.as_chunks().0);
            is_same_word(*a_last, *b_last) && whole.into_iter().all(|(a, b)| is_same_word(*a, *b))
        }
        (None, Some((a, b))) => is_same_word(a, b),
        (None, None) => a.eq_ignore_ascii_case(b),
    }
}

/// The first four bytes and the last four.
#[inline]
fn ends(name: &[u8]) -> Option<[u8; 8]> {
    let (first, last) = name.first_chunk::<4>().zip(name.last_chunk::<4>())?;
    let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
    Some((u64::from(first) | u64::from(last) << 32).to_le_bytes())
}

#[inline]
fn is_same_word(a: [u8; 8], b: [u8; 8]) -> bool {
    let (a, b) = (u64::from_le_bytes(a), u64::from_le_bytes(b));
    a == b || lower(a) == lower(b)
}

/// Eight bytes, ASCII capitals among them made small; all others as they are.
#[inline]
fn lower(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let low = word & (ONES * 0x7f);
    // The high bit of each byte: at least `A`, above `Z`, beyond ASCII.
    let (from_a, above_z) = (low + ONES * u64::from(0x80 - b'A'), low + ONES * u64::from(0x7f - b'Z'));
    let capital = (from_a & !above_z) & !word & (ONES * 0x80);
    word | capital >> 2
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn names_are_compared_as_the_library_does(
            a in proptest::collection::vec(any::<u8>(), 0..40),
            at in any::<proptest::sample::Index>(),
            other in any::<u8>(),
            flip in any::<u64>(),
        ) {
            // The same letters in any case, and then one byte that may be another.
            let mut b = a.clone();
            for (index, byte) in b.iter_mut().enumerate() {
                if flip >> (index % 64) & 1 == 1 {
                    *byte = if byte.is_ascii_lowercase() { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
                }
            }
            prop_assert!(is_same_name(&a, &b));
            if !b.is_empty() {
                let at = at.index(b.len());
                b[at] = other;
                prop_assert_eq!(is_same_name(&a, &b), a.eq_ignore_ascii_case(&b));
                b[at] = a[at] ^ 0x20;
                prop_assert_eq!(is_same_name(&a, &b), a.eq_ignore_ascii_case(&b));
                b.pop();
                prop_assert!(!is_same_name(&a, &b));
            }
        }
    }
}
