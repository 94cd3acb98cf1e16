//! Conditions as operators write them.
//!
//! Whatever is written: nothing panics, a refusal tells a place within the text, and what is taken is read again from
//! what is stored of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::Condition;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    match Condition::try_from(text.to_owned()) {
        Ok(condition) => {
            let stored = String::from(condition.clone());
            assert_eq!(stored, text);
            assert!(Condition::try_from(stored).is_ok_and(|again| again == condition));
        }
        Err(refused) if text.len() > Condition::LONGEST => assert!(refused.reason.contains("bytes long")),
        Err(refused) => {
            let told = refused.reason.strip_prefix("at character ").expect("a place");
            let (place, _) = told.split_once(':').expect("a place");
            let place: usize = place.parse().expect("a number");
            assert!((1..=text.chars().count() + 1).contains(&place));
        }
    }
});
