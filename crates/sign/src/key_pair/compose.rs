//! The signing side: for the command line, and for people who look for the reason of a mismatch.

use super::{Algorithm, Key};

/// What is signed for `lines`: pairs of a header's name (any case) and its value.
pub fn signing_string<'h>(lines: impl Iterator<Item = (&'h [u8], &'h [u8])>) -> Vec<u8> {
    let mut text = Vec::new();
    for (index, (name, value)) in lines.enumerate() {
        if index > 0 {
            text.push(b'\n');
        }
        text.extend(name.iter().map(u8::to_ascii_lowercase));
        text.extend_from_slice(b": ");
        text.extend_from_slice(value);
    }
    text
}

/// The `Authorization` value that signs `headers`, pairs of name and value in this order.
pub fn authorization(id: &str, secret: &[u8], algorithm: Algorithm, headers: &[(String, String)]) -> String {
    let lines = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let signature = Key::new(secret).sign(algorithm, lines);
    let names: Vec<String> = headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    format!(
        r#"hmac id="{id}", algorithm="{}", headers="{}", signature="{signature}""#,
        algorithm.as_str(),
        names.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn the_string_has_lower_case_names_and_no_line_feed_at_its_end() {
        let lines = [(&b"X-Date"[..], &b"Mon"[..]), (&b"Source"[..], &b" App"[..])];
        assert_eq!(signing_string(lines.into_iter()), b"x-date: Mon\nsource:  App");
        assert_eq!(signing_string(std::iter::empty()), b"");
    }

    #[test]
    fn what_is_made_here_is_accepted_here() {
        let headers =
            [("Date".to_owned(), "Fri, 09 Oct 2015 00:00:00 GMT".to_owned()), ("Source".into(), "a b".into())];
        let value = authorization("AKID1", b"secret", Algorithm::HmacSha256, &headers);
        let parsed = parse(value.as_bytes()).unwrap();
        assert_eq!(parsed.headers.iter().collect::<Vec<_>>(), ["date", "source"]);
        let lines = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        assert!(Key::new(b"secret").verify(parsed.algorithm, lines, parsed.signature.as_bytes()));
    }
}
