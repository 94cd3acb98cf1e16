//! A call's headers with the signature over them.

use sign::key_pair::{authorization, signing_string};

use super::KeyArguments;
use crate::failure::Failure;

/// Signed headers in the order in which they were signed, and the `Authorization` over them.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    lines: Vec<(String, String)>,
    authorization: String,
}

impl Signed {
    /// Signs `headers` and then the date. A date among `headers` is taken as it is.
    pub(crate) fn new(id: &str, key: &KeyArguments, headers: Vec<(String, String)>) -> Result<Self, Failure> {
        let is_date = |name: &str| name.eq_ignore_ascii_case("date") || name.eq_ignore_ascii_case("x-date");
        let mut lines = headers;
        if !lines.iter().any(|(name, _)| is_date(name)) {
            lines.push(key.date());
        }
        if id.is_empty() || id.contains(['"', '\r', '\n']) {
            return Err(Failure::usage(format_args!("--id: `{id}` cannot stand in a signature")));
        }
        let secret = key.secret()?;
        let authorization = authorization(id, secret.as_bytes(), key.algorithm(), &lines);
        Ok(Self { lines, authorization })
    }

    /// Every header to send: the signed ones, then `Authorization`.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let signed = self.lines.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        signed.chain([("Authorization", self.authorization.as_str())])
    }

    /// What was signed.
    pub(crate) fn string_to_sign(&self) -> String {
        let lines = self.lines.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        String::from_utf8_lossy(&signing_string(lines)).into_owned()
    }
}

/// A header from `Name: value`, blanks around the value cut off.
pub(crate) fn header(text: &str) -> Result<(String, String), Failure> {
    let refuse = || Failure::usage(format_args!("--header: `{text}` is not of the form `Name: value`"));
    let (name, value) = text.split_once(':').ok_or_else(refuse)?;
    let is_token =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    if !is_token || value.contains(['\r', '\n', '\0']) {
        return Err(refuse());
    }
    Ok((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    fn key(line: &[&str]) -> KeyArguments {
        let matches = KeyArguments::augment_args(Command::new("sign")).try_get_matches_from(line).unwrap();
        KeyArguments::from_arg_matches(&matches).unwrap()
    }

    /// Published vectors: spec, key pair authentication.
    #[test]
    fn published_calls_are_signed_as_published() {
        let secret = "ZxF2whO0RhuwnVCj5JMMAuqcDcN2oPrC";
        for (line, headers, string, signature) in [
            (
                &["sign", "--secret", secret][..],
                &["Date: Fri, 09 Oct 2015 00:00:00 GMT", "Source: AndriodApp"][..],
                "date: Fri, 09 Oct 2015 00:00:00 GMT\nsource: AndriodApp",
                "zJ1fUmiWSmSZUoqgZi+dGUJvxn0=",
            ),
            (
                &["sign", "--secret", secret, "--date-header", "date", "--date", "Fri, 09 Oct 2015 00:00:00 GMT"],
                &["source:AndriodApp "],
                "source: AndriodApp\ndate: Fri, 09 Oct 2015 00:00:00 GMT",
                "0OZHqPzYueOAHTrrEbvAgs0Iit4=",
            ),
            (
                &["sign", "--secret", secret, "--algorithm", "hmac-sha256"],
                &["X-Date: Mon, 19 Mar 2018 12:08:40 GMT", "Source: AndriodApp"],
                "x-date: Mon, 19 Mar 2018 12:08:40 GMT\nsource: AndriodApp",
                "XstRlcp2koYtMsnM/P8Wb15aEJSwopPZ04sJVaG+LOQ=",
            ),
        ] {
            let headers = headers.iter().map(|text| header(text).unwrap()).collect();
            let signed = Signed::new("AKIDCgOPWjQ6BAxvHtyckhWABJVYSBj548pN", &key(line), headers).unwrap();
            assert_eq!(signed.string_to_sign(), string);
            let (_, authorization) = signed.headers().last().unwrap();
            assert!(authorization.ends_with(&format!("signature=\"{signature}\"")), "{authorization}");
        }
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for text in ["", "a", ": b", "a b: c", "a: b\r\nc: d", "ä: b"] {
            assert!(header(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_call_without_a_secret_is_refused_before_anything_is_sent() {
        assert_eq!(Signed::new("AKID", &key(&["sign", "--secret", ""]), Vec::new()).unwrap_err().status(), 2);
    }
}
