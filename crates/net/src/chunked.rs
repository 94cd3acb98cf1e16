//! The chunked transfer coding (RFC 9112, 7.1), both ways.
//!
//! Stricter than the grammar where leniency has been used to smuggle requests: no blanks around the chunk size, CR LF only, bounded lines.

use std::ops::Range;

use crate::ChunkFault;

/// Longest chunk-size line, with its extensions, in bytes.
pub const LINE_BYTES: usize = 256;
/// Most bytes of chunk extensions in one body.
pub const EXTENSION_BYTES: usize = 16 * 1024;
/// Longest trailer section, in bytes.
pub const TRAILER_BYTES: usize = 8 * 1024;
/// Most fields in a trailer section.
const TRAILER_FIELDS: usize = 64;

/// What a piece of input turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bytes of the input that are dealt with.
    pub consumed: usize,
    /// Where in the input there is data of the body; empty if there is none.
    pub data: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Within the chunk size; how many digits so far.
    Size(u8),
    Extension,
    SizeBreak,
    Data,
    DataEnd,
    DataBreak,
    /// At the beginning of a trailer line, or of the last empty line.
    Line,
    Trailer,
    TrailerBreak,
    LastBreak,
    Done,
}

/// Decodes a chunked body piece by piece, however it is cut.
#[derive(Clone, Debug)]
pub struct Decoder {
    state: State,
    /// Size of the chunk, then what is left of it.
    left: u64,
    line: usize,
    extensions: usize,
    trailers: Vec<u8>,
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder { state: State::Size(0), left: 0, line: 0, extensions: 0, trailers: Vec::new() }
    }
}

impl Decoder {
    /// Whether the end of the body was reached.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// The trailer section as it came, each line with its CRLF; empty until the end was reached and when there was none.
    pub fn trailers(&self) -> &[u8] {
        if self.is_done() { &self.trailers } else { &[] }
    }

    /// How many bytes of data come next; 0 within the lines between two chunks.
    pub(crate) fn ahead(&self) -> u64 {
        if self.state == State::Data { self.left } else { 0 }
    }

    /// Goes on to the next run of data or to the end of the input. After the end of the body nothing is consumed.
    pub fn decode(&mut self, input: &[u8]) -> Result<Piece, ChunkFault> {
        let mut at = 0;
        while let Some(byte) = input.get(at).copied() {
            self.state = match self.state {
                State::Size(digits) => self.size(digits, byte)?,
                State::Extension => match byte {
                    b'\r' => State::SizeBreak,
                    b'\t' | b' '..=b'~' | 0x80.. => {
                        self.extensions += 1;
                        State::Extension
                    }
                    _ => return Err(ChunkFault::Extension),
                },
                State::SizeBreak if byte == b'\n' => {
                    self.line = 0;
                    if self.left == 0 { State::Line } else { State::Data }
                }
                State::Data => {
                    let there = input.len() - at;
                    let taken = usize::try_from(self.left).map_or(there, |left| left.min(there));
                    self.left -= taken as u64;
                    if self.left == 0 {
                        self.state = State::DataEnd;
                    }
                    return Ok(Piece { consumed: at + taken, data: at..at + taken });
                }
                State::DataEnd if byte == b'\r' => State::DataBreak,
                State::DataBreak if byte == b'\n' => State::Size(0),
                State::Line if byte == b'\r' => State::LastBreak,
                State::Line | State::Trailer => {
                    if byte == b'\n' || self.trailers.len() >= TRAILER_BYTES {
                        return Err(ChunkFault::Trailer);
                    }
                    self.trailers.push(byte);
                    if byte == b'\r' { State::TrailerBreak } else { State::Trailer }
                }
                State::TrailerBreak if byte == b'\n' => {
                    self.trailers.push(byte);
                    State::Line
                }
                State::LastBreak if byte == b'\n' => {
                    check_trailers(&self.trailers)?;
                    self.state = State::Done;
                    return Ok(Piece { consumed: at + 1, data: 0..0 });
                }
                State::Done => break,
                _ => return Err(ChunkFault::LineBreak),
            };
            if matches!(self.state, State::Size(_) | State::Extension | State::SizeBreak) {
                self.line += 1;
                if self.line > LINE_BYTES || self.extensions > EXTENSION_BYTES {
                    return Err(ChunkFault::Overlong);
                }
            }
            at += 1;
        }
        Ok(Piece { consumed: at, data: 0..0 })
    }

