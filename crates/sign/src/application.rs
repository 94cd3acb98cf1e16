//! Applications: `Authorization: hmac …` of the key pair's grammar over more of the call: selected headers, the method,
//! `Accept`, `Content-Type`, `Content-MD5`, and the path with all parameters (spec: application).
//!
//! The vendor's documentation says one form of the string to sign, and its demos in five languages differ from it and
//! from each other in the spelling of parameters. Whoever checks takes each [`Spelling`] in turn.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest as _, Md5};

/// What of a call is signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'c> {
    /// The selected headers in the order in which they are listed, names as they are listed.
    pub headers: &'c [(&'c str, &'c [u8])],
    /// In upper case.
    pub method: &'c str,
    /// The value of `Accept`; empty for none.
    pub accept: &'c [u8],
    /// The value of `Content-Type`; empty for none.
    pub content_type: &'c [u8],
    /// The value of `Content-MD5`, sent or not; empty for none.
    pub content_md5: &'c [u8],
    /// The path without the environment's segment.
    pub path: &'c str,
    /// The query as it is sent, without `?`.
    pub query: &'c [u8],
    /// The form body as it is sent; empty where the body is no form.
    pub form: &'c [u8],
}

/// With more parameters than this only the two spellings are tried that most clients use: each costs a sort of them all.
const MOST_PAIRS: usize = 1000;

/// One way to write the string to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spelling {
    headers: Headers,
    parameters: Parameters,
    blocks: Blocks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Headers {
    /// In lower case, sorted: as documented.
    Sorted,
    /// As they are listed.
    Listed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parameters {
    /// Decoded, sorted by name and then by value; an empty value leaves the name alone: as documented.
    Decoded,
    /// The same, with `=` behind every name (Node).
    WithEquals,
    /// As they are sent, sorted as whole texts (Python).
    Raw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blocks {
    /// Query and form are sorted together: as documented.
    One,
    /// The sorted query, then the sorted form (Java).
    Two,
}

impl Spelling {
    /// The documented one.
    pub const DOCUMENTED: Self =
        Self { headers: Headers::Sorted, parameters: Parameters::Decoded, blocks: Blocks::One };

    /// Every spelling that real clients use, the documented one first.
    pub fn all() -> impl Iterator<Item = Self> {
        [Headers::Sorted, Headers::Listed].into_iter().flat_map(|headers| {
            [Blocks::One, Blocks::Two].into_iter().flat_map(move |blocks| {
                [Parameters::Decoded, Parameters::WithEquals, Parameters::Raw].into_iter().map(move |parameters| Self {
                    headers,
                    parameters,
                    blocks,
                })
            })
        })
    }
}

impl Signed<'_> {
    /// The spellings that may be told apart in this call, the documented one first.
    pub fn spellings(&self) -> impl Iterator<Item = Spelling> {
        let ends = |text: &[u8]| text.iter().filter(|byte| **byte == b'&').count() + 1;
        let is_long = ends(self.query) + ends(self.form) > MOST_PAIRS;
        let has_two_blocks = !self.query.is_empty() && !self.form.is_empty() && !is_long;
        let is_upper = |name: &str| name.bytes().any(|byte| byte.is_ascii_uppercase());
        let is_as_listed = self.headers.is_sorted() && !self.headers.iter().any(|(name, _)| is_upper(name));
        Spelling::all().filter(move |spelling| {
            (spelling.headers == Headers::Sorted || !(is_as_listed || is_long))
                && (spelling.blocks == Blocks::One || has_two_blocks)
                && (spelling.parameters != Parameters::WithEquals || !is_long)
        })
    }
}

/// What is signed, in this spelling: the parts joined by line feeds, none at the end.
pub fn string_to_sign(signed: &Signed<'_>, spelling: Spelling) -> Vec<u8> {
    let mut lines: Vec<(String, &[u8])> = match spelling.headers {
        Headers::Sorted => signed.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), *value)).collect(),
        Headers::Listed => signed.headers.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
    };
    if spelling.headers == Headers::Sorted {
        lines.sort();
    }
    let mut text = Vec::new();
    for (name, value) in lines {
        text.extend_from_slice(name.as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value);
        text.push(b'\n');
    }
    for part in [signed.method.as_bytes(), signed.accept, signed.content_type, signed.content_md5] {
        text.extend_from_slice(part);
        text.push(b'\n');
    }
    text.extend_from_slice(signed.path.as_bytes());
    let mut mark = b'?';
    for pair in pairs(signed, spelling) {
        text.push(mark);
        text.extend_from_slice(&pair);
        mark = b'&';
    }
    text
}

