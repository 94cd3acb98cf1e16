//! The header's value, taken apart.

use super::Algorithm;

/// An `Authorization: hmac …` value, taken apart. All parts borrow from the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// The public half of the key pair; never empty.
    pub id: &'a str,
    /// The MAC to compute.
    pub algorithm: Algorithm,
    /// The signed headers; at least one.
    pub headers: HeaderNames<'a>,
    /// The signature as it was sent, in Base64; never empty.
    pub signature: &'a str,
}

/// The names in the `headers` parameter: as they were sent, in the order in which they were signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderNames<'a>(&'a str);

/// Why an `Authorization` value cannot be used: one variant for each text that callers know
/// (spec: key pair authentication, failure catalogue).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed<'a> {
    /// Another scheme than `hmac`.
    #[error("the authorization scheme is not hmac")]
    NotHmac,
    /// Not a list of `name="value"` parameters, a parameter given twice, bytes that are not UTF-8, or more than
    /// [`HeaderNames::MAX`] header names.
    #[error("the authorization is not a list of name=\"value\" parameters separated by commas")]
    Format,
    /// No `algorithm`, or no `headers` with at least one name in it.
    #[error("the authorization lacks its algorithm or its headers parameter")]
    TooFewParameters,
    /// No `id` or no `signature`, or an empty one.
    #[error("the authorization lacks its id or its signature parameter")]
    IdOrSignatureMissing,
    /// An algorithm other than the four; here as it was sent.
    #[error("the algorithm `{0}` is not supported; hmac-sha1, hmac-sha256, hmac-sha384 and hmac-sha512 are")]
    UnsupportedAlgorithm(&'a str),
}

/// Takes an `Authorization` value apart, without allocating.
///
/// The scheme, parameter names and algorithm are read in any case; parameters come in any order, with or without blanks
/// around the commas; an unknown parameter is passed over. Values stand in double quotes.
///
/// # Errors
/// See [`Malformed`]; the first that applies in the order of its variants.
pub fn parse(value: &[u8]) -> Result<Authorization<'_>, Malformed<'_>> {
    let parameters = match as_documented(value) {
        Some(parameters) => parameters,
        None => in_any_order(after_scheme(value)?).ok_or(Malformed::Format)?,
    };
    let headers = HeaderNames(parameters.headers.unwrap_or_default());
    if headers.are_too_many() {
        return Err(Malformed::Format);
    }
    let algorithm = parameters.algorithm.filter(|_| !headers.are_none()).ok_or(Malformed::TooFewParameters)?;
    match (parameters.id, parameters.signature) {
        (Some(id), Some(signature)) if !id.is_empty() && !signature.is_empty() => {
            let algorithm = Algorithm::named(algorithm).ok_or(Malformed::UnsupportedAlgorithm(algorithm))?;
            Ok(Authorization { id, algorithm, headers, signature })
        }
        _ => Err(Malformed::IdOrSignatureMissing),
    }
}

/// The values of the parameters that are there.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Parameters<'a> {
    id: Option<&'a str>,
    algorithm: Option<&'a str>,
    headers: Option<&'a str>,
    signature: Option<&'a str>,
}

/// Reads what stands exactly as it is documented, as nearly everybody writes it; `None` for all else, good or not.
#[inline]
fn as_documented(value: &[u8]) -> Option<Parameters<'_>> {
    let text = str::from_utf8(value.strip_prefix(b"hmac id=\"")?).ok()?;
    let (id, rest) = up_to_quote(text)?;
    let (algorithm, rest) = up_to_quote(rest.strip_prefix(", algorithm=\"")?)?;
    let (headers, rest) = up_to_quote(rest.strip_prefix(", headers=\"")?)?;
    let (signature, rest) = up_to_quote(rest.strip_prefix(", signature=\"")?)?;
    let [id, algorithm, headers, signature] = [id, algorithm, headers, signature].map(Some);
    rest.is_empty().then_some(Parameters { id, algorithm, headers, signature })
}

/// What stands before the first quote, and behind it.
#[inline]
fn up_to_quote(text: &str) -> Option<(&str, &str)> {
    let (value, rest) = text.split_at_checked(memchr::memchr(b'"', text.as_bytes())?)?;
    Some((value, rest.strip_prefix('"')?))
}

/// What stands behind the scheme and the blanks that follow it.
fn after_scheme(value: &[u8]) -> Result<&str, Malformed<'_>> {
    let value = value.trim_ascii();
    let (scheme, rest) = value.split_at_checked(4).ok_or(Malformed::NotHmac)?;
    if !scheme.eq_ignore_ascii_case(b"hmac") || rest.first().is_some_and(|byte| !is_blank(*byte)) {
        return Err(Malformed::NotHmac);
    }
    let rest = rest.get(after_blanks(rest, 0)..).unwrap_or_default();
    str::from_utf8(rest).map_err(|_| Malformed::Format)
}

