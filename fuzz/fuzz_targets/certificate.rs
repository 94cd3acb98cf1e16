//! What operators upload as a certificate: the input is once a text in PEM that holds chain and key together, and once a
//! certificate in DER, alone and put into PEM.
//!
//! Whatever is written there: nothing panics, what is taken is for at least one name, and what is kept of it can be read
//! again and says the same.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use sign::certificate::{Unfit, authorities, examine, line, subject};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = str::from_utf8(bytes) {
        pem(text);
    }
    der(bytes);
});

fn pem(text: &str) {
    if let Some(line) = line::of_pem(text) {
        assert!(line.bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(line::read(&line).is_some(), "a key that was written is read");
    }
    let _ = line::read(text);
    let Ok(found) = examine(text, text) else { return };
    assert!(!found.names.is_empty());
    assert_eq!(found.fingerprint.len(), 64);
    assert!(authorities(&found.chain).is_ok_and(|count| count > 0));
    assert_eq!(examine(&found.chain, text), Ok(found), "what is kept can be read again");
}

fn der(bytes: &[u8]) {
    let text = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(bytes));
    let taken = authorities(&text).is_ok();
    // There is no key, so whoever gets that far has a certificate that was read and has names.
    match examine(&text, "") {
        Err(Unfit::Key | Unfit::Nameless) => assert!(taken),
        Err(Unfit::Chain(_)) => assert!(!taken),
        other => panic!("{other:?} without a key"),
    }
    if subject(bytes).is_some() {
        assert!(taken, "whoever has a subject is a certificate");
    }
}