/// The parameters, each as it is signed, in the order in which they are signed.
fn pairs(signed: &Signed<'_>, spelling: Spelling) -> Vec<Vec<u8>> {
    let sorted = |sources: &[&[u8]]| -> Vec<Vec<u8>> {
        if spelling.parameters == Parameters::Raw {
            let split = |source: &&[u8]| source.split(|byte| *byte == b'&').map(<[u8]>::to_vec).collect::<Vec<_>>();
            let mut raw: Vec<Vec<u8>> = sources.iter().flat_map(split).filter(|pair| !pair.is_empty()).collect();
            raw.sort();
            return raw;
        }
        let mut decoded: Vec<_> = sources.iter().flat_map(|source| form_urlencoded::parse(source)).collect();
        decoded.sort();
        let write = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
            if value.is_empty() && spelling.parameters == Parameters::Decoded {
                name.into_owned().into_bytes()
            } else {
                format!("{name}={value}").into_bytes()
            }
        };
        decoded.into_iter().map(write).collect()
    };
    match spelling.blocks {
        Blocks::One => sorted(&[signed.query, signed.form]),
        Blocks::Two => {
            let mut both = sorted(&[signed.query]);
            both.extend(sorted(&[signed.form]));
            both
        }
    }
}

/// `Content-MD5` as the vendor's demos make it: the Base64 of the hexadecimal digits.
pub fn content_md5(body: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut digits = String::with_capacity(32);
    for byte in Md5::digest(body) {
        let _written = write!(digits, "{byte:02x}");
    }
    BASE64.encode(digits)
}

