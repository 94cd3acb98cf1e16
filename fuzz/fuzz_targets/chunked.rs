//! The chunked decoder: see `net::check::chunked`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| net::check::chunked(bytes));
