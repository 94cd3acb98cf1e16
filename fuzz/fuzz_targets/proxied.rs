//! Headers of the PROXY protocol: see `net::check::proxied`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| net::check::proxied(bytes));