/// Reads parameters in any order, with or without blanks around the commas; `None` where one is malformed or given
/// twice.
fn in_any_order(mut text: &str) -> Option<Parameters<'_>> {
    let mut parameters = Parameters::default();
    while !text.is_empty() {
        let (name, value, rest) = parameter(text)?;
        let place = match name.len() {
            2 if is_word(name, "id") => &mut parameters.id,
            7 if is_word(name, "headers") => &mut parameters.headers,
            9 if is_word(name, "algorithm") => &mut parameters.algorithm,
            9 if is_word(name, "signature") => &mut parameters.signature,
            _ if name.bytes().all(is_of_name) => &mut None,
            _ => return None,
        };
        if place.replace(value).is_some() {
            return None;
        }
        text = rest;
    }
    Some(parameters)
}

/// The first parameter's name and value, and what stands after the comma behind it; nothing stands there for the last.
/// The name is not empty and holds neither a blank nor an equals sign; whether it is one, the caller looks.
fn parameter(text: &str) -> Option<(&str, &str, &str)> {
    let bytes = text.as_bytes();
    let end_of_name = bytes.iter().position(|byte| *byte == b'=' || is_blank(*byte))?;
    let name = text.get(..end_of_name).filter(|name| !name.is_empty())?;
    let equals = after_blanks(bytes, end_of_name);
    let quote = after_blanks(bytes, equals + 1);
    if bytes.get(equals) != Some(&b'=') || bytes.get(quote) != Some(&b'"') {
        return None;
    }
    let start = quote + 1;
    let end = start + memchr::memchr(b'"', bytes.get(start..)?)?;
    let value = text.get(start..end)?;
    let comma = after_blanks(bytes, end + 1);
    if comma == bytes.len() {
        return Some((name, value, ""));
    }
    let rest = text.get(after_blanks(bytes, comma + 1)..)?;
    // A comma promises another parameter.
    (bytes.get(comma) == Some(&b',') && !rest.is_empty()).then_some((name, value, rest))
}

/// True when `text` is `word` in any case. Nearly everybody writes it as it is documented.
#[inline]
fn is_word(text: &str, word: &'static str) -> bool {
    text == word || text.eq_ignore_ascii_case(word)
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The first place from `at` on where no blank stands.
fn after_blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| is_blank(*byte)) {
        at += 1;
    }
    at
}

impl<'a> HeaderNames<'a> {
    /// Most names that are accepted: as many as a request may have headers.
    pub const MAX: usize = 100;

