//! A management call signed with TC3: `Authorization`, method, path and query each on a line, then headers, an empty
//! line and the body.
//!
//! Whatever is written there: nothing panics, a signature that was not made with the key does not hold, and what we
//! sign ourselves is read and holds.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sign::tc3::{Refusal, Request, parse, sign, verify};

const KEY: &[u8] = b"a key that no input was signed with";

fuzz_target!(|bytes: &[u8]| {
    let (head, body) = match bytes.windows(2).position(|window| window == b"\n\n") {
        Some(end) => (&bytes[..end], &bytes[end + 2..]),
        None => (bytes, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let authorization = lines.next().unwrap_or_default();
    let mut text = || str::from_utf8(lines.next().unwrap_or_default()).unwrap_or_default();
    let (method, path, query) = (text(), text(), text());
    let headers: Vec<(&str, &[u8])> = lines
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            Some((str::from_utf8(&line[..colon]).ok()?, &line[colon + 1..]))
        })
        .collect();
    let request = Request { method, path, query, headers: &headers, body };

    if let Ok(parsed) = parse(authorization) {
        let parts = [parsed.secret_id, parsed.service, parsed.date, parsed.signed_headers, parsed.signature];
        assert!(parts.iter().all(|part| !part.is_empty() && part.is_ascii()));
        match verify(&request, &parsed, KEY) {
            Ok(()) => panic!("an unknown key's signature was made without it"),
            Err(Refusal::Mismatch { string_to_sign, .. }) => assert_eq!(string_to_sign.lines().count(), 4),
            Err(_) => {}
        }
    }
    if let Ok(value) = sign(&request, "AKID1", KEY, "apigateway") {
        let parsed = parse(value.as_bytes()).expect("our own authorization is read");
        assert_eq!(verify(&request, &parsed, KEY), Ok(()));
    }
});
