//! What is wrong with a head that the [scan](super::scan) does not take, said by a library that looks at every byte.

use std::mem::MaybeUninit;

use super::request::within;
use super::response::LONGEST;
use crate::{HeadFault, Limits, ResponseFault};

/// Nothing is wrong where only more has to come.
#[cold]
pub(super) fn of_request(bytes: &[u8], limits: &Limits) -> Option<HeadFault> {
    let mut slots = [const { MaybeUninit::uninit() }; Limits::MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut []);
    match parsed.parse_with_uninit_headers(bytes, &mut slots) {
        Ok(httparse::Status::Partial) => too_long(bytes, limits),
        Err(error) => Some(diagnose(bytes, error, limits)),
        // The library takes two things besides: targets beyond ASCII, and lines that end with LF alone.
        Ok(httparse::Status::Complete(length)) => {
            let target = parsed.path.unwrap_or_default();
            let of_form = if target.is_ascii() { HeadFault::BareLineBreak } else { HeadFault::Target };
            within(target.len(), length, parsed.headers.len(), limits).err().or(Some(of_form))
        }
    }
}

/// Whether a head that is not all there yet is too long already.
fn too_long(bytes: &[u8], limits: &Limits) -> Option<HeadFault> {
    // Room for the longest target, a method, a version and their blanks.
    let longest_line = limits.target_bytes + 64;
    if bytes.len() >= limits.head_bytes.min(longest_line) && memchr::memchr(b'\n', bytes).is_none() {
        return Some(HeadFault::TargetTooLong);
    }
    (bytes.len() >= limits.head_bytes).then_some(HeadFault::TooLarge)
}

/// Finds the name for what the tokeniser refused. Not on the path of a good request.
#[cold]
fn diagnose(bytes: &[u8], error: httparse::Error, limits: &Limits) -> HeadFault {
    let line_end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let line = bytes.get(..line_end).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match error {
        httparse::Error::TooManyHeaders => HeadFault::TooManyHeaders,
        httparse::Error::Version => match line.rsplit(|byte| *byte == b' ').next() {
            Some([b'H', b'T', b'T', b'P', b'/', major, b'.', minor])
                if major.is_ascii_digit()
                    && minor.is_ascii_digit()
                    && &[*major, *minor] != b"10"
                    && &[*major, *minor] != b"11" =>
            {
                HeadFault::Version
            }
            _ => HeadFault::RequestLine,
        },
        httparse::Error::Token if line.len() > limits.target_bytes + 64 => HeadFault::TargetTooLong,
        httparse::Error::Token | httparse::Error::Status => HeadFault::RequestLine,
        httparse::Error::NewLine => HeadFault::BareLineBreak,
        httparse::Error::HeaderName | httparse::Error::HeaderValue => {
            let mut previous = 0;
            for end in memchr::memchr_iter(b'\n', bytes) {
                if bytes.get(end.wrapping_sub(1)) != Some(&b'\r') {
                    return HeadFault::BareLineBreak;
                }
                if previous > 0 && matches!(bytes.get(previous), Some(b' ' | b'\t')) {
                    return HeadFault::Folding;
                }
                if end == previous + 1 {
                    break;
                }
                previous = end + 1;
            }
            if error == httparse::Error::HeaderName {
                HeadFault::HeaderName
            } else if memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1).is_some_and(|next| *next != b'\n')) {
                HeadFault::BareLineBreak
            } else {
                HeadFault::HeaderValue
            }
        }
    }
}

/// Nothing is wrong where only more has to come.
#[cold]
pub(super) fn of_response(bytes: &[u8]) -> Option<ResponseFault> {
    if bytes.first().is_some_and(|first| *first != b'H') {
        return Some(ResponseFault::StatusLine);
    }
    let mut slots = [const { MaybeUninit::uninit() }; Limits::MOST_HEADERS];
    let mut parsed = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    match config.parse_response_with_uninit_headers(&mut parsed, bytes, &mut slots) {
        Ok(httparse::Status::Partial) if bytes.len() < LONGEST => None,
        Ok(httparse::Status::Partial) => Some(ResponseFault::TooLarge),
        Ok(httparse::Status::Complete(length)) if length > LONGEST => Some(ResponseFault::TooLarge),
        // The library takes two things besides: a status below 100, and lines that end with LF alone.
        Ok(httparse::Status::Complete(_)) if parsed.code.is_some_and(|status| status < 100) => {
            Some(ResponseFault::Status)
        }
        Ok(httparse::Status::Complete(_)) => Some(ResponseFault::LineBreak),
        Err(error) => Some(name_of(error)),
    }
}

#[cold]
fn name_of(error: httparse::Error) -> ResponseFault {
    match error {
        httparse::Error::HeaderName | httparse::Error::HeaderValue | httparse::Error::Token => ResponseFault::Header,
        httparse::Error::NewLine => ResponseFault::LineBreak,
        httparse::Error::Status => ResponseFault::StatusLine,
        httparse::Error::TooManyHeaders => ResponseFault::TooLarge,
        httparse::Error::Version => ResponseFault::Version,
    }
}