    /// The names in order.
    pub fn iter(self) -> impl Iterator<Item = &'a str> + Clone {
        let (text, bytes) = (self.0, self.0.as_bytes());
        let mut at = 0;
        std::iter::from_fn(move || {
            let start = after_blanks(bytes, at);
            at = start;
            while bytes.get(at).is_some_and(|byte| !is_blank(*byte)) {
                at += 1;
            }
            text.get(start..at).filter(|name| !name.is_empty())
        })
    }

    /// True when there is no name in it.
    fn are_none(self) -> bool {
        self.0.bytes().all(is_blank)
    }

    /// True when there are more than [`HeaderNames::MAX`]. Each has a blank behind it, so that a short text need not be counted.
    fn are_too_many(self) -> bool {
        self.0.len() > 2 * Self::MAX && self.iter().nth(Self::MAX).is_some()
    }

    /// True when `name` is among them, in any case.
    pub fn contains(self, name: &str) -> bool {
        self.iter().any(|listed| listed.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WHOLE: &str = r#"hmac id="AKID1", algorithm="hmac-sha1", headers="date source", signature="c2ln""#;

    #[test]
    fn the_documented_form_is_taken_apart() {
        let parsed = parse(WHOLE.as_bytes()).unwrap();
        assert_eq!((parsed.id, parsed.algorithm, parsed.signature), ("AKID1", Algorithm::HmacSha1, "c2ln"));
        assert_eq!(parsed.headers.iter().collect::<Vec<_>>(), ["date", "source"]);
    }

    #[test]
    fn the_same_is_read_from_other_ways_of_writing_it() {
        for other in [
            r#"hmac id="AKID1",algorithm="hmac-sha1",headers="date source",signature="c2ln""#,
            r#"HMAC ID="AKID1" , Algorithm="HMAC-SHA1", headers="date source",	signature = "c2ln""#,
            r#"  Hmac   signature="c2ln", headers="date source", algorithm="hmac-sha1", id="AKID1"  "#,
            r#"hmac nonce="1", id="AKID1", algorithm="hmac-sha1", headers="date source", signature="c2ln", x="""#,
        ] {
            assert_eq!(parse(other.as_bytes()), parse(WHOLE.as_bytes()), "{other}");
        }
    }

    #[test]
    fn header_names_keep_their_order_and_case() {
        let parsed =
            parse(br#"hmac id="a", algorithm="hmac-sha256", headers="Date  Host X-Date", signature="b""#).unwrap();
        assert_eq!(parsed.headers.iter().collect::<Vec<_>>(), ["Date", "Host", "X-Date"]);
        assert!(parsed.headers.contains("x-date") && !parsed.headers.contains("source"));
    }

    #[test]
    fn each_way_to_be_malformed_has_its_own_answer() {
        use Malformed::{Format, IdOrSignatureMissing, NotHmac, TooFewParameters, UnsupportedAlgorithm};
        for (value, expected) in [
            ("", NotHmac),
            ("hma", NotHmac),
            ("Basic dXNlcjpwYXNz", NotHmac),
            (r#"hmacid="a""#, NotHmac),
            (r#"Bearer id_token="x""#, NotHmac),
            ("hmac", TooFewParameters),
            ("hmac ", TooFewParameters),
            ("hmac nonsense", Format),
            ("hmac id=AKID1", Format),
            ("hmac id='AKID1'", Format),
            (r#"hmac id="AKID1"#, Format),
            (r#"hmac id="a" algorithm="hmac-sha1""#, Format),
            (r#"hmac id="a", "#, Format),
            (r#"hmac id="a",,headers="b""#, Format),
            (r#"hmac ="a""#, Format),
            (r#"hmac id="a", id="b", algorithm="hmac-sha1", headers="date", signature="c""#, Format),
            (r#"hmac id="a""#, TooFewParameters),
            (r#"hmac id="a", signature="b""#, TooFewParameters),
            (r#"hmac id="a", algorithm="hmac-sha1", signature="b""#, TooFewParameters),
            (r#"hmac id="a", algorithm="hmac-sha1", headers=" ", signature="b""#, TooFewParameters),
            (r#"hmac id="a", headers="date", signature="b""#, TooFewParameters),
            (r#"hmac algorithm="hmac-sha1", headers="date", signature="b""#, IdOrSignatureMissing),
            (r#"hmac id="", algorithm="hmac-sha1", headers="date", signature="b""#, IdOrSignatureMissing),
            (r#"hmac id="a", algorithm="hmac-sha1", headers="date""#, IdOrSignatureMissing),
            (r#"hmac id="a", algorithm="hmac-md5", headers="date", signature="""#, IdOrSignatureMissing),
            (r#"hmac id="a", algorithm="hmac-md5", headers="date", signature="b""#, UnsupportedAlgorithm("hmac-md5")),
            (r#"hmac id="a", algorithm="", headers="date", signature="b""#, UnsupportedAlgorithm("")),
        ] {
            assert_eq!(parse(value.as_bytes()), Err(expected), "{value}");
        }
        assert_eq!(parse(b"hmac id=\"\xff\""), Err(Format));
    }

    #[test]
    fn a_list_of_more_headers_than_a_request_may_have_is_refused() {
        let list = |count: usize| {
            format!(r#"hmac id="a", algorithm="hmac-sha1", headers="{}", signature="b""#, "x ".repeat(count))
        };
        assert_eq!(parse(list(HeaderNames::MAX).as_bytes()).unwrap().headers.iter().count(), HeaderNames::MAX);
        assert_eq!(parse(list(HeaderNames::MAX + 1).as_bytes()), Err(Malformed::Format));
    }

    proptest! {
        #[test]
        fn whatever_is_put_together_is_taken_apart_again(
            id in "[!#-~]{1,40}",
            headers in proptest::collection::vec("[a-zA-Z-]{1,12}", 1..5),
            signature in "[A-Za-z0-9+/=]{1,30}",
        ) {
            let joined = headers.join(" ");
            let value = format!(
                r#"hmac id="{id}", algorithm="hmac-sha512", headers="{joined}", signature="{signature}""#
            );
            let parsed = parse(value.as_bytes()).unwrap();
            prop_assert_eq!((parsed.id, parsed.signature), (id.as_str(), signature.as_str()));
            prop_assert_eq!(parsed.headers.iter().collect::<Vec<_>>(), headers);
        }

        #[test]
        fn the_documented_form_is_read_as_any_other_is(
            values in proptest::array::uniform4(prop_oneof![9 => "[!#-~ é]{0,12}", 1 => "[!-~ ]{0,12}"]),
            damage in proptest::collection::vec((any::<proptest::sample::Index>(), "[ \t,=\"iA]?"), 0..3),
            behind in prop_oneof![9 => Just(""), 1 => Just(", x=\"1\""), 1 => Just(" ")],
        ) {
            let [id, algorithm, headers, signature] = values;
            let mut text = format!(
                r#"hmac id="{id}", algorithm="{algorithm}", headers="{headers}", signature="{signature}"{behind}"#
            );
            let is_whole = damage.is_empty() && behind.is_empty() && !format!("{id}{algorithm}{headers}{signature}").contains('"');
            for (at, other) in damage {
                let (at, character) = text.char_indices().nth(at.index(text.chars().count())).unwrap();
                text.replace_range(at..at + character.len_utf8(), &other);
            }
            match as_documented(text.as_bytes()) {
                Some(parameters) => prop_assert_eq!(after_scheme(text.as_bytes()).map(in_any_order), Ok(Some(parameters))),
                None => prop_assert!(!is_whole),
            }
        }
    }
}