    fn size(&mut self, digits: u8, byte: u8) -> Result<State, ChunkFault> {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            b';' if digits > 0 => return Ok(State::Extension),
            b'\r' if digits > 0 => return Ok(State::SizeBreak),
            _ => return Err(ChunkFault::Size),
        };
        if digits == 0 {
            self.left = 0;
            self.line = 0;
        }
        if digits >= 16 || self.left > u64::MAX >> 5 {
            return Err(ChunkFault::Size);
        }
        self.left = self.left << 4 | u64::from(digit);
        Ok(State::Size(digits + 1))
    }
}

fn check_trailers(lines: &[u8]) -> Result<(), ChunkFault> {
    each_trailer(lines, |_, _| {}).ok_or(ChunkFault::Trailer)
}

/// Calls `take` for each field of a trailer section; `None` if it is malformed.
fn each_trailer(lines: &[u8], mut take: impl FnMut(&str, &[u8])) -> Option<()> {
    if lines.is_empty() {
        return Some(());
    }
    let mut closed = Vec::with_capacity(lines.len() + 2);
    closed.extend_from_slice(lines);
    closed.extend_from_slice(b"\r\n");
    let mut slots = [httparse::EMPTY_HEADER; TRAILER_FIELDS];
    let Ok(httparse::Status::Complete((consumed, fields))) = httparse::parse_headers(&closed, &mut slots) else {
        return None;
    };
    if consumed != closed.len() {
        return None;
    }
    for field in fields {
        take(field.name, field.value);
    }
    Some(())
}

/// Appends one chunk. `data` must not be empty: an empty chunk ends the body.
pub fn encode(out: &mut Vec<u8>, data: &[u8]) {
    encode_size(out, data.len());
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
}

/// Appends the line before a chunk of `size` bytes.
fn encode_size(out: &mut Vec<u8>, size: usize) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 18];
    let mut start = 16;
    let mut rest = size;
    text[16..].copy_from_slice(b"\r\n");
    loop {
        start -= 1;
        text[start] = DIGITS[rest % 16];
        rest /= 16;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(text.get(start..).unwrap_or_default());
}

/// Appends the last chunk and the trailer section `trailers` (lines with CRLF, checked by [`Decoder`]), without the fields that a trailer
/// section must not hold because they say how a message is read, routed or authenticated (RFC 9110, 6.5.1).
pub fn encode_end(out: &mut Vec<u8>, trailers: &[u8]) {
    out.extend_from_slice(b"0\r\n");
    // The decoder has checked them; a malformed section is left out.
    let _ = each_trailer(trailers, |name, value| {
        if !is_forbidden(name) {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        }
    });
    out.extend_from_slice(b"\r\n");
}

