//! Asks the processor for memory before it is needed.
//!
//! A call among thousands of APIs finds its own cold in memory. What it will need of it is known as soon as the API is, and
//! needed when its signature has been verified: long enough for memory to come meanwhile.

use std::slice::from_ref;

use prefetch_index::prefetch_index;

/// The length of a line of the processor's cache, in bytes.
const LINE: usize = 64;

/// Asks for the line that `place` begins in.
#[inline]
pub(crate) fn fetch<T>(place: &T) {
    prefetch_index(from_ref(place), 0);
}

/// Asks for all of a short text.
#[inline]
pub(crate) fn fetch_text(text: &str) {
    let mut at = 0;
    while at < text.len() {
        prefetch_index(text.as_bytes(), at);
        at += LINE;
    }
}
