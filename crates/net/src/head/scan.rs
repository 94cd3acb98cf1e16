//! Takes a well-formed head apart, line by line, sixteen bytes at a time.
//!
//! What is not there yet and what is not well-formed is the same here: nothing. Which of both it is, and what is wrong,
//! [`super::fault`] says; heads like that are few.

use std::ops::Range;

use crate::Version;

/// What a request begins with. `end` is behind its CR LF.
pub(super) struct RequestLine<'b> {
    pub(super) method: &'b [u8],
    /// Printable ASCII.
    pub(super) target: &'b [u8],
    pub(super) version: Version,
    pub(super) end: usize,
}

/// What a response begins with. `end` is behind its CR LF.
pub(super) struct StatusLine {
    pub(super) version: Version,
    /// 0 to 999.
    pub(super) status: u16,
    pub(super) reason: Range<usize>,
    pub(super) end: usize,
}

/// A field's line. The value is without the blanks around it; `end` is behind the CR LF.
pub(super) struct FieldLine {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
    pub(super) end: usize,
}

/// `method SP request-target SP HTTP-version` (RFC 9112, 3).
#[inline]
pub(super) fn request_line(bytes: &[u8]) -> Option<RequestLine<'_>> {
    let method_end = token_end(bytes, 0);
    let target_start = method_end + 1;
    let target_end = text_end(bytes, target_start, b'!');
    if method_end == 0 || target_end == target_start || bytes.get(method_end) != Some(&b' ') {
        return None;
    }
    let target = bytes.get(target_start..target_end).filter(|target| target.is_ascii())?;
    let version = match bytes.get(target_end..target_end + 11)? {
        b" HTTP/1.1\r\n" => Version::Http11,
        b" HTTP/1.0\r\n" => Version::Http10,
        _ => return None,
    };
    Some(RequestLine { method: bytes.get(..method_end)?, target, version, end: target_end + 11 })
}

/// `HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112, 4), or, as many send it, without the second blank.
#[inline]
pub(super) fn status_line(bytes: &[u8]) -> Option<StatusLine> {
    let version = match bytes.first_chunk()? {
        b"HTTP/1.1 " => Version::Http11,
        b"HTTP/1.0 " => Version::Http10,
        _ => return None,
    };
    let digits = bytes.get(9..12).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    let status = digits.iter().fold(0, |status, digit| status * 10 + u16::from(digit - b'0'));
    let reason = if bytes.get(12) == Some(&b' ') { 13 } else { 12 };
    let reason = reason..if reason == 12 { 12 } else { line_end(bytes, reason)? };
    (bytes.get(reason.end..reason.end + 2)? == b"\r\n").then(|| {
        let end = reason.end + 2;
        StatusLine { version, status, reason, end }
    })
}

/// `field-name ":" OWS field-value OWS` (RFC 9112, 5), from `start`.
#[inline]
pub(super) fn field_line(bytes: &[u8], start: usize) -> Option<FieldLine> {
    let colon = token_end(bytes, start);
    if colon == start || bytes.get(colon) != Some(&b':') {
        return None;
    }
    let is_blank = |at: usize| matches!(bytes.get(at), Some(b' ' | b'\t'));
    let mut from = colon + 1;
    while is_blank(from) {
        from += 1;
    }
    let end = line_end(bytes, from)?;
    let mut to = end;
    while to > from && is_blank(to - 1) {
        to -= 1;
    }
    Some(FieldLine { name: start..colon, value: from..to, end: end + 2 })
}

/// Whether the empty line that ends a head begins at `at`.
#[inline]
pub(super) fn is_end(bytes: &[u8], at: usize) -> bool {
    bytes.get(at..at + 2) == Some(b"\r\n")
}

/// Where the CR LF is up to which there are only blanks, what is visible and what is beyond ASCII (RFC 9110, 5.5).
#[inline]
fn line_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut end = text_end(bytes, from, b' ');
    while bytes.get(end) == Some(&b'\t') {
        end = text_end(bytes, end + 1, b' ');
    }
    (bytes.get(end..end + 2)? == b"\r\n").then_some(end)
}

/// Where the token ends that begins at `start` (RFC 9110, 5.6.2).
#[inline]
fn token_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().position(|byte| !TOKEN[usize::from(*byte)]).unwrap_or(rest.len())
}

static TOKEN: [bool; 256] = table_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~");

/// Which bytes are among those that are `allowed`.
pub(super) const fn table_of(allowed: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut index = 0;
    while index < allowed.len() {
        table[allowed[index] as usize] = true;
        index += 1;
    }
    table
}

/// Where the text ends that begins at `start`: at a byte below `lowest`, which is ASCII, or DEL.
#[inline]
fn text_end(bytes: &[u8], start: usize, lowest: u8) -> usize {
    find(bytes, start, |byte| (byte < lowest) | (byte == 0x7f))
}

/// The first byte from `start` on that is looked for, or the end. Whether it is must be said without a branch: then the
/// compiler looks at all bytes of a block at once.
#[inline]
fn find(bytes: &[u8], start: usize, is_it: impl Fn(u8) -> bool + Copy) -> usize {
    let (blocks, tail) = bytes.get(start..).unwrap_or_default().as_chunks::<16>();
    for (index, block) in blocks.iter().enumerate() {
        if block.iter().fold(false, |found, byte| found | is_it(*byte)) {
            let mut marks = [0; 16];
            for (mark, byte) in marks.iter_mut().zip(block) {
                *mark = if is_it(*byte) { 0xff } else { 0 };
            }
            return start + index * 16 + u128::from_le_bytes(marks).trailing_zeros() as usize / 8;
        }
    }
    let end = start + blocks.len() * 16;
    end + tail.iter().position(|byte| is_it(*byte)).unwrap_or(tail.len())
}
