//! The `Authorization: hmac …` header.
//!
//! Whatever is written there: nothing panics, what was read is within its bounds, and the plain way of writing it down
//! reads as the same. A signature made with a key for the listed headers holds for that key.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sign::key_pair::{HeaderNames, Key, http_date, parse};

fuzz_target!(|bytes: &[u8]| {
    // Dates come out of the same request.
    let _ = http_date(bytes);
    let Ok(parsed) = parse(bytes) else { return };
    let names: Vec<&str> = parsed.headers.iter().collect();
    assert!(!parsed.id.is_empty() && !parsed.signature.is_empty());
    assert!((1..=HeaderNames::MAX).contains(&names.len()));
    assert!(names.iter().all(|name| parsed.headers.contains(&name.to_ascii_uppercase())));

    let plain = format!(
        "hmac id=\"{}\", algorithm=\"{}\", headers=\"{}\", signature=\"{}\"",
        parsed.id,
        parsed.algorithm.as_str(),
        names.join(" "),
        parsed.signature
    );
    let again = parse(plain.as_bytes()).expect("the plain form is read");
    assert_eq!((again.id, again.algorithm, again.signature), (parsed.id, parsed.algorithm, parsed.signature));
    assert!(again.headers.iter().eq(names.iter().copied()));

    let key = Key::new(parsed.id.as_bytes());
    let lines = || names.iter().map(|name| (name.as_bytes(), bytes));
    let signature = key.sign(parsed.algorithm, lines());
    assert!(key.verify(parsed.algorithm, lines(), signature.as_bytes()));
    let given = parsed.signature;
    assert_eq!(key.verify(parsed.algorithm, lines(), given.as_bytes()), given == signature);
});
