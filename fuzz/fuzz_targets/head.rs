//! Request and response heads: see `net::check::head`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| net::check::head(bytes));