/// `Content-MD5` as RFC 1864 has it, and the vendor's documentation: the Base64 of the 16 bytes.
pub fn content_md5_of_bytes(body: &[u8]) -> String {
    BASE64.encode(Md5::digest(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_pair::{Algorithm, Key};

    const DATE: (&str, &[u8]) = ("x-date", b"Thu, 11 Mar 2021 08:29:58 GMT");

    fn call<'c>(path: &'c str, query: &'c str, form: &'c str) -> Signed<'c> {
        Signed {
            headers: &[DATE],
            method: "GET",
            accept: b"",
            content_type: b"",
            content_md5: b"",
            path,
            query: query.as_bytes(),
            form: form.as_bytes(),
        }
    }

    fn parameters(query: &str, form: &str, spelling: Spelling) -> String {
        let text = String::from_utf8(string_to_sign(&call("/p", query, form), spelling)).unwrap();
        text.rsplit('\n').next().unwrap().to_owned()
    }

    #[test]
    fn the_published_call_is_signed_as_published() {
        let headers = [("source", &b"apigw test"[..]), DATE];
        let signed = Signed {
            headers: &headers,
            method: "POST",
            accept: b"application/json",
            content_type: b"application/x-www-form-urlencoded",
            form: b"p=test",
            ..call("/", "", "")
        };
        let text = string_to_sign(&signed, Spelling::DOCUMENTED);
        assert_eq!(
            String::from_utf8_lossy(&text),
            "source: apigw test\nx-date: Thu, 11 Mar 2021 08:29:58 GMT\nPOST\napplication/json\n\
             application/x-www-form-urlencoded\n\n/?p=test"
        );
        let key = Key::new(b"SecretExample000000000000000000000000001");
        assert!(key.verify_text(Algorithm::HmacSha1, &text, b"rARYKtjEb7MY1UYK8xVq3o4JrPo="));
        assert_eq!(key.sign_text(Algorithm::HmacSha1, &text), "rARYKtjEb7MY1UYK8xVq3o4JrPo=");
    }

    #[test]
    fn headers_are_sorted_or_taken_as_they_are_listed() {
        let headers = [("X-Date", &b"now"[..]), ("Source", b"s")];
        let signed = Signed { headers: &headers, ..call("/", "", "") };
        let first = |headers| {
            let text = string_to_sign(&signed, Spelling { headers, ..Spelling::DOCUMENTED });
            String::from_utf8(text).unwrap().split_once("\nGET").unwrap().0.to_owned()
        };
        assert_eq!(first(Headers::Sorted), "source: s\nx-date: now");
        assert_eq!(first(Headers::Listed), "X-Date: now\nSource: s");
    }

    #[test]
    fn parameters_are_spelled_as_the_demos_spell_them() {
        let spelling = |parameters, blocks| Spelling { parameters, blocks, ..Spelling::DOCUMENTED };
        for (query, form, which, expected) in [
            ("", "", Spelling::DOCUMENTED, "/p"),
            ("b=2&a=1", "", Spelling::DOCUMENTED, "/p?a=1&b=2"),
            ("b=2", "a=1", Spelling::DOCUMENTED, "/p?a=1&b=2"),
            ("a=2&a=1&b=&c", "", Spelling::DOCUMENTED, "/p?a=1&a=2&b&c"),
            ("a=%E4%BD%A0+b%20c", "", Spelling::DOCUMENTED, "/p?a=你 b c"),
            ("b=&c", "", spelling(Parameters::WithEquals, Blocks::One), "/p?b=&c="),
            ("a=%e4&c=&b", "", spelling(Parameters::Raw, Blocks::One), "/p?a=%e4&b&c="),
            ("b=2", "a=1", spelling(Parameters::Decoded, Blocks::Two), "/p?b=2&a=1"),
            ("b=2&a=1", "d=4&c=3", spelling(Parameters::Raw, Blocks::Two), "/p?a=1&b=2&c=3&d=4"),
        ] {
            assert_eq!(parameters(query, form, which), expected, "{query} {form}");
        }
    }

    #[test]
    fn every_spelling_stands_once_and_the_documented_one_first() {
        let all: Vec<Spelling> = Spelling::all().collect();
        assert_eq!(all.first(), Some(&Spelling::DOCUMENTED));
        assert!(all.iter().enumerate().all(|(at, one)| !all[..at].contains(one)));
        assert_eq!(all.len(), 12);
    }

    #[test]
    fn only_spellings_that_can_differ_are_tried_and_few_where_each_costs_much() {
        let many = "a=1&".repeat(2000);
        let unsorted = [("x-date", &b"now"[..]), ("source", b"s")];
        let upper = [("X-Date", &b"now"[..])];
        for (signed, expected) in [
            (call("/p", "", ""), 3),
            (call("/p", "b=2", ""), 3),
            (call("/p", "", "b=2"), 3),
            (call("/p", "b=2", "a=1"), 6),
            (Signed { headers: &unsorted, ..call("/p", "b=2", "") }, 6),
            (Signed { headers: &upper, ..call("/p", "b=2", "a=1") }, 12),
            (Signed { headers: &unsorted, ..call("/p", "b=2", &many) }, 2),
        ] {
            let spellings: Vec<Spelling> = signed.spellings().collect();
            assert_eq!(spellings.len(), expected, "{signed:?}");
            assert_eq!(spellings.first(), Some(&Spelling::DOCUMENTED));
            for spelling in Spelling::all().filter(|_| expected > 2) {
                let text = string_to_sign(&signed, spelling);
                assert!(spellings.iter().any(|one| string_to_sign(&signed, *one) == text), "{signed:?} {spelling:?}");
            }
        }
    }

    #[test]
    fn a_bodys_sum_has_two_forms() {
        // RFC 1321, appendix A.5: the digest of "abc" is 900150983cd24fb0d6963f7d28e17f72.
        assert_eq!(content_md5(b"abc"), BASE64.encode("900150983cd24fb0d6963f7d28e17f72"));
        assert_eq!(content_md5_of_bytes(b"abc"), "kAFQmDzST7DWlj99KOF/cg==");
    }
}