fn is_forbidden(name: &str) -> bool {
    const FORBIDDEN: [&str; 21] = [
        "age",
        "authorization",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-range",
        "content-type",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "location",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    FORBIDDEN.iter().any(|forbidden| name.eq_ignore_ascii_case(forbidden))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Decodes `parts` one after another: the body, the trailers, and what was not consumed.
    fn decode(parts: &[&[u8]]) -> Result<(Vec<u8>, Vec<u8>, bool, usize), ChunkFault> {
        let mut decoder = Decoder::default();
        let (mut body, mut consumed) = (Vec::new(), 0);
        for part in parts {
            let mut part = *part;
            while !part.is_empty() && !decoder.is_done() {
                let piece = decoder.decode(part)?;
                body.extend_from_slice(&part[piece.data]);
                consumed += piece.consumed;
                part = &part[piece.consumed..];
            }
        }
        Ok((body, decoder.trailers().to_vec(), decoder.is_done(), consumed))
    }

    #[test]
    fn good_bodies_decode() {
        for (coded, body, trailers) in [
            ("0\r\n\r\n", "", ""),
            ("5\r\nhello\r\n0\r\n\r\n", "hello", ""),
            ("A\r\n0123456789\r\n00a\r\n0123456789\r\n000\r\n\r\n", "01234567890123456789", ""),
            ("5;a=b;c=\"d e\"\r\nhello\r\n0;last\r\n\r\n", "hello", ""),
            ("1\r\n\n\r\n0\r\nSum: 1\r\nX:\r\n\r\n", "\n", "Sum: 1\r\nX:\r\n"),
        ] {
            let decoded = decode(&[coded.as_bytes()]);
            assert_eq!(decoded, Ok((body.into(), trailers.into(), true, coded.len())), "{coded:?}");
        }
    }

    #[test]
    fn bad_bodies_are_refused() {
        let long_line = format!("5;{}\r\nhello\r\n", "x".repeat(LINE_BYTES));
        let many_extensions = format!("1;{}\r\na\r\n", "x".repeat(200)).repeat(100);
        let long_trailer = format!("0\r\nA: {}\r\n\r\n", "x".repeat(TRAILER_BYTES));
        let many_trailers = format!("0\r\n{}\r\n", "A: b\r\n".repeat(TRAILER_FIELDS + 1));
        for (coded, fault) in [
            ("\r\n", ChunkFault::Size),
            ("g\r\n", ChunkFault::Size),
            ("-1\r\n", ChunkFault::Size),
            ("+1\r\n", ChunkFault::Size),
            ("0x1\r\n", ChunkFault::Size),
            (" 5\r\nhello\r\n", ChunkFault::Size),
            ("5 \r\nhello\r\n", ChunkFault::Size),
            ("5 ;a\r\nhello\r\n", ChunkFault::Size),
            (";a\r\n", ChunkFault::Size),
            ("5\nhello\n", ChunkFault::Size),
            ("ffffffffffffffff\r\n", ChunkFault::Size),
            ("00000000000000001\r\n", ChunkFault::Size),
            ("5;a\nhello\r\n", ChunkFault::Extension),
            ("5;a\0\r\nhello\r\n", ChunkFault::Extension),
            ("5\rhello", ChunkFault::LineBreak),
            ("5;a\rb\r\n", ChunkFault::LineBreak),
            ("5\r\nhello!\r\n", ChunkFault::LineBreak),
            ("5\r\nhello\n0\r\n\r\n", ChunkFault::LineBreak),
            ("5\r\nhello\r0", ChunkFault::LineBreak),
            ("0\r\n\rX", ChunkFault::LineBreak),
            ("0\r\n\n", ChunkFault::Trailer),
            ("0\r\nA: b\n\r\n", ChunkFault::Trailer),
            ("0\r\nA : b\r\n\r\n", ChunkFault::Trailer),
            ("0\r\nA: b\r\n c\r\n\r\n", ChunkFault::Trailer),
            ("0\r\nno colon\r\n\r\n", ChunkFault::Trailer),
            ("0\r\nA: \0\r\n\r\n", ChunkFault::Trailer),
            (long_trailer.as_str(), ChunkFault::Trailer),
            (many_trailers.as_str(), ChunkFault::Trailer),
            (long_line.as_str(), ChunkFault::Overlong),
            (many_extensions.as_str(), ChunkFault::Overlong),
        ] {
            assert_eq!(decode(&[coded.as_bytes()]), Err(fault), "{coded:?}");
        }
    }

    #[test]
    fn nothing_behind_the_end_is_consumed() {
        assert_eq!(decode(&[b"0\r\n\r\nGET / HTTP/1.1"]), Ok((vec![], vec![], true, 5)));
    }

    #[test]
    fn forbidden_trailers_are_left_out() {
        let mut out = Vec::new();
        encode_end(&mut out, b"Sum: 1\r\nContent-Length: 5\r\nHOST: x\r\nNote:two\r\n");
        assert_eq!(out, b"0\r\nSum: 1\r\nNote: two\r\n\r\n");
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_result(input in chunky(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8)) {
            let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
            places.extend([0, input.len()]);
            places.sort_unstable();
            let parts: Vec<_> = places.windows(2).map(|pair| &input[pair[0]..pair[1]]).collect();
            prop_assert_eq!(decode(&parts), decode(&[&input]));
        }

        #[test]
        fn what_is_encoded_decodes_to_the_same(pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..600), 0..6)) {
            let mut coded = Vec::new();
            for piece in &pieces {
                encode(&mut coded, piece);
            }
            encode_end(&mut coded, b"A: b\r\n");
            prop_assert_eq!(decode(&[&coded]), Ok((pieces.concat(), b"A: b\r\n".to_vec(), true, coded.len())));
        }
    }

    /// Inputs that are nearly chunked bodies.
    fn chunky() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            8 => proptest::collection::vec(any::<u8>(), 1..40).prop_map(|data| { let mut out = Vec::new(); encode(&mut out, &data); out }),
            1 => Just(b"0\r\n\r\n".to_vec()),
            1 => Just(b"0\r\nA: b\r\nC: d\r\n\r\n".to_vec()),
            1 => Just(b"3;x=y\r\nabc\r\n".to_vec()),
            1 => proptest::collection::vec(any::<u8>(), 0..6),
        ];
        proptest::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
    }
}
